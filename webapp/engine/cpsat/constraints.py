"""The table of contents of a model: what is required, then what it costs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from webapp.engine.cpsat import (
    choice,
    clash,
    day_pattern,
    pair,
    placed,
    room_counts,
    same_place,
    set_rule,
    week_pattern,
)
from webapp.engine.cpsat.variables import Count, Variables
from webapp.engine.instance import MOST, Constraint
from webapp.engine.rule import Rule
from webapp.engine.rules.family import (
    ChoiceRule,
    ClashRule,
    DayPatternRule,
    PairRule,
    PlacedRule,
    SamePlaceRule,
    SetRule,
    WeekPatternRule,
)


@dataclass
class Objective:
    """What the soft rules cost, term by term.

    Attributes
    ----------
    counts
        Per soft constraint's index, its count.
    means
        Per index of one whose cost is rounded after it is weighed (`Rule.is_mean`), that cost.
    left_out
        Names of rules that the model has no form for: it neither keeps nor counts them.
    """

    counts: dict[int, Count] = field(default_factory=dict)
    means: dict[int, Count] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)


def add_constraints(
    variables: Variables,
    guards: Mapping[int, cp_model.IntVar] | None = None,
    cuts: tuple[frozenset[int], ...] = (),
    only: Callable[[Rule], bool] = lambda rule: True,
) -> Objective:
    """Add every rule of the instance to the model, family by family.

    Parameters
    ----------
    guards
        Per constraint's index, the assumption that a hard rule hangs on; the others hold anyway.
    cuts
        Further sets of rooms to count.
    only
        Which rules to add; all by default.
    """
    objective = Objective()
    _rooms_suffice(variables, cuts)
    for index, constraint in variables.constraints():
        variables.go_on()
        if not only(constraint.rule):
            continue
        guard = None if guards is None else guards.get(index)
        if constraint.hard:
            _require(variables, constraint, guard, objective)
        elif constraint.weight:
            _charge(variables, index, constraint, objective)
    return objective


def _rooms_suffice(variables: Variables, cuts: tuple[frozenset[int], ...]) -> None:
    """Where rooms are not named, there are enough of every kind at every time."""
    if not variables.named_rooms and not variables.guarded and variables.rooms_are_exclusive:
        for kind in room_counts.kinds(variables, cuts):
            room_counts.limit(variables, kind)


def _require(variables: Variables, constraint: Constraint, guard: cp_model.IntVar | None, objective: Objective) -> None:
    """The rule holds: its count is 0."""
    rule = constraint.rule
    if isinstance(rule, ClashRule):
        if not rule.rooms or variables.named_rooms:
            clash.forbid(variables, constraint, rule, guard)
    elif isinstance(rule, PairRule):
        if not pair.forbid(variables, constraint, rule, guard):
            objective.left_out.add(rule.name)
    elif isinstance(rule, PlacedRule) or (isinstance(rule, ChoiceRule) and guard is None):
        return  # every meeting has a time, and the domains hold no placement that such a rule forbids
    else:
        counted = count(variables, constraint)
        if counted is None:
            objective.left_out.add(rule.name)
        else:
            variables.is_zero(counted, guard)


def _charge(variables: Variables, index: int, constraint: Constraint, objective: Objective) -> None:
    """The rule costs its weight for each unit of its count."""
    counted = count(variables, constraint)
    if counted is None:
        objective.left_out.add(constraint.rule.name)
    elif constraint.rule.is_mean:
        objective.means[index] = _mean(variables, constraint, counted)
    else:
        objective.counts[index] = counted


def _mean(variables: Variables, constraint: Constraint, counted: Count) -> Count:
    """What a count over all weeks costs, weight and all: divided by their number, rounded down."""
    weeks, found = variables.grid.calendar_weeks, Count()
    weight = constraint.weight or 0
    total = cp_model.LinearExpr.weighted_sum(counted.variables, [weight * factor for factor in counted.coefficients])
    cost = variables.model.new_int_var(0, MOST, "")
    variables.model.add(cost * weeks >= total + weight * counted.constant - (weeks - 1))
    found.add(cost, constraint.factor)
    return found


def count(variables: Variables, constraint: Constraint) -> Count | None:
    """The count of any rule, by its family; None where the model has no form for it."""
    rule = constraint.rule
    match rule:
        case PlacedRule():
            return placed.count(variables, constraint)
        case ChoiceRule():
            seats = None if variables.named_rooms else room_counts.seats(variables, constraint, rule)
            return choice.count(variables, constraint, rule) if seats is None else seats
        case ClashRule():
            return clash.count(variables, constraint, rule)
        case DayPatternRule():
            return day_pattern.count(variables, constraint, rule)
        case WeekPatternRule():
            return week_pattern.count(variables, constraint, rule)
        case SamePlaceRule():
            return same_place.count(variables, constraint, rule)
        case PairRule():
            return pair.count(variables, constraint, rule)
        case SetRule():
            return set_rule.count(variables, constraint, rule)
    return None
