"""The rules that a term begins with, and those that it can't do without; `docs/rules.md` is held equal to both."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from webapp.engine.rule import ResourceKind, Rule
from webapp.engine.rules import RULES, rule_named
from webapp.engine.rules.family import Compared, PairRule
from webapp.models import TermRule
from webapp.services.shared.words import _

RULE_NAMES: tuple[str, ...] = tuple(rule.name for rule in RULES)
"""Every rule the engine knows, in its order."""

ALWAYS_HOLD = ("all_placed", "room_clash", "instructor_clash", "group_clash", "possible_time", "suitable_room")
"""Hard in every term, whatever its rows say: without them there is no timetable that could be stored or held."""


def known_rules() -> Sequence[Rule]:
    """The rules that the engine knows, with title and sentence, in its order."""
    return RULES


def title_of(rule: str) -> str:
    """The title of a rule, by its name."""
    return rule_named(rule).title


def sentence_of_rule(rule: str) -> str:
    """What a rule asks for, by its name."""
    return rule_named(rule).sentence


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """How a term uses a rule: off, hard, or soft with a weight; and the rule's number, where it has one."""

    enabled: bool = True
    hard: bool = False
    weight: int | None = None
    amount: int | None = None
    second_amount: int | None = None


HARD = RuleSetting(hard=True)
OFF = RuleSetting(enabled=False, weight=1)
ALWAYS = dict.fromkeys(ALWAYS_HOLD, HARD)


def soft(weight: int) -> RuleSetting:
    """A rule that costs ``weight`` per unit."""
    return RuleSetting(weight=weight)


OWN_TERM: Mapping[str, RuleSetting] = MappingProxyType(
    ALWAYS
    | dict.fromkeys(("pinned", "unavailable", "room_closed", "room_capacity", "different_days", "same_time"), HARD)
    | {
        "max_per_day": RuleSetting(hard=True, amount=7),
        "max_in_row": RuleSetting(hard=True, amount=4),
        "max_per_week": HARD,
        "student_clash": soft(50),
        "min_working_days": soft(5),
        "isolated_meetings": soft(2),
        "group_gaps": soft(2),
        "instructor_gaps": soft(1),
        "avoided_times": soft(3),
        "preferred_times": soft(1),
        "room_stability": soft(1),
        "group_days": soft(0),
        "instructor_days": soft(0),
        "rooms_in_use": soft(0),
        "empty_seats": soft(0),
        "changes": soft(0),
    }
)
"""A term of one's own: what must hold, and what each unit of the rest costs."""

ITC_2007: Mapping[str, RuleSetting] = MappingProxyType(
    ALWAYS
    | {"unavailable": HARD}
    | {"room_capacity": soft(1), "min_working_days": soft(5), "isolated_meetings": soft(2), "room_stability": soft(1)}
)
"""Exactly the rules and weights of ITC-2007 track 3 (formulation UD2)."""


def settings_of(chosen: Mapping[str, RuleSetting]) -> Iterable[tuple[str, RuleSetting]]:
    """Yield every rule the engine knows with its setting, off where ``chosen`` doesn't name it."""
    return ((name, ALWAYS.get(name) or chosen.get(name, OFF)) for name in RULE_NAMES)


@dataclass(frozen=True, slots=True)
class AddedRule:
    """What a rule that a term adds beside its usual ones may be about, and what it asks for.

    Parameters
    ----------
    classes, people
        What it asks of the classes, and of the people, that it names; empty: it can't be about them.
    least
        How many classes it needs.
    amount, second
        What its numbers are, in words; empty: it has none. The second may be left out, which means 0.
    slots, rooms
        What the slots and rooms are that it names, in words; empty: it names none.
    needs_slots
        Whether it says nothing without a slot.
    """

    classes: str | LazyString = ""
    people: str | LazyString = ""
    least: int = 1
    amount: str | LazyString = ""
    second: str | LazyString = ""
    slots: str | LazyString = ""
    rooms: str | LazyString = ""
    needs_slots: bool = False


MOST_A_DAY, MOST_A_WEEK = _l("At most so many slots a day"), _l("At most so many slots a week")
LEAST_DAYS, MOST_DAYS = _l("On at least so many days"), _l("On at most so many days")
AS_BREAK = _l("Breaks of up to so many slots don't count")

