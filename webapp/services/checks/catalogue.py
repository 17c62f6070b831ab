"""All findings about a term, ordered by severity."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.models import Term
from webapp.services.checks.baskets import basket_data, baskets_that_cannot_stand, unlike_options
from webapp.services.checks.findings import Finding, FindingKind, Severity, in_order
from webapp.services.checks.impossible_classes import classes_that_cannot_hold
from webapp.services.checks.impossible_pairs import pairs_that_cannot_hold
from webapp.services.checks.impossible_rules import rules_that_cannot_hold
from webapp.services.checks.needs import hours_on_its_days, rooms_that_do_not_exist, slots_in_a_row
from webapp.services.checks.people import missing_data, unused_data
from webapp.services.checks.pins import pins_of_nothing, pins_that_cannot_stand, pins_that_clash
from webapp.services.checks.supply import own_limits, room_loads, shortage_findings, tight_loads
from webapp.services.checks.term_data import CheckedProblem, TermData, read_term_data
from webapp.services.checks.unused_rules import rules_without_effect
from webapp.services.problem.term_problem import TermProblem


def check_term(term: Term) -> list[Finding]:
    """Everything that a look at the data tells, gravest first; no solver runs, and the queries are always as many.

    A blocker is proved: no search can find a timetable as long as it stands. To find nothing proves nothing.
    """
    return _check_data(read_term_data(term))


def _check_data(data: TermData) -> list[Finding]:
    findings = [*missing_data(data), *unused_data(data), *rules_without_effect(data), *basket_data(data)]
    if data.problem is not None:
        findings += _check_problem(CheckedProblem(data, data.problem))
    return in_order(findings)


ABOUT_SINGLE_CLASSES = (
    pins_that_clash,
    pins_that_cannot_stand,
    rooms_that_do_not_exist,
    slots_in_a_row,
    hours_on_its_days,
    baskets_that_cannot_stand,
)
"""Checks that account for the classes they are about."""


def _check_problem(case: CheckedProblem) -> list[Finding]:
    """Check an instance; what one check accounts for, counting leaves out."""
    findings: list[Finding] = []
    accounted: set[int] = set()
    for check in ABOUT_SINGLE_CLASSES:
        for finding, meetings in check(case):
            findings.append(finding)
            accounted.update(meetings)
    findings += rules_that_cannot_hold(case)
    findings += classes_that_cannot_hold(case)
    findings += pairs_that_cannot_hold(case)
    short = list(shortage_findings(case, [frozenset(accounted)]))
    findings += [finding for finding, _meetings in short]
    findings += [*pins_of_nothing(case), *unlike_options(case)]
    findings += tight_loads(case, {finding.target.label for finding, _meetings in short})
    findings += own_limits(case)
    findings += room_loads(case, [frozenset(accounted), *(frozenset(meetings) for _finding, meetings in short)])
    return findings


def find_blockers(data: TermData) -> list[Finding]:
    """The blockers among the findings: a generation begins only where a registrar asks for a partial timetable."""
    return filter_findings(_check_data(data), Severity.BLOCKER)


MOST_GRAVEST = 8


@dataclass(frozen=True)
class CheckSummary:
    """The findings about a term in short: sizes, how many of each severity, and the gravest ones."""

    classes: int
    rooms: int
    people: int
    counts: Mapping[Severity, int]
    gravest: tuple[Finding, ...]
    problem: TermProblem | None = None

    @property
    def blockers(self) -> int:
        """How many findings are blockers."""
        return self.counts[Severity.BLOCKER]


def summarize(term: Term) -> CheckSummary:
    """Summarize what generating must know: whether anything blocks it, else what is doubtful."""
    data = read_term_data(term)
    findings = _check_data(data)
    counts = count_by_severity(findings)
    gravest = next((severity for severity in Severity if counts[severity]), Severity.NOTE)
    problem = data.problem
    return CheckSummary(
        problem=problem,
        classes=len(problem.rows) if problem else 0,
        rooms=len(problem.room_ids) if problem else 0,
        people=len(problem.instance.resources) if problem else 0,
        counts=counts,
        gravest=tuple(filter_findings(findings, gravest)[:MOST_GRAVEST]),
    )


def count_by_severity(findings: Sequence[Finding]) -> Mapping[Severity, int]:
    """Count the findings of each severity."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in Severity}


def filter_findings(
    findings: Sequence[Finding], severity: Severity | None = None, kind: FindingKind | None = None
) -> list[Finding]:
    """The findings of a severity and a kind, where one is named."""
    return [finding for finding in findings if severity in (None, finding.severity) and kind in (None, finding.kind)]
