"""What the page of a mapping shows: the sheets of a book, one of them with its columns and its rows as read."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from webapp.models import ImportMapping, Organization
from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.formats.workbooks import RawSheet, column_letter
from webapp.services.imports.layouts.objections import table_title
from webapp.services.imports.layouts.plan import SheetMapping, SheetShape
from webapp.services.imports.layouts.row_numbers import written_rows
from webapp.services.imports.layouts.shapes import SHAPES, roles
from webapp.services.imports.layouts.words import note_words, with_letter
from webapp.services.imports.new_term import FIELDS, NewTerm, suggested
from webapp.services.imports.readings import Said, UploadReading, recalled_of
from webapp.services.imports.sheets import FileRow, FileSheet
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Column
from webapp.services.schema.tables import TABLES
from webapp.services.schema.values import write
from webapp.services.shared.words import _, ngettext, short

HEADING_ROWS_OFFERED = 20
SAMPLE_ROWS = 5
SAMPLE_VALUES = 3
RAW_COLUMNS = 12
CELL_LENGTH = 60
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A sheet in the list of all: its place, name, rows, what it is, what is wrong with that (or nothing)."""

    index: int
    name: str
    rows: str
    what: str
    is_read: bool
    objections: int


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of the sheet that is shown: its letter and heading, what it is, and its first values."""

    position: int
    letter: str
    heading: str
    role: str
    values: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a table, as text; ``title`` says what they are and how many there are."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ShownSheet:
    """One sheet with everything that can be said of it."""

    index: int
    name: str
    what: str
    kinds: Sequence[tuple[str, Options]]
    heading_row: int
    heading_rows: Options
    skipped: str
    columns: tuple[ColumnLine, ...]
    roles: Options
    needed: str
    samples: tuple[Sample, ...]


def kind_of(said: SheetMapping) -> str:
    """What a sheet is, as a select box says it: its shape, and for a table its name."""
    return f"table:{said.table}" if said.shape is SheetShape.TABLE else said.shape.value


def with_kind(said: SheetMapping, kind: str) -> SheetMapping:
    """The mapping as that kind of sheet; one that is none of those offered is not read."""
    shape, _colon, table = kind.partition(":")
    if kind not in dict(all_kinds()):
        return replace(said, shape=SheetShape.SKIP, table="")
    return replace(said, shape=SheetShape(shape), table=table)


def all_kinds() -> list[tuple[str, str]]:
    """Everything that a sheet can be."""
    return [option for _label, options in kinds() for option in options]


def kinds() -> list[tuple[str, Options]]:
    """Everything that a sheet can be, in groups for a select box."""
    words = {
        SheetShape.ALLOTMENT: _("Allotment: class, subject, hours, teachers"),
        SheetShape.PERIODS: _("Periods of the day"),
        SheetShape.MASTER: _("Timetable as a grid of days and periods"),
    }
    shapes = [(shape.value, words.get(shape, shape.value)) for shape in SHAPES if shape is not SheetShape.TABLE]
    tables = [(f"table:{table.name}", table_title(table.name).capitalize()) for table in TABLES]
    return [
        (_("Leave out"), [(SheetShape.SKIP.value, _("Not read"))]),
        *([(_("An office’s own sheets"), shapes)] if shapes else []),
        (_("A row each"), tables),
    ]


def sheet_lines(reading: UploadReading) -> list[SheetLine]:
    """All sheets of a book."""
    if reading.book is None or reading.plan.book is None:
        return []
    words = dict(all_kinds())
    lines = []
    for index, sheet in enumerate(reading.book.sheets):
        said = reading.plan.book.of(sheet.name)
        rows = ngettext("%(num)d row", "%(num)d rows", len(sheet.rows))
        wrong = sum(1 for found in reading.objections if found.sheet == sheet.name)
        is_read = said.shape is not SheetShape.SKIP
        lines.append(
            SheetLine(index, sheet.name, rows, words.get(kind_of(said), said.table).partition(":")[0], is_read, wrong)
        )
    return lines


@dataclass(frozen=True)
class TermPart:
    """Which term the file is for: the key of one, "new", or "" where nobody has said; and the new one as typed."""

    into: str
    new: NewTerm
    errors: Mapping[str, str]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class MappingPage:
    """All of the page: the sheets, the one that is shown, the term, what stands in the way, what is to be known."""

    lines: list[SheetLine]
    shown: ShownSheet | None
    term: TermPart | None
    objections: list[str]
    notes: list[str]
    recalled: ImportMapping | None


def page_of(
    organization: Organization, reading: UploadReading, index: int | None, said: Said | None = None
) -> MappingPage:
    """The page with one sheet shown, the first that wants a look where none is asked for.

    With ``said`` the sheet stands there as it was sent, because that was refused.
    """
    lines = sheet_lines(reading)
    place = index if index is not None and index < len(lines) else _first_shown(lines)
    sheet = said.sheet if said is not None else None
    return MappingPage(
        lines=lines,
        shown=_shown_sheet(reading, place, sheet) if lines else None,
        term=None if reading.names_term else _term_part(organization, reading, said),
        objections=[objection.sentence for objection in reading.objections],
        notes=[note_words(code, value) for code, value in reading.book.notes] if reading.book is not None else [],
        recalled=recalled_of(organization, reading),
    )


def _first_shown(lines: Sequence[SheetLine]) -> int:
    """The sheet that wants a look first: one that can't be read as it is, else the first that is read."""
    wrong = [line.index for line in lines if line.objections]
    read = [line.index for line in lines if line.is_read]
    return (wrong or read or [0])[0]


