"""Week patterns: a function of how long a subject is busy on each day of a week."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from math import prod
from random import Random

from ortools.sat.python import cp_model

from webapp.engine.cpsat.shapes import Line, convex_lines
from webapp.engine.cpsat.variables import Count, Variables
from webapp.engine.instance import Constraint
from webapp.engine.rules.family import RuleSubject, WeekPatternRule, subjects_of

MOST_ROWS = 20_000
"""No table of more rows is made: a rule about hours with more has no form here."""


def count(variables: Variables, constraint: Constraint, rule: WeekPatternRule) -> Count | None:
    """The rule's count over all weeks, or None when the model has no form for it."""
    grid, total = variables.grid, Count()

    def cost(loads: Sequence[int]) -> int:
        """The truth for one week."""
        return rule.cost(loads, grid, constraint.amount)

    for subject in subjects_of(variables.instance, constraint):
        if not subject.meetings:
            total.constant += cost([0] * grid.days)
        if not variables.touched(subject):
            continue
        weeks: list[list[tuple[cp_model.LinearExprT, int]]] = []
        for week in range(len(variables.weeks)):
            if rule.days_only:
                days: list[cp_model.LinearExprT] = [variables.uses_day(subject, week, d) for d in range(grid.days)]
                most = [1] * grid.days
            else:
                days, most = _loads(variables, subject, week)
            term = cost_of_days(variables, cost, days, most, is_held=_is_held(variables, subject, week))
            if term is None:
                return None
            weeks.append([(term, 1)])
        for variable, coefficient in variables.averaged(weeks):
            total.add(variable, coefficient)
    return total


def _is_held(variables: Variables, subject: RuleSubject, week: int) -> bool:
    """Whether one of the subject's meetings takes place in a kind of week wherever it stands."""
    mask = 1 << variables.weeks[week].week
    stay = (variables.fixed[m].time for m in subject.meetings if m in variables.fixed)
    return any(time is not None and time.weeks & mask for time in stay) or any(
        block.missing is None and all(option.time.weeks & mask for option in block.options)
        for block in variables.blocks_in(subject.meetings)
    )


def _loads(variables: Variables, subject: RuleSubject, week: int) -> tuple[list[cp_model.LinearExprT], list[int]]:
    """Per day an expression for the number of busy slots, and the most it can be."""
    grid = variables.grid
    days: list[cp_model.LinearExprT] = []
    most = []
    for day in range(grid.days):
        busy = variables.busy_periods(subject, week, day)
        busy = [literal for literal in busy if literal.index != variables.false.index]
        days.append(cp_model.LinearExpr.sum(busy))
        most.append(len(busy))
    return days, most


def cost_of_days(
    variables: Variables,
    cost: Callable[[Sequence[int]], int],
    days: list[cp_model.LinearExprT],
    most: list[int],
    *,
    is_held: bool = False,
) -> cp_model.IntVar | None:
    """A variable that is at least the cost of the days' numbers; ``most`` bounds each number.

    With ``is_held`` the numbers are never all 0, and what that costs is left out. None where the function fits no
    shape and has too many rows for a table.
    """
    model = variables.model
    table, rows = _table(cost, most), prod(n + 1 for n in most)
    if is_held and any(most):
        table, rows = [row for row in table if any(row[:-1])], rows - 1
    highest = max(row[-1] for row in table)
    term = model.new_int_var(0, highest, "")
    if highest == 0:
        return term
    lines = _of_total(table)
    if lines is not None:
        for a, b in lines:
            model.add(term >= a + b * cp_model.LinearExpr.sum(days))
        return term
    spread = _of_spread(table)
    if spread is not None:
        top, bottom = model.new_int_var(0, max(most), ""), model.new_int_var(0, max(most), "")
        for day in days:
            model.add(top >= day)
            model.add(bottom <= day)
        for a, b in spread:
            model.add(term >= a + b * (top - bottom))
        return term
    if len(table) > MOST_ROWS or len(table) != rows:
        return None
    columns = []
    for number, day in zip(most, days, strict=True):
        column = model.new_int_var(0, number, "")
        model.add(column == day)
        columns.append(column)
    model.add_allowed_assignments([*columns, term], table)
    return term


def _table(cost: Callable[[Sequence[int]], int], most: list[int]) -> list[tuple[int, ...]]:
    """Rows of loads and their cost: all of them, or a sample where there are too many."""
    if prod(n + 1 for n in most) <= MOST_ROWS:
        loads = list(product(*(range(number + 1) for number in most)))
    else:
        random = Random(0)
        loads = [tuple(random.randint(0, random.randint(0, n)) for n in most) for _ in range(MOST_ROWS // 4)]
        loads += [tuple(min(k, n) for n in most) for k in range(max(most) + 1)]
        loads += [
            tuple(k if d == day else 0 for d in range(len(most))) for day, n in enumerate(most) for k in range(n + 1)
        ]
        loads += _filled(most)
    return [(*row, cost(row)) for row in loads]


def _filled(most: list[int]) -> Iterator[tuple[int, ...]]:
    """The week filled slot by slot, so that no total is missing from a sample."""
    loads = [0] * len(most)
    for day, number in enumerate(most):
        for load in range(1, number + 1):
            loads[day] = load
            yield tuple(loads)


def _of_total(table: list[tuple[int, ...]]) -> tuple[Line, ...] | None:
    """Lines over the sum of the loads, when the sum alone decides and the cost is convex in it."""
    return _lines((sum(row[:-1]), row[-1]) for row in table)


def _of_spread(table: list[tuple[int, ...]]) -> tuple[Line, ...] | None:
    """Lines over the difference of longest and shortest day, when that alone decides."""
    lines = _lines((max(row[:-1]) - min(row[:-1]), row[-1]) for row in table)
    return None if lines is None or any(b < 0 for _, b in lines) else lines


def _lines(pairs: Iterable[tuple[int, int]]) -> tuple[Line, ...] | None:
    values: dict[int, int] = {}
    for number, cost in pairs:
        if values.setdefault(number, cost) != cost:
            return None
    if sorted(values) != list(range(min(values), max(values) + 1)):
        return None
    return convex_lines([values[k] for k in sorted(values)], min(values))
