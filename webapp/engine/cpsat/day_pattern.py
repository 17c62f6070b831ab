"""Day patterns: a function of the slots in which a subject is busy on one day."""

from ortools.sat.python import cp_model

from webapp.engine.cpsat.shapes import Diagram, Gaps, Isolated, Load, Shape, Windows, day_shape
from webapp.engine.cpsat.variables import Count, Variables
from webapp.engine.instance import Constraint
from webapp.engine.rules.family import DayPatternRule, subjects_of

Terms = list[tuple[cp_model.LinearExprT, int]]


def count(variables: Variables, constraint: Constraint, rule: DayPatternRule) -> Count | None:
    """The rule's count over all days and weeks, or None when the model has no form for it."""
    grid, total = variables.grid, Count()
    shapes = [day_shape(rule, day, constraint.amount) for day in grid.days_periods]
    if None in shapes:
        return None
    known: dict[tuple[int, ...], Terms] = {}  # curricula share courses: the same day is encoded once
    for subject in subjects_of(variables.instance, constraint):
        if not variables.touched(subject):
            continue
        for day, shape in enumerate(shape for shape in shapes if shape is not None):
            weeks = []
            for week in range(len(variables.weeks)):
                busy = variables.busy_periods(subject, week, day)
                key = (shapes.index(shape), *(literal.index for literal in busy))
                if key not in known:
                    known[key] = terms(variables, shape, busy)
                weeks.append(known[key])
            for variable, coefficient in variables.averaged(weeks):
                total.add(variable, coefficient)
    return total


def terms(variables: Variables, shape: Shape, busy: list[cp_model.IntVar]) -> Terms:
    """Variables and coefficients whose sum is the cost of one day."""
    false, true = variables.false.index, variables.true.index
    if all(literal.index in (false, true) for literal in busy):
        return []  # nothing here is free: what it costs can't be changed
    match shape:
        case Load(lines):
            return _load(variables, lines, busy)
        case Isolated(amounts, before):
            return _isolated(variables, amounts, before, busy)
        case Gaps(amounts):
            return _gaps(variables, amounts, busy)
        case Windows(windows):
            return _windows(variables, windows, busy)
        case Diagram(layers):
            return _diagram(variables, layers, busy)


def _load(variables: Variables, lines: tuple[tuple[int, int], ...], busy: list[cp_model.IntVar]) -> Terms:
    model, slots = variables.model, len(busy)
    most = max(a + b * k for a, b in lines for k in range(1, slots + 1))
    if most <= 0:
        return []
    load = cp_model.LinearExpr.sum(busy)
    cost = model.new_int_var(0, most, "")
    for a, b in lines:
        if a > 0:  # only then does an idle day need to be told apart
            used = variables.any_of([lit for lit in busy if lit.index != variables.false.index])
            model.add(cost >= a * used + b * load)
        else:
            model.add(cost >= a + b * load)
    return [(cost, 1)]


def _isolated(
    variables: Variables, amounts: tuple[int, ...], before: tuple[bool, ...], busy: list[cp_model.IntVar]
) -> Terms:
    found: Terms = []
    false = variables.false.index
    for i, amount in enumerate(amounts):
        if not amount or busy[i].index == false:
            continue
        near = [busy[i - 1]] if before[i] else []
        near += [busy[i + 1]] if i + 1 < len(busy) and before[i + 1] else []
        near = [literal for literal in near if literal.index != false]
        if not near:
            found.append((busy[i], amount))
            continue
        isolated = variables.model.new_bool_var("")
        variables.model.add_bool_or([*near, busy[i].negated(), isolated])
        found.append((isolated, amount))
    return found


def _gaps(variables: Variables, amounts: tuple[int, ...], busy: list[cp_model.IntVar]) -> Terms:
    model, slots, found = variables.model, len(busy), Terms()
    earlier, later = _running(variables, busy), _running(variables, busy[::-1])[::-1]
    for i in range(1, slots - 1):
        ends = (earlier[i - 1], later[i + 1])
        if amounts[i] and variables.false.index not in (ends[0].index, ends[1].index):
            gap = model.new_bool_var("")
            model.add_bool_or([gap, busy[i], ends[0].negated(), ends[1].negated()])
            found.append((gap, amounts[i]))
    return found


def _running(variables: Variables, busy: list[cp_model.IntVar]) -> list[cp_model.IntVar]:
    """Per slot, a literal that any slot up to it forces."""
    found: list[cp_model.IntVar] = []
    last = variables.false
    for literal in busy:
        if last.index == variables.false.index:
            last = literal
        elif literal.index != variables.false.index:
            either = variables.model.new_bool_var("")
            variables.model.add_implication(last, either)
            variables.model.add_implication(literal, either)
            last = either
        found.append(last)
    return found


def _windows(variables: Variables, windows: tuple[tuple[int, int], ...], busy: list[cp_model.IntVar]) -> Terms:
    found: Terms = []
    for mask, amount in windows:
        inside = [literal for i, literal in enumerate(busy) if mask >> i & 1]
        if any(literal.index == variables.false.index for literal in inside):
            continue
        full = variables.model.new_bool_var("")
        variables.model.add_bool_or([full, *(literal.negated() for literal in inside)])
        found.append((full, amount))
    return found


def _diagram(
    variables: Variables, layers: tuple[tuple[tuple[int, int, int, int], ...], ...], busy: list[cp_model.IntVar]
) -> Terms:
    """One unit flows from the first slot to the last along the arcs that agree with what is busy."""
    model, found = variables.model, Terms()
    arriving: dict[int, list[cp_model.IntVar]] = {0: [variables.true]}
    for literal, arcs in zip(busy, layers, strict=True):
        leaving: dict[int, list[cp_model.IntVar]] = {}
        after: dict[int, list[cp_model.IntVar]] = {}
        ones = []
        for node, bit, target, cost in arcs:
            arc = model.new_bool_var("")
            leaving.setdefault(node, []).append(arc)
            after.setdefault(target, []).append(arc)
            if bit:
                ones.append(arc)
            if cost:
                found.append((arc, cost))
        for node, out in leaving.items():
            model.add(cp_model.LinearExpr.sum(out) == cp_model.LinearExpr.sum(arriving.get(node, [])))
        model.add(cp_model.LinearExpr.sum(ones) == literal)
        arriving = after
    return found