def _term_part(organization: Organization, reading: UploadReading, said: Said | None) -> TermPart:
    chosen = str(reading.term.term_id) if reading.term is not None else ""
    typed = said.term.new if said is not None else reading.plan.term
    return TermPart(
        into="new" if typed is not None else chosen,
        new=typed or suggested(organization, reading.book),
        errors=reading.term_errors,
        columns=tuple(TERM.by_name[name] for name in FIELDS),
    )


def _shown_sheet(reading: UploadReading, index: int, said: SheetMapping | None = None) -> ShownSheet:
    """One sheet of a book, as it is mapped or as ``said`` would have it."""
    assert reading.book is not None and reading.plan.book is not None  # noqa: S101, PT018 (only books come here)
    sheet = reading.book.sheets[index]
    kept = reading.plan.book.of(sheet.name)
    shown = said or kept
    known = roles(shown.shape, shown.table)
    return ShownSheet(
        index=index,
        name=sheet.name,
        what=kind_of(shown),
        kinds=kinds(),
        heading_row=shown.heading_row,
        heading_rows=list(_heading_rows(sheet, shown)),
        skipped=written_rows(shown.skipped_rows),
        columns=tuple(_columns(sheet, shown)) if known else (),
        roles=[("", _("not read")), *((role.name, str(role.label)) for role in known)],
        needed=", ".join(str(role.label) for role in known if role.required),
        samples=(_as_it_stands(sheet),) if kept.shape is SheetShape.SKIP else _as_read(reading, sheet.name),
    )


def _heading_rows(sheet: RawSheet, said: SheetMapping) -> Iterator[tuple[str, str]]:
    yield "0", _("It has no headings")
    offered = list(islice(sheet.rows, HEADING_ROWS_OFFERED))
    if said.heading_row and said.heading_row not in {row.number for row in offered}:
        offered.append(sheet.row(said.heading_row))
    for row in offered:
        cells = ", ".join(dict.fromkeys(text for cell in row.cells if (text := _cell(cell_text(cell)))))
        yield str(row.number), _("Row %(row)d: %(cells)s", row=row.number, cells=short(cells, CELL_LENGTH * 2))


def _columns(sheet: RawSheet, said: SheetMapping) -> Iterator[ColumnLine]:
    heading = sheet.row(said.heading_row)
    below = [row for row in sheet.rows if row.number >= said.heading_row + said.heading_rows]
    titles = Counter(_cell(cell_text(cell)).casefold() for cell in heading.cells)
    for position in range(sheet.width):
        values = dict.fromkeys(text for row in below if (text := _cell(cell_text(row.cell(position)))))
        role = said.columns[position] if position < len(said.columns) else ""
        title = _cell(cell_text(heading.cell(position)))
        title = with_letter(title, position) if title and titles[title.casefold()] > 1 else title
        if title or values or role:
            yield ColumnLine(position, column_letter(position), title, role, " · ".join(islice(values, SAMPLE_VALUES)))


def _as_it_stands(sheet: RawSheet) -> Sample:
    width = min(sheet.width, RAW_COLUMNS)
    rows = [tuple(_cell(cell_text(row.cell(at))) for at in range(width)) for row in islice(sheet.rows, 8)]
    return Sample(_("The first rows, as they stand"), tuple(column_letter(at) for at in range(width)), tuple(rows))


def _as_read(reading: UploadReading, name: str) -> tuple[Sample, ...]:
    """The first rows of each table that come of a sheet."""
    found = ((sheet, [row for row in sheet.rows if row.sheet == name]) for sheet in reading.tables.sheets.values())
    return tuple(_sample(sheet, rows) for sheet, rows in found if sheet.columns and rows)


def _sample(sheet: FileSheet, of_sheet: Sequence[FileRow]) -> Sample:
    columns = [sheet.table.by_name[name] for name in sheet.columns]
    rows = [
        tuple(_cell(write(column, row.record.get(column.name))) for column in columns) for row in of_sheet[:SAMPLE_ROWS]
    ]
    number = ngettext("%(num)d row", "%(num)d rows", len(of_sheet))
    title = _("%(table)s: %(rows)s", table=table_title(sheet.table.name).capitalize(), rows=number)
    return Sample(title, tuple(_heading(column) for column in columns), tuple(rows))


def _heading(column: Column) -> str:
    return str(column.label or column.name)


def _cell(text: str) -> str:
    return short(text, CELL_LENGTH)
