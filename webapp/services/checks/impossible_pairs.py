"""Two classes for which no two of their possible places keep all that rules ask of the pair: tried out, one by one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from webapp.engine.domains import ANY_TIME
from webapp.engine.instance import Constraint, Placement
from webapp.engine.rules.different_room import DifferentRoom
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.same_room import SameRoom
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.checks.term_data import CheckedProblem
from webapp.services.problem.words.statements import some, told

MOST_ASKED = 200_000
"""So many pairs of places are tried in a term; the pairs of classes beyond are left to the solver."""
ABOUT_ROOMS = (SameRoom, DifferentRoom)
TOLD_ELSEWHERE = ({"same_time"}, {"same_time", "different_days"}, {"precedence"})
"""Rules of which `webapp.services.checks.impossible_rules` tells, with more to say."""

_Asked = list[tuple[Constraint, PairRule, bool]]


def pairs_that_cannot_hold(case: CheckedProblem) -> Iterator[Finding]:
    """Find the pairs of classes that hard rules between the two leave no places; the first one of each set of rules."""
    left, told_of = MOST_ASKED, set[tuple[str, ...]]()
    for (one, other), asked in _pairs(case).items():
        for is_about_rooms in (False, True):
            rules = [each for each in asked if isinstance(each[1], ABOUT_ROOMS) is is_about_rooms]
            names = tuple(sorted({rule.name for _, rule, _ in rules}))
            labels = tuple(sorted({constraint.label for constraint, _, _ in rules}))
            is_told = set(names) in TOLD_ELSEWHERE and (len(rules) == 1 or "same_time" in names)
            if not rules or is_told or (*names, *labels) in told_of:
                continue
            ours, theirs = (_places(case, meeting, is_about_rooms) for meeting in (one, other))
            left -= len(ours) * len(theirs)
            if left < 0:
                return
            if ours and theirs and not _can_hold(case, rules, ours, theirs):
                told_of.add((*names, *labels))
                named = some([told("rule", rule=name) for name in names])
                code = "pair_without_rooms" if is_about_rooms else "pair_without_times"
                words = told(code, one=case.label(one), other=case.label(other), rules=named)
                yield Finding(Severity.BLOCKER, FindingKind.TIMES, words, case.of_meeting(one), 0, 0)


def _pairs(case: CheckedProblem) -> dict[tuple[int, int], _Asked]:
    """What hard rules ask of each pair of classes, and whether the rule names them the other way round."""
    found: dict[tuple[int, int], _Asked] = defaultdict(list)
    for constraint in case.instance.constraints:
        rule = constraint.rule
        if constraint.hard and isinstance(rule, PairRule) and (rule.time_only or isinstance(rule, ABOUT_ROOMS)):
            for first, second in rule.pairs(constraint):
                pair = (first, second) if first < second else (second, first)
                found[pair].append((constraint, rule, first > second))
    return found


def _places(case: CheckedProblem, meeting: int, is_about_rooms: bool) -> list[Placement]:
    if is_about_rooms:
        return [Placement(ANY_TIME, room) for room in case.domains.rooms(meeting)]
    return [Placement(option.time) for option in case.domains.times(meeting)]


def _can_hold(case: CheckedProblem, rules: _Asked, ours: Sequence[Placement], theirs: Sequence[Placement]) -> bool:
    """Whether some place of either keeps all of the rules."""
    return any(
        not any(
            rule.cost(case.instance, constraint, *((there, here) if is_flipped else (here, there)))
            for constraint, rule, is_flipped in rules
        )
        for here in ours
        for there in theirs
    )
