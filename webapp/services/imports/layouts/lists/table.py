"""One table a sheet: a heading row, perhaps below titles, and below it a row each."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.formats.workbooks import RawRow, RawSheet, RawValue, column_letter
from webapp.services.imports.layouts.cells.reader import ColumnReader, NotRead, academic_year
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.lists.gaps import MISSING, Filler
from webapp.services.imports.layouts.lists.headings import (
    FIRST_NAMES,
    LAST_NAMES,
    LONGEST_HEADING,
    MEANINGLESS,
    columns_of,
    names_table,
)
from webapp.services.imports.layouts.names.likeness import same_name
from webapp.services.imports.layouts.plan import ColumnRole, SheetMapping, SheetShape
from webapp.services.imports.layouts.questions import Candidate
from webapp.services.imports.layouts.shape import Recognised, Shape
from webapp.services.imports.layouts.words import with_letter
from webapp.services.imports.sheets import GUIDE, sheet_name
from webapp.services.schema.columns import Column, Kind, Table, Value
from webapp.services.schema.tables import BY_NAME, TABLES
from webapp.services.schema.values import did_you_mean, write
from webapp.services.shared.words import _

TEXTUAL = (Kind.TEXT, Kind.CODE, Kind.LINK, Kind.ROWS, Kind.CODES, Kind.EMAIL)
ROWS_LOOKED_AT = 25
"""The headings stand among the first rows that are not empty."""
EXACT = 100
TOTAL = re.compile(r"(?:grand |sub ?-?)?totals?\s*[:=]?|sum\s*[:=]?", re.I)


def roles(table: str) -> tuple[ColumnRole, ...]:
    """The columns of a table; none where it is not known. What can be made of other columns is not required."""
    columns = BY_NAME[table].file_columns if table in BY_NAME else ()
    return tuple(
        ColumnRole(
            column.name,
            str(column.label or column.name.replace("_", " ").capitalize()),
            column.meaning,
            column.required and column.name not in MISSING.get(table, ()),
            column.kind,
        )
        for column in columns
    )


def own_columns(sheet: RawSheet, row: RawRow) -> tuple[str, ...] | None:
    """The columns of the exchange format that a row names, None where the sheet is none of its tables."""
    table = BY_NAME.get(sheet_name(sheet.name))
    if table is None:
        return None
    names = [sheet_name(cell_text(cell).rstrip(" *")) for cell in row.cells]
    return tuple(name if name in table.by_name and name not in names[:at] else "" for at, name in enumerate(names))


def is_exact(sheet: RawSheet, said: SheetMapping) -> bool:
    """Whether a sheet is read in the exchange format: its name is a table's, so is the heading of each column read.

    Such a sheet says everything by itself: nothing is filled in, no code is written otherwise than it stands there.
    """
    own = own_columns(sheet, sheet.row(said.heading_row))
    return own is not None and said.table == sheet_name(sheet.name) and own == said.columns[: len(own)]


def recognise(sheet: RawSheet, known: Known) -> Recognised | None:
    """The table that a sheet holds and its columns, by its name, its headings, and what stands below them."""
    if not sheet.rows or sheet_name(sheet.name) == GUIDE:
        return None
    first = sheet.rows[0]
    own = own_columns(sheet, first)
    if own is not None:
        said = SheetMapping(sheet.name, SheetShape.TABLE, sheet_name(sheet.name), first.number, 1, own)
        if all(own) and is_exact(sheet, said):
            return Recognised(EXACT, said)
    name = same_name(re.sub(r"\s*\(\d+\)$", "", sheet.name))
    best: tuple[float, SheetMapping] | None = None
    for number, rows, headings in _possible_headings(sheet):
        for table in TABLES:
            score, columns = _score(table, name, headings)
            if score and (best is None or score > best[0]):
                best = score, SheetMapping(sheet.name, SheetShape.TABLE, table.name, number, rows, columns)
    return Recognised(min(round(best[0]), EXACT - 1), best[1]) if best is not None else None


def _possible_headings(sheet: RawSheet) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Rows that may hold the headings: number, how many rows they take, and the plain headings."""
    rows = sheet.rows[:ROWS_LOOKED_AT]
    for at, row in enumerate(rows):
        texts = _headings(row)
        if len({text for text in texts if text}) < 2:
            continue
        yield row.number, 1, texts
        below = rows[at + 1] if at + 1 < len(rows) else None
        is_merged = any(top == row.number and left != right for top, left, _bottom, right in sheet.merged)
        if below is not None and below.number == row.number + 1 and is_merged:
            under = _headings(below)
            width = max(len(texts), len(under))
            pairs = zip(_padded(texts, width), _padded(under, width), strict=True)
            yield row.number, 2, tuple(f"{a} {b}".strip() if a != b else a for a, b in pairs)


