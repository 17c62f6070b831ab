"""A tiny instance that takes the search through every compiled function."""

from webapp.engine.instance import Constraint, Instance, Meeting, Resource, ResourceKind, Room, RoomOption, TimeOption
from webapp.engine.timegrid import Time, TimeGrid


def tiny(weeks: int = 1) -> Instance:
    """Four meetings of one group on two days, in the given number of weeks."""
    grid = TimeGrid(2, 3, weeks)
    times = tuple(TimeOption(Time(slot, 1, 1 << day, grid.all_weeks)) for day in range(2) for slot in range(3))
    rooms = (RoomOption(0), RoomOption(1))
    return Instance(
        name="tiny",
        grid=grid,
        rooms=(Room("A", 10), Room("B", 20)),
        resources=(Resource("g", ResourceKind.GROUP), Resource("i", ResourceKind.INSTRUCTOR)),
        meetings=tuple(Meeting(f"m{n}", times, rooms, (0,) if n else (0, 1), 15) for n in range(4)),
        constraints=(
            Constraint("all_placed", None),
            Constraint("room_clash", None),
            Constraint("group_clash", None),
            Constraint("room_capacity", 1),
            Constraint("isolated_meetings", 2),
            Constraint("group_days", 1),
            Constraint("room_stability", 1, meetings=(0, 1, 2, 3)),
            Constraint("precedence", 1, meetings=(0, 1)),
            Constraint("same_room", 1, meetings=(0, 1)),
        ),
    )
