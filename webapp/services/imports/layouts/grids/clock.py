"""Hours of the clock as offices write them: "9:00 AM - 10:00 AM", "09.00-09.50", "9 to 10"."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from webapp.services.imports.formats.workbooks import RawValue

CLOCK = r"(\d{1,2})(?:\s*[:.h]\s*(\d{2}))?(?:\s*:\s*00)?\s*(?:([ap])\s*\.?\s*m?\b\.?|(noon)|hrs?\b\.?)?"
COMPACT = re.compile(r"\b(\d{1,2})(\d{2})(?=\s*(?:hrs?)?\s*(?:[-–—~]|to\b|till\b|until\b|$|hrs))", re.I)
"""Hours and minutes without a sign between, such as 0930."""
RANGE = re.compile(rf"{CLOCK}\s*(?:[-–—~]+|to|till|until)\s*{CLOCK}", re.I)
POINT = re.compile(CLOCK, re.I)
HALF_DAY, DAY = 12 * 60, 24 * 60
FIRST_HOUR = 7
"""An hour from 1 to 6 without a.m. or p.m. is in the afternoon: nobody teaches at night."""
LAST_END = 22 * 60
LONGEST_BREAK = 3 * 60
LONGEST = 6 * 60
"""Minutes of the longest period that a pair of times is believed to be."""


@dataclass(frozen=True, slots=True)
class ClockRange:
    """A period from one time of the day to another, in minutes since midnight."""

    start: int
    end: int

    @property
    def times(self) -> tuple[time, time]:
        """Its two times."""
        return time(*divmod(self.start, 60)), time(*divmod(self.end, 60))


@dataclass(frozen=True, slots=True)
class _Point:
    """A time as it is written: minutes, and whether a.m. or p.m. is said ("" where it is not)."""

    minutes: int
    half: str

    def after(self, earliest: int | None) -> int | None:
        """The time of the day that is meant, the first one from ``earliest`` on; None where there is none."""
        hours = self.minutes // 60
        if hours > 24 or self.minutes % 60 > 59 or (self.half and not 1 <= hours <= 12):
            return None
        if self.half:
            return self.minutes % HALF_DAY + (HALF_DAY if self.half == "p" else 0)
        if hours > 12 or hours == 0:
            return self.minutes
        early = self.minutes
        late = self.minutes % HALF_DAY + HALF_DAY
        if earliest is None or earliest > LAST_END:
            return late if hours < FIRST_HOUR or hours == HALF_DAY // 60 else early
        follows = 0 <= late - earliest <= LONGEST_BREAK and late < LAST_END
        if hours < FIRST_HOUR or hours == HALF_DAY // 60:
            return late
        return late if early < earliest and follows else early


LONGEST_RANGE = 120
"""Characters beyond which a text is no range of hours, so that none is looked for in it."""


def range_of(text: str, earliest: int | None = None) -> ClockRange | None:
    """The range that a text names; None where it names none.

    ``earliest`` is when the period before ends: what does not say a.m. or p.m. follows it.
    """
    if len(text) > LONGEST_RANGE:
        return None
    match = RANGE.search(COMPACT.sub(r"\1:\2", text.replace("\n", " ")))
    if match is None:
        return None
    start, end = _point(match, 1), _point(match, 5)
    if end.half and not start.half:
        start = _before(start, end)
    return _range(start, end, earliest)


def range_between(start: RawValue, end: RawValue, earliest: int | None = None) -> ClockRange | None:
    """The range between two cells that each hold a time; None where one does not."""
    first, last = _point_of(start), _point_of(end)
    return _range(first, last, earliest) if first is not None and last is not None else None


def _range(start: _Point, end: _Point, earliest: int | None) -> ClockRange | None:
    begins = start.after(earliest)
    ends = end.after(begins) if begins is not None else None
    if begins is None or ends is None or not 0 < ends - begins <= LONGEST or ends > DAY - 1:
        return None
    return ClockRange(begins, ends)


def _before(start: _Point, end: _Point) -> _Point:
    """The beginning of a range that says a.m. or p.m. behind its end only."""
    for half in ("p", "a") if end.half == "p" else ("a", "p"):
        tried = _Point(start.minutes, half)
        begins, ends = tried.after(None), end.after(None)
        if begins is not None and ends is not None and 0 < ends - begins <= LONGEST:
            return tried
    return start


def _point(match: "re.Match[str]", group: int) -> _Point:
    hours, minutes = int(match[group]), int(match[group + 1] or 0)
    half = "p" if match[group + 3] else (match[group + 2] or "").lower()
    return _Point(hours * 60 + (minutes if minutes < 60 else 10_000), half)


def _point_of(value: RawValue) -> _Point | None:
    match value:
        case datetime() | time():
            return _Point(value.hour * 60 + value.minute, "")
        case timedelta():
            return _Point(round(value.total_seconds() / 60), "")
        case float() if 0 <= value < 1:
            return _Point(round(value * DAY), "")
        case int() | float() if 0 < value < 25 and value == int(value):  # 9.5 may be 9:30 and 9:50
            return _Point(int(value) * 60, "")
        case str():
            found = POINT.fullmatch(COMPACT.sub(r"\1:\2", value.strip()))
            return _point(found, 1) if found is not None else None
    return None
