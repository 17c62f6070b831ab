"""In which rooms FET's activities may be held."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from webapp.engine.instance import InstanceRoom, RoomOption
from webapp.engine.readers.fet_grid import FetGrid
from webapp.fet.file import FetActivity, FetConstraint, FetFile

ELSEWHERE = "elsewhere/"
"""How the code begins of what stands for any other room of an activity that only wishes for one."""
HOMES = ("StudentsSetHomeRoom", "StudentsSetHomeRooms", "TeacherHomeRoom", "TeacherHomeRooms")
ASKED = tuple(
    f"{whose}PreferredRoom{plural}"
    for whose in ("Activity", "Subject", "SubjectActivityTag", "ActivityTag")
    for plural in ("", "s")
)


class FetRooms:
    """The rooms of a file, and those of each activity.

    Attributes
    ----------
    rooms
        The real rooms, then one to stand for "elsewhere" for each activity that only wishes for a room.
    not_carried
        Constraints about rooms that can't be said, by name.
    """

    def __init__(self, file: FetFile, week: FetGrid) -> None:
        self._file, self._week = file, week
        self.not_carried: Counter[str] = Counter()
        self._real = {room.name: room for room in file.rooms if not room.virtual}
        self._virtual = {room.name for room in file.rooms if room.virtual}
        self._index = {name: index for index, name in enumerate(self._real)}
        self.rooms = self._instance_rooms()
        self._asked: dict[str, list[tuple[int | None, frozenset[str]]]] = defaultdict(list)
        self._homes: dict[str, list[tuple[int | None, frozenset[str]]]] = defaultdict(list)
        for constraint in file.constraints:
            if constraint.name in ASKED:
                self._enter(constraint, file.chosen(constraint), self._asked)
            elif constraint.name in HOMES:
                self._enter(constraint, self._at_home(constraint), self._homes)
        self._known: dict[tuple[tuple[str, int], ...], tuple[RoomOption, ...]] = {}

    def _instance_rooms(self) -> list[InstanceRoom]:
        closed: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for constraint in self._file.constraints:
            if constraint.name == "RoomNotAvailableTimes":
                name = constraint.text("Room")
                if constraint.is_hard and name in self._real:
                    closed[name] |= self._file.moments(constraint)
                else:
                    self.not_carried[constraint.name] += 1
        return [
            InstanceRoom(
                name,
                room.capacity,
                tuple(self._week.time(moment, 1) for moment in sorted(closed[name]) if moment in self._week.moments),
                building=room.building,
            )
            for name, room in self._real.items()
        ]

    def _at_home(self, constraint: FetConstraint) -> Iterable[FetActivity]:
        """The activities of exactly this set or teacher."""
        owner = constraint.text("Students", "Students_Name", "Teacher", "Teacher_Name")
        of_teacher = constraint.name.startswith("Teacher")
        for activity in self._file.activities:
            if (activity.teachers if of_teacher else activity.students) == (owner,):
                yield activity

    def _enter(
        self,
        constraint: FetConstraint,
        activities: Iterable[FetActivity],
        lists: dict[str, list[tuple[int | None, frozenset[str]]]],
    ) -> None:
        names = {name for tag in ("Room", "Preferred_Room") for name in constraint.texts(tag)}
        real = frozenset(names & self._real.keys())
        if names & self._virtual:
            self.not_carried[constraint.name] += 1
        if real:
            for activity in activities:
                lists[activity.ident].append((constraint.cost, real))

    def is_asked(self, activity: FetActivity) -> bool:
        """Whether an activity asks for a room."""
        return bool(self._asked.get(activity.ident) or self._homes.get(activity.ident))

    def size(self, activity: FetActivity) -> int:
        """How many students attend an activity."""
        if activity.size is not None:
            return activity.size
        return sum(self._file.sizes.get(name, 0) for name in activity.students)

    def of(self, activity: FetActivity) -> tuple[RoomOption, ...] | None:
        """The rooms that an activity may have, with the cost of wishes that are not met; None where it needs none."""
        asked = self._asked.get(activity.ident) or self._homes.get(activity.ident)
        if not asked:
            return None
        must = [rooms for cost, rooms in asked if cost is None]
        wishes = [(cost, rooms) for cost, rooms in asked if cost is not None]
        allowed = frozenset.intersection(*must) if must else frozenset[str]().union(*(rooms for _, rooms in wishes))
        size = self.size(activity)
        costs = {
            name: sum(cost for cost, rooms in wishes if name not in rooms)
            for name in allowed
            if self._real[name].capacity >= size
        }
        key = tuple(sorted(costs.items()))
        if key not in self._known:
            self._known[key] = tuple(RoomOption(self._index[name], cost) for name, cost in key)
        options = self._known[key]
        if not must:
            self.rooms.append(InstanceRoom(ELSEWHERE + activity.ident, size))
            options = (*options, RoomOption(len(self.rooms) - 1, sum(cost for cost, _ in wishes)))
        return options
