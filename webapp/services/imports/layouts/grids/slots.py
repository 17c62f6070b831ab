"""Time slots of a week, made of the periods of a day: which days, which codes, where the breaks are."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.grids.clock import ClockRange
from webapp.services.imports.layouts.questions import Candidate
from webapp.services.schema.calendar import slot_code
from webapp.services.schema.columns import Value
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _, ngettext

SATURDAY = 5
ALL, UNTIL_LUNCH, NONE = "all", "until-lunch", "none"
"""How long Saturday is."""
SHORTEST_LUNCH = 30
"""Minutes: a pause that nobody names is a short break below it, and lunch from it on."""
MOST_NAMED = 99


@dataclass(frozen=True)
class DayPeriod:
    """A period of the day, or a break: the row where it stands, its name, its times, its days (None: not said)."""

    row: int
    label: str
    hours: ClockRange
    days: tuple[int, ...] | None
    is_break: bool = False


def add_slots(conversion: Conversion, sheet: RawSheet, periods: list[DayPeriod], headings: Mapping[str, str]) -> None:
    """Add a time slot for each period and day, and say which pause a double period may have."""
    by_day = _by_day(conversion, sheet, periods)
    stored = {
        (record.get("day"), record.get("start")): str(key[0])
        for key, record in conversion.known.records("time_slots").items()
        if not record.get("shift")
    }
    for day, of_day in sorted(by_day.items()):
        teaching = sorted((p for p in of_day if not p.is_break), key=lambda p: p.hours.start)
        for period, number in zip(teaching, _numbers(teaching), strict=True):
            start, end = period.hours.times
            code = stored.get((day, start)) or slot_code(day, number)
            record: dict[str, Value] = {
                "code": code,
                "label": period.label or str(number),
                "day": day,
                "start": start,
                "end": end,
            }
            conversion.add("time_slots", sheet, period.row, record, made=True, headings=headings)
    _set_break(conversion, sheet, by_day)


def _by_day(conversion: Conversion, sheet: RawSheet, periods: list[DayPeriod]) -> dict[int, list[DayPeriod]]:
    """The periods of each day; where no days are named, Monday to Friday and as much of Saturday as is asked."""
    by_day: dict[int, list[DayPeriod]] = {}
    for period in periods:
        for day in period.days if period.days is not None else range(SATURDAY):
            by_day.setdefault(day, []).append(period)
    unsaid = [period for period in periods if period.days is None]
    if unsaid and SATURDAY not in by_day:
        by_day[SATURDAY] = _of_saturday(conversion, sheet, unsaid)
    return {day: of_day for day, of_day in by_day.items() if of_day}


def _of_saturday(conversion: Conversion, sheet: RawSheet, periods: list[DayPeriod]) -> list[DayPeriod]:
    teaching = sorted((p for p in periods if not p.is_break), key=lambda p: p.hours.start)
    lunch = lunch_starts(periods)
    morning = [p for p in teaching if p.hours.end <= lunch]
    until = f"{lunch // 60:02}:{lunch % 60:02}"
    choices = [
        Candidate(UNTIL_LUNCH, _("until %(time)s", time=until)),
        Candidate(
            ALL, ngettext("%(num)d period, as on other days", "%(num)d periods, as on other days", len(teaching))
        ),
        Candidate(NONE, _("no classes on Saturday")),
    ]
    answer = conversion.ask("saturday", "saturday", sheet, teaching[0].row, "", DAY_NAMES[SATURDAY], choices)
    return {ALL: periods, UNTIL_LUNCH: morning}.get(answer or "", [])


def lunch_starts(periods: list[DayPeriod]) -> int:
    """When lunch begins, in minutes: the break of that name, else the longest pause, else the middle of the day."""
    named = next((p for p in periods if p.is_break and "lunch" in p.label.lower()), None)
    if named is not None:
        return named.hours.start
    teaching = sorted((p for p in periods if not p.is_break), key=lambda p: p.hours.start)
    pauses = [(after.hours.start - p.hours.end, -p.hours.end) for p, after in pairwise(teaching)]
    longest = max(pauses, default=(0, 0))
    return -longest[1] if longest[0] >= SHORTEST_LUNCH else teaching[(len(teaching) - 1) // 2].hours.end


def _numbers(teaching: list[DayPeriod]) -> list[int]:
    """The number of each period: the one that it is called by, where all have one, else its place in the day."""
    named = [whole_number("".join(filter(str.isdecimal, p.label)), MOST_NAMED) for p in teaching]
    numbers = [number for number in named if number]
    whole = len(numbers) == len(teaching) and len(set(numbers)) == len(numbers)
    return numbers if whole else list(range(1, len(teaching) + 1))


def _set_break(conversion: Conversion, sheet: RawSheet, by_day: Mapping[int, list[DayPeriod]]) -> None:
    """Set the term's longest break within a double period, where the sheet's breaks and lunch tell it otherwise."""
    terms = conversion.records("term")
    short, long = _pauses(by_day)
    if len(terms) != 1 or "term" in conversion.rows or not (short or long):
        return
    (((academic_year, semester), term),) = terms.items()
    now = term.get("break_minutes")
    longest, lunch = max(short, default=0), min(long, default=10_000)
    if isinstance(now, int) and longest <= now < lunch:
        return
    record: dict[str, Value] = {"academic_year": academic_year, "semester": semester, "break_minutes": longest}
    first = next(iter(by_day.values()))[0]
    conversion.changed("break_minutes", sheet.name, "", str(now), str(longest))
    conversion.add("term", sheet, first.row, record, made=True)


def _pauses(by_day: Mapping[int, list[DayPeriod]]) -> tuple[set[int], set[int]]:
    """Minutes of the short breaks and of the long ones, lunch among them."""
    short: set[int] = set()
    long: set[int] = set()
    for of_day in by_day.values():
        teaching = sorted((p for p in of_day if not p.is_break), key=lambda p: p.hours.start)
        for before, after in pairwise(teaching):
            pause = after.hours.start - before.hours.end
            lunch = any(
                p.is_break and "lunch" in p.label.lower() and before.hours.end <= p.hours.start < after.hours.start
                for p in of_day
            )
            if pause > 0:
                (long if lunch or pause >= SHORTEST_LUNCH else short).add(pause)
    return short, long
