"""What checks and refusing services say of a term's data: a code with values, put into words when shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.engine.rules import rule_named
from webapp.engine.words import ShortageCode, finding_in_words, shortage_in_words
from webapp.services.problem.words.sentences import place_in_words
from webapp.services.shared.sentences import StoredSentence
from webapp.services.shared.words import _, enumerated, marked, ngettext

MOST_NAMES = 4
"""So many names stand in a statement; more of them are counted."""

SENTENCES: Mapping[str, str | tuple[str, str]] = {
    # services that refuse
    "no_slots": marked("The term has no time slots. Add or import them before a timetable can be made."),
    "no_meetings": marked("%(term)s has no meetings: no section of it has a weekly class."),
    "empty_week_set": marked(
        "%(course)s, component %(component)s: its week set has no week between 1 and %(weeks)s, the weeks of the term."
    ),
    "unreadable_days": marked(
        "%(name)s: its days “%(text)s” can't be read. Correct them in the form of its section: Mon-Wed-Fri, or 3."
    ),
    "no_problem": marked("The term makes no problem to solve."),
    "base_changed": marked("The term's data have changed since, so what was found no longer fits. Ask again."),
    "timetable_gone": marked("The timetable has been deleted meanwhile, so there is nothing left to work on."),
    "base_gone": marked("The timetable that this run was to hold to was deleted meanwhile. Start another run."),
    "part_gone": marked("The part that this run was to place anew was deleted meanwhile. Start another run."),
    "breaks_hard": (
        marked("The timetable breaks %(num)d hard rule."),
        marked("The timetable breaks %(num)d hard rules."),
    ),
    # baskets
    "few_options": (
        marked("%(basket)s has %(num)d option: there is nothing to choose."),
        marked("%(basket)s has %(num)d options, and each student takes %(each)d: there is nothing to choose."),
    ),
    "shared_option": marked(
        "%(option)s is an option of %(number)d baskets (%(names)s): all options of these start together."
    ),
    "too_many_chosen": (
        marked("%(basket)s: %(num)d student takes more options than %(each)d: %(names)s."),
        marked("%(basket)s: %(num)d students take more options than %(each)d: %(names)s."),
    ),
    "chosen_by_nobody": marked("%(basket)s: nobody has chosen %(option)s."),
    "not_chosen_yet": (
        marked("%(basket)s: %(num)d of %(all)d students of its groups has not chosen."),
        marked("%(basket)s: %(num)d of %(all)d students of its groups have not chosen."),
    ),
    "nobody_chooses": marked("%(basket)s: no group chooses from it, and no student has chosen."),
    "teaches_at_once": marked("%(basket)s: %(who)s would teach %(classes)s at once."),
    "few_rooms_at_once": marked(
        "%(basket)s: %(number)d classes start together (%(classes)s), and at most %(possible)d of them find a room of "
        "their kind and size at once: %(rooms)s."
    ),
    "no_common_start": marked("%(basket)s: there is no time at which %(classes)s can all start."),
    "few_common_starts": marked(
        "%(basket)s: %(asked)d classes a week that its options hold together, and %(possible)d times at which all can "
        "start."
    ),
    "unlike_options": (
        marked("%(basket)s: its options have different classes a week; %(classes)s has no partner in every option."),
        marked("%(basket)s: its options have different classes a week; %(classes)s have no partner in every option."),
    ),
    "unlike_lengths": marked("%(basket)s: %(classes)s start together and end at different times."),
    # rules about certain classes
    "few_days": (
        marked("%(name)s: at least %(asked)s days asked for, and its %(num)s class a week can be on %(possible)s."),
        marked("%(name)s: at least %(asked)s days asked for, and its %(num)s classes a week can be on %(possible)s."),
    ),
    "out_of_order": marked(
        "%(other)s is to come after %(one)s: that ends on %(end)s at the earliest, and %(other)s starts on %(start)s "
        "at the latest."
    ),
    "same_start_same_person": marked("%(one)s and %(other)s are to start at the same time, and both need %(who)s."),
    "same_start_other_day": marked(
        "%(one)s and %(other)s are to start at the same time, and to be held on different days."
    ),
    "no_same_start": marked(
        "%(name)s: %(number)s classes are to start at the same time, and no time is possible for all of them: %(one)s "
        "and others."
    ),
    "pair_without_times": marked(
        "%(one)s and %(other)s: no two of their possible times keep what is asked: %(rules)s."
    ),
    "pair_without_rooms": marked(
        "%(one)s and %(other)s: no two of their possible rooms keep what is asked: %(rules)s."
    ),
    "class_without_times": marked("%(name)s: none of its possible times keeps what is asked: %(rule)s."),
    "row_too_long": marked(
        "%(name)s: the classes take %(asked)s slots in one row, and no day has more than %(possible)s: %(rule)s."
    ),
    "too_long": marked("%(name)s: one class takes %(load)s slots in a row, and %(who)s may have %(most)s (%(rule)s)."),
    # needs of single classes
    "no_room_at_all": marked("%(name)s: it needs a room, and there is none."),
    "no_room_of_kind": marked("%(name)s: no room is of kind %(kind)s; the kinds are %(known)s."),
    "no_room_with": (
        marked("%(name)s: the one room%(of_kind)s does not have %(features)s."),
        marked("%(name)s: none of %(number)s rooms%(of_kind)s has %(features)s."),
    ),
    "of_kind": marked(" of kind %(kind)s"),
    "rooms_closed": (
        marked("%(name)s: the one room that suits it is closed: %(rooms)s."),
        marked("%(name)s: all %(number)s rooms that suit it are closed: %(rooms)s."),
    ),
    "no_seats": marked(
        "%(name)s: %(size)s students, and the largest of %(number)s suitable rooms, %(room)s, has %(seats)s seats."
    ),
    "no_row_of_slots": marked(
        "%(name)s: %(length)s slots in a row asked for, and at most %(longest)s follow each other with breaks of "
        "%(minutes)s minutes or less."
    ),
    "no_hour_on_days": marked(
        "%(name)s is to be held on several days at the same hour (%(days)s), and no hour is there on all of them."
    ),
    # people, and what is missing or unused
    "no_teacher": marked("%(name)s has no teacher."),
    "more_no_teacher": (
        marked("%(number)s more section has no teacher: %(names)s."),
        marked("%(number)s more sections have no teacher: %(names)s."),
    ),
    "nobody_attends": marked("%(name)s has neither a group nor an enrolment: nobody attends it."),
    "more_nobody_attends": (
        marked("%(number)s more section has neither a group nor an enrolment: %(names)s."),
        marked("%(number)s more sections have neither a group nor an enrolment: %(names)s."),
    ),
    "no_class": marked("%(name)s has no weekly class: nothing of it is placed."),
    "more_no_class": (
        marked("%(number)s more section has no weekly class, so that nothing of it is placed: %(names)s."),
        marked("%(number)s more sections have no weekly class, so that nothing of them is placed: %(names)s."),
    ),
    "student_nowhere": marked("Student %(code)s is in no group and takes no section."),
    "students_nowhere": marked("%(number)s students are in no group and take no section: %(names)s."),
    "no_address": marked("%(name)s has no e-mail address."),
    "many_no_address": marked("%(number)s teachers have no e-mail address: %(names)s."),
    "no_account": marked("%(name)s has no account, and so cannot see an own timetable."),
    "many_no_account": marked("%(number)s teachers have no account, and so cannot see an own timetable: %(names)s."),
    "idle_group": (
        marked("Group %(code)s (%(size)s student) has no class."),
        marked("Group %(code)s (%(size)s students) has no class."),
    ),
    "idle_groups": (
        marked("%(number)s more group has no class: %(names)s."),
        marked("%(number)s more groups have no class: %(names)s."),
    ),
    "pins_clash": marked("%(first)s and %(second)s are both fixed at %(when)s and both need %(who)s."),
    "room": marked("room %(room)s"),
    "pins_share_students": (
        marked("%(first)s and %(second)s are both fixed at %(when)s; %(num)s student is enrolled in both."),
        marked("%(first)s and %(second)s are both fixed at %(when)s; %(num)s students are enrolled in both."),
    ),
    "pin_cannot_stand": marked("%(name)s is fixed at %(place)s: %(reasons)s."),
    "no_row_begins": marked("no %(slots)s slots in a row begin there"),
    "not_available": marked("%(who)s is not available then"),
    "closed_for_classes": marked("the room is closed for classes"),
    "kind_does_not_suit": marked("the room is of kind %(kind)s and does not suit"),
    "few_seats": (
        marked("%(size)s student for %(seats)s seats"),
        marked("%(size)s students for %(seats)s seats"),
    ),
    "closed_then": marked("the room is closed then"),
    "pin_of_nothing": marked(
        "%(name)s: a fixed time names class %(ordinal)s%(batch)s, and there is none; it is ignored."
    ),
    "of_batch": marked(" of batch %(batch)s"),
    # supply and demand
    "shortage_and_limits": marked("%(shortage)s (%(limits)s)."),
    "rooms_of_kind": marked("Rooms of kind %(kind)s: %(shortage)s"),
    "same_for_more": marked("%(first)s The same holds for %(number)s more of its classes."),
    "rules_at_work": marked("%(sentence)s Rules at work: %(rules)s."),
    "all_slots": (
        marked("%(who)s: %(asked)s slot asked, and no other is possible."),
        marked("%(who)s: %(asked)s slots asked, all of the %(possible)s possible."),
    ),
    "nearly_all_slots": (
        marked("%(who)s: %(asked)s slot asked, %(possible)s possible: hardly any room to choose."),
        marked("%(who)s: %(asked)s slots asked, %(possible)s possible: hardly any room to choose."),
    ),
    "own_limit": (
        marked("%(who)s: %(asked)s slot asked, own limit %(most)s a week, which the term's rules do not enforce."),
        marked("%(who)s: %(asked)s slots asked, own limit %(most)s a week, which the term's rules do not enforce."),
    ),
    "tight_rooms": (
        marked(
            "%(rooms)s: %(number)s class that suits nowhere else asks for %(asked)s of %(possible)s possible slots."
        ),
        marked(
            "%(rooms)s: %(number)s classes that suit nowhere else ask for %(asked)s of %(possible)s possible slots."
        ),
    ),
    "few_rooms_then": (
        marked(
            "%(part)s, %(rooms)s: %(number)s class can be held at no other time; slots asked: %(asked)s, "
            "possible: %(possible)s."
        ),
        marked(
            "%(part)s, %(rooms)s: %(number)s classes that can be held at no other time ask for %(asked)s slots, "
            "%(possible)s possible."
        ),
    ),
    "shift": marked("shift %(name)s"),
    # rules that are off
    "rule_of_nobody": marked("%(rule)s is about nobody: the classes that it was about are deleted. It asks nothing."),
    "rule_of_few": (
        marked("%(rule)s names %(num)d class and needs %(least)s: it asks nothing."),
        marked("%(rule)s names %(num)d classes and needs %(least)s: it asks nothing."),
    ),
    "rule_off": marked("%(rule)s is off: %(classes)s."),
    "data_rule_off": marked("%(data)s, but the rule “%(rule)s” is off: timetables are made and counted without it."),
    "data_rule_weightless": marked(
        "%(data)s, but the rule “%(rule)s” weighs nothing: timetables are made and counted without it."
    ),
    "has_pins": (
        marked("%(num)d class is fixed to a time or room"),
        marked("%(num)d classes are fixed to a time or room"),
    ),
    "has_absences": (
        marked("Teachers, groups or sections are unavailable at %(num)d time"),
        marked("Teachers, groups or sections are unavailable at %(num)d times"),
    ),
    "has_closings": (marked("Rooms are closed at %(num)d time"), marked("Rooms are closed at %(num)d times")),
    "has_avoided": (marked("%(num)d time is to be avoided"), marked("%(num)d times are to be avoided")),
    "has_preferred": (marked("%(num)d time is preferred"), marked("%(num)d times are preferred")),
    "has_large_classes": (
        marked("%(num)d class has more students than a room of its kind has seats"),
        marked("%(num)d classes have more students than a room of their kind has seats"),
    ),
    "has_day_limits": (
        marked("%(num)d teacher has a limit of slots a day"),
        marked("%(num)d teachers have a limit of slots a day"),
    ),
    "has_week_limits": (
        marked("%(num)d teacher has a limit of slots a week"),
        marked("%(num)d teachers have a limit of slots a week"),
    ),
    "has_different_days": (
        marked("%(num)d weekly class asks for different days"),
        marked("%(num)d weekly classes ask for different days"),
    ),
    "has_least_days": (
        marked("%(num)d weekly class asks for a least number of days"),
        marked("%(num)d weekly classes ask for a least number of days"),
    ),
    "has_parallel_batches": (
        marked("%(num)d weekly class has batches that start together"),
        marked("%(num)d weekly classes have batches that start together"),
    ),
    "has_enrolments": (
        marked("%(num)d enrolment is of a single student"),
        marked("%(num)d enrolments are of single students"),
    ),
    "has_walks": (
        marked("The minutes of %(num)d way between buildings are known"),
        marked("The minutes of %(num)d ways between buildings are known"),
    ),
    "order_in_a_circle": marked(
        "%(one)s is to come before %(other)s, and by other rules of order after it: no timetable keeps both."
    ),
}
"""What each code says; two forms where it depends on a number. Beside them there are `SPECIAL` ones."""

COUNTED = ("number", "asked", "size")
"""The value by which one of two forms is chosen, where there is no ``num``."""


@dataclass(frozen=True)
class Statement(StoredSentence):
    """One thing said of a term's data.

    ``code`` is one of `SENTENCES` or `SPECIAL`; a value may be a statement itself, several of them, or `some` names.
    """

    def _sentence(self) -> str:
        if self.code in SPECIAL:
            return SPECIAL[self.code](self.values)
        message, values = SENTENCES[self.code], {name: _said(value) for name, value in self.values.items()}
        if isinstance(message, tuple):
            num = values.pop("num") if "num" in values else next(values[name] for name in COUNTED if name in values)
            return ngettext(str(message[0]), str(message[1]), num, **values)
        return _(str(message), **values)


def told(code: str, num: int | None = None, /, **values: Any) -> Statement:
    """A statement, of ``num`` things where its words depend on the number."""
    return Statement(code, values if num is None else values | {"num": num})


def some(names: Sequence[str | Statement], most: int = MOST_NAMES, total: int | None = None) -> dict[str, Any]:
    """The first of several names, and how many more there are, as a value of a statement."""
    return {"first": list(names[:most]), "more": max(0, (len(names) if total is None else total) - most)}


def _said(value: Any) -> Any:
    """A value in words."""
    match value:
        case Statement():
            return value.sentence
        case {"code": code}:
            return Statement(code, value.get("values", {})).sentence
        case {"first": first, "more": more}:
            return enumerated([str(_said(name)) for name in first], len(first), len(first) + more)
        case list() | tuple():
            return "; ".join(str(_said(part)) for part in value)
    return value


def _rule(values: Mapping[str, Any]) -> str:
    title = rule_named(values["rule"]).title
    return f"{title} ({values['label']})" if values.get("label") else title


def _limit(values: Mapping[str, Any]) -> str:
    title = rule_named(values["rule"]).title.lower()
    return f"{title} {values['amount']}" if "amount" in values else title


def _shortage(values: Mapping[str, Any]) -> str:
    return shortage_in_words(ShortageCode(values["kind"]), values)


def _shortage_and_limits(values: Mapping[str, Any]) -> str:
    shortage = _said(values["shortage"]).removesuffix(".")
    return _(str(SENTENCES["shortage_and_limits"]), shortage=shortage, limits=", ".join(map(_said, values["limits"])))


def _breach(values: Mapping[str, Any]) -> str:
    return finding_in_words(rule_named(values["rule"]), {key: value for key, value in values.items() if key != "rule"})


def _place(values: Mapping[str, Any]) -> str:
    return place_in_words(**values)


SPECIAL: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "rule": _rule,
    "limit": _limit,
    "shortage": _shortage,
    "shortage_and_limits": _shortage_and_limits,
    "breach": _breach,
    "place": _place,
}
"""Codes whose words come from a room of their own: a rule's title, an engine's count, a place."""
