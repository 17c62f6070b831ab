"""Cells: what a text means to a column, and how a value is written so that it reads back the same."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from webapp.models.types import runs
from webapp.services.schema.file_descriptors import Column, Kind, Value
from webapp.services.shared.words import _

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
YES = frozenset({"yes", "y", "true", "1", "x"})
NO = frozenset({"no", "n", "false", "0"})
SEPARATORS = re.compile(r"[,;|\n]")
EMAIL = re.compile(r"[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:.]+")
UNPRINTABLE = re.compile("[\x00-\x1f\ufffe\uffff]")
"""What no name or code holds: control characters, and what XML does not allow."""
SIGNS_OF_LISTS = frozenset(",;|@")
"""What no code holds, because it separates codes."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
FORMULA = re.compile(r"'*[=+\-@\t\r]")


class CellRefused(ValueError):
    """The cell's text is not what the column holds; the argument says what was expected."""


def did_you_mean(found: str, known: Iterable[object]) -> str:
    """Name the nearest known word, as the end of a sentence; nothing when none is near."""
    by_lower = {str(word).lower(): str(word) for word in known}
    near = get_close_matches(found.lower(), by_lower, n=1, cutoff=0.6)
    return _(" (did you mean %(near)r?)", near=by_lower[near[0]]) if near else ""


def empty(column: Column) -> Value:
    """What an empty cell means in the column."""
    if column.default is None and column.kind is Kind.CODES:
        return ()
    return (
        Decimal(column.default) if column.kind is Kind.DECIMAL and isinstance(column.default, int) else column.default
    )


def read_cell(column: Column, text: str) -> Value:
    """Read a cell's text; raises `CellRefused` with what the column expects."""
    text = text.strip()
    if not text:
        if column.required:
            raise CellRefused(_("something: the column is required"))
        return empty(column)
    return READERS[column.kind](column, text)


def write_cell(column: Column, value: Value) -> str:
    """Write a value as the text that `read_cell` reads back."""
    if value is None:
        return ""
    match column.kind:
        case Kind.YES_NO:
            return "yes" if value else "no"
        case Kind.DAY:
            return DAY_NAMES[int(value)]  # type: ignore[arg-type]
        case Kind.TIME:
            return f"{value:%H:%M}"
        case Kind.WEEKS:
            return ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in runs(value))  # type: ignore[arg-type]
        case Kind.CODES:
            return ", ".join(value)  # type: ignore[arg-type]
        case Kind.DECIMAL:
            return f"{Decimal(value).normalize():f}"  # type: ignore[arg-type]
        case _:
            return str(value)


def guard_formula(text: str) -> str:
    """Prefix what a spreadsheet would take for a formula."""
    return "'" + text if FORMULA.match(text) else text


def unguard_formula(text: str) -> str:
    """Take the prefix away again."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def cell_text(value: Any) -> str:
    """The text of a workbook's cell, as a reader of CSV would have found it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case datetime():
            return value.time().strftime("%H:%M")
        case time():
            return value.strftime("%H:%M")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _text(column: Column, text: str) -> Value:
    if len(text) > column.length:
        raise CellRefused(_("at most %(length)s characters, found %(text)s", length=column.length, text=len(text)))
    if UNPRINTABLE.search(text):
        raise CellRefused(_("text without control characters"))
    if column.choices:
        folded = {choice.lower(): choice for choice in column.choices}
        if text.lower() not in folded:
            raise CellRefused(_("one of ") + ", ".join(column.choices) + did_you_mean(text, column.choices))
        return folded[text.lower()]
    return text


def _code(column: Column, text: str) -> Value:
    if SIGNS_OF_LISTS & set(text):
        raise CellRefused(_("a code without , ; | and @"))
    return _text(column, text)


def _codes(column: Column, text: str) -> Value:
    found = dict.fromkeys(part.strip() for part in SEPARATORS.split(text) if part.strip())
    for code in found:
        _text(column, code)
    return tuple(found)


def _bounds(column: Column) -> str:
    if column.least is not None and column.most is not None:
        return _(" from %(least)s to %(most)s", least=column.least, most=column.most)
    return ""


def _whole(column: Column, text: str) -> Value:
    if not re.fullmatch(r"[+-]?\d{1,9}(\.0+)?", text, re.ASCII):
        raise CellRefused(_("a whole number%(bounds)s", bounds=_bounds(column)))
    number = int(text.partition(".")[0])
    if not _within(column, number):
        raise CellRefused(_("a whole number%(bounds)s", bounds=_bounds(column)))
    return number


def _decimal(column: Column, text: str) -> Value:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not _within(column, number) or number != number.quantize(Decimal("0.1")):
        raise CellRefused(_("a number%(bounds)s with at most one decimal", bounds=_bounds(column)))
    return number


def _within(column: Column, number: int | Decimal) -> bool:
    return (column.least is None or number >= column.least) and (column.most is None or number <= column.most)


def _yes_no(column: Column, text: str) -> Value:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise CellRefused(_("yes or no"))


def _date(column: Column, text: str) -> Value:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"):
        try:
            found = datetime.strptime(text, form).date()
        except ValueError:
            continue
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise CellRefused(_("a date from %(first)d to %(last)d", first=FIRST_YEAR, last=LAST_YEAR))
        return found
    raise CellRefused(_("a date such as 2024-08-01"))


def _time(column: Column, text: str) -> Value:
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?::00)?", text, re.ASCII)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise CellRefused(_("a time from 00:00 to 23:59, such as 09:30"))
    return time(int(found[1]), int(found[2]))


def _day(column: Column, text: str) -> Value:
    near = [day for day, name in enumerate(DAY_NAMES) if len(text) >= 2 and name.lower().startswith(text.lower())]
    if len(near) != 1:
        raise CellRefused(_("a day such as Monday or Mon") + did_you_mean(text, DAY_NAMES))
    return near[0]


def _weeks(column: Column, text: str) -> Value:
    weeks: set[int] = set()
    most = column.most or 60
    for part in SEPARATORS.split(text):
        found = re.fullmatch(r"\s*(\d{1,2})\s*(?:-\s*(\d{1,2})\s*)?", part, re.ASCII)
        if found is None:
            raise CellRefused(_("weeks such as 1, 3, 5-8"))
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= most:
            raise CellRefused(_("weeks from 1 to %(most)s, the smaller first", most=most))
        weeks.update(range(first, last + 1))
    return frozenset(weeks)


def _email(column: Column, text: str) -> Value:
    if not EMAIL.fullmatch(text) or len(text) > column.length:
        raise CellRefused(_("an e-mail address"))
    return text


READERS: dict[Kind, Callable[[Column, str], Value]] = {
    Kind.CODE: _code,
    Kind.TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.DECIMAL: _decimal,
    Kind.YES_NO: _yes_no,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.DAY: _day,
    Kind.WEEKS: _weeks,
    Kind.CODES: _codes,
    Kind.EMAIL: _email,
}
