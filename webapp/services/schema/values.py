"""The one reader of values: a form's field and a file's cell are read, checked and written here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from webapp.services.schema.columns import Column, Kind, Record, Value
from webapp.services.shared import day_patterns
from webapp.services.shared.words import _, in_runs

DAY_NAMES = day_patterns.NAMES
"""Days as files and reports write them, in no language but this; 0 is Monday."""
YES = frozenset({"yes", "y", "true", "1", "x"})
NO = frozenset({"no", "n", "false", "0"})
SEPARATORS = re.compile(r"[,;|\n]")
EMAIL = re.compile(r"[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:.]+")
EMAIL_LENGTH_MAX = 254
UNPRINTABLE = re.compile("[\x00-\x1f\ufffe\uffff]")
"""What no name or code holds: control characters, and what XML does not allow."""
SIGNS_OF_LISTS = frozenset(",;|@")
"""What no code holds, because it separates codes."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
WEEK_MAX = 60


class ValueRefused(ValueError):
    """A value is not what the column holds.

    ``code`` names the reason; ``expected`` says in words what would do, as a fault of a file does, and ``sentence`` the
    same as a whole sentence, as it stands at a form's field.
    """

    def __init__(self, code: str, expected: str, sentence: str = "") -> None:
        super().__init__(expected)
        self.code = code
        self.expected = expected
        self.sentence = sentence or expected_sentence(expected)


def expected_sentence(expected: str, value: str = "") -> str:
    """Describe what was expected of a value that will not do."""
    if value:
        return _("Expected %(expected)s, found “%(found)s”.", found=value, expected=expected)
    return _("Expected %(expected)s.", expected=expected)


