"""Holds classes of a timetable that is solved anew where they stand, for repairs and re-solves alike."""

from collections.abc import Mapping

from webapp.engine.instance import Instance, Placement
from webapp.engine.pins import with_pins
from webapp.services.problem.holds import excusing
from webapp.services.problem.repair_base import RepairBase


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
