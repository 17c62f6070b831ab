"""Build a small term, solve it, score it, explain why another has no timetable, repair it: the engine as a library."""

from dataclasses import replace

from webapp.engine.alternatives import alternatives
from webapp.engine.evaluate import ScoredTimetable, evaluate, violations
from webapp.engine.explain.explanation import explain
from webapp.engine.instance import Constraint, Instance, InstanceRoom, Meeting, Resource, RoomOption, TimeOption
from webapp.engine.params import SolveParams
from webapp.engine.repair import RoomOut, repair
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.solve import solve
from webapp.engine.timegrid import Time, TimeGrid

HARD = ("all_placed", "room_clash", "instructor_clash", "group_clash", "possible_time", "suitable_room", "unavailable")


def small_term() -> Instance:
    """Two days of three slots, two rooms; Dr Rao teaches four lectures and Dr Sen two, all to group CS 3."""
    anywhen = tuple(TimeOption(Time(start=slot, length=1, days=1 << day)) for day in range(2) for slot in range(3))
    anywhere = (RoomOption(0), RoomOption(1))
    people = (
        Resource("rao", ResourceKind.INSTRUCTOR, "Dr Rao"),
        Resource("sen", ResourceKind.INSTRUCTOR, "Dr Sen"),
        Resource("cs3", ResourceKind.GROUP, "CS 3"),
    )
    lectures = [Meeting(f"Algebra {n}", anywhen, anywhere, (0, 2), size=40) for n in range(1, 5)]
    lectures += [Meeting(f"Biology {n}", anywhen, anywhere, (1, 2), size=25) for n in range(1, 3)]
    rules = [Constraint(rule_named(name), None) for name in HARD]
    rules += [
        Constraint(rule_named("room_stability"), 1, meetings=(0, 1, 2, 3), label="Algebra"),
        Constraint(rule_named("instructor_gaps"), 2),
        Constraint(rule_named("room_capacity"), 1),
    ]
    rooms = (InstanceRoom("Hall", 60), InstanceRoom("Room 2", 30))
    return Instance("small term", TimeGrid(2, 3), rooms, people, tuple(lectures), tuple(rules))


def main() -> None:
    """Take the term through every door of the engine."""
    term = small_term()
    found = solve(term, SolveParams(reproducible=True, moves=100_000, seed=1))  # or seconds=60, workers=2
    score = evaluate(term, found.solution)  # the truth; `found.cost` is the same number
    print(f"{found.status}: {score.hard} hard violations, cost {score.cost}, {len(found.solution.unplaced)} unplaced")
    for violation in violations(term, found.solution):
        print(f"  {violation.sentence}")

    places = alternatives(term, ScoredTimetable(term, found.solution), 0)
    print(f"Algebra 1 has {len(places)} times, {sum(place.feasible for place in places)} of them free")

    mended = repair(term, found.solution, [RoomOut(1)], seconds=2.0)
    print(f"without Room 2: {mended.status}; {mended.sentence}")

    monday = frozenset(term.grid.cell(0, slot) for slot in range(3))
    away = Constraint(rule_named("unavailable"), None, resources=(0,), cells=monday)
    told = explain(replace(term, constraints=(*term.constraints, away)), seconds=5.0)
    print(f"{told.verdict}: {told.sentence}")
    for price in told.prices:
        print(f"  {price.sentence}")


if __name__ == "__main__":
    main()
