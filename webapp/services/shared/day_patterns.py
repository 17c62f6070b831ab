"""Patterns over days: a meeting that is held on several days of a week at the same hour, such as Mon-Wed-Fri.

A component either names its patterns, or says on how many days; then any days will do.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Days as files write them, in no language but this; 0 is Monday."""
SHORT = tuple(name[:3] for name in NAMES)
LETTERS = {"M": 0, "TU": 1, "T": 1, "W": 2, "TH": 3, "R": 3, "F": 4, "SA": 5, "S": 5, "SU": 6, "U": 6}
"""Days as timetables of colleges abbreviate them within one word: MWF, TTh."""
IN_ONE_WORD = re.compile("TU|TH|SA|SU|[MTWRFSU]")
HYPHEN = re.compile("[-–]")
FAR_APART = 3
"""Two days that stand so far from each other, joined by a hyphen, may mean all those between them as well."""
MOST_PATTERNS = 40
SINGLE_DAYS_APART = " or "
"""Between patterns of one day each: with a comma they could be the days of one pattern as well."""

Days = tuple[int, ...]
"""Days of a week in ascending order, 0 is Monday."""


@dataclass(frozen=True, slots=True)
class DayPatterns:
    """On which days one meeting may be held.

    Parameters
    ----------
    number
        On how many days, where no pattern is named.
    named
        The patterns to choose from.
    """

    number: int = 1
    named: tuple[Days, ...] = ()

    @property
    def most_days(self) -> int:
        """The most days that a meeting takes."""
        return max(map(len, self.named), default=self.number)

    @property
    def least_days(self) -> int:
        """The fewest days that a meeting takes."""
        return min(map(len, self.named), default=self.number)

    def among(self, days: Iterable[int]) -> Iterator[Days]:
        """The patterns that lie within some days."""
        held = sorted(set(days))
        if self.named:
            yield from (pattern for pattern in self.named if set(pattern) <= set(held))
        else:
            yield from combinations(held, self.number)

    def __str__(self) -> str:
        """As a cell or a field holds it, and `parse` reads it; empty for one day, whichever."""
        if self.named:
            between = ", " if self.most_days > 1 else SINGLE_DAYS_APART
            return between.join(map(joined, self.named))
        return str(self.number) if self.number > 1 else ""


ONE_DAY = DayPatterns()


def joined(days: Days) -> str:
    """The days of a pattern in short: "Mon-Wed-Fri"; with a plus where a hyphen could mean all days between."""
    wide = len(days) == 2 and days[1] - days[0] >= FAR_APART
    return ("+" if wide else "-").join(SHORT[day] for day in days)


def parse(text: str) -> DayPatterns | None:
    """Read patterns such as "3", "Mon-Wed-Fri, Tue-Thu" or "MWF or TTh"; None where it is none of these."""
    text = text.strip()
    if not text:
        return ONE_DAY
    number = re.fullmatch(r"([1-7])\s*(?:days?)?", text, re.IGNORECASE | re.ASCII)
    if number is not None:
        return DayPatterns(int(number[1]))
    patterns = [_pattern(part) for part in re.split(r"[,;|\n]|\b[oO][rR]\b", text) if part.strip()]
    known = dict.fromkeys(pattern for pattern in patterns if pattern is not None)
    if not known or None in patterns or len(known) > MOST_PATTERNS:
        return None
    return DayPatterns(named=tuple(known))


def has_two_readings(text: str) -> bool:
    """Say whether days stand side by side, as in "Mon, Wed, Fri": all of them, or one of them, may be meant."""
    patterns = parse(text)
    return (
        patterns is not None
        and len(patterns.named) > 1
        and patterns.most_days == 1
        and re.search(r"\bor\b", text, re.IGNORECASE) is None
    )


def may_be_all_between(text: str) -> bool:
    """Say whether two days far apart are joined by a hyphen, as in "Mon-Fri": all days between may be meant, too."""
    return parse(text) is None and parse(HYPHEN.sub("+", text)) is not None


def _pattern(text: str) -> Days | None:
    """The days of one pattern; None where a word is no day, or a day stands there twice."""
    words = [word for word in re.split(r"[-–+/&\s.]+|\band\b", text.strip()) if word]
    days = [day for word in words for day in _days(word)]
    if not days or None in days or len(set(days)) != len(days):
        return None
    found = tuple(sorted(day for day in days if day is not None))
    if len(found) == 2 and found[1] - found[0] >= FAR_APART and HYPHEN.search(text):
        return None
    return found


def _days(word: str) -> list[int | None]:
    """The days of a word: the start of a day's name, or letters of several days in one."""
    near: list[int | None] = [
        day for day, name in enumerate(NAMES) if len(word) >= 3 and name.lower().startswith(word.lower())
    ]
    if near:
        return near
    letters = IN_ONE_WORD.findall(word.upper())
    return [LETTERS[letter] for letter in letters] if "".join(letters) == word.upper() else [None]


def days_of(day: int | None, days: Days) -> Days:
    """All days of an entry, from its columns: none where it has no place."""
    return days or (() if day is None else (day,))
