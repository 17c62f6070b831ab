"""The body of a what-if: a draft made as if one rule gave way, with the term's own rows left as they are.

Runs in a worker. The rule is softened in the instance of this run alone. What comes out is counted by the term's own
rules: the classes that break the rule carry a reason, as if a registrar had put them there by hand.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from json import dumps
from typing import Any

import sqlalchemy as sa

from webapp.engine.domains import pieces
from webapp.engine.evaluate import Violation
from webapp.engine.explain.assumptions import assumptions_of
from webapp.engine.instance import Constraint, Instance
from webapp.engine.params import SolveParams
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.engine.solve import resolve, schedule
from webapp.extensions import db
from webapp.models import TimetableEntry
from webapp.services.checks import Trial
from webapp.services.problem.labels import names_of
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.solutions import TimetableFacts, hard_violations, store_timetable, trimmed
from webapp.services.problem.term_problem import TermProblem
from webapp.services.shared.errors import Problem

FIRST_SHARE = 0.7
"""Of the time, at most, for the first timetable; the rest goes into breaking the rule as seldom as can be."""
DEARER = 5
"""Breaking the rule once costs so many times what the dearest wish costs."""

Stop = Callable[[], bool]


class RelaxationGone(Problem):
    """The term's data have changed, so that the rule is not there any more as it was."""


@dataclass(frozen=True)
class Tried:
    """A timetable that was found as if a rule gave way, not yet stored."""

    problem: TermProblem
    relaxed: TermProblem
    trial: Trial
    solution: Solution
    reasons: Mapping[int, str]
    seconds: float

    @cached_property
    def violations(self) -> list[Violation]:
        """What breaks the term's own hard rules."""
        return list(hard_violations(self.problem, self.solution))

    @property
    def broken(self) -> set[int]:
        """The meetings that cause it."""
        return {meeting for violation in self.violations for meeting in violation.meetings}

    def store(self, job_id: str, user_id: int | None) -> dict[str, Any]:
        """Add the draft, marked as what it is, without commit; return what the job's row shall tell."""
        name = f"What-if: {self.trial.sentence.rstrip('.')}"
        facts = TimetableFacts(
            variant_name=name if len(name) <= 100 else f"{name[:99]}…",
            job_id=job_id,
            created_by_id=user_id,
            result={"status": "what-if", "relaxation": self.trial.sentence, "seconds": self.seconds},
            reasons=self.reasons,
        )
        key = store_timetable(self.problem, self.solution, facts, relaxed=self.relaxed)
        self._excuse(key)
        count = sum(violation.count for violation in self.violations)
        classes = len(self.solution.placements)
        return {
            "timetable_id": key,
            "classes": classes,
            "placed": classes - len(self.solution.unplaced),
            "broken": rule_named(self.trial.rule).amount_in_words(count) if self.trial.key and count else "",
            "excused": len(self.broken),
        }

    def _excuse(self, timetable_id: int) -> None:
        """Say at each class that breaks the rule why it may."""
        rules: dict[MeetingKey, set[str]] = defaultdict(set)
        for violation in self.violations:
            for meeting in violation.meetings:
                rules[self.problem.rows[meeting].key].add(violation.rule)
        query = sa.select(TimetableEntry).filter_by(timetable_id=timetable_id)
        for entry in db.session.scalars(query):
            broken = rules.get(MeetingKey(entry.component_id, entry.student_group_id, entry.ordinal))
            if broken:
                entry.override_reason = f"What-if: {self.trial.sentence}"
                entry.override_rules = sorted(broken)
        db.session.flush()


def fingerprint(instance: Instance, constraint: Constraint) -> str:
    """By what a rule for somebody is found again in an instance that was made anew from the same rows."""
    told = [
        constraint.rule.name,
        [instance.resources[resource].code for resource in constraint.resources],
        [instance.meetings[meeting].code for meeting in constraint.meetings],
        sorted(constraint.cells),
        constraint.amount,
    ]
    return sha256(dumps(told).encode()).hexdigest()[:16]


def try_out(problem: TermProblem, trial: Trial, seconds: float, seed: int, stop: Stop) -> Tried:
    """Find a timetable as if the trial's rule gave way, within the seconds; raises RelaxationGone."""
    begin = time.monotonic()
    relaxed = replace(problem, instance=_relaxed(problem, trial)) if trial.key else problem
    best = schedule(relaxed.instance, SolveParams(FIRST_SHARE * seconds, seed), stop)
    if not best.hard:
        params = SolveParams(max(0.5, seconds - (time.monotonic() - begin)), seed)
        better = resolve(relaxed.instance, best.solution, params, stop, is_tight=best.is_tight)
        best = better if not better.hard and better.cost <= best.cost else best
    solution, reasons = trimmed(relaxed, best.solution)
    said = {one.meeting: one.reason for one in best.unplaced if one.reason}
    return Tried(problem, relaxed, trial, solution, said | reasons, round(time.monotonic() - begin, 1))


def _relaxed(problem: TermProblem, trial: Trial) -> Instance:
    """The instance with the one rule softened, so dear that it is broken only where it must be."""
    instance = problem.instance
    known = assumptions_of(instance, names_of(problem))
    found = next((one for one in known if fingerprint(instance, one.constraint) == trial.key), None)
    if found is None:
        raise RelaxationGone(
            "The data have changed since the check, so this way out is not there as it was. Check again."
        )
    whole = instance.constraints[found.of]
    dearest = max((c.weight for c in instance.constraints if c.weight is not None), default=1)
    rest = [piece for piece in pieces(instance, whole) if piece != found.constraint]
    softened = replace(found.constraint, weight=DEARER * max(1, dearest))
    kept = (c for index, c in enumerate(instance.constraints) if index != found.of)
    return replace(instance, constraints=(*kept, *rest, softened))
