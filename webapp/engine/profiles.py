"""The five variant profiles: what each is named for, its weights, and one yardstick for all of them.

A profile lifts the rules it is named for above everything that the instance itself weighs, and leaves
all other weights alone, so that a Faculty-First timetable still minds the students. How good a
timetable is, is never judged by the profile it was made with: counts are compared on the yardstick,
and the quality score follows the instance's own weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

from webapp.engine.evaluate import Score
from webapp.engine.instance import MOST, Constraint, Instance
from webapp.engine.rules import RULES, rule_named
from webapp.engine.rules.family import subjects_of


@dataclass(frozen=True)
class Profile:
    """A variant's name and what it puts first.

    Attributes
    ----------
    sentence
        What a registrar gets, in one sentence.
    tiers
        Rules it is named for: the counts of the first tier are added up and compared, then those of
        the next.
    factors
        How many times the instance's heaviest own weight a rule gets at least.
    """

    name: str
    sentence: str
    tiers: tuple[tuple[str, ...], ...] = ()
    factors: Mapping[str, int] | None = None


FIRST = 4
"""A rule of the first tier weighs so many times the heaviest of the instance's own."""

PROFILES = (
    Profile("Balanced", "The weights of the term itself: the quality score decides."),
    Profile(
        "Faculty-First",
        "Wishes of teachers are met and their days have few gaps.",
        (("avoided_times", "preferred_times", "instructor_gaps"), ("instructor_days",)),
        {"avoided_times": FIRST, "preferred_times": FIRST, "instructor_gaps": FIRST, "instructor_days": 1},
    ),
    Profile(
        "Student-First",
        "Groups have few gaps and isolated classes, and students few clashes.",
        (("group_gaps", "isolated_meetings", "student_clash"),),
        {"group_gaps": FIRST, "isolated_meetings": FIRST, "student_clash": FIRST},
    ),
    Profile(
        "Room-Saving",
        "As few rooms as possible are used, then those that fit best.",
        (("rooms_in_use",), ("empty_seats",)),
        {"rooms_in_use": 10 * FIRST, "empty_seats": 0},
    ),
    Profile(
        "Compact-Week",
        "Groups have classes on as few days as possible.",
        (("group_days",),),
        {"group_days": FIRST},
    ),
)
"""In the order in which variants are made. A factor of 0 is the smallest weight there is, 1."""

YARDSTICK = (
    "all_placed",
    "student_clash",
    "room_capacity",
    "min_working_days",
    "isolated_meetings",
    "group_gaps",
    "instructor_gaps",
    "avoided_times",
    "preferred_times",
    "group_days",
    "instructor_days",
    "room_stability",
    "rooms_in_use",
    "empty_seats",
)
"""The rules by whose raw counts all variants are compared."""

ABOUT_ALL = (
    "student_clash",
    "isolated_meetings",
    "group_gaps",
    "instructor_gaps",
    "group_days",
    "instructor_days",
    "rooms_in_use",
    "empty_seats",
)
"""Those that need no wishes, sets or numbers, and so can be counted in every instance."""


def profile_named(name: str) -> Profile:
    """Return the profile of that name; `ValueError` when there is none."""
    for profile in PROFILES:
        if profile.name == name:
            return profile
    raise ValueError(f"there is no profile {name!r}; there are {', '.join(profile.name for profile in PROFILES)}")


def measured(instance: Instance) -> Instance:
    """The same problem with everything on the yardstick counted, at weight 0 where it has no weight."""
    used = {constraint.rule.name for constraint in instance.constraints}
    added = [
        Constraint(rule_named(rule), 0) for rule in ABOUT_ALL if rule not in used and _has_subjects(instance, rule)
    ]
    return replace(instance, constraints=(*instance.constraints, *added))


def profiled(instance: Instance, profile: str) -> Instance:
    """The same problem under a profile's weights, for a search.

    Hard rules stay hard. Soft rules that weigh nothing even so are left out: a search need not count them.
    """
    factors = profile_named(profile).factors or {}
    unit = max(_heaviest(instance).values(), default=1) or 1
    heaviest = _heaviest(measured(instance))
    found = []
    for constraint in measured(instance).constraints:
        if constraint.weight is not None:
            least = max(1, factors[constraint.rule.name] * unit) if constraint.rule.name in factors else 0
            constraint = replace(constraint, weight=_lifted(constraint.weight, heaviest[constraint.rule.name], least))
        if constraint.weight != 0:
            found.append(constraint)
    return replace(instance, constraints=tuple(found))


def yardstick(score: Score) -> Mapping[str, int]:
    """Raw counts by which variants are compared, in a fixed order; 0 for rules that were not counted.

    The score should be that of the `measured` instance, so that nothing is missing.
    """
    return {rule: score.counts.get(rule, 0) for rule in YARDSTICK}


def criterion(profile: str, score: Score) -> tuple[int, ...]:
    """How well a timetable does in what a profile is named for; smaller is better, tuples compare.

    Hard violations, then the sums of the profile's tiers, then the cost. The score should be that of
    the instance under the profile.
    """
    tiers = (sum(score.counts.get(rule, 0) for rule in tier) for tier in profile_named(profile).tiers)
    return (score.hard, *tiers, score.cost)


def quality_score(instance: Instance, score: Score) -> Decimal:
    """How good a timetable is, from 0 to 100, by the same formula for every variant.

    With M meetings, C the cost under the instance's own weights (not a profile's), H the count of
    hard violations, unplaced meetings among them, and R soft rules whose weights add up to W::

        100 * M / (M + (C + H * W) / (W / R))

    (C + H * W) / (W / R) is the number of violations of average weight, and a hard violation is as
    bad as one of each soft rule together. So 100 says that nothing at all is violated, 50 that there
    is one violation of average weight for each meeting, and doubling all weights changes nothing.
    Rounded down, so that 100.00 means 100.
    """
    weights = [weight for weight in _heaviest(instance).values() if weight] or [1]
    total, rules = sum(weights), len(weights)
    meetings = len(instance.meetings) * total
    bad = (score.cost + score.hard * total) * rules
    if not meetings:
        return Decimal("100.00")
    return (Decimal(100 * meetings) / (meetings + bad)).quantize(Decimal("0.01"), ROUND_DOWN)


def _heaviest(instance: Instance) -> dict[str, int]:
    """The largest weight of each soft rule, in the order of `RULES`."""
    found: dict[str, int] = {}
    for constraint in instance.constraints:
        if constraint.weight is not None:
            name = constraint.rule.name
            found[name] = max(found.get(name, 0), constraint.weight)
    return {rule.name: found[rule.name] for rule in RULES if rule.name in found}


def _lifted(weight: int, heaviest: int, least: int) -> int:
    """Scale a weight so that its rule's heaviest reaches ``least``; never less than it was."""
    if heaviest >= least:
        return weight
    return min(MOST, least if not heaviest else -(-weight * least // heaviest))


def _has_subjects(instance: Instance, rule: str) -> bool:
    return any(subject.meetings for subject in subjects_of(instance, Constraint(rule_named(rule), 0)))
