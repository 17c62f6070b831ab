"""The week of a term, planned by shifts: when the day starts, how long a period is, breaks, lunch, half days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from itertools import combinations

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Availability, Pin, Term, TimetableEntry, User
from webapp.models import TimeSlot as SlotRow
from webapp.services.schema.calendar import slot_code
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import Conflict, Problem
from webapp.services.shared.words import WEEKDAYS, _, ngettext
from webapp.services.terms.usual_limits import follows_the_slots
from webapp.services.views.grid import Grid, SlotView, build_slot_grid

ACTION = "term.week"
MINUTES_A_DAY = 24 * 60
LEAST_LENGTH, MOST_LENGTH = 5, 300
MOST_PERIODS = 16
MOST_PAUSE = 240
"""Minutes of a break or of lunch."""


class WeekPlanRefused(Problem):
    """The week does not fit together; the findings say where."""


class WeekInUse(Conflict):
    """Something refers to the slots that are there, so they are not replaced."""


class DayLength(StrEnum):
    """How much of a day is taught."""

    FULL = "full"
    HALF = "half"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Pause:
    """A break of so many minutes after the period of that number."""

    after: int
    minutes: int


@dataclass(frozen=True, slots=True)
class ShiftPlan:
    """One shift of the week: its days (0 is Monday), its hours, its pauses. Lengths are minutes."""

    name: str
    days: Mapping[int, DayLength]
    starts: time
    length: int
    periods: int
    half_periods: int
    breaks: tuple[Pause, ...] = ()
    lunch_starts: time | None = None
    lunch_minutes: int = 0


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A period of one day, as it will stand among the term's time slots."""

    code: str
    label: str
    shift: str
    day: int
    start: time
    end: time


@dataclass(frozen=True)
class WeekPlan:
    """The slots of a week, what does not fit (nothing is stored then), and what should be known of it."""

    slots: tuple[PlannedSlot, ...]
    faults: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def grid(self) -> Grid:
        """The picture of the week."""
        views = (SlotView(number, s.day, s.start, s.end, s.label) for number, s in enumerate(self.slots, start=1))
        return build_slot_grid(list(views))


Hours = tuple[int, int]


def plan_week(shifts: Sequence[ShiftPlan], longest_break: int | None = None) -> WeekPlan:
    """Lay out the slots of all shifts; what does not fit is said, and the rest is laid out all the same.

    ``longest_break`` are the minutes between two periods over which a double period may still go.
    """
    slots: list[PlannedSlot] = []
    faults, taught = _name_faults(shifts), dict.fromkeys(range(len(WEEKDAYS)), 0)
    hours_of = []
    for shift in shifts:
        hours, own_faults = _hours(shift)
        hours_of.append(hours)
        faults += [_("%(shift)s: %(fault)s", shift=shift.name, fault=f) if shift.name else f for f in own_faults]
        for day, length in sorted(shift.days.items()):
            for number, (start, end) in enumerate(hours[: _periods_of(shift, length)], start=1):
                taught[day] += 1
                label = f"{shift.name} {number}" if len(shifts) > 1 and shift.name else str(number)
                code = slot_code(day, taught[day])
                slots.append(PlannedSlot(code, label[:64], shift.name, day, clock_of(start), clock_of(end)))
    if not slots and not faults:
        faults.append(_("No day is taught: choose a full or a half day for one at least."))
    remarks = _long_breaks(shifts, longest_break) + _overlaps(shifts, hours_of)
    return WeekPlan(tuple(slots), tuple(faults), tuple(remarks))


def _periods_of(shift: ShiftPlan, length: DayLength) -> int:
    return {DayLength.FULL: shift.periods, DayLength.HALF: shift.half_periods, DayLength.OFF: 0}[length]


def _name_faults(shifts: Sequence[ShiftPlan]) -> list[str]:
    names = [shift.name.strip().lower() for shift in shifts]
    if len(shifts) > 1 and (not all(names) or len(set(names)) < len(names)):
        return [_("Give each shift a name of its own, such as Morning and Evening.")]
    return []


