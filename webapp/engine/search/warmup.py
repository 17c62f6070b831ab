"""A tiny instance that takes the search through every compiled function."""

from webapp.engine.instance import Constraint, Instance, InstanceRoom, Meeting, Resource, RoomOption, TimeOption
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.timegrid import Time, TimeGrid


def tiny(weeks: int = 1, slots: int = 3) -> Instance:
    """Four meetings of one group in the first slots of two days of so many, in the given number of weeks."""
    grid = TimeGrid(2, slots, weeks)
    times = tuple(TimeOption(Time(slot, 1, 1 << day, grid.all_weeks)) for day in range(2) for slot in range(3))
    rooms = (RoomOption(0), RoomOption(1))
    return Instance(
        name="tiny",
        grid=grid,
        rooms=(InstanceRoom("A", 10), InstanceRoom("B", 20)),
        resources=(Resource("g", ResourceKind.GROUP), Resource("i", ResourceKind.INSTRUCTOR)),
        meetings=tuple(Meeting(f"m{n}", times, rooms, (0,) if n else (0, 1), 15) for n in range(4)),
        constraints=(
            Constraint(rule_named("all_placed"), None),
            Constraint(rule_named("room_clash"), None),
            Constraint(rule_named("group_clash"), None),
            Constraint(rule_named("room_capacity"), 1),
            Constraint(rule_named("isolated_meetings"), 2),
            Constraint(rule_named("group_days"), 1),
            Constraint(rule_named("room_stability"), 1, meetings=(0, 1, 2, 3)),
            Constraint(rule_named("precedence"), 1, meetings=(0, 1)),
            Constraint(rule_named("same_room"), 1, meetings=(0, 1)),
        ),
    )
