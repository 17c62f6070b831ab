"""The body of a check: is there a timetable at all, and if there is none, why not, and what would it take?

Runs in a worker. A short search comes first, since most terms have a timetable; what it can't place is left to the
engine's explanation. The answer is JSON for the job's row, with the rows that the registrar must go to.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from webapp.engine.counts import shortages
from webapp.engine.explain.assumptions import Assumption
from webapp.engine.explain.explanation import ConflictSet, Explanation, Verdict, explain
from webapp.engine.explain.prices import Price
from webapp.engine.params import SolveParams
from webapp.engine.result import Status
from webapp.engine.rules import rule_named
from webapp.engine.solve import schedule
from webapp.services.checks import Case, Target
from webapp.services.problem.solutions import PLACED_RULE
from webapp.services.problem.stored_entries import DOUBLE_BOOKINGS
from webapp.tasks.what_if import fingerprint

SEARCH_SHARE = 0.4
"""Of the check's time, at most, for looking for a timetable; explaining has what is left."""
PRICE_WORKERS = 2
"""Two ways of searching find a timetable sooner than one, even on one core."""
MOST_CLASHES = 12
MOST_TARGETS = 6

Stop = Callable[[], bool]


def check_feasibility(case: Case, seconds: float, seed: int, stop: Stop) -> dict[str, Any]:
    """Find out within the seconds whether the term has a timetable; the answer is data for `flow.checking`.

    ``stop`` is asked several times a second; when it says yes, the answer is "not proved".
    """
    begin = time.monotonic()
    placed = 0
    known = shortages(case.instance, case.domains, case.names)
    if not known:
        found = schedule(case.instance, SolveParams(SEARCH_SHARE * seconds, seed), stop)
        placed = len(case.instance.meetings) - len(found.solution.unplaced)
        if found.status in (Status.FEASIBLE, Status.OPTIMAL):
            return _told(case, Verdict.POSSIBLE, begin, placed)
    left = max(1.0, seconds - (time.monotonic() - begin))
    explained = explain(case.instance, left, stop, seed, case.names, PRICE_WORKERS, known)
    if explained.solvable:
        placed = len(case.instance.meetings)
    return _told(case, explained.verdict, begin, placed, explained)


def _told(
    case: Case, verdict: Verdict, begin: float, placed: int, explained: Explanation | None = None
) -> dict[str, Any]:
    clashes = _together(_clash(case, conflict) for conflict in (explained.conflicts if explained else ()))
    return {
        "verdict": verdict.value,
        "seconds": round(time.monotonic() - begin, 1),
        "classes": len(case.instance.meetings),
        "placed": placed,
        "clashes": clashes[:MOST_CLASHES],
        "more_clashes": max(0, len(clashes) - MOST_CLASHES),
        "relaxations": [] if explained is None else [*_ways(case, explained)],
    }


def _together(clashes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The clashes, where those of several classes of one component that read alike are one."""
    found: list[dict[str, Any]] = []
    for clash in clashes:
        same = (one for one in found if (one["members"], one["targets"]) == (clash["members"], clash["targets"]))
        known = next(same, None)
        if known is None:
            found.append(clash)
        else:
            known["alike"] += 1
    return found


def _clash(case: Case, conflict: ConflictSet) -> dict[str, Any]:
    return {
        "sentence": conflict.shortage.sentence if conflict.shortage else "",
        "members": [{"sentence": one.sentence, "rule": one.rule.title, "who": one.who} for one in conflict.members],
        "minimal": conflict.minimal,
        "verified": conflict.verified,
        "alike": 0,
        "targets": [asdict(target) for target in _targets(case, conflict)],
    }


def _targets(case: Case, conflict: ConflictSet) -> Iterable[Target]:
    """The rows that a conflict is about: people and rooms first, then classes where these are few."""
    found = [case.of_resource(resource) for resource in conflict.resources]
    if conflict.rooms:
        found.append(case.of_rooms(conflict.rooms))
    if len(conflict.meetings) < len(case.instance.meetings):
        found += [case.of_meeting(meeting) for meeting in conflict.meetings]
    return list(dict.fromkeys(found))[:MOST_TARGETS]


def _ways(case: Case, explained: Explanation) -> Iterable[dict[str, Any]]:
    """The ways out of the first clash: those with a price, and the rules that there was no time to price."""
    priced = [price.assumption for price in explained.prices]
    yield from (_relaxation(case, price) for price in explained.prices)
    for member in explained.conflicts[0].members if explained.conflicts else ():
        if member not in priced and member.rule.name not in DOUBLE_BOOKINGS:
            who = f" of {member.who}" if member.who else ""
            yield _way(case, member) | {"sentence": f"Give up “{member.rule.title}”{who}.", "is_known": False}


def _relaxation(case: Case, price: Price) -> dict[str, Any]:
    """A way out with its price in numbers."""
    way = _way(case, price.assumption)
    amount = price.amount
    return way | {
        "sentence": price.sentence,
        "is_enough": amount is not None,
        "price": "" if amount is None else rule_named(way["rule"]).amount_in_words(amount),
        "proven": price.proven,
    }


def _way(case: Case, member: Assumption | None) -> dict[str, Any]:
    """The rule by which a way out can be tried, and the rows that would change for good."""
    return {
        "is_enough": False,
        "is_known": True,
        "rule": PLACED_RULE if member is None else member.rule.name,
        "key": "" if member is None else fingerprint(case.instance, member.constraint),
        "targets": [] if member is None else [asdict(target) for target in _rows_of(case, member)],
    }


def _rows_of(case: Case, member: Assumption) -> list[Target]:
    found = [case.of_resource(resource) for resource in member.constraint.resources]
    found += [case.of_meeting(meeting) for meeting in member.constraint.meetings]
    return list(dict.fromkeys(found))[:MOST_TARGETS]