ADDED_RULES: Mapping[str, AddedRule] = MappingProxyType(
    {
        "same_time": AddedRule(_l("Their first classes start together, their second ones, and so on."), least=2),
        "same_start": AddedRule(_l("All their classes start at the same time of day."), least=2),
        "same_time_of_day": AddedRule(_l("All their classes are held in the same hours of the day."), least=2),
        "same_days": AddedRule(_l("All their classes are held on the same days."), least=2),
        "same_weeks": AddedRule(_l("All their classes are held in the same weeks."), least=2),
        "overlap": AddedRule(_l("Each two of their classes overlap in time."), least=2),
        "no_overlap": AddedRule(_l("No two of their classes overlap in time."), least=2),
        "different_days": AddedRule(_l("No two of their classes are on one day.")),
        "different_weekdays": AddedRule(_l("No two of their classes are on one weekday, whatever their weeks.")),
        "different_time": AddedRule(_l("The hours of no two of their classes overlap, on whatever days."), least=2),
        "different_weeks": AddedRule(_l("No two of their classes have a week in common."), least=2),
        "same_attendees": AddedRule(_l("Somebody can attend all their classes, with the ways between."), least=2),
        "precedence": AddedRule(_l("All classes of the first come before those of the second, and so on."), least=2),
        "precedence_of_pairs": AddedRule(_l("Each class comes before every later one, each pair counting."), least=2),
        "consecutive": AddedRule(_l("Each of their classes is directly followed by the next one."), least=2),
        "together_on_a_day": AddedRule(_l("Those of their classes on one day follow each other directly.")),
        "grouped": AddedRule(_l("All their classes are held in one row of one day, in any order.")),
        "ends_day": AddedRule(_l("The first class is the last of its day among them."), least=2),
        "days_between": AddedRule(
            _l("At least so many days lie from one to another."),
            amount=_l("At least so many days from one to another"),
        ),
        "min_gap": AddedRule(
            _l("At least so many slots lie between those of one day."), amount=_l("At least so many slots between")
        ),
        "work_day": AddedRule(
            _l("Those of one day lie within so many slots, each two."),
            amount=_l("At most so many slots from start to end"),
        ),
        "max_days": AddedRule(
            _l("Together they are on at most so many days."),
            _l("Each of them has classes on at most so many different days."),
            amount=MOST_DAYS,
        ),
        "min_working_days": AddedRule(_l("Together they are spread over at least so many days."), amount=LEAST_DAYS),
        "max_day_load": AddedRule(_l("Together they take at most so many slots of a day."), amount=MOST_A_DAY),
        "most_at_once": AddedRule(
            _l("At most so many of them are held at once."),
            amount=_l("At most so many at once"),
            slots=_l("At which slots; none chosen: at all"),
        ),
        "most_slots_of": AddedRule(
            _l("Together they use at most so many of the slots chosen."),
            _l("Each of them uses at most so many of the slots chosen."),
            amount=_l("At most so many of the slots"),
            slots=_l("The slots of which they use so many"),
            needs_slots=True,
        ),
        "same_room": AddedRule(_l("All their classes are in one room, each pair in two rooms counting.")),
        "different_room": AddedRule(_l("All their classes are in different rooms."), least=2),
        "max_rooms": AddedRule(_l("Together they use at most so many rooms."), amount=_l("At most so many rooms")),
        "room_stability": AddedRule(_l("All their classes are in one room, each further room counting.")),
        "home_room": AddedRule(
            _l("Their classes are held in the room chosen, or in one of several."),
            _l("The classes of each of them are held in the room chosen, or in one of several."),
            rooms=_l("The home room, or several"),
        ),
        "begins_by": AddedRule(
            people=_l("The first class of a day is held within so many slots."),
            amount=_l("The first class begins at the latest in slot number"),
            second=_l("Days a week that may begin later"),
        ),
        "interval_days": AddedRule(
            people=_l("Classes at the slots chosen, such as afternoons, on at most so many days a week."),
            amount=_l("On at most so many days a week"),
            slots=_l("The slots, such as all afternoons"),
            needs_slots=True,
        ),
        "min_per_day": AddedRule(
            people=_l("Nobody comes for fewer slots on a day than so many."),
            amount=_l("At least so many slots on a day with classes"),
        ),
        "max_per_day": AddedRule(
            _l("Together they take at most so many slots of a day."),
            _l("Each of them is busy for at most so many slots of a day."),
            amount=MOST_A_DAY,
        ),
        "max_in_row": AddedRule(
            _l("Together they take at most so many slots in a row."),
            _l("Each of them is busy for at most so many slots in a row."),
            amount=_l("At most so many slots in a row"),
        ),
        "max_per_week": AddedRule(
            _l("Together they take at most so many slots of a week."),
            _l("Each of them is busy for at most so many slots of a week."),
            amount=MOST_A_WEEK,
        ),
        "max_breaks": AddedRule(
            _l("Between their classes of a day are at most so many breaks."),
            _l("Each of them has at most so many breaks a day."),
            amount=_l("At most so many breaks a day"),
            second=AS_BREAK,
        ),
        "max_block": AddedRule(
            _l("Those that follow each other take at most so many slots together."),
            _l("Each of them has no block of classes of more than so many slots."),
            amount=_l("At most so many slots in a block"),
            second=AS_BREAK,
        ),
        "group_gaps": AddedRule(people=_l("The groups have no free slots between two classes of a day.")),
        "instructor_gaps": AddedRule(people=_l("The teachers have no free slots between two classes of a day.")),
        "isolated_meetings": AddedRule(people=_l("Each class of the groups has another one right before or after it.")),
        "building_changes_a_day": AddedRule(
            people=_l("Nobody changes the building more often on a day."), amount=_l("At most so many changes a day")
        ),
        "building_changes_a_week": AddedRule(
            people=_l("Nobody changes the building more often in a week."), amount=_l("At most so many changes a week")
        ),
        "building_change_gap": AddedRule(
            people=_l("Between two classes in different buildings lie at least so many slots."),
            amount=_l("At least so many slots between"),
        ),
        "walking_time": AddedRule(people=_l("Between two classes in a row they have the time to walk.")),
    }
)
"""The rules that the Rules page adds about certain classes or people, in the order in which it offers them."""


