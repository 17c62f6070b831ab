"""A class of which no possible place keeps a hard rule, wherever others stand; a row longer than any day."""

from collections.abc import Iterator

from webapp.engine.instance import Constraint, Placement
from webapp.engine.rules.family import SetRule, subjects_of
from webapp.engine.rules.grouped import Grouped
from webapp.engine.rules.max_day_load import MaxDayLoad
from webapp.engine.rules.max_days import MaxDays
from webapp.engine.rules.most_at_once import MostAtOnce
from webapp.engine.rules.most_slots_of import MostSlotsOf
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.checks.term_data import CheckedProblem
from webapp.services.problem.words.statements import told

GROWING = (MaxDayLoad, MaxDays, MostAtOnce, MostSlotsOf)
"""Rules of sets that count no less the more classes there are: what one alone breaks is broken with any others."""


def classes_that_cannot_hold(case: CheckedProblem) -> Iterator[Finding]:
    """Find the classes for which a hard rule leaves no place; the first one of each rule and component."""
    told_of = set[tuple[int, str]]()
    for constraint in case.instance.constraints:
        rule = constraint.rule
        if not constraint.hard or not isinstance(rule, (Grouped, *GROWING)):
            continue
        for subject in subjects_of(case.instance, constraint):
            if isinstance(rule, Grouped):
                yield from _row_too_long(case, constraint, subject.meetings)
                continue
            for meeting in subject.meetings:
                key = case.component(meeting).component_id, rule.name
                if key not in told_of and _is_without_place(case, constraint, meeting):
                    told_of.add(key)
                    words = told("class_without_times", name=case.label(meeting), rule=told("rule", rule=rule.name))
                    yield Finding(Severity.BLOCKER, FindingKind.TIMES, words, case.of_meeting(meeting), 0, 0)


def _is_without_place(case: CheckedProblem, constraint: Constraint, meeting: int) -> bool:
    """Whether the rule counts something at each possible time of a class that has some."""
    rule = constraint.rule
    times = [option.time for option in case.domains.times(meeting)]
    return (
        isinstance(rule, SetRule)
        and bool(times)
        and all(any(rule.findings(case.instance, constraint, {meeting: Placement(time)})) for time in times)
    )


def _row_too_long(case: CheckedProblem, constraint: Constraint, meetings: tuple[int, ...]) -> Iterator[Finding]:
    """Classes of the same weeks that are to stand in one row, and take more slots than any day has."""
    weeks = {option.time.weeks for meeting in meetings for option in case.domains.times(meeting)}
    grid = case.instance.grid
    most = max((grid.periods_between(day, 0, grid.slots_per_day) for day in range(grid.days)), default=0)
    asked = sum(case.slots[meeting] for meeting in meetings)
    one_day = all(t.time.days.bit_count() == 1 for meeting in meetings for t in case.domains.times(meeting))
    if len(weeks) == 1 and one_day and asked > most:
        rule = told("rule", rule=constraint.rule.name)
        words = told("row_too_long", name=constraint.label, asked=asked, possible=most, rule=rule)
        yield Finding(Severity.BLOCKER, FindingKind.TIMES, words, case.of_meeting(meetings[0]), asked, most)