def _hours(shift: ShiftPlan) -> tuple[list[Hours], list[str]]:
    """Start and end of each period in minutes of the day, as far as they fit, and what does not fit."""
    pauses = {pause.after: pause.minutes for pause in shift.breaks}
    faults, hours = _pause_faults(shift), list[Hours]()
    lunch = None if shift.lunch_starts is None else minute_of(shift.lunch_starts)
    begin, ended = minute_of(shift.starts), minute_of(shift.starts)
    for number in range(1, shift.periods + 1):
        if lunch is not None and hours and ended <= lunch <= begin:
            begin = max(begin, lunch + shift.lunch_minutes)
        ended = begin + shift.length
        if lunch is not None and begin < lunch < ended:
            faults.append(_lunch_inside(shift, number, begin, ended))
        if ended >= MINUTES_A_DAY:
            faults.append(_past_midnight(number, ended))
            break
        hours.append((begin, ended))
        begin = ended + pauses.get(number, 0)
    if lunch is not None and hours and not hours[0][0] < lunch < hours[-1][1]:
        faults.append(
            _(
                "Lunch at %(lunch)s is outside the day, which goes from %(start)s to %(end)s.",
                lunch=_text(lunch),
                start=_text(hours[0][0]),
                end=_text(hours[-1][1]),
            )
        )
    return hours, faults


def _pause_faults(shift: ShiftPlan) -> list[str]:
    faults = []
    for pause in shift.breaks:
        if pause.after >= shift.periods:
            faults.append(
                ngettext(
                    "A break after period %(after)d has no period after it: a day has %(num)d.",
                    "A break after period %(after)d has no period after it: a day has %(num)d.",
                    shift.periods,
                    after=pause.after,
                )
            )
    if len({pause.after for pause in shift.breaks}) < len(shift.breaks):
        faults.append(_("Two breaks come after the same period: make them one."))
    if DayLength.HALF in shift.days.values() and shift.half_periods > shift.periods:
        faults.append(
            _(
                "A half day has %(half)s periods and a full day only %(full)s.",
                half=shift.half_periods,
                full=shift.periods,
            )
        )
    return faults


def _lunch_inside(shift: ShiftPlan, number: int, begin: int, ended: int) -> str:
    lunch = minute_of(shift.lunch_starts) if shift.lunch_starts is not None else 0
    fault = _(
        "Lunch at %(lunch)s falls into period %(number)s (%(start)s to %(end)s).",
        lunch=_text(lunch),
        number=number,
        start=_text(begin),
        end=_text(ended),
    )
    remedy = (
        _("Let it begin at %(end)s, or change the length of a period.", end=_text(ended))
        if number == 1
        else _(
            "Let it begin at %(start)s or %(end)s, or change the length of a period.",
            start=_text(begin),
            end=_text(ended),
        )
    )
    return f"{fault} {remedy}"


def _past_midnight(number: int, ended: int) -> str:
    return _(
        "Period %(number)s would end at %(hour)s:%(minute)s, and a day ends before 24:00. "
        "Start earlier, or make periods shorter or fewer.",
        number=number,
        hour=ended // 60,
        minute=f"{ended % 60:02}",
    )


def _long_breaks(shifts: Sequence[ShiftPlan], longest: int | None) -> list[str]:
    """Name the breaks, other than lunch, over which no double period goes."""
    return [
        _(
            "No double period goes over the break of %(minutes)s minutes after period %(after)s: "
            "the dates of the term say %(longest)s at most.",
            minutes=pause.minutes,
            after=pause.after,
            longest=longest,
        )
        for shift in shifts
        for pause in shift.breaks
        if longest is not None and pause.minutes > longest
    ]


def _overlaps(shifts: Sequence[ShiftPlan], hours_of: Sequence[Sequence[Hours]]) -> list[str]:
    """Say where two shifts are taught at once, which is allowed and should be meant."""
    sentences = []
    for (one, hours), (other, others) in combinations(zip(shifts, hours_of, strict=True), 2):
        taught = {day for day, length in one.days.items() if _periods_of(one, length)}
        both = taught & {day for day, length in other.days.items() if _periods_of(other, length)}
        if not both or not hours or not others:
            continue
        first, last = max(hours[0][0], others[0][0]), min(hours[-1][1], others[-1][1])
        if first < last:
            sentences.append(
                _(
                    "%(one)s and %(other)s overlap from %(first)s to %(last)s: a teacher, a group or a room can be in "
                    "one of them only.",
                    one=one.name or _("The first shift"),
                    other=other.name or _("the next"),
                    first=_text(first),
                    last=_text(last),
                )
            )
    return sentences


