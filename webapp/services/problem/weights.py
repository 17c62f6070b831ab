"""The variants that the engine brings along, and the rules that a profile of weights can weigh."""

from dataclasses import dataclass

from webapp.engine.profiles import PROFILES, YARDSTICK
from webapp.engine.rules import rule_named

VARIANTS = tuple(profile.name for profile in PROFILES)
"""What a run makes unless told otherwise."""
FIRST_TIMETABLE = "(first timetable)"
"""What the part of a run is called from which all its variants begin: no variant has this name."""
WEIGHED = tuple(rule for rule in YARDSTICK if rule not in ("all_placed", "room_capacity"))
"""The rules that a profile can weigh; what a term makes hard stays hard."""


@dataclass(frozen=True)
class RuleWeight:
    """A rule in words, and what it weighs."""

    rule: str
    title: str
    sentence: str
    unit: str
    weight: int


def with_weight(name: str, weight: int) -> RuleWeight:
    """A rule as a form shows it."""
    rule = rule_named(name)
    return RuleWeight(name, rule.title, rule.sentence, rule.unit, weight)