def _headings(row: RawRow) -> tuple[str, ...]:
    return tuple(
        same_name(cell) if isinstance(cell, str) and len(cell) <= LONGEST_HEADING else "" for cell in row.cells
    )


def _padded(texts: Sequence[str], width: int) -> list[str]:
    return [*texts, *[""] * (width - len(texts))]


def _score(table: Table, sheet: str, headings: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
    """How likely headings are those of a table, and its columns; 0 where it can't tell its rows apart."""
    columns = columns_of(table.name, headings)
    found = [name for name in columns if name]
    needed = [c.name for c in table.file_columns if c.required and c.name not in MISSING.get(table.name, ())]
    keys = [name for name in table.key if table.by_name[name].required]
    derived = MISSING.get(table.name, ())
    missing = [name for name in {*needed, *keys} if name not in columns and name not in derived]
    named = names_table(table.name, sheet)
    if not found or (missing and named < 100) or not {"code", "name", "title", *needed, *keys} & set(found):
        return 0, columns
    meant = [heading for heading in headings if heading and heading not in MEANINGLESS]
    share = len(found) / max(len(meant), 1)
    return 30 * share + min(8 * len(found), 40) + 0.3 * named - 10 * len(missing), columns


def convert(sheet: RawSheet, said: SheetMapping, conversion: Conversion) -> None:
    """Add the rows of a sheet to its table."""
    _SheetConversion(sheet, said, conversion).run()


class _SheetConversion:
    """Reads one sheet as a table."""

    def __init__(self, sheet: RawSheet, said: SheetMapping, conversion: Conversion) -> None:
        self.sheet, self.said, self.conversion = sheet, said, conversion
        self.table = BY_NAME[said.table]
        self.is_exact = is_exact(sheet, said)
        self.heading_cells = sheet.row(said.heading_row).cells
        self._numbers = range(said.heading_row, said.heading_row + said.heading_rows)
        self.width = max(len(self.heading_cells), len(sheet.row(said.heading_row + said.heading_rows - 1).cells))
        texts = Counter(same_name(self._heading(at)) for at in range(self.width))
        self._twice = {text for text, number in texts.items() if text and number > 1}
        self.said = said = self._with_chosen_columns(said)
        self.headings = {role: self._called(at) or role for at, role in enumerate(said.columns) if role}
        self.first_name = self._first_name()
        self.are_by_building = False
        self.may_lack = frozenset() if self.is_exact else frozenset(MISSING.get(said.table, ()))

    def _heading(self, position: int) -> str:
        """What stands above a column; of two rows of headings both."""
        texts = [" ".join(cell_text(self.sheet.row(number).cell(position)).split()) for number in self._numbers]
        return " ".join(dict.fromkeys(text for text in texts if text))

    def _called(self, position: int) -> str:
        """The heading of a column, with the column's letter where another one has the same."""
        heading = self._heading(position)
        return with_letter(heading, position) if same_name(heading) in self._twice else heading

    def _with_chosen_columns(self, said: SheetMapping) -> SheetMapping:
        """The mapping with the column that somebody has said is meant, where several have its heading and differ."""
        for at, role in enumerate(said.columns):
            plain = same_name(self._heading(at))
            if not role or plain not in self._twice:
                continue
            alike = [other for other in range(self.width) if same_name(self._heading(other)) == plain]
            free = [
                other
                for other in alike
                if other == at or not said.columns[other : other + 1] or not said.columns[other]
            ]
            if at != free[0] or len({self._values(other) for other in free}) < 2:
                continue
            choices = [
                Candidate(column_letter(other), with_letter(" · ".join(self._values(other)[:3]) or "–", other))
                for other in free
            ]
            answer = self.conversion.ask(
                f"same_heading:{self.sheet.name}:{role}", "same_heading", self.sheet, said.heading_row,
                self._heading(at), self._heading(at), choices,
            )  # fmt: skip
            chosen = next((other for other in free if column_letter(other) == answer), at)
            columns = [*said.columns, *[""] * (self.width - len(said.columns))]
            columns[at], columns[chosen] = "", role
            said = replace(said, columns=tuple(columns))
        return said

    def _values(self, position: int) -> tuple[str, ...]:
        """The different texts of a column, in order."""
        last = self._numbers[-1] if self._numbers else 0
        below = (row for row in self.sheet.rows if row.number > last and row.number not in self.said.skipped_rows)
        return tuple(dict.fromkeys(text for row in below if (text := cell_text(row.cell(position)).strip())))

    def run(self) -> None:
        """Add the rows to the conversion, with what is wrong and what was changed."""
        self.conversion.open(self.table.name, self.headings)
        self._note_columns()
        if not self._is_usable():
            return
        rows = list(self._rows())
        self.are_by_building = self._are_by_building(rows)
        readers = {role: self._reader(self.table.by_name[role], rows) for role in self.headings}
        has_departments = "department" in self.headings
        filler = None
        if not self.is_exact:
            filler = Filler(self.table, self.sheet, self.conversion, has_departments=has_departments)
        for row in rows:
            record, refused = self._record(row, readers)
            if filler is not None:
                filler.fill(row, record, refused)
            self._note_cells_beyond(row)
            self.conversion.add(
                self.table.name,
                self.sheet,
                row.number,
                record,
                refused=refused,
                headings=self.headings,
                is_exact=self.is_exact,
            )

    def _record(self, row: RawRow, readers: Mapping[str, ColumnReader]) -> tuple[dict[str, Value], set[str]]:
        record: dict[str, Value] = {}
        refused = set()
        for role, reader in readers.items():
            raw = self.conversion.cell(self.sheet, self.said, row, role)
            if role in self.may_lack and not cell_text(raw).strip() and role != "department":
                record[role] = None
                continue
            if (
                role == "name"
                and self.first_name is not None
                and (first := cell_text(row.cell(self.first_name)).strip())
            ):
                raw = f"{first} {cell_text(raw).strip()}".strip()
                self._changed("first_name", "")
            if role == "academic_year" and isinstance(raw, str):
                raw = academic_year(raw)
            try:
                record[role] = reader.read(row.number, raw)
            except NotRead:
                record[role] = None
                refused.add(role)
        if self.are_by_building and isinstance(record.get("code"), str) and record.get("building"):
            code = f"{record['building']}-{record['code']}"
            self._changed("room_of_building", str(record["code"]), code, self.headings["code"])
            record["code"] = code
        return record, refused

    def _first_name(self) -> int | None:
        """The position of first names, where the name is the last one only."""
        name = self.said.position("name")
        if self.is_exact or name is None or same_name(self._heading(name)) not in LAST_NAMES:
            return None
        free = (at for at in range(self.width) if not (self.said.columns[at : at + 1] or ("",))[0])
        return next((at for at in free if same_name(self._heading(at)) in FIRST_NAMES), None)

    def _are_by_building(self, rows: Sequence[RawRow]) -> bool:
        """Whether rooms of several buildings have the same number, so that a number alone says nothing."""
        code, building = self.said.position("code"), self.said.position("building")
        if self.is_exact or self.table.name != "rooms" or code is None or building is None:
            return False
        seen: dict[str, str] = {}
        pairs = [(cell_text(row.cell(code)).strip(), cell_text(row.cell(building)).strip()) for row in rows]
        return any(number and place and seen.setdefault(number, place) != place for number, place in pairs)

    def _reader(self, column: Column, rows: Sequence[RawRow]) -> ColumnReader:
        """The reader of a column; the dates of all columns of a sheet are likely to be written alike."""
        alike = [role for role in self.headings if self.table.by_name[role].kind is column.kind]
        evidence: list[RawValue] = []
        if column.kind is Kind.DATE:
            positions = [self.said.columns.index(role) for role in alike]
            evidence = [row.cell(position) for row in rows for position in positions]
        kept: frozenset[str] = frozenset()
        if column.kind in TEXTUAL:
            stored = self.conversion.known.records(self.table.name).values()
            kept = frozenset(write(column, record.get(column.name)) for record in stored)
        return ColumnReader(self.conversion, self.sheet, self.headings[column.name], column, evidence, kept=kept)

    def _rows(self) -> Iterator[RawRow]:
        """The rows with data: not the headings and what stands above, nor titles, totals and headings in between."""
        last_heading = self.said.heading_row + self.said.heading_rows - 1
        positions = [at for at, role in enumerate(self.said.columns) if role]
        for row in self.sheet.rows:
            if row.number <= last_heading or row.number in self.said.skipped_rows:
                continue
            texts = [cell_text(cell).strip() for cell in row.cells]
            filled = [at for at in positions if at < len(texts) and texts[at]]
            if row.cells == self.heading_cells:
                self._changed("heading_again", "")
            elif not filled and len(texts) <= self.width:
                self._changed("row_without_data", "")
            elif self.is_exact:
                yield row
            elif len(positions) > 1 and len({text for text in texts if text}) == 1 and self._says_nothing(row):
                self._changed("title_row", next(text for text in texts if text))
            elif TOTAL.fullmatch(next(text for text in texts if text)):
                self._changed("total_row", next(text for text in texts if text))
            else:
                yield row

    def _says_nothing(self, row: RawRow) -> bool:
        """Whether a row of one text has nothing that a row of the table needs beside it."""
        given = {role for at, role in enumerate(self.said.columns) if role and cell_text(row.cell(at)).strip()}
        is_merged = any(top <= row.number <= bottom and right > left for top, left, bottom, right in self.sheet.merged)
        needed = {c.name for c in self.table.file_columns if c.required and c.name in self.headings}
        return is_merged or not needed <= given

    def _changed(self, code: str, found: str, taken: str = "", column: str = "") -> None:
        self.conversion.changed(code, self.sheet.name, column, found, taken)

    def _note_columns(self) -> None:
        """Say which columns are not read, and which are read although they are called otherwise."""
        for at in range(self.width):
            heading = self._heading(at)
            role = self.said.columns[at] if at < len(self.said.columns) else ""
            if heading and not role:
                self._changed("column_not_read", self._called(at))
            elif role and sheet_name(heading.rstrip(" *")) != role:
                self._changed("heading", self._called(at), str(self.table.by_name[role].label or role))

    def _is_usable(self) -> bool:
        """Whether the rows can be told apart; a column that is needed and not there is a fault."""
        names = [sheet_name(cell_text(cell).rstrip(" *")) for cell in self.heading_cells]
        missing = [
            column.name
            for column in self.table.file_columns
            if column.required and column.name not in self.headings and column.name not in self.may_lack
        ]
        unread = [name for at, name in enumerate(names) if name and not (self.said.columns[at : at + 1] or ("",))[0]]
        for name in missing:
            expected = _("the column %(name)s, which is required", name=name) + did_you_mean(name, unread)
            self._fault(name, "", expected)
        keys = [name for name in self.table.key if name in self.headings]
        return not set(missing) & set(self.table.key) and (bool(keys) or bool(self.may_lack & set(self.table.key)))

    def _fault(self, column: str, value: str, expected: str) -> None:
        self.conversion.fault(self.sheet, self.said.heading_row, column, value, expected)

    def _note_cells_beyond(self, row: RawRow) -> None:
        for cell in row.cells[self.width :]:
            text = cell_text(cell).strip()
            if text and self.is_exact:
                expected = _("no cell beyond the %(columns)s headings", columns=self.width)
                self.conversion.fault(self.sheet, row.number, "", text, expected)
            elif text:
                self._changed("cell_not_read", text)


TABLE = Shape(SheetShape.TABLE, recognise, roles, convert)
