"""Same place: a function of how many different rooms a subject's meetings use."""

from ortools.sat.python import cp_model

from webapp.engine.cpsat.shapes import convex_lines
from webapp.engine.cpsat.variables import Count, Variables
from webapp.engine.instance import Constraint
from webapp.engine.rules.family import RuleSubject, SamePlaceRule, subjects_of


def count(variables: Variables, constraint: Constraint, rule: SamePlaceRule) -> Count | None:
    """The rule's count; None where the model does not name rooms."""
    if not variables.named_rooms:
        return None
    total = Count()
    for subject in subjects_of(variables.instance, constraint):
        if variables.touched(subject):
            _one(variables, subject, rule, constraint.amount, total)
    return total


def _one(variables: Variables, subject: RuleSubject, rule: SamePlaceRule, amount: int, total: Count) -> None:
    model = variables.model
    ways: dict[int, list[cp_model.IntVar]] = {}
    for block in variables.blocks_in(subject.meetings):
        for rooms in block.rooms:
            for room, literal in rooms.items():
                ways.setdefault(room, []).append(literal)
    fixed = {p.room for m in subject.meetings if (p := variables.fixed.get(m)) is not None and p.room is not None}
    most = min(len(subject.meetings), len(fixed | ways.keys()))
    values = [rule.cost(list(range(k)), amount) for k in range(most + 1)]
    if not any(values):
        return
    used: dict[int, cp_model.IntVar] = {}
    for room, literals in sorted(ways.items()):
        if room not in fixed:
            here = model.new_bool_var("")
            for literal in literals:
                model.add_implication(literal, here)
            used[room] = here
    if not variables.partial and used and not fixed:
        model.add_bool_or([*used.values()])  # follows from the rest, but not without branching
    number = cp_model.LinearExpr.sum([*used.values()]) + len(fixed)
    term = model.new_int_var(0, max(values), "")
    lines = convex_lines(values[1:], 1) if most and values[0] == 0 else convex_lines(values)
    if lines is not None and all(b >= 0 for _, b in lines):
        for a, b in lines:
            model.add(term >= a + b * number)
    else:
        exact = model.new_int_var(0, most, "")
        model.add(exact == number)
        for room, here in used.items():
            model.add_bool_or([*ways[room], here.negated()])
        model.add_allowed_assignments([exact, term], list(enumerate(values)))
    total.add(term)
