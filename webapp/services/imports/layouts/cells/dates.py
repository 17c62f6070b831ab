"""Days and times as people and spreadsheets write them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache

from babel.dates import get_day_names, get_month_names

from webapp.services.imports.formats.workbooks import RawValue
from webapp.services.schema.values import DAY_NAMES

FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000
"""Spreadsheets count days: these are those of 1954 to 2119."""
SHORT_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T]+00:00(?::00)?)?", re.ASCII)
YEAR_FIRST = re.compile(r"(\d{4})([/.-]?)(\d{1,2})\2(\d{1,2})(?:[ T]+00:00(?::00(?:\.0+)?)?Z?)?", re.ASCII)
WRITTEN = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[\s./,-]*([^\W\d]+)|([^\W\d]+)[\s./-]*(\d{1,2})(?:st|nd|rd|th)?)"
    r"[\s./,-]*(\d{4}|\d{2})",
    re.I,
)
CLOCK = re.compile(
    r"(\d{1,2})(?:\s*[:.h]\s*(\d{2}))?(?:[:.]00(?:\.0+)?)?\s*(a\.?m\.?|p\.?m\.?)?\s*(?:hrs?\.?|hours|h|uhr|noon)?",
    re.I | re.ASCII,
)
FOUR_DIGITS = re.compile(r"([01]\d|2[0-3])([0-5]\d)\s*(?:hrs?\.?|h|hours)?", re.I | re.ASCII)
FIRST_OF_MORNING = 7
"""An hour below it without AM or PM may be in the afternoon."""
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "tr", "ru", "hi", "id")
LETTERS_OF_DAYS = {"m": 0, "w": 2, "f": 4, "th": 3, "r": 3, "tu": 1, "sa": 5, "su": 6, "mo": 0, "we": 2, "fr": 4}


def plain(text: str) -> str:
    """A name without accents, case, dots."""
    marks = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in marks if not unicodedata.combining(sign)).strip(" .,")


@cache
def month_names() -> dict[str, int]:
    """Months by their names and short names, where no two languages differ about one."""
    return _unambiguous((name, number) for names in _calendar(get_month_names) for number, name in names)


@cache
def day_names() -> dict[str, int]:
    """Days by their names and short names, 0 being Monday."""
    names = _unambiguous((name, number) for names in _calendar(get_day_names) for number, name in names)
    english = {name.lower(): number for number, name in enumerate(DAY_NAMES)}
    more = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
    return names | english | {f"{name}s": number for name, number in english.items()} | more


def _calendar(names_of: object) -> Iterator[Iterable[tuple[int, str]]]:
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            yield names_of(width, locale=language).items()  # type: ignore[operator]


def _unambiguous(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    seen: dict[str, set[int]] = {}
    for name, number in pairs:
        if len(plain(name)) > 1:
            seen.setdefault(plain(name), set()).add(number)
    return {name: next(iter(numbers)) for name, numbers in seen.items() if len(numbers) == 1}


def date_of_serial(number: float, *, from_1904: bool = False) -> date | None:
    """The day that a spreadsheet's number stands for, None where it is none that a term has."""
    if not FIRST_SERIAL <= number <= LAST_SERIAL:
        return None
    return (date(1904, 1, 1) if from_1904 else date(1899, 12, 30)) + timedelta(days=int(number))


def time_of_fraction(number: float) -> time | None:
    """The time that a spreadsheet's number stands for: the fraction of a day behind the comma."""
    fraction = number % 1
    if number < 0 or (number >= 1 and (fraction == 0 or not FIRST_SERIAL <= number <= LAST_SERIAL)):
        return None
    return rounded(timedelta(days=fraction))


def rounded(since_midnight: timedelta) -> time | None:
    """The time to the minute, where it is one to a second or two: numbers of days are not exact."""
    minutes = round(since_midnight.total_seconds() / 60)
    if abs(since_midnight.total_seconds() - 60 * minutes) > 2 or not 0 <= minutes < 24 * 60:
        return None
    return time(*divmod(minutes, 60))


def date_order(values: Iterable[RawValue]) -> str:
    """What the dates of a column say of their order: "day" first, "month" first, or "" where they don't tell."""
    orders = set()
    for value in values:
        match = SHORT_DATE.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is not None and match[2] != ".":
            orders |= ({"day"} if int(match[1]) > 12 else set()) | ({"month"} if int(match[3]) > 12 else set())
    return orders.pop() if len(orders) == 1 else ""


def dates_of(text: str) -> dict[str, date]:
    """The days that a text can mean, by "day" or "month" first; one under "" where only one can be meant."""
    text = " ".join(text.replace(",", ", ").split())
    match = YEAR_FIRST.fullmatch(text)
    if match is not None and (match[2] or len(text) == 8):
        return _only(_date(match[1], match[3], match[4]))
    match = SHORT_DATE.fullmatch(text)
    if match is None:
        return _only(_written(text))
    first, sign, second, year = match[1], match[2], match[3], match[4]
    day_first, month_first = _date(year, second, first), _date(year, first, second)
    if sign == "." or month_first is None or day_first == month_first:
        return _only(day_first)
    return {"day": day_first, "month": month_first} if day_first is not None else _only(month_first)


def _only(day: date | None) -> dict[str, date]:
    return {"": day} if day is not None else {}


def _date(year: str, month: str, day: str) -> date | None:
    number = int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def _written(text: str) -> date | None:
    head, sign, rest = text.partition(",")
    if sign and plain(head) in day_names():
        text = rest.strip()
    match = WRITTEN.fullmatch(text)
    month = month_names().get(plain(match[2] or match[3])) if match is not None else None
    return _date(match[5], str(month), match[1] or match[4]) if match is not None and month is not None else None


def times_of(text: str) -> list[time]:
    """The times that a text can mean: two, where an early hour says neither AM nor PM; none where it is no time."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text.lower() in ("noon", "12 noon"):
        return [time(12)]
    if (match := FOUR_DIGITS.fullmatch(text)) is not None:
        return [time(int(match[1]), int(match[2]))]
    match = CLOCK.fullmatch(text)
    if match is None:
        return []
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()[:1]
    if minute > 59 or hour > 23 or (half and (hour == 0 or (hour > 12 and half == "a"))):
        return []
    if half:
        hour = (hour % 12 + (12 if half == "p" else 0)) if hour <= 12 else hour
        return [time(hour, minute)]
    if 0 < hour < FIRST_OF_MORNING and not match[1].startswith("0"):
        return [time(hour, minute), time(hour + 12, minute)]
    return [time(hour, minute)]


def as_date(value: date) -> date:
    """The day of a date or of a date with a time."""
    return value.date() if isinstance(value, datetime) else value


DAY_TOKEN = re.compile(
    r"(mon|tue?s?|wed|thu?r?s?|fri|sat|sun|mo|we|fr|sa|su|[mtwrfsu])(?:day|nesday|urday)?[\s,;/&.+-]*", re.I
)
DAYS_BY_LETTERS = {"m": 0, "t": 1, "w": 2, "r": 3, "f": 4, "s": 5, "u": 6, "th": 3, "su": 6}


def days_in(text: str) -> tuple[int, ...]:
    """The days that a pattern such as MWF, TTh, TR or Mon/Wed names, 0 being Monday; () where it is none."""
    days, rest = [], text.strip()
    while rest:
        match = DAY_TOKEN.match(rest)
        if match is None:
            return ()
        word = match[1].lower()
        days.append(DAYS_BY_LETTERS.get(word[:2], DAYS_BY_LETTERS[word[0]]))
        rest = rest[match.end() :]
    return tuple(dict.fromkeys(days))
