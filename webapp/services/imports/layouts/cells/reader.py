"""Cells of one column become values: tolerantly where there is one reading, asked about where there are two.

What the strict reader takes (`schema/values.py`) is taken as it is, so our own exports are read without a change; what
it refuses is tried in the ways in which people and spreadsheets write numbers, days and times (`numbers.py`,
`dates.py`).
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from rapidfuzz import fuzz, process

from webapp.services.imports.formats.cells import cell_text, unguard_formula
from webapp.services.imports.formats.workbooks import RawSheet, RawValue, ValuelessCell
from webapp.services.imports.layouts.cells import dates, numbers
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.plan import LEAVE_OUT
from webapp.services.imports.layouts.questions import Candidate
from webapp.services.imports.sheets import MOST_CHARACTERS
from webapp.services.schema.columns import Column, Kind, Value
from webapp.services.schema.values import DAY_NAMES, EMAIL, ValueRefused, check, empty, nothing, read, write
from webapp.services.shared.words import _

SPACES = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff\u00ad]+")
"""Spaces of every kind, with those that nobody sees."""
NO_VALUE = frozenset({"-", "--", "—", "–", "na", "n/a", "n.a.", "nil", "none", "null", "tba", "tbd", ".", "?"})
"""What people write where there is nothing."""
YES = frozenset({"on", "t", "ja", "oui", "si", "✓", "✔", "available", "open", "active", "ok", "required"})
NO = frozenset({"off", "f", "nein", "non", "✗", "✘", "-", "unavailable", "closed", "inactive", "not required"})
CHOICES = {
    "not available": "unavailable",
    "na": "unavailable",
    "busy": "unavailable",
    "blocked": "unavailable",
    "absent": "unavailable",
    "closed": "unavailable",
    "no": "unavailable",
    "not preferred": "avoid",
    "rather not": "avoid",
    "dislike": "avoid",
    "preferred": "prefer",
    "like": "prefer",
}
"""Other words for what a column may choose from."""
SAME_WORD = 88
"""From this likeness (0 to 100) on a word is taken for the one that it is a misspelling of."""
ACADEMIC_YEAR = re.compile(r"(?:ay\s*)?(\d{4})\s*[-/–—_]\s*(?:\d\d)?(\d{2})", re.I | re.ASCII)
TIME_QUESTION, DATE_QUESTION, DAY_QUESTION, NUMBER_QUESTION = "time_of_day", "date_order", "day_numbers", "thousands"


class NotRead(Exception):
    """A cell has no value yet: what is wrong with it, or what has to be asked, is noted already."""


class _LeftEmpty(Exception):
    """Somebody said that the cell is left empty."""


class ColumnReader:
    """Reads the cells of a column of a sheet as values of a table's column.

    Parameters
    ----------
    conversion
        Where changes, questions and faults go.
    sheet, heading
        Where the cells are, in the file's own words.
    column
        What they are to become.
    evidence
        All cells of the column (and of others that are likely to be written alike), which tell what one alone does
        not: whether 03/04/2026 is in April.
    role
        What the column of the sheet was taken for, where that is not the table's column.
    kept
        Texts that are read exactly as they stand, because they are stored so.
    """

    def __init__(
        self,
        conversion: Conversion,
        sheet: RawSheet,
        heading: str,
        column: Column,
        evidence: Iterable[RawValue] = (),
        role: str = "",
        kept: frozenset[str] = frozenset(),
    ) -> None:
        self.conversion, self.sheet, self.heading, self.column = conversion, sheet, heading, column
        self.role = role or column.name
        self._evidence = tuple(evidence) if column.kind in (Kind.DATE, Kind.DAY, Kind.TIME) else ()
        self._kept = kept
        self._order: str | None = None
        self._done: dict[tuple[type, RawValue], tuple[Value, tuple[tuple[str, str, str], ...]]] = {}

    def read(self, row: int, raw: RawValue) -> Value:
        """The value of a cell; raises `NotRead`."""
        known = self._done.get((type(raw), raw))
        if known is None:
            noted: list[tuple[str, str, str]] = []
            try:
                value = self._value(row, raw, noted)
            except _LeftEmpty:
                return empty(self.column)
            except ValueRefused as refused:
                found = cell_text(raw).strip()
                self.conversion.fault(self.sheet, row, self.heading, found, refused.expected, self.role)
                raise NotRead from refused
            known = self._done[type(raw), raw] = value, tuple(noted)
        for code, found, taken in known[1]:
            self.conversion.changed(code, self.sheet.name, self.heading, found, taken)
        return known[0]

    def _value(self, row: int, raw: RawValue, noted: list[tuple[str, str, str]]) -> Value:
        if isinstance(raw, ValuelessCell):
            raise ValueRefused("formula", _("a value: the cell holds a formula without one, or an error"))
        if not isinstance(raw, str):
            return self._of_number(row, raw, noted)
        if len(raw) > MOST_CHARACTERS:
            raise ValueRefused("length", _("at most %(most_characters)s characters", most_characters=MOST_CHARACTERS))
        return self._of_text(row, self._tidied(raw, noted), noted)

    def _tidied(self, raw: str, noted: list[tuple[str, str, str]]) -> str:
        """The text without spaces that say nothing; a list keeps its line ends, what is stored so is left."""
        text = unguard_formula(raw)
        if text.strip() in self._kept:
            return text.strip()
        if self.column.kind in (Kind.ROWS, Kind.CODES):
            tidy = "\n".join(SPACES.sub(" ", line).strip() for line in text.splitlines()).strip()
        else:
            tidy = SPACES.sub(" ", text).strip()
        if tidy != text:
            noted.append(("spaces", "", ""))
        return tidy

    def _of_number(self, row: int, raw: RawValue, noted: list[tuple[str, str, str]]) -> Value:
        """A value of a cell that the spreadsheet holds as a number, a day or a time."""
        kind = self.column.kind
        value: Value = None
        if kind is Kind.DATE:
            if isinstance(raw, date):
                return check(self.column, dates.as_date(raw))
            if isinstance(raw, int | float) and not isinstance(raw, bool):
                value = dates.date_of_serial(raw, from_1904=self.conversion.book.from_1904)
        elif kind is Kind.TIME:
            match raw:
                case time():
                    return self._checked(dates.rounded(datetime.combine(date.min, raw) - datetime.min), raw)
                case datetime():
                    return self._checked(dates.rounded(raw - datetime.combine(raw.date(), time())), raw)
                case timedelta():
                    return self._checked(dates.rounded(raw), raw)
                case float() | int() if not isinstance(raw, bool):
                    value = dates.time_of_fraction(raw)
        if value is None:
            return self._of_text(row, cell_text(raw), noted)
        noted.append(("excel_number", cell_text(raw), write(self.column, value)))
        return check(self.column, value)

    def _checked(self, value: Value, raw: RawValue) -> Value:
        if value is None:
            return read(self.column, cell_text(raw))
        return check(self.column, value)

    def _of_text(self, row: int, text: str, noted: list[tuple[str, str, str]]) -> Value:
        if not text:
            return nothing(self.column)
        answered = self._doubtful(row, text)
        if answered is not None:
            noted.append(("answer", text, write(self.column, answered)))
            return check(self.column, answered)
        try:
            return read(self.column, text)
        except ValueRefused:
            code, value = self._otherwise(text)
            if code is None:
                raise
            checked = check(self.column, value) if value is not None else nothing(self.column)
            noted.append((code, text, write(self.column, checked)))
            return checked

    def _otherwise(self, text: str) -> tuple[str | None, Value]:
        """What a text that the strict reader refuses can only mean, with the code of the change; None: nothing."""
        column, plain = self.column, text.casefold()
        if column.kind in (Kind.WHOLE, Kind.DECIMAL):
            for code, number in numbers.readings(text.lstrip("'’"), roman="semester" in column.name):
                if column.kind is Kind.DECIMAL:
                    return code, number
                if number == int(number):
                    return code, int(number)
        elif column.kind is Kind.DATE:
            days = dates.dates_of(text.lstrip("'’"))
            serial = dates.date_of_serial(int(text)) if re.fullmatch(r"\d{5}", text, re.ASCII) else None
            if len(days) == 1 or serial is not None:
                return "date", serial or next(iter(days.values()))
        elif column.kind is Kind.TIME:
            times = dates.times_of(text.lstrip("'’"))
            fraction = re.fullmatch(r"0?[.,]\d+", text, re.ASCII)
            if len(times) == 1:
                return "time", times[0]
            if fraction is not None and (found := dates.time_of_fraction(float(text.replace(",", ".")))) is not None:
                return "excel_number", found
        elif column.kind is Kind.DAY:
            name = dates.plain(text)
            day = dates.day_names().get(name, dates.LETTERS_OF_DAYS.get(name))
            if day is not None:
                return "day", day
        elif column.kind is Kind.YES_NO and plain in YES | NO:
            return "yes_no", plain in YES
        elif column.kind is Kind.EMAIL:
            found_addresses = re.findall(EMAIL, text.replace("mailto:", ""))
            if len(found_addresses) == 1:
                return "email", found_addresses[0].rstrip(".")
        elif column.kind is Kind.WEEKS:
            return self._weeks(text)
        elif column.kind is Kind.TEXT:
            return self._word(text)
        if plain in NO_VALUE and not column.required and column.kind not in (Kind.TEXT, Kind.LINK, Kind.ROWS):
            return "no_value", None
        return None, None

    def _word(self, text: str) -> tuple[str | None, Value]:
        if self.column.choices:
            if text.casefold() in CHOICES and CHOICES[text.casefold()] in self.column.choices:
                return "word", CHOICES[text.casefold()]
            near = process.extract(text.casefold(), self.column.choices, scorer=fuzz.ratio, score_cutoff=SAME_WORD)
            if len(near) == 1:
                return "word", near[0][0]
        return None, None

    def _weeks(self, text: str) -> tuple[str | None, Value]:
        plain = re.sub(r"\b(?:weeks?|wks?|w)\.?\s*(?=\d)", "", text, flags=re.I)
        plain = re.sub(r"\s+(?:and|und|&)\s+", ",", plain, flags=re.I)
        plain = re.sub(r"\s+(?:to|bis|until)\s+", "-", plain, flags=re.I)
        if plain == text:
            return None, None
        return "weeks", read(self.column, plain)

    def _doubtful(self, row: int, text: str) -> Value:
        """The answer for a text with two readings; None where it has one. Raises `NotRead` where it is not answered."""
        column = self.column
        if column.kind in (Kind.WHOLE, Kind.DECIMAL) and numbers.is_doubtful(text):
            return self._doubtful_number(row, text)
        if column.kind is Kind.DATE:
            days = dates.dates_of(text)
            if len(days) == 2:
                order = self._date_order() or self._ask(
                    row, DATE_QUESTION, "", text, [Candidate(o, d.isoformat()) for o, d in days.items()]
                )
                return days.get(order, days["day"])
        if column.kind is Kind.TIME:
            times = dates.times_of(text)
            if len(times) == 2:
                halves = [Candidate("pm", f"{times[1]:%H:%M}"), Candidate("am", f"{times[0]:%H:%M}")]
                return times[self._ask(row, TIME_QUESTION, "", text, halves) == "pm"]
        if column.kind is Kind.DAY and re.fullmatch(r"[0-7]", text):
            first = self._ask(row, DAY_QUESTION, "", text, self._first_days(int(text)))
            return (int(text) - 1 if first == "monday" else int(text) - 2) % 7
        return None

    def _first_days(self, number: int) -> list[Candidate]:
        monday, sunday = DAY_NAMES[(number - 1) % 7], DAY_NAMES[(number - 2) % 7]
        return [Candidate("monday", monday), Candidate("sunday", sunday)]

    def _doubtful_number(self, row: int, text: str) -> Value:
        possible: dict[str, Value] = {}
        for number in numbers.doubtful_readings(text):
            value: Value = int(number) if self.column.kind is Kind.WHOLE and number == int(number) else number
            try:
                possible[write(self.column, number)] = check(self.column, value)
            except ValueRefused:
                continue
        if not possible:
            return None
        answer = self._ask(row, NUMBER_QUESTION, text, text, [Candidate(said, said) for said in possible])
        return possible.get(answer) or next(iter(possible.values()))

    def _date_order(self) -> str:
        if self._order is None:
            self._order = dates.date_order(self._evidence)
        return self._order

    def _ask(self, row: int, code: str, about: str, found: str, candidates: list[Candidate]) -> str:
        """The answer to a question about the column, or about one text of it; raises `NotRead` where there is none."""
        key = ":".join(filter(None, (code, self.sheet.name, self.role, about)))
        may_skip = not self.column.required
        answer = self.conversion.ask(key, code, self.sheet, row, self.heading, found, candidates, may_skip=may_skip)
        if answer is None:
            raise NotRead
        if answer == LEAVE_OUT:
            raise _LeftEmpty
        return answer


def academic_year(text: str) -> str:
    """An academic year as it is written here (2024-25), where a text can only mean that; else the text."""
    match = ACADEMIC_YEAR.fullmatch(text.strip())
    return f"{match[1]}-{match[2]}" if match is not None else text
