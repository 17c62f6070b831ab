"""The rules that a term begins with, and those that it can't do without; `docs/rules.md` is held equal to both."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from webapp.engine.rule import Rule
from webapp.engine.rules import RULES, rule_named
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
class AboutClasses:
    """What a rule asks of the classes that it names, at least how many it needs, and its number or not."""

    sentence: str | LazyString
    least: int = 1
    needs_amount: bool = False


ABOUT_CLASSES: Mapping[str, AboutClasses] = MappingProxyType(
    {
        "same_time": AboutClasses(_l("Their first classes start together, their second ones, and so on."), 2),
        "different_days": AboutClasses(_l("No two of their classes are on one day.")),
        "precedence": AboutClasses(_l("All classes of the first come before those of the second, and so on."), 2),
        "same_room": AboutClasses(_l("All their classes are in one room, each pair in two rooms counting.")),
        "no_overlap": AboutClasses(_l("No two of their classes overlap in time."), 2),
        "same_start": AboutClasses(_l("All their classes start at the same time of day."), 2),
        "same_time_of_day": AboutClasses(_l("All their classes are held in the same hours of the day."), 2),
        "different_time": AboutClasses(_l("The hours of no two of their classes overlap, on whatever days."), 2),
        "same_days": AboutClasses(_l("All their classes are held on the same days."), 2),
        "same_weeks": AboutClasses(_l("All their classes are held in the same weeks."), 2),
        "different_weeks": AboutClasses(_l("No two of their classes have a week in common."), 2),
        "overlap": AboutClasses(_l("Each two of their classes overlap in time."), 2),
        "same_attendees": AboutClasses(_l("Somebody can attend all their classes, with the ways between."), 2),
        "consecutive": AboutClasses(_l("Each of their classes is directly followed by the next one."), 2),
        "together_on_a_day": AboutClasses(_l("Those of their classes on one day follow each other directly.")),
        "grouped": AboutClasses(_l("All their classes are held in one row of one day, in any order.")),
        "ends_day": AboutClasses(_l("The first class is the last of its day among them."), 2),
        "days_between": AboutClasses(_l("At least so many days lie from one to another."), needs_amount=True),
        "min_gap": AboutClasses(_l("At least so many slots lie between those of one day."), needs_amount=True),
        "work_day": AboutClasses(_l("Those of one day lie within so many slots, each two."), needs_amount=True),
        "max_days": AboutClasses(_l("Together they are on at most so many days."), needs_amount=True),
        "most_at_once": AboutClasses(_l("At most so many of them are held at once."), needs_amount=True),
        "different_room": AboutClasses(_l("All their classes are in different rooms."), 2),
        "max_rooms": AboutClasses(_l("Together they use at most so many rooms."), needs_amount=True),
        "room_stability": AboutClasses(_l("All their classes are in one room, each further room counting.")),
        "max_per_day": AboutClasses(_l("Together they take at most so many slots of a day."), needs_amount=True),
        "max_in_row": AboutClasses(_l("Together they take at most so many slots in a row."), needs_amount=True),
        "max_per_week": AboutClasses(_l("Together they take at most so many slots of a week."), needs_amount=True),
        "min_working_days": AboutClasses(_l("Together they are spread over at least so many days."), needs_amount=True),
    }
)
"""The rules that the Rules page adds about certain classes, in the order in which it offers them."""


def is_counting(row: TermRule) -> bool:
    """Return whether a term's rule is on and weighs something."""
    return row.is_enabled and (row.is_hard or bool(row.weight))


def usual_rules_off(rows: Iterable[TermRule], about_classes: Container[int]) -> tuple[str, ...]:
    """The rules that a new term uses and a term of these rows does not: off, or without any weight.

    ``about_classes`` are the keys of rows that name classes: what is asked of some classes is not asked of all.
    """
    general = (row for row in rows if row.code == row.rule or row.term_rule_id not in about_classes)
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
        )
        for name, setting in settings_of(chosen)
    ]
