"""Rules that a registrar's word excuses, taken out of the instance that a search sees."""

from dataclasses import replace

from webapp.engine.domains import meetings_of
from webapp.engine.instance import Instance
from webapp.engine.rules.family import ChoiceRule
from webapp.engine.solution import Solution
from webapp.services.problem.stored_entries import Overrides


def excusing(instance: Instance, solution: Solution, overrides: Overrides) -> Instance:
    """The instance in which no rule about single placements that a word excuses forbids a meeting where it stands."""
    kept = []
    for constraint in instance.constraints:
        rule = constraint.rule
        if not constraint.hard or not isinstance(rule, ChoiceRule):
            kept.append(constraint)
            continue
        concerned = meetings_of(instance, constraint)
        excused = (m for m, override in overrides.items() if m in concerned and override.excuses(rule.name))
        guilty = {m for m in excused if rule.cost(instance, constraint, m, solution.placements[m])}
        rest = tuple(sorted(m for m in concerned if m not in guilty))
        if not guilty:
            kept.append(constraint)
        elif rest:
            kept.append(replace(constraint, resources=(), meetings=rest))
    return replace(instance, constraints=tuple(kept))
