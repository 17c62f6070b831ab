"""Violations in English sentences, with the names that the caller has for things."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from webapp.engine.instance import Instance, Placement
from webapp.engine.parts import CountPart
from webapp.engine.periods import bits
from webapp.engine.rule import Rule
from webapp.engine.rules import rule_named
from webapp.engine.rules.walking_time import WalkingTime
from webapp.engine.timegrid import Time

ASKED_NUMBER = "the given number"
"""Stands in the sentence of every rule that has a number."""
NAMED_AT_MOST = 3
"""So many meetings of a set without a label are named; the others are counted."""


@dataclass(frozen=True)
class Names:
    """How days, slots, meetings and rooms are called, each a function of the index; and weeks, of their mask.

    A web page passes real names ("Monday", "09:00"); `Names.of` makes do with numbers from 1 and
    the codes of the instance.
    """

    day: Callable[[int], str]
    slot: Callable[[int], str]
    meeting: Callable[[int], str]
    room: Callable[[int], str]
    weeks: Callable[[int], str]

    @classmethod
    def of(cls, instance: Instance) -> "Names":
        """Names made of numbers and codes."""
        return cls(
            day=lambda day: f"day {day + 1}",
            slot=lambda slot: f"slot {slot + 1}",
            meeting=lambda meeting: instance.meetings[meeting].code,
            room=lambda room: instance.rooms[room].code,
            weeks=lambda weeks: f"in weeks {', '.join(str(week + 1) for week in bits(weeks))}",
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
    if subject.student is not None:
        return instance.students[subject.student].code
    if label := instance.constraints[part.constraint].label:
        return label
    if len(subject.meetings) == len(instance.meetings) > NAMED_AT_MOST:
        return "the whole timetable" if len(part.meetings) != 1 else names.meeting(part.meetings[0])
    named = ", ".join(map(names.meeting, subject.meetings[:NAMED_AT_MOST]))
    more = len(subject.meetings) - NAMED_AT_MOST
    return f"{named} and {more} more" if more > 0 else named


def finding_values(
    instance: Instance, placements: Sequence[Placement], part: CountPart, names: Names
) -> dict[str, int | str]:
    """What the sentence of a part names, where the meetings stand as ``placements`` says: see `finding_in_words`."""
    constraint = instance.constraints[part.constraint]
    first = placements[part.meetings[0]] if part.meetings else Placement()
    values: dict[str, int | str] = {
        "who": subject_label(instance, part, names),
        "count": part.count,
        "amount": constraint.amount,
        "second": constraint.second_amount,
        "meeting": names.meeting(part.meetings[0]) if part.meetings else "",
        "other": names.meeting(part.meetings[1]) if len(part.meetings) > 1 else "",
        "time": names.time(first.time),
        "room": "no room" if first.room is None else names.room(first.room),
        "day": "" if part.day is None else names.day(part.day),
    }
    return values | _way(instance, placements, part, names)


def _way(instance: Instance, placements: Sequence[Placement], part: CountPart, names: Names) -> dict[str, int | str]:
    """The way that lacks most time of those that a part counts; nothing where it is about something else."""
    rule = instance.constraints[part.constraint].rule
    if not isinstance(rule, WalkingTime) or part.day is None:
        return {}
    held = {meeting: placements[meeting] for meeting in part.meetings}
    way = max(rule.short_ways(instance, held, part.day), key=lambda one: one.takes - one.there)
    start, end = (placements[meeting].room for meeting in way.meetings)
    return {
        "meeting": names.meeting(way.meetings[0]),
        "other": names.meeting(way.meetings[1]),
        "room": "" if start is None else names.room(start),
        "to": "" if end is None else names.room(end),
        "takes": _duration(way.takes, bool(instance.grid.minutes)),
        "there": _duration(way.there, bool(instance.grid.minutes)),
        "worst": "the worst " if part.count > 1 else "",
    }


def _duration(number: int, in_minutes: bool) -> str:
    unit = "minute" if in_minutes else "slot"
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def finding_in_words(rule: Rule, values: Mapping[str, int | str]) -> str:
    """Say what a rule counts, of `finding_values`."""
    said = rule.finding.format(n=rule.amount_in_words(int(values["count"])), **values)
    return said[:1].upper() + said[1:]


def sentence(instance: Instance, placements: Sequence[Placement], part: CountPart, names: Names) -> str:
    """Say what a part counts, where the meetings stand as ``placements`` says."""
    rule = instance.constraints[part.constraint].rule
    return finding_in_words(rule, finding_values(instance, placements, part, names))


def asked_in_words(rule: Rule, values: Mapping[str, Any]) -> str:
    """What a rule asks of somebody, as a sentence.

    ``values``: ``who`` it is about, its ``amount`` and ``second`` number, at so many ``slots`` of ``of_slots``, in
    which ``rooms``; the ``place`` of a fixed class.
    """
    who, said = values.get("who", ""), rule.sentence
    if "place" in values:
        return f"{who} is fixed at {values['place']}."
    about = [str(values.get("amount", 0))] if ASKED_NUMBER in said else []
    if values.get("second") and rule.further:
        about.append(rule.further.format(second=values["second"]))
    if values.get("slots"):
        about.append(f"{values['slots']} of {_counted(values['of_slots'], 'slot')}")
    if values.get("rooms"):
        about.append(_listed(values["rooms"]))
    said = f"{said.rstrip('.')} ({'; '.join(about)})." if about else said
    return f"{who}: {said}" if who else said


class WayOutCode(StrEnum):
    """What it would take that there is a timetable."""

    LEAVE_OUT = "leave_out"
    ALLOW = "allow"
    NOT_ENOUGH = "not_enough"
    GIVE_UP = "give_up"


def way_out_in_words(code: WayOutCode, values: Mapping[str, Any]) -> str:
    """What it would take, as a sentence.

    ``values``: the ``rule`` and ``who`` it is about, its ``classes`` and the ``people`` with them; the ``amount``
    of breaches, or of classes left out (none where no number is known), and ``fewer`` where less may do.
    """
    amount, fewer = values.get("amount"), " (fewer may do)" if values.get("fewer") else ""
    if code is WayOutCode.LEAVE_OUT:
        return f"Leave {'classes' if amount is None else _counted_classes(amount)} out{fewer}."
    rule, who = rule_named(values["rule"]), _whom(values)
    if code is WayOutCode.ALLOW:
        return f"Allow {rule.amount_in_words(amount or 0)}{f' ({who})' if who else ''}{fewer}."
    asked = f"“{rule.title}”{f' of {who}' if who else ''}"
    if code is WayOutCode.NOT_ENOUGH:
        return f"Giving up {asked} alone is not enough{fewer}."
    return f"Give up {asked}."


def _whom(values: Mapping[str, Any]) -> str:
    """Whom a rule is about: "Dr Rao", or classes with who teaches them: "Fridays: CSE301 A, L 1; with Dr Rao"."""
    classes = _listed(values["classes"]) if values.get("classes") else ""
    who = ": ".join(filter(None, (values.get("who", ""), classes)))
    return f"{who}; with {_listed(values['people'])}" if values.get("people") else who


def first_few(names: Sequence[str]) -> dict[str, Any]:
    """The first of several names, and how many more there are, as a value of a sentence."""
    return {"first": list(names[:NAMED_AT_MOST]), "more": max(0, len(names) - NAMED_AT_MOST)}


def _counted_classes(number: int) -> str:
    return f"{number} class" if number == 1 else f"{number} classes"


class ShortageCode(StrEnum):
    """How more is asked for than there is; `shortage_in_words` says what each names."""

    NO_TIME = "no_time"
    NO_ROOM = "no_room"
    SLOTS = "slots"
    SLOTS_OF = "slots_of"
    DAYS = "days"
    ROOMS = "rooms"
    ROOMS_AT_ONCE = "rooms_at_once"


def shortage_in_words(code: ShortageCode, values: Mapping[str, Any]) -> str:
    """More asked for than there is, as a sentence.

    ``values``: the ``name`` of who or what is short, and ``asked`` and ``possible``, in the ``weeks`` named if not
    in all; of `SLOTS_OF` and `DAYS` the ``meetings`` and ``when`` they may be; of rooms the ``number`` of meetings,
    and ``more`` such sets of them; of a meeting without a time or room how many it ``had``.
    """
    name, weeks = values["name"], f" {values['weeks']}" if values.get("weeks") else ""
    asked, possible = values.get("asked", 0), values.get("possible", 0)
    match code:
        case ShortageCode.NO_TIME | ShortageCode.NO_ROOM:
            what = "time" if code is ShortageCode.NO_TIME else "room"
            none = "it has no possible time" if code is ShortageCode.NO_TIME else "no room suits it"
            had = f"its only {what} is not" if values["had"] == 1 else f"none of its {values['had']} {what}s is"
            left = f"{had} left by the rules"
            return f"{name}: {left if values['had'] else none}."
        case ShortageCode.SLOTS:
            return f"{name}: {_counted(asked, 'slot')} asked{weeks}, {possible} possible."
        case ShortageCode.SLOTS_OF:
            slots = f"{_counted(asked, 'slot')}{weeks}"
            return f"{name}: {values['meetings']} ask for {slots}, {possible} possible: {values['when']}."
        case ShortageCode.DAYS:
            return f"{name}: {_counted(asked, 'day')} asked for {values['meetings']}, {possible} possible."
        case ShortageCode.ROOMS_AT_ONCE:
            more = values.get("more", 0)
            same = f" The same holds for {more} more such {'set' if more == 1 else 'sets'}." if more else ""
            return f"{name}: {values['meetings']} start together and ask for {asked} rooms, {possible} possible.{same}"
    number = values["number"]
    classes = "1 class that suits nowhere else asks" if number == 1 else f"{number} classes that suit nowhere else ask"
    return f"{name}: {classes} for {_counted(asked, 'slot')}{weeks}, {possible} possible."


class RemarkCode(StrEnum):
    """What a run says of its search."""

    DISPROVEN = "disproven"
    NOT_FOUND = "not_found"
    LEFT_OUT = "left_out"


class Proof(StrEnum):
    """What has shown that no timetable keeps every hard rule."""

    NONE = ""
    TIMES = "times"
    PARTS = "parts"


_PROOFS = {
    Proof.TIMES: "a model of all times, with rooms as numbers",
    Proof.PARTS: "the rules of a part of the classes alone",
}


def remark_in_words(code: RemarkCode, values: Mapping[str, Any]) -> str:
    """What a run says of its search, as a sentence.

    ``values``: ``hard`` violations are left (`DISPROVEN` names ``by`` what), or the ``rules`` that it did not see.
    """
    match code:
        case RemarkCode.DISPROVEN:
            by, hard = _PROOFS.get(values["by"], values["by"]), values["hard"]  # earlier runs keep it in words
            return (
                f"There is no timetable in which every rule that must hold does, as is proven by {by}: {hard} are left."
            )
        case RemarkCode.NOT_FOUND:
            return (
                f"No timetable in which every rule that must hold does was found: {values['hard']} breaches are left."
            )
    named = ", ".join(rule_named(name).title for name in values["rules"])
    return f"The search did not see these rules, which the result counts: {named}."


class UnplacedCode(StrEnum):
    """Why a meeting could not be placed."""

    NO_TIME = "no_time"
    NO_TIME_LEFT = "no_time_left"
    NO_ROOM = "no_room"
    ALL_TAKEN = "all_taken"


def unplaced_in_words(code: UnplacedCode, values: Mapping[str, Any]) -> str:
    """Why a meeting could not be placed, as a sentence.

    ``values``: ``meeting`` names it, ``times`` counts its possible times. Of these, for `ALL_TAKEN`, its people are
    busy at ``busy`` (``who`` at most of them, ``who_busy``, in ``classes``), no suitable room is free at ``roomless``
    (``rooms``), ``rules`` stand against ``forbidden``, nothing stands against ``open``, and nobody looked at
    ``unseen``. Releases before knew no rules: what they called forbidden was not looked at.
    """
    meeting, times, rules = values["meeting"], values.get("times", 0), values.get("rules") or {}
    match code:
        case UnplacedCode.NO_TIME:
            return f"{meeting} has no possible time at all."
        case UnplacedCode.NO_TIME_LEFT if not rules:
            return f"Rules about this class alone leave {meeting} none of its {times} possible times."
        case UnplacedCode.NO_TIME_LEFT:
            return f"{meeting} can have none of its {_counted(times, 'possible time')}: {_rules(rules)}."
        case UnplacedCode.NO_ROOM if not rules.get("first"):
            return f"No room suits {meeting}."
        case UnplacedCode.NO_ROOM:
            return f"No room suits {meeting}: of {_counted(values['rooms'], 'room')} {_rules(rules)}."
    return f"Of the {_counted(times, 'possible time')} of {meeting}: " + "; ".join(_obstacles(values)) + "."


def _obstacles(values: Mapping[str, Any]) -> Iterator[str]:
    """What stands against so many of a meeting's possible times, most telling first."""
    if values["busy"]:
        classes = f", with {_listed(values['classes'])}" if values.get("classes") else ""
        yield f"its people are busy at {values['busy']} ({values['who']} at {values['who_busy']}{classes})"
    if values["roomless"]:
        rooms = f" (taken: {_listed(values['rooms'])})" if values.get("rooms", {}).get("first") else ""
        yield f"no suitable room is free at {values['roomless']}{rooms}"
    if values["forbidden"] and "rules" in values:
        yield f"at {values['forbidden']} a rule that must hold would be broken ({_rules(values['rules'])})"
    if values.get("open"):
        yield f"nothing stands against {values['open']}, which the search did not try: time was up"
    unseen = values.get("unseen", 0) + (0 if "rules" in values else values["forbidden"])
    if unseen:
        yield f"{unseen} not looked at: time was up"


def _rules(rules: Mapping[str, Any]) -> str:
    named = [f"“{rule_named(each['rule']).title}” ({each['who']}) rules out {each['times']}" for each in rules["first"]]
    return ", ".join([*named, *([f"{_counted(rules['more'], 'more rule')} the others"] if rules["more"] else [])])


def _listed(names: Mapping[str, Any]) -> str:
    shown = "; ".join(names["first"])
    return f"{shown} and {names['more']} more" if names["more"] else shown


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