def people_of(rule: str) -> tuple[ResourceKind, ...]:
    """The kinds of people that an added rule may be about: teachers, groups or both; none: about classes alone."""
    added = ADDED_RULES.get(rule)
    if added is None or not added.people:
        return ()
    return rule_named(rule).kinds or (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)


def needs_amount(rule: str) -> bool:
    """Return whether a rule says nothing to a person's day without its number, which no term has by itself."""
    return rule in ADDED_RULES and bool(ADDED_RULES[rule].amount) and bool(people_of(rule)) and rule not in OWN_TERM


def may_be_about(rule: str) -> tuple[str, ...]:
    """The kinds of people that an added rule may name, as files call them: "faculty", "groups"."""
    names = {ResourceKind.INSTRUCTOR: "faculty", ResourceKind.GROUP: "groups"}
    return tuple(names[kind] for kind in people_of(rule))


def is_in_order(rule: str) -> bool:
    """Return whether a rule asks something else of the first class named than of the second."""
    known = rule_named(rule)
    return isinstance(known, PairRule) and (known.ordered or known.compared is not Compared.ALL)


def is_of_all(rule: str) -> bool:
    """Return whether a term can use a rule for everybody by weight and number alone: no classes, slots or rooms."""
    added = ADDED_RULES.get(rule)
    if rule in OWN_TERM or added is None:
        return rule in OWN_TERM or not isinstance(rule_named(rule), PairRule)
    return bool(rule_named(rule).kinds) and not added.needs_slots


def is_beside_all(rule: str, code: str) -> bool:
    """Return whether a rule holds for the classes it names beside those that ask for it themselves.

    A file may name classes in the row that every term has: parallel batches still start together.
    """
    return code == rule and isinstance(rule_named(rule), PairRule)


def is_of_nobody(rule: str, code: str, is_of_all: bool, names_some: bool) -> bool:
    """Return whether a rule asks nothing of anybody: all that it was about is deleted."""
    return not (is_of_all or names_some or is_beside_all(rule, code))


def may_be_of_all(rule: str, code: str) -> bool:
    """Return whether a rule that names nobody is about everybody, or about those who ask for it; else about nobody."""
    return code == rule or rule not in ADDED_RULES or rule in OWN_TERM or bool(people_of(rule))


def is_counting(row: TermRule) -> bool:
    """Return whether a term's rule is on and weighs something."""
    return row.is_enabled and (row.is_hard or bool(row.weight))


def usual_rules_off(rows: Iterable[TermRule], about_some: Container[int]) -> tuple[str, ...]:
    """The rules that a new term uses and a term of these rows does not: off, or without any weight.

    ``about_some`` are the keys of rows that are about certain classes or people: what is asked of some is not asked of
    all.
    """
    general = (row for row in rows if row.code == row.rule or row.term_rule_id not in about_some)
    used = {row.rule for row in general if is_counting(row)}
    return tuple(
        name
        for name, setting in OWN_TERM.items()
        if (setting.hard or setting.weight) and name not in used and name not in ALWAYS_HOLD
    )


def refusal_of_use(rule: str, is_enabled: bool, is_hard: bool) -> str | None:
    """Say why a term can't use a rule so: what always holds is neither off nor soft; None where it can."""
    if rule in ALWAYS_HOLD and not (is_enabled and is_hard):
        return _("This rule always holds: it can't be switched off, and is hard in every term.")
    return None


def default_rules(term_id: int, chosen: Mapping[str, RuleSetting] = OWN_TERM) -> list[TermRule]:
    """Build, without adding, a term's rules: one row for each rule the engine knows."""
    return [
        TermRule(
            term_id=term_id,
            code=name,
            rule=name,
            is_enabled=setting.enabled,
            is_hard=setting.hard,
            weight=setting.weight,
            amount=setting.amount,
            is_of_all=True,
        )
        for name, setting in settings_of(chosen)
    ]
