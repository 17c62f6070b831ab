"""What needs the whole book: codes written in several ways become one, and what names a row finds it.

It runs twice: once the tables are read, so that other shapes find their teachers and rooms, and at the end.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from webapp.services.imports.layouts.cells.reader import NO_VALUE, NotRead
from webapp.services.imports.layouts.conversion import Conversion, DraftRow
from webapp.services.imports.layouts.names.likeness import RowIndex, made_code, same_code
from webapp.services.imports.layouts.names.persons import Persons
from webapp.services.imports.layouts.plan import LEAVE_OUT, NEW
from webapp.services.imports.layouts.questions import Candidate
from webapp.services.schema.columns import Column, Kind, Table, Value
from webapp.services.schema.tables import BY_NAME, TABLES, shared_words
from webapp.services.shared.words import _

MADE = ("departments", "buildings")
"""Tables whose rows can be made of nothing but what another sheet calls them."""
UPPER_SHARE = 0.8
"""Share of codes in capitals from which on the others of their column are written so, too."""
APOSTROPHES = ("'", "’", "`")
MOST_LOOKED_FOR = 500
SURE = 80
"""Likeness from which on even a sheet in the exchange format is asked about instead of refused."""
LOOKS_LIKE_A_NAME = re.compile(r"\D*[^\W\d]{3}\D*")
BETWEEN_ITEMS = re.compile(r"\s*(?:/|&|\+|\band\b)\s*", re.I)


class PersonIndex(RowIndex):
    """Finds teachers, whose names are written with and without titles, dots and accents."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__(names)
        self._persons = Persons(names)

    def find(self, text: str) -> tuple[str, list[str]]:
        """How a text names teachers, and which, see `RowIndex.find`."""
        how, found = super().find(text)
        if how in ("exact", "code", "name") or not LOOKS_LIKE_A_NAME.fullmatch(text):
            return how, found
        person = self._persons.find(text)
        if person.code is not None:
            return "name", [person.code]
        return how, found

    def nearest(self, text: str, among: Iterable[str] = ()) -> list[Candidate]:
        """Who may be meant, the nearest first."""
        nearest = self._persons.find(text).nearest if LOOKS_LIKE_A_NAME.fullmatch(text) else ()
        if not nearest:
            return super().nearest(text, among)
        return [Candidate(code, self.shown(code), likeness) for code, likeness in nearest]


