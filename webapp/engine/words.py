"""Violations in English sentences, with the names that the caller has for things."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from webapp.engine.instance import Instance, Placement
from webapp.engine.parts import CountPart
from webapp.engine.timegrid import Time

NAMED_AT_MOST = 3
"""So many meetings of a set without a label are named; the others are counted."""


@dataclass(frozen=True)
class Names:
    """How days, slots, meetings and rooms are called, each a function of the index.

    A web page passes real names ("Monday", "09:00"); `Names.of` makes do with numbers from 1 and
    the codes of the instance.
    """

    day: Callable[[int], str]
    slot: Callable[[int], str]
    meeting: Callable[[int], str]
    room: Callable[[int], str]

    @classmethod
    def of(cls, instance: Instance) -> "Names":
        """Names made of numbers and codes."""
        return cls(
            day=lambda day: f"day {day + 1}",
            slot=lambda slot: f"slot {slot + 1}",
            meeting=lambda meeting: instance.meetings[meeting].code,
            room=lambda room: instance.rooms[room].code,
        )

    def time(self, time: Time | None) -> str:
        """The days and slots of a time, such as "day 1, slot 2 to slot 3"."""
        if time is None:
            return "no time"
        last = f" to {self.slot(time.end - 1)}" if time.length > 1 else ""
        return f"{' and '.join(map(self.day, time.day_list()))}, {self.slot(time.start)}{last}"


def subject_label(instance: Instance, part: CountPart, names: Names) -> str:
    """Who or what a part is about."""
    subject = part.subject
    if subject.resource is not None:
        return instance.resources[subject.resource].label
    if subject.room is not None:
        return names.room(subject.room)
    if label := instance.constraints[part.constraint].label:
        return label
    if len(subject.meetings) == len(instance.meetings) > NAMED_AT_MOST:
        return "the whole timetable" if len(part.meetings) != 1 else names.meeting(part.meetings[0])
    named = ", ".join(map(names.meeting, subject.meetings[:NAMED_AT_MOST]))
    more = len(subject.meetings) - NAMED_AT_MOST
    return f"{named} and {more} more" if more > 0 else named


def sentence(instance: Instance, placements: Sequence[Placement], part: CountPart, names: Names) -> str:
    """Say what a part counts, where the meetings stand as ``placements`` says."""
    constraint = instance.constraints[part.constraint]
    rule = constraint.rule
    first = placements[part.meetings[0]] if part.meetings else Placement()
    said = rule.finding.format(
        who=subject_label(instance, part, names),
        n=rule.amount_in_words(part.count),
        amount=constraint.amount,
        meeting=names.meeting(part.meetings[0]) if part.meetings else "",
        other=names.meeting(part.meetings[1]) if len(part.meetings) > 1 else "",
        time=names.time(first.time),
        room="no room" if first.room is None else names.room(first.room),
        day="" if part.day is None else names.day(part.day),
    )
    return said[:1].upper() + said[1:]


class UnplacedCode(StrEnum):
    """Why a meeting could not be placed."""

    NO_TIME = "no_time"
    NO_TIME_LEFT = "no_time_left"
    NO_ROOM = "no_room"
    ALL_TAKEN = "all_taken"


def unplaced_in_words(code: UnplacedCode, values: Mapping[str, int | str]) -> str:
    """Why a meeting could not be placed, as a sentence.

    ``values``: ``meeting`` names it, ``times`` counts its possible times. Of these, for `ALL_TAKEN`, its people are
    busy at ``busy`` (``who`` at most of them, ``who_busy``), no room is free at ``roomless``, and other hard rules
    stand against ``forbidden``.
    """
    meeting, times = values["meeting"], values.get("times", 0)
    match code:
        case UnplacedCode.NO_TIME:
            return f"{meeting} has no possible time at all."
        case UnplacedCode.NO_TIME_LEFT:
            return f"Hard rules about single meetings leave {meeting} none of its {times} possible times."
        case UnplacedCode.NO_ROOM:
            return f"No room suits {meeting}."
    parts = []
    if values["busy"]:
        parts.append(f"its people are busy at {values['busy']} ({values['who']} at {values['who_busy']})")
    if values["roomless"]:
        parts.append(f"no suitable room is free at {values['roomless']}")
    if values["forbidden"]:
        parts.append(f"other hard rules stand against {values['forbidden']}")
    noun = "time" if times == 1 else "times"
    return f"Of the {times} possible {noun} of {meeting}, " + ", ".join(parts) + "."
