"""Random small instances for one rule at a time, and what a CP-SAT model says about a timetable of theirs."""

from dataclasses import replace
from random import Random

from ortools.sat.python import cp_model

from webapp.engine.cpsat.constraints import add_constraints
from webapp.engine.cpsat.run import Limits, run
from webapp.engine.cpsat.time_model import cost
from webapp.engine.cpsat.variables import Variables
from webapp.engine.instance import (
    Constraint,
    Instance,
    InstanceRoom,
    Meeting,
    Placement,
    Resource,
    RoomOption,
    TimeOption,
)
from webapp.engine.result import Status
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.rules.family import ClashRule, PairRule, SetRule
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid


def random_time(random: Random, grid: TimeGrid, weeks: bool = True) -> Time:
    """A time of one or two slots, mostly on one day, mostly in every week."""
    length = min(random.choice((1, 1, 1, 2)), grid.slots_per_day)
    days = 1 << random.randrange(grid.days)
    if random.random() < 0.2:
        days |= 1 << random.randrange(grid.days)
    mask = random.randint(1, grid.all_weeks) if weeks and random.random() < 0.5 else grid.all_weeks
    return Time(random.randint(0, grid.slots_per_day - length), length, days, mask)


def random_instance(random: Random, constraints: int = 0, **grid_fields: int) -> Instance:
    """A small instance without constraints: rooms, people of every kind, meetings of several times."""
    fields = {"days": random.randint(2, 3), "slots_per_day": random.randint(3, 5), "weeks": random.choice((1, 1, 2))}
    breaks = frozenset({random.randrange(3)}) if random.random() < 0.3 else frozenset[int]()
    grid = TimeGrid(**(fields | grid_fields), breaks=breaks)
    rooms = tuple(
        InstanceRoom(
            f"R{i}",
            random.choice((5, 10, 20)),
            tuple(random_time(random, grid) for _ in range(random.randint(0, 1))),
            travel={other: random.randint(0, 2) for other in range(i)},
            building=("A", "B", random.choice(("", "A", "B")))[i],
        )
        for i in range(3)
    )
    kinds = list(ResourceKind)
    resources = tuple(Resource(f"{kinds[i % 3]}{i}", kinds[i % 3], weight=random.randint(1, 3)) for i in range(6))
    meetings = tuple(
        Meeting(
            f"M{i}",
            tuple(
                {t: TimeOption(t, random.randint(0, 2)) for t in (random_time(random, grid) for _ in range(5))}.values()
            ),
            tuple(RoomOption(r, random.randint(0, 2)) for r in sorted(random.sample(range(3), random.randint(1, 3)))),
            tuple(sorted(random.sample(range(6), random.randint(1, 4)))),
            size=random.choice((3, 8, 15, 30)),
            needs_room=random.random() < 0.9,
        )
        for i in range(random.randint(3, 6))
    )
    return Instance("small", grid, rooms, resources, meetings, ())


def random_placement(random: Random, instance: Instance, meeting: int) -> Placement:
    """Somewhere in the meeting's domain."""
    what = instance.meetings[meeting]
    room = random.choice(what.rooms).room if what.needs_room else None
    return Placement(random.choice(what.times).time, room)


def random_solution(random: Random, instance: Instance) -> Solution:
    """Every meeting somewhere in its domain."""
    return Solution(tuple(random_placement(random, instance, m) for m in range(len(instance.meetings))))


def random_constraint(random: Random, instance: Instance, rule: str, weight: int | None) -> Constraint:
    """The rule put to work on something it can be about."""
    shape, grid = rule_named(rule), instance.grid
    cells = frozenset(random.sample(range(grid.cells), max(1, grid.cells // 3)))
    resources: tuple[int, ...] = ()
    meetings: tuple[int, ...] = ()
    some = tuple(sorted(random.sample(range(len(instance.meetings)), min(3, len(instance.meetings)))))
    if isinstance(shape, PairRule) or shape.is_mean:
        meetings = some
    elif isinstance(shape, ClashRule) and shape.rooms:
        pass
    elif (choice := random.random()) < 0.3:
        resources = tuple(sorted(random.sample(range(6), 2)))
    elif choice < 0.6:
        meetings = some
    second = random.randint(0, 1) if isinstance(shape, SetRule) else 0
    rooms = tuple(random.sample(range(3), random.randint(1, 2))) if rule == "home_room" else ()
    amount = 0 if "building_changes" in rule else random.randint(0, 3)
    found = Constraint(rule_named(rule), weight, resources, meetings, cells, amount, "it", second, rooms)
    return replace(found, factor=random.randint(1, 3)) if shape.is_mean else found


def forced(variables: Variables, solution: Solution) -> None:
    """Put every free meeting where the timetable has it."""
    for block in variables.blocks:
        places = {solution.placements[m].time: solution.placements[m].room for m in block.meetings}
        for index, (option, literal) in enumerate(zip(block.options, block.literals, strict=True)):
            variables.model.add(literal == (option.time in places))
            for room, chosen in (block.rooms[index] if block.rooms else {}).items():
                variables.model.add(chosen == (option.time in places and places[option.time] == room))


def model_cost(instance: Instance, solution: Solution, free: list[int] | None = None) -> int | None:
    """What the model with named rooms says that a timetable costs; None when it says it can't be.

    With ``free`` the other meetings are constants of the model, as in a window.
    """
    moving = list(range(len(instance.meetings))) if free is None else free
    fixed = {m: p for m, p in enumerate(solution.placements) if m not in set(moving)}
    variables = Variables(instance, moving, fixed, named_rooms=True)
    for meeting in moving:
        if solution.placements[meeting].time not in {o.time for o in variables.domains.times(meeting)}:
            return None
    objective = add_constraints(variables)
    assert not objective.left_out
    forced(variables, solution)
    variables.model.minimize(cost(instance, variables, objective))
    outcome = run(variables.model, Limits(20.0))
    if outcome.status is Status.INFEASIBLE:
        return None
    assert outcome.status is Status.OPTIMAL
    return outcome.value(cost(instance, variables, objective))


def solve(model: cp_model.CpModel) -> Status:
    """Status of a small model."""
    return run(model, Limits(20.0)).status
