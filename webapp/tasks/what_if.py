"""Makes a draft as if one rule gave way, with the term's own rows left as they are.

The rule is softened in the instance of this run alone. What comes out is counted by the term's own
rules: the classes that break the rule carry a reason, as if a registrar had put them there by hand.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from json import dumps

import sqlalchemy as sa

from webapp.engine.domains import pieces
from webapp.engine.evaluate import Violation
from webapp.engine.explain.assumptions import assumptions_of
from webapp.engine.instance import Constraint, Instance
from webapp.engine.params import SolveParams
from webapp.engine.solution import Solution
from webapp.engine.solve import resolve, schedule
from webapp.extensions import db
from webapp.models import Stage, Term, TimetableEntry
from webapp.services.checks.term_data import problem_of, read_term_data
from webapp.services.editor.drafts import unused_name
from webapp.services.jobs.failures import FailureCode
from webapp.services.jobs.kinds import WhatIfAnswer, WhatIfOptions, options_of
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.results import WHAT_IF_REASON, TimetableResult
from webapp.services.problem.solutions import TimetableFacts, hard_violations, store_timetable, trimmed
from webapp.services.problem.term_problem import TermProblem
from webapp.services.problem.words.labels import names_of
from webapp.services.problem.words.reasons import UnplacedReason
from webapp.services.shared import transaction
from webapp.tasks.guard import Attempt, FailedAs

FIRST_SHARE = 0.7
"""Of the time, at most, for the first timetable; the rest goes into breaking the rule as seldom as can be."""
DEARER = 5
"""Breaking the rule once costs so many times what the dearest wish costs."""

Stop = Callable[[], bool]


def carry_out(attempt: Attempt) -> None:
    """Try a way out; the draft and the end of the job are stored together."""
    job = attempt.job
    seconds, seed, user_id, options = float(job.seconds), job.seed, job.created_by_id, options_of(job, WhatIfOptions)
    attempt.tracker.enter(Stage.SCHEDULING, 0, 100, seconds)
    problem = problem_of(read_term_data(db.session.get_one(Term, job.term_id)))
    transaction.commit()
    tried = try_out(problem, options, seconds, seed, attempt.must_stop)
    attempt.check_in()
    attempt.tracker.note(answer=tried.answer)
    attempt.complete(lambda: tried.store(attempt.lease.job_id, user_id))


@dataclass(frozen=True)
class Tried:
    """A timetable that was found as if a rule gave way, not yet stored."""

    problem: TermProblem
    relaxed: TermProblem
    options: WhatIfOptions
    solution: Solution
    reasons: Mapping[int, UnplacedReason]
    seconds: float

    @cached_property
    def violations(self) -> list[Violation]:
        """What breaks the term's own hard rules."""
        return list(hard_violations(self.problem, self.solution))

    @property
    def broken(self) -> set[int]:
        """The meetings that cause it."""
        return {meeting for violation in self.violations for meeting in violation.meetings}

    @property
    def answer(self) -> WhatIfAnswer:
        """The draft in numbers."""
        classes = len(self.solution.placements)
        return WhatIfAnswer(
            classes=classes,
            placed=classes - len(self.solution.unplaced),
            broken=sum(violation.count for violation in self.violations) if self.options.key else 0,
            excused=len(self.broken),
        )

    def store(self, job_id: str, user_id: int | None) -> None:
        """Add the draft, marked as what it is."""
        who = self.options.sentence.values.get("who", "")
        name = f"What-if: {who}" if who else "What-if"
        facts = TimetableFacts(
            variant_name=unused_name(self.problem.term_id, name),
            job_id=job_id,
            created_by_id=user_id,
            result=TimetableResult(status="what-if", relaxation=self.options.sentence, seconds=self.seconds),
            reasons=self.reasons,
        )
        self._excuse(store_timetable(self.problem, self.solution, facts, relaxed=self.relaxed))

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
                entry.override_reason = WHAT_IF_REASON
                entry.override_rules = sorted(broken)
        db.session.flush()


def fingerprint(instance: Instance, constraint: Constraint) -> str:
    """By what a rule for somebody is found again in an instance that was made anew from the same rows."""
    parts = [
        constraint.rule.name,
        [instance.resources[resource].code for resource in constraint.resources],
        [instance.meetings[meeting].code for meeting in constraint.meetings],
        sorted(constraint.cells),
        constraint.amount,
        *([constraint.second_amount, constraint.rooms] if constraint.second_amount or constraint.rooms else ()),
    ]
    return sha256(dumps(parts).encode()).hexdigest()[:16]


def try_out(problem: TermProblem, options: WhatIfOptions, seconds: float, seed: int, stop: Stop) -> Tried:
    """Find a timetable as if the rule gave way, within the seconds; raises FailedAs where it isn't there any more."""
    begin = time.monotonic()
    relaxed = replace(problem, instance=_relaxed(problem, options)) if options.key else problem
    best = schedule(relaxed.instance, SolveParams(FIRST_SHARE * seconds, seed), stop)
    if not best.hard:
        params = SolveParams(max(0.5, seconds - (time.monotonic() - begin)), seed)
        better = resolve(relaxed.instance, best.solution, params, stop, is_tight=best.is_tight)
        best = better if not better.hard and better.cost <= best.cost else best
    solution, reasons = trimmed(relaxed, best.solution)
    from_engine = {unplaced.meeting: UnplacedReason.from_engine(unplaced) for unplaced in best.unplaced}
    return Tried(problem, relaxed, options, solution, from_engine | reasons, round(time.monotonic() - begin, 1))


def _relaxed(problem: TermProblem, options: WhatIfOptions) -> Instance:
    """The instance with the one rule softened, so dear that it is broken only where it must be."""
    instance = problem.instance
    assumptions = assumptions_of(instance, names_of(problem))
    assumption = next(
        (candidate for candidate in assumptions if fingerprint(instance, candidate.constraint) == options.key), None
    )
    if assumption is None:
        raise FailedAs(FailureCode.RULE_GONE)
    whole = instance.constraints[assumption.of]
    dearest = max((c.weight for c in instance.constraints if c.weight is not None), default=1)
    rest = [piece for piece in pieces(instance, whole) if piece != assumption.constraint]
    weeks = instance.grid.calendar_weeks if assumption.rule.is_mean else 1  # a mean over weeks is rounded down
    softened = replace(assumption.constraint, weight=DEARER * max(1, dearest) * weeks)
    kept = (c for index, c in enumerate(instance.constraints) if index != assumption.of)
    return replace(instance, constraints=(*kept, *rest, softened))