def minute_of(moment: time) -> int:
    """The minute of the day."""
    return moment.hour * 60 + moment.minute


def clock_of(minute: int) -> time:
    """The time of a minute of the day."""
    return time(minute // 60, minute % 60)


def _text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def slots_of(term: Term) -> list[SlotRow]:
    """The slots that a term has, by day and hour."""
    query = sa.select(SlotRow).filter_by(term_id=term.term_id).order_by(SlotRow.day, SlotRow.start_time, SlotRow.code)
    return list(db.session.scalars(query))


def grid_of(slots: Sequence[SlotRow]) -> Grid:
    """The picture of the slots that a term has."""
    return build_slot_grid([SlotView(s.time_slot_id, s.day, s.start_time, s.end_time, s.label) for s in slots])


def is_week_of(plan: WeekPlan, slots: Sequence[SlotRow]) -> bool:
    """Whether a plan gives exactly the days and hours of these slots."""
    planned = sorted((slot.shift, slot.day, slot.start, slot.end) for slot in plan.slots)
    return planned == sorted((slot.shift, slot.day, slot.start_time, slot.end_time) for slot in slots)


def is_in_use(term: Term) -> bool:
    """Say whether anything refers to a slot of the term: a wish, a fixed class, a class of a timetable."""
    own = sa.select(SlotRow.time_slot_id).where(SlotRow.term_id == term.term_id)
    users = (Availability, Pin, TimetableEntry)
    return any(db.session.scalar(sa.select(sa.exists().where(user.time_slot_id.in_(own)))) for user in users)


def seen_of(term: Term) -> str:
    """Mark the slots that a page was made with, to be sent back with its form."""
    return optimistic_lock.mark({slot.code: _values(slot) for slot in slots_of(term)} | {"": ""})


def store_week(term: Term, actor: User | None, plan: WeekPlan, seen: str | None = None) -> int:
    """Give a term the slots of a plan in place of those it has; returns how many.

    ``seen`` is the `seen_of` what the page was made with. Raises WeekPlanRefused with what does not fit, WeekInUse
    where something refers to the slots that are there, or where others stand there by now.
    """
    optimistic_lock.lock(term.organization)
    if plan.faults:
        raise WeekPlanRefused(_("The week does not fit together; nothing was stored."), plan.faults)
    if seen is not None and set(seen.split()) != set(seen_of(term).split()):
        raise WeekInUse(_("The time slots have changed since the page was shown; nothing was stored. Look again."))
    with follows_the_slots(term, actor):
        _replace_slots(term, actor, plan)
    return len(plan.slots)


def _replace_slots(term: Term, actor: User | None, plan: WeekPlan) -> None:
    before = clear_week(term)
    db.session.add_all(
        SlotRow(
            term_id=term.term_id,
            code=slot.code,
            label=slot.label,
            shift=slot.shift,
            day=slot.day,
            start_time=slot.start,
            end_time=slot.end,
        )
        for slot in plan.slots
    )
    after = {slot.code: [slot.day, f"{slot.start:%H:%M}", f"{slot.end:%H:%M}", slot.shift] for slot in plan.slots}
    audit.record(term.organization, actor, ACTION, term, before=before, after=after)
    db.session.flush()


def clear_week(term: Term) -> dict[str, list[object]]:
    """Take all slots from a term, and return what they were; raises WeekInUse where something refers to one."""
    if is_in_use(term):
        raise WeekInUse(
            _("Wishes, fixed classes or timetables use the time slots of %(term)s, so they are not replaced here. "
              "Change them one by one.", term=term.name)
        )  # fmt: skip
    before = {slot.code: _values(slot) for slot in slots_of(term)}
    db.session.execute(sa.delete(SlotRow).where(SlotRow.term_id == term.term_id))
    return before


def _values(slot: SlotRow) -> list[object]:
    return [slot.day, f"{slot.start_time:%H:%M}", f"{slot.end_time:%H:%M}", slot.shift]
