"""A tiny instance that takes the search on wide weeks through every compiled function."""

from webapp.engine.instance import (
    Configuration,
    Constraint,
    CourseStructure,
    Instance,
    InstanceRoom,
    Meeting,
    RoomOption,
    StudentDemand,
    Subpart,
    TimeOption,
)
from webapp.engine.params import SolveParams
from webapp.engine.result import NoObserver, never
from webapp.engine.rules import rule_named
from webapp.engine.search.budget import WorkBudget
from webapp.engine.sectioning.section import section
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid
from webapp.engine.wide.compile import HARD_ALWAYS, HARD_STUDENTS
from webapp.engine.wide.run import solve_wide


def tiny_course() -> Instance:
    """Two classes of one course, which two students ask for."""
    times = tuple(TimeOption(Time(slot, 1, 1), 1) for slot in range(3))  # never without cost: the search goes on
    return Instance(
        name="tiny",
        grid=TimeGrid(1, 3),
        rooms=(InstanceRoom("A", 1),),
        resources=(),
        meetings=tuple(Meeting(f"m{n}", times, (RoomOption(0),), limit=1) for n in range(2)),
        constraints=(
            *(Constraint(rule_named(name), None) for name in sorted(HARD_ALWAYS | HARD_STUDENTS)),
            Constraint(rule_named("time_penalty"), 1),
            Constraint(rule_named("student_conflicts"), 1),
        ),
        courses=(CourseStructure("c", (Configuration("k", (Subpart("p", (0, 1)),)),)),),
        students=tuple(StudentDemand(f"s{n}", (0,)) for n in range(2)),
    )


def warm_wide() -> None:
    """Compile everything ahead, so that the first run is as quick as the second."""
    instance = tiny_course()
    params = SolveParams(seconds=1.0, reproducible=True, moves=2_000)
    result = solve_wide(instance, Solution.empty(instance), params, never, NoObserver(), None)
    section(instance, result.solution.placements, 1, WorkBudget(100, 1, lambda: None))