class Settlement:
    """Settles the rows of a conversion as far as they are there."""

    def __init__(self, conversion: Conversion) -> None:
        self.conversion = conversion
        self._indexes: dict[str, RowIndex] = {}
        self._nearest: dict[tuple[str, str], list[Candidate]] = {}

    def run(self, tables: Iterable[Table], *, is_last: bool) -> None:
        """Settle tables, what is referred to before what refers; links to other tables wait for the last run."""
        tables = tuple(tables)
        for table in tables:
            if table.key == ("code",) and table.name != "rules":
                self._codes(table)
        for table in tables:
            for row in self._rows(table):
                self._links(table, row, is_last=is_last)
                self._lists(table, row, is_last=is_last)
            self._once(table)
        for columns in shared_words():
            self._words(columns, is_last=is_last)

    def _rows(self, table: Table) -> list[DraftRow]:
        return self.conversion.rows.get(table.name, [])

    def index(self, name: str) -> RowIndex:
        """The rows of a table, those known and those of the book, by label."""
        if name not in self._indexes:
            table = BY_NAME[name]
            title = next((column for column in ("name", "title") if column in table.by_name), "")
            records = self.conversion.records(name)
            names = {table.label(key): str(record.get(title) or "") for key, record in records.items()}
            self._indexes[name] = PersonIndex(names) if name == "faculty" else RowIndex(names)
        return self._indexes[name]

    def _changed(self, code: str, row: DraftRow, column: str, found: str, taken: str) -> None:
        self.conversion.changed(code, row.sheet.name, row.heading(column), found, taken)

    # Codes

    def _codes(self, table: Table) -> None:
        rows = [
            row for row in self._rows(table) if isinstance(row.record.get("code"), str) and "code" not in row.settled
        ]
        known = RowIndex({table.label(key): "" for key in self.conversion.known.records(table.name)})
        spellings: dict[str, dict[str, list[DraftRow]]] = {}
        for row in rows:
            written_so = str(row.record["code"])
            spellings.setdefault(same_code(written_so), {}).setdefault(written_so, []).append(row)
        style = _Style(str(row.record["code"]) for row in rows)
        uses = self._uses(table)
        for written in spellings.values():
            code = self._spelling(table, written, known, uses, style)
            for spelling, its_rows in written.items():
                if code is not None and spelling != code:
                    for row in its_rows:
                        row.record["code"] = code
                        self._changed("code", row, "code", spelling, code)
        for row in rows:
            row.settled.add("code")

    def _spelling(
        self, table: Table, written: dict[str, list[DraftRow]], known: RowIndex, uses: "_Uses", style: "_Style"
    ) -> str | None:
        """The spelling of a code that its rows get; None where each keeps its own."""
        first = next(iter(written))
        if all(spelling in known.names for spelling in written):
            return None
        how, found = known.find(first)
        if how in ("exact", "code"):
            return found[0]
        rows = [row for its_rows in written.values() for row in its_rows]
        is_exact = all(row.is_exact for row in rows)
        possible = {*written, *uses.alike(first)}
        possible |= {usual for spelling in written if (usual := style.usual(spelling, is_exact=is_exact))}
        if len(possible) == 1:
            return None
        best = max(possible, key=lambda code: (style.fits(code), uses.times(code), code in written, code))
        if len(written) == 1 or _are_alike(table, rows):
            return best
        row = rows[1]
        answer = self.conversion.ask(
            f"same_code:{table.name}:{same_code(first)}",
            "same_code",
            row.sheet,
            row.number,
            row.heading("code"),
            ", ".join(written),
            [Candidate(best, best, 100)],
            may_create=True,
            values={"table": table.name},
        )
        return None if answer is None or answer == NEW else answer

    def _uses(self, table: Table) -> "_Uses":
        """How often each spelling of a code is used by rows of other tables."""
        times: Counter[str] = Counter()
        for other in TABLES:
            rows = self._rows(other)
            names = [c.name for c in other.file_columns if c.refers_to == table.name and rows]
            if table.name == "courses":
                names += [c.name for c in other.file_columns if c.name == "course" and c.name not in names and rows]
            for name in names:
                for row in rows:
                    value = row.record.get(name)
                    items = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
                    times.update(item.partition("@")[0] for item in items)
        return _Uses(times)

    # Links

    def _links(self, table: Table, row: DraftRow, *, is_last: bool) -> None:
        for link, columns in table.links.items():
            if table.by_name[columns[0]].many is not None or any(name in row.settled for name in columns):
                continue
            target = BY_NAME[link.table]
            if not is_last and target.name not in MADE and target is not table:
                continue
            if any(name in row.refused or not isinstance(row.record.get(name), str) for name in columns):
                continue
            row.settled.update(columns)
            if len(columns) > 1 or len(target.key) > 1:
                self._several_parts(table, row, target, columns)
                continue
            try:
                text = str(row.record[columns[0]])
                row.record[columns[0]] = self._resolved(table.by_name[columns[0]], row, target, text)
            except NotRead:
                row.refuse(columns[0])

    def _several_parts(self, table: Table, row: DraftRow, target: Table, columns: tuple[str, ...]) -> None:
        """Settle a link that several codes name: a section by its course and its own code."""
        parts = tuple(str(row.record[name]) for name in columns)
        how, found = self.index(target.name).find("/".join(parts))
        if how == "code":
            taken = next(key for key in self.conversion.records(target.name) if target.label(key) == found[0])
            for name, before, after in zip(columns, parts, taken, strict=True):
                if before != after:
                    row.record[name] = after
                    self._changed("code", row, name, before, str(after))
        elif not how:
            how, courses = self.index("courses").find(parts[0])
            if how == "code":
                row.record[columns[0]] = courses[0]
                self._changed("code", row, columns[0], parts[0], courses[0])

    def _lists(self, table: Table, row: DraftRow, *, is_last: bool) -> None:
        for column in table.lists:
            items = row.record.get(column.name)
            if not isinstance(items, tuple) or not is_last or column.name in row.settled or column.many is None:
                continue
            row.settled.add(column.name)
            settled: list[str] = []
            for item in items:
                for part in self._parts(column, item):
                    try:
                        value = self._item(column, row, part)
                    except NotRead:
                        row.refuse(column.name)
                    else:
                        settled += [value] if value is not None else []
            if column.name not in row.refused:
                row.record[column.name] = tuple(dict.fromkeys(settled))

    def _parts(self, column: Column, item: str) -> list[str]:
        """An item, or its parts where only these name rows: "F1 / F2"."""
        assert column.many is not None  # noqa: S101 (only list columns come here)
        index = self.index(column.many.link.table)
        if len(BY_NAME[column.many.link.table].key) > 1 or index.find(item.partition("@")[0])[0]:
            return [item]
        parts = [part for part in BETWEEN_ITEMS.split(item) if part]
        return parts if len(parts) > 1 and all(index.find(part.partition("@")[0])[0] for part in parts) else [item]

    def _item(self, column: Column, row: DraftRow, item: str) -> str | None:
        many = column.many
        assert many is not None  # noqa: S101 (only list columns come here)
        if many.second is None:
            return self._resolved(column, row, BY_NAME[many.link.table], item)
        first, sign, second = item.partition("@")
        value = self._resolved(column, row, BY_NAME[many.link.table], first.strip())
        if value is None or not sign:
            return value
        behind = self._resolved(column, row, BY_NAME[many.second.table], second.strip())
        return f"{value}@{behind}" if behind is not None else None

    def _resolved(self, column: Column, row: DraftRow, target: Table, text: str) -> str | None:
        """The code of the row that a text names; None where the cell is empty. Raises `NotRead` where it is asked."""
        index = self.index(target.name)
        how, found = index.find(text)
        if how == "exact":
            return text
        if not how and not row.is_exact and (one := index.one(text)) is not None:
            how, found = "code", [one]
        if how in ("code", "name"):
            self._changed(how, row, column.name, text, found[0])
            return found[0]
        is_optional = not column.required
        if text.casefold() in NO_VALUE and is_optional:
            self._changed("no_value", row, column.name, text, "")
            return None
        may_make = target.name in MADE and self.conversion.known.is_given
        if may_make and not row.is_exact and not self._is_told_of(target):
            return self._made(target, row, column, text)
        candidates = self._candidates(target.name, index, text, found)
        best = candidates[0].score if candidates else 0
        may_ask = bool(index.names) and (best >= SURE or not row.is_exact or target.name in MADE)
        if not self.conversion.known.is_given or not may_ask:
            return text
        answer = self.conversion.ask(
            f"link:{target.name}:{same_code(text)}",
            "several" if how == "several" else "link",
            row.sheet,
            row.number,
            row.heading(column.name),
            text,
            candidates,
            may_create=may_make,
            may_skip=True,
            values={"table": target.name},
        )
        if answer is None:
            raise NotRead
        if answer == NEW and may_make:
            return self._made(target, row, column, text)
        if answer == LEAVE_OUT:
            row.is_left_out = row.is_left_out or not is_optional
            return None
        return answer

    def _candidates(self, target: str, index: RowIndex, text: str, found: list[str]) -> list[Candidate]:
        """What may be meant, looked for once for each text, and not for thousands of them: then a list is wrong."""
        key = target, same_code(text)
        if key not in self._nearest and len(self._nearest) < MOST_LOOKED_FOR:
            self._nearest[key] = index.nearest(text, found)
        return self._nearest.get(key, [])

    def _is_told_of(self, target: Table) -> bool:
        """Whether a table has rows of its own, in the book or in the database, and not only made ones."""
        return bool(self.conversion.known.records(target.name)) or any(not row.made for row in self._rows(target))

    def _made(self, target: Table, row: DraftRow, column: Column, text: str) -> str:
        """Add a row for what a column names and nothing else tells of; the spelling that is used most."""
        alike = Counter(
            str(other.record[column.name])
            for rows in self.conversion.rows.values()
            for other in rows
            if column.name in other.record and same_code(str(other.record[column.name])) == same_code(text)
        )
        name = alike.most_common(1)[0][0] if alike else text
        code = made_code(name, self.index(target.name).names)
        record = {"code": code, "name": name}
        self.conversion.add(
            target.name, row.sheet, row.number, record, made=True, headings={"code": row.heading(column.name)}
        )
        self._indexes.pop(target.name)
        self.conversion.changed("made", row.sheet.name, row.heading(column.name), "", code)
        if text != code:
            self._changed("code" if same_code(text) == same_code(code) else "name", row, column.name, text, code)
        return code

    # Words and duplicates

    def _words(self, columns: tuple[tuple[str, str], ...], *, is_last: bool) -> None:
        """Give words that are compared with each other one spelling: the known one, else the most frequent.

        A word of the organisation's lists that is nearly one of those is asked about.
        """
        cells = [(row, name) for table, name in columns for row in self._rows(BY_NAME[table]) if row.record.get(name)]
        counts: Counter[str] = Counter()
        for row, name in cells:
            counts.update(_words_of(row.record[name]))
        stored = {
            word for table, name in columns for record in self.conversion.known.records(table).values()
            for word in _words_of(record.get(name))
        }  # fmt: skip
        if not all(row.is_exact for row, _name in cells):
            stored |= {str(BY_NAME[table].by_name[name].default or "") for table, name in columns} - {""}
        spellings: dict[str, str] = {}
        for word in sorted({*counts, *stored}, key=lambda word: (word not in stored, -counts[word], word.swapcase())):
            spellings.setdefault(same_code(word), word)
        for row, name in cells:
            before = row.record[name]
            after = tuple(self._spelled(word, spellings, stored) for word in _words_of(before))
            if is_last and not row.is_exact and BY_NAME[columns[0][0]].by_name[columns[0][1]].vocabulary:
                after = tuple(self._meant(word, stored, row, name) for word in after)
            for found, taken in zip(_words_of(before), after, strict=True):
                if found != taken:
                    self._changed("word", row, name, found, taken)
            row.record[name] = tuple(dict.fromkeys(after)) if isinstance(before, tuple) else after[0]

    def _spelled(self, word: str, spellings: dict[str, str], stored: set[str]) -> str:
        return word if word in stored else spellings[same_code(word)]

    def _meant(self, word: str, stored: set[str], row: DraftRow, name: str) -> str:
        """The stored word that is meant by one that is none of them but nearly; a person says whether it is."""
        if word in stored:
            return word
        index = RowIndex(dict.fromkeys(sorted(stored), ""))
        near = [candidate for candidate in index.nearest(word) if candidate.score >= SURE]
        if not near:
            return word
        key, heading = f"word:{name}:{same_code(word)}", row.heading(name)
        answer = self.conversion.ask(key, "word", row.sheet, row.number, heading, word, near, may_create=True)
        return word if answer in (None, NEW) else answer

    def _once(self, table: Table) -> None:
        """Keep each row once: what stands there twice alike is read once, what differs is a fault."""
        first: dict[tuple[Value, ...], DraftRow] = {}
        kept = []
        for row in self._rows(table):
            if row.is_left_out:
                self.conversion.changed("row_left_out", row.sheet.name, "", "", "")
                continue
            if row.refused & set(table.key):
                kept.append(row)
                continue
            key = table.key_of({**dict.fromkeys(table.key), **row.record})
            other = first.setdefault(key, row)
            if other is row:
                kept.append(row)
            elif not row.made and _are_alike(table, (other, row)):
                self.conversion.changed("duplicate", row.sheet.name, "", table.label(key), "")
            elif not row.made and not other.made:
                columns = ", ".join(row.heading(name) for name in table.key if row.record.get(name) is not None)
                expected = _("each once; it is in row %(key)s already", key=other.number)
                self.conversion.fault(row.sheet, row.number, columns, table.label(key), expected, table.key[-1])
                self.conversion.unreadable[table.name] += 1
            elif not row.made:
                kept[kept.index(other)] = first[key] = row
        if table.name in self.conversion.rows:
            self.conversion.rows[table.name] = kept