def nearest(word: str, known: Iterable[object]) -> str:
    """The nearest known word, or nothing when none is near."""
    by_lower = {str(word).lower(): str(word) for word in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else ""


def did_you_mean(word: str, known: Iterable[object]) -> str:
    """Name the nearest known word, as the end of a sentence; nothing when none is near."""
    near = nearest(word, known)
    return _(" (did you mean %(near)r?)", near=near) if near else ""


def listed(record: Record, name: str) -> tuple[str, ...]:
    """The items that a cell lists; nothing where it is empty or not there."""
    value = record.get(name)
    return value if isinstance(value, tuple) else ()


def empty(column: Column) -> Value:
    """The value that an empty cell or field means."""
    if column.kind is Kind.DECIMAL and isinstance(column.default, int):
        return Decimal(column.default)
    if column.default is not None:
        return column.default
    if column.kind in (Kind.CODES, Kind.ROWS):
        return ()
    return "" if column.kind in (Kind.TEXT, Kind.DAYS) else None


def read(column: Column, text: str) -> Value:
    """Read a text as a value of the column; raises `ValueRefused`."""
    text = text.strip()
    if not text:
        return nothing(column)
    return check(column, READERS[column.kind](text))


def nothing(column: Column) -> Value:
    """The value of an empty cell or field; raises `ValueRefused` where the column is required."""
    if column.required:
        raise ValueRefused("required", _("something: the column is required"), _("This is needed."))
    return empty(column)


def check(column: Column, value: Value) -> Value:
    """The value, where the column can hold it; raises `ValueRefused`."""
    match value:
        case bool():
            return value
        case int() | Decimal():
            return _number(column, value)
        case str():
            return _text(column, value)
        case tuple():
            for code in value:
                _text(column, code)
        case frozenset():
            _weeks(column, value)
        case date() if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueRefused("year", _("a date from %(first)d to %(last)d", first=FIRST_YEAR, last=LAST_YEAR))
    return value


def write(column: Column, value: Any) -> str:
    """Write a value as the text that `read` reads back."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() if column.kind is Kind.DAY:
            return DAY_NAMES[value]
        case time():
            return f"{value:%H:%M}"
        case frozenset():
            return in_runs(value)
        case tuple() | list():
            return ", ".join(value)
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return str(value)


def _number(column: Column, number: int | Decimal) -> Value:
    if column.kind is Kind.DAY:
        if number not in range(7):
            raise ValueRefused("day", _("a day such as Monday or Mon"), _("A day is one of Monday to Sunday."))
        return number
    is_finite = isinstance(number, int) or number.is_finite()
    if (
        is_finite
        and (column.least is None or number >= column.least)
        and (column.most is None or number <= column.most)
    ):
        if isinstance(number, int) or number == number.quantize(Decimal("0.1")):
            return number
        raise ValueRefused("decimals", _number_words(column))
    raise ValueRefused("bounds", _number_words(column))


def _number_words(column: Column) -> str:
    bounds = ""
    if column.least is not None and column.most is not None:
        bounds = _(" from %(least)s to %(most)s", least=column.least, most=column.most)
    if column.kind is Kind.DECIMAL:
        return _("a number%(bounds)s with at most one decimal", bounds=bounds)
    return _("a whole number%(bounds)s", bounds=bounds)


def _text(column: Column, text: str) -> Value:
    if len(text) > column.length:
        raise ValueRefused(
            "length", _("at most %(most)s characters, found %(given)s", most=column.length, given=len(text))
        )
    if UNPRINTABLE.search(text):
        raise ValueRefused(
            "unprintable",
            _("text without control characters"),
            _("There is a control character in it, which can't be seen. Type it anew."),
        )
    if column.kind in (Kind.CODE, Kind.LINK) and SIGNS_OF_LISTS & set(text):
        raise ValueRefused(
            "separator",
            _("a code without , ; | and @"),
            _("A code has no , ; | or @ in it: they stand between codes."),
        )
    if column.kind is Kind.EMAIL and not EMAIL.fullmatch(text):
        raise ValueRefused(
            "email",
            _("an e-mail address"),
            _("“%(text)s” is not an e-mail address such as name@example.org.", text=text),
        )
    if column.choices:
        folded = {choice.lower(): choice for choice in column.choices}
        if text.lower() not in folded:
            raise ValueRefused("choice", _("one of ") + ", ".join(column.choices) + did_you_mean(text, column.choices))
        return folded[text.lower()]
    return text


def _weeks(column: Column, weeks: frozenset[int]) -> None:
    most = column.most or WEEK_MAX
    if not weeks or min(weeks) < 1 or max(weeks) > most:
        raise ValueRefused("weeks", _("weeks from 1 to %(most)s, the smaller first", most=most))


def _read_codes(text: str) -> Value:
    return tuple(dict.fromkeys(part.strip() for part in SEPARATORS.split(text) if part.strip()))


def _read_whole(text: str) -> Value:
    if not re.fullmatch(r"[+-]?\d{1,9}(\.0+)?", text, re.ASCII):
        return Decimal("NaN")
    return int(text.partition(".")[0])


def _read_decimal(text: str) -> Value:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _read_yes_no(text: str) -> Value:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise ValueRefused("yes or no", _("yes or no"))


def _read_date(text: str) -> Value:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueRefused("date", _("a date such as 2024-08-01"))


def _read_time(text: str) -> Value:
    match = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?::00)?", text, re.ASCII)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueRefused("time", _("a time from 00:00 to 23:59, such as 09:30"))
    return time(int(match[1]), int(match[2]))


def _read_day(text: str) -> Value:
    near = [day for day, name in enumerate(DAY_NAMES) if len(text) >= 2 and name.lower().startswith(text.lower())]
    if len(near) != 1:
        raise ValueRefused("day", _("a day such as Monday or Mon") + did_you_mean(text, DAY_NAMES))
    return near[0]


def _read_weeks(text: str) -> Value:
    weeks: set[int] = set()
    for part in SEPARATORS.split(text):
        match = re.fullmatch(r"\s*(\d{1,2})\s*(?:[-–]\s*(\d{1,2})\s*)?", part, re.ASCII)
        if match is None:
            raise ValueRefused("weeks", _("weeks such as 1, 3, 5-8"))
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise ValueRefused("weeks", _("weeks from 1 to %(most)s, the smaller first", most=WEEK_MAX))
        weeks.update(range(first, last + 1))
    return frozenset(weeks)


def _read_days(text: str) -> Value:
    patterns = day_patterns.parse(text)
    if patterns is None:
        raise ValueRefused("days", _("a number of days such as 3, or patterns such as Mon-Wed-Fri, Tue-Thu"), _(
            "Write on how many days at the same hour (3), or the days: Mon-Wed-Fri, Tue-Thu. Monday and Friday alone "
            "are Mon+Fri, since Mon-Fri may mean all five."))  # fmt: skip
    if day_patterns.has_two_readings(text):
        every = day_patterns.DayPatterns(named=(tuple(sorted(day for (day,) in patterns.named)),))
        raise ValueRefused(
            "days", _("%(every)s for all these days at the same hour, or %(one)s", every=every, one=patterns)
        )
    return str(patterns)


def _read_text(text: str) -> Value:
    return text


READERS: dict[Kind, Callable[[str], Value]] = {
    Kind.CODE: _read_text,
    Kind.TEXT: _read_text,
    Kind.EMAIL: _read_text,
    Kind.WHOLE: _read_whole,
    Kind.DECIMAL: _read_decimal,
    Kind.YES_NO: _read_yes_no,
    Kind.DATE: _read_date,
    Kind.TIME: _read_time,
    Kind.DAY: _read_day,
    Kind.WEEKS: _read_weeks,
    Kind.DAYS: _read_days,
    Kind.CODES: _read_codes,
    Kind.LINK: _read_text,
    Kind.ROWS: _read_codes,
}
