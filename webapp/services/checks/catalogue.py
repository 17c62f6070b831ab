"""All findings about a term, ordered by severity."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.models import Term
from webapp.services.checks.findings import Finding, FindingKind, Severity, in_order
from webapp.services.checks.needs import rooms_that_do_not_exist, slots_in_a_row
from webapp.services.checks.people import missing_data, unused_data
from webapp.services.checks.pins import pins_of_nothing, pins_that_cannot_stand, pins_that_clash
from webapp.services.checks.supply import own_limits, room_loads, shortage_findings, tight_loads
from webapp.services.checks.term_data import CheckedProblem, TermData, read_term_data
from webapp.services.problem.term_problem import TermProblem


def check_term(term: Term) -> list[Finding]:
    """Everything that a look at the data tells, gravest first; no solver runs, and the queries are always as many.

    A blocker is proved: no search can find a timetable as long as it stands. To find nothing proves nothing.
    """
    return _check_data(read_term_data(term))


def _check_data(data: TermData) -> list[Finding]:
    found = [*missing_data(data), *unused_data(data)]
    if data.problem is not None:
        found += _check_problem(CheckedProblem(data, data.problem))
    return in_order(found)


def _check_problem(case: CheckedProblem) -> list[Finding]:
    """What is found about an instance; what one check has said, counting doesn't say again."""
    found: list[Finding] = []
    accounted: set[int] = set()
    for check in (pins_that_clash, pins_that_cannot_stand, rooms_that_do_not_exist, slots_in_a_row):
        for finding, meetings in check(case):
            found.append(finding)
            accounted.update(meetings)
    short = list(shortage_findings(case, [frozenset(accounted)]))
    found += [finding for finding, _meetings in short]
    found += pins_of_nothing(case)
    found += tight_loads(case, {finding.target.label for finding, _meetings in short})
    found += own_limits(case)
    found += room_loads(case, [frozenset(accounted), *(frozenset(meetings) for _finding, meetings in short)])
    return found


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
    """What generating must know: whether anything blocks it, else what is doubtful."""
    data = read_term_data(term)
    found = _check_data(data)
    counts = count_by_severity(found)
    gravest = next((severity for severity in Severity if counts[severity]), Severity.NOTE)
    problem = data.problem
    return CheckSummary(
        problem=problem,
        classes=len(problem.rows) if problem else 0,
        rooms=len(problem.room_ids) if problem else 0,
        people=len(problem.instance.resources) if problem else 0,
        counts=counts,
        gravest=tuple(filter_findings(found, gravest)[:MOST_GRAVEST]),
    )


def count_by_severity(found: Sequence[Finding]) -> Mapping[Severity, int]:
    """How many findings there are of each severity."""
    counts = Counter(finding.severity for finding in found)
    return {severity: counts[severity] for severity in Severity}


def filter_findings(
    found: Sequence[Finding], severity: Severity | None = None, kind: FindingKind | None = None
) -> list[Finding]:
    """Those of a severity and a kind, where one is named."""
    return [finding for finding in found if severity in (None, finding.severity) and kind in (None, finding.kind)]