def _are_alike(table: Table, rows: Iterable[DraftRow]) -> bool:
    """Whether rows say the same, apart from how their codes are written."""
    first, *others = rows
    codes = {column.name for column in table.file_columns if column.kind in (Kind.CODE, Kind.LINK)}

    def said(row: DraftRow, names: Iterable[str]) -> list[Value]:
        values = ((name, row.record[name]) for name in sorted(names))
        return [same_code(value) if name in codes and isinstance(value, str) else value for name, value in values]

    return all(
        said(row, names) == said(first, names) and row.refused == first.refused
        for row in others
        for names in (row.record.keys() & first.record.keys(),)
    )


def _words_of(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) and value else ()


class _Uses:
    """How often each spelling of a code is used."""

    def __init__(self, times: Counter[str]) -> None:
        self._times = times
        self._alike: dict[str, list[str]] = {}
        for spelling in times:
            self._alike.setdefault(same_code(spelling), []).append(spelling)

    def times(self, code: str) -> int:
        """How often a spelling is used."""
        return self._times[code]

    def alike(self, code: str) -> list[str]:
        """All spellings of the same code."""
        return self._alike.get(same_code(code), [])


class _Style:
    """How the codes of a column are written: in capitals or not, and with which letters."""

    def __init__(self, codes: Iterable[str]) -> None:
        codes = list(codes)
        lettered = [code for code in codes if code.upper() != code.lower()]
        upper = sum(code == code.upper() for code in lettered)
        self.is_upper = bool(lettered) and upper >= UPPER_SHARE * len(lettered)
        self._letters = Counter(_letters(code) for code in lettered)
        self._are_rare_apostrophes = 2 * sum(code.startswith(APOSTROPHES) for code in codes) <= len(codes)

    def fits(self, code: str) -> tuple[bool, bool]:
        """How well a spelling goes with the others."""
        return not code.startswith(APOSTROPHES), self.is_upper and code == code.upper()

    def usual(self, code: str, *, is_exact: bool) -> str:
        """The code as the others are written, "" where it is.

        In the exchange format only where more codes have the same letters in capitals: cse05 among CSE01 to CSE20.
        """
        plain = code.lstrip("".join(APOSTROPHES)) if self._are_rare_apostrophes else code
        letters = self._letters
        is_odd = not is_exact or letters[_letters(plain.upper())] > letters[_letters(plain)]
        usual = plain.upper() if self.is_upper and is_odd else plain
        return usual if usual != code else ""


def _letters(code: str) -> str:
    return re.sub(r"[\W\d_]+", " ", code).strip()
