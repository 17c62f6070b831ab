"""Holds classes of a timetable that is solved anew where they stand, for repairs and re-solves alike."""

from collections.abc import Mapping
from dataclasses import replace

from webapp.engine.domains import meetings_of
from webapp.engine.instance import Instance, Placement
from webapp.engine.pins import with_pins
from webapp.engine.rules.family import ChoiceRule
from webapp.engine.solution import Solution
from webapp.services.problem.repair_base import RepairBase
from webapp.services.problem.stored_entries import Overrides


def hold_locked(base: RepairBase, locks: Mapping[int, tuple[bool, bool]]) -> Instance:
    """The term's instance in which these classes are pinned where their locks hold them.

    A class that stands by a registrar's word where a rule forbids it is pinned as a whole, and excused from that rule.
    """
    excused = {meeting: override for meeting, override in base.overrides.items() if meeting in locks}
    pins = {}
    for meeting, (time_locked, room_locked) in locks.items():
        place, whole = base.solution.placements[meeting], meeting in base.overrides
        pins[meeting] = Placement(
            place.time if time_locked or whole else None,
            place.room if room_locked or whole else None,
        )
    return with_pins(excusing(base.problem.instance, base.solution, excused), pins)


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
