"""Checks whether there is a timetable at all, and if there is none, why not, and what it would take.

A short search comes first, since most terms have a timetable; what it can't place is left to the engine's explanation.
The answer stands in the facts of the job's row, with the rows that the registrar must go to.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from webapp.engine.counts import shortages
from webapp.engine.explain.assumptions import Assumption
from webapp.engine.explain.explanation import ConflictSet, Explanation, Verdict, explain
from webapp.engine.explain.prices import Price
from webapp.engine.params import SolveParams
from webapp.engine.result import Status
from webapp.engine.solve import schedule
from webapp.engine.words import WayOutCode
from webapp.extensions import db
from webapp.models import Stage, Term
from webapp.services.checks.supply import counted
from webapp.services.checks.term_data import CheckedProblem, problem_of, read_term_data
from webapp.services.jobs.kinds import CheckAnswer, Clash, Relaxation, RuleAtWork
from webapp.services.problem.solutions import PLACED_RULE
from webapp.services.problem.stored_entries import DOUBLE_BOOKINGS
from webapp.services.problem.words.sentences import AmountWords, RuleWords, WayOutWords
from webapp.services.shared import transaction
from webapp.services.shared.target import Target
from webapp.tasks.guard import Attempt
from webapp.tasks.what_if import fingerprint

SEARCH_SHARE = 0.4
"""Of the check's time, at most, for looking for a timetable; explaining has what is left."""
PRICE_WORKERS = 2
"""Two ways of searching find a timetable sooner than one, even on one core."""
MOST_CLASHES = 12
MOST_TARGETS = 6

Stop = Callable[[], bool]


def carry_out(attempt: Attempt) -> None:
    """Look for a timetable, else for the reason why there is none."""
    seconds, seed = float(attempt.job.seconds), attempt.job.seed
    attempt.tracker.enter(Stage.SCHEDULING, 0, 100, seconds)
    data = read_term_data(db.session.get_one(Term, attempt.job.term_id))
    problem = problem_of(data)
    transaction.commit()
    answer = check_feasibility(CheckedProblem(data, problem), seconds, seed, attempt.must_stop)
    attempt.check_in()
    attempt.tracker.note(answer=answer)
    attempt.complete()


def check_feasibility(case: CheckedProblem, seconds: float, seed: int, stop: Stop) -> CheckAnswer:
    """Find out within the seconds whether the term has a timetable.

    ``stop`` is asked several times a second; when it says yes, the answer is "not proved".
    """
    begin = time.monotonic()
    placed = 0
    known = shortages(case.instance, case.domains, case.names)
    if not known:
        result = schedule(case.instance, SolveParams(SEARCH_SHARE * seconds, seed), stop)
        placed = len(case.instance.meetings) - len(result.solution.unplaced)
        if result.status in (Status.FEASIBLE, Status.OPTIMAL):
            return _answer(case, Verdict.POSSIBLE, begin, placed)
    left = max(1.0, seconds - (time.monotonic() - begin))
    explained = explain(case.instance, left, stop, seed, case.names, PRICE_WORKERS, known)
    if explained.solvable:
        placed = len(case.instance.meetings)
    return _answer(case, explained.verdict, begin, placed, explained)


def _answer(
    case: CheckedProblem, verdict: Verdict, begin: float, placed: int, explained: Explanation | None = None
) -> CheckAnswer:
    clashes = _together(_clash(case, conflict) for conflict in (explained.conflicts if explained else ()))
    return CheckAnswer(
        verdict=verdict.value,
        seconds=round(time.monotonic() - begin, 1),
        classes=len(case.instance.meetings),
        placed=placed,
        clashes=tuple(clashes[:MOST_CLASHES]),
        more_clashes=max(0, len(clashes) - MOST_CLASHES),
        relaxations=() if explained is None else tuple(_ways_out(case, explained)),
    )


def _together(clashes: Iterable[Clash]) -> list[Clash]:
    """The clashes, where those of several classes of one component that read alike are one."""
    merged: dict[object, Clash] = {}
    for clash in clashes:
        key = (clash.members, clash.targets)
        known = merged.get(key)
        merged[key] = clash if known is None else replace(known, alike=known.alike + 1)
    return list(merged.values())


def _clash(case: CheckedProblem, conflict: ConflictSet) -> Clash:
    return Clash(
        sentence=None if conflict.shortage is None else counted(conflict.shortage),
        members=tuple(
            RuleAtWork(RuleWords(member.rule.name, member.values), member.who) for member in conflict.members
        ),
        minimal=conflict.minimal,
        verified=conflict.verified,
        targets=_targets(case, conflict),
    )


def _targets(case: CheckedProblem, conflict: ConflictSet) -> tuple[Target, ...]:
    """The rows that a conflict is about: people and rooms first, then classes where these are few."""
    rows = [case.of_resource(resource) for resource in conflict.resources]
    if conflict.rooms:
        rows.append(case.of_rooms(conflict.rooms))
    if len(conflict.meetings) < len(case.instance.meetings):
        rows += [case.of_meeting(meeting) for meeting in conflict.meetings]
    return _first(rows)


def _first(rows: Iterable[Target]) -> tuple[Target, ...]:
    return tuple(dict.fromkeys(rows))[:MOST_TARGETS]


def _ways_out(case: CheckedProblem, explained: Explanation) -> Iterable[Relaxation]:
    """The ways out of the first clash: those with a price, and the rules that there was no time to price."""
    priced = [price.assumption for price in explained.prices]
    yield from (_relaxation(case, price) for price in explained.prices)
    for member in explained.conflicts[0].members if explained.conflicts else ():
        if member not in priced and member.rule.name not in DOUBLE_BOOKINGS:
            words = WayOutWords(WayOutCode.GIVE_UP.value, member.named)
            yield replace(_way_out(case, member, words), is_known=False)


def _relaxation(case: CheckedProblem, price: Price) -> Relaxation:
    """A way out with its price in numbers."""
    way, amount = _way_out(case, price.assumption, WayOutWords(price.code.value, price.values)), price.amount
    words = None if amount is None else AmountWords(way.rule, {"amount": amount})
    return replace(way, is_enough=amount is not None, price=words, proven=price.proven)


def _way_out(case: CheckedProblem, member: Assumption | None, sentence: WayOutWords) -> Relaxation:
    """The rule by which a way out can be tried, and the rows that would change for good."""
    if member is None:
        return Relaxation(sentence, rule=PLACED_RULE)
    key = fingerprint(case.instance, member.constraint)
    return Relaxation(sentence, rule=member.rule.name, key=key, targets=_rows_of(case, member))


def _rows_of(case: CheckedProblem, member: Assumption) -> tuple[Target, ...]:
    people = [case.of_resource(resource) for resource in member.constraint.resources]
    return _first([*people, *(case.of_meeting(meeting) for meeting in member.constraint.meetings)])
