"""Terms so small that every timetable of theirs can be tried."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from random import Random

from tests.engine.cpsat.cpsat_cases import random_constraint, random_instance
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution

DOMAINS = ("all_placed", "possible_time", "suitable_room")


def drawn(random: Random, rule: str) -> Instance:
    """Three meetings of at most three times and two rooms; the last constraint is the rule, about something."""
    instance = random_instance(random)
    meetings = tuple(
        replace(meeting, times=meeting.times[:3], rooms=meeting.rooms[:2]) for meeting in instance.meetings[:3]
    )
    instance = replace(instance, meetings=meetings)
    usual = tuple(Constraint(rule_named(name), None) for name in (*DOMAINS, "instructor_clash", "group_clash"))
    return replace(instance, constraints=(*usual, random_constraint(random, instance, rule, None)))


def everything(instance: Instance) -> list[Solution]:
    """Every timetable."""
    choices = [
        [
            Placement(option.time, room)
            for option in meeting.times
            for room in ([each.room for each in meeting.rooms] if meeting.needs_room else [None])
        ]
        for meeting in instance.meetings
    ]
    return [Solution(placements) for placements in product(*choices)]


def holds(instance: Instance, constraints: Sequence[Constraint], timetables: Sequence[Solution]) -> bool:
    """Whether some timetable keeps all of these rules."""
    alone = replace(instance, constraints=tuple(constraints))
    return any(evaluate(alone, timetable).hard == 0 for timetable in timetables)
