"""The rules that a term begins with: those of a university's own terms, and those of ITC-2007 files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from webapp.engine.rules import RULES
from webapp.models import TermRule

RULE_NAMES: tuple[str, ...] = tuple(rule.name for rule in RULES)
"""Every rule the engine knows, in its order."""


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """How a term uses a rule: off, hard, or soft with a weight; and the rule's number, where it has one."""

    enabled: bool = True
    hard: bool = False
    weight: int | None = None
    amount: int | None = None


HARD = RuleSetting(hard=True)
OFF = RuleSetting(enabled=False, weight=1)


def soft(weight: int) -> RuleSetting:
    """A rule that costs ``weight`` per unit."""
    return RuleSetting(weight=weight)


OWN_TERM: Mapping[str, RuleSetting] = MappingProxyType(
    dict.fromkeys(
        (
            "all_placed",
            "room_clash",
            "instructor_clash",
            "group_clash",
            "possible_time",
            "pinned",
            "unavailable",
            "room_closed",
            "suitable_room",
            "room_capacity",
            "different_days",
            "same_time",
        ),
        HARD,
    )
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
    dict.fromkeys(("all_placed", "room_clash", "instructor_clash", "group_clash", "unavailable"), HARD)
    | {"room_capacity": soft(1), "min_working_days": soft(5), "isolated_meetings": soft(2), "room_stability": soft(1)}
)
"""Exactly the rules and weights of ITC-2007 track 3 (formulation UD2)."""


def settings_of(chosen: Mapping[str, RuleSetting]) -> Iterable[tuple[str, RuleSetting]]:
    """Yield every rule the engine knows with its setting, off where ``chosen`` doesn't name it."""
    return ((name, chosen.get(name, OFF)) for name in RULE_NAMES)


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
