"""FET's `.fet` files: an instance of each, and its timetable as a table for FET or as a file that FET opens.

An activity is a meeting, and its code is the activity's Id; those that must begin together are one meeting where that
can be, with all their Ids as its code. What FET asks for is a rule, hard at 100 % and else soft
(`webapp.engine.readers.fet_rules`); what no rule can say is counted in `FetInstance.not_carried`.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from webapp.engine.instance import Constraint, Instance, Meeting, Placement, RoomOption, TimeOption
from webapp.engine.readers.fet_grid import FetGrid
from webapp.engine.readers.fet_people import FetPeople
from webapp.engine.readers.fet_rooms import ELSEWHERE, FetRooms
from webapp.engine.readers.fet_rules import FetRules
from webapp.engine.readers.fet_together import Together, together
from webapp.engine.readers.problems import ReadError
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.fet.file import Damage, FetActivity, FetConstraint, FetFile, FetUnreadable, Moment
from webapp.fet.written import relock, written

HARD = (
    "all_placed", "room_clash", "instructor_clash", "group_clash", "possible_time", "room_closed", "suitable_room",
)  # fmt: skip
BOTH = "+"
"""What stands between the Ids of activities that are one meeting."""
COLUMNS = ("activity", "day", "hour", "room")
STARTS, SLOTS = "PreferredStartingTimes", "PreferredTimeSlots"
MOST_ACTIVITIES = 10_000
"""A larger file is refused: of 30,000, nothing came of sixty seconds in six minutes, naming why each has no place."""
EXPECTED: Mapping[Damage, str] = {
    Damage.TOO_LARGE: "a file of fewer elements",
    Damage.ENTITIES: "a file as FET saves it, without entities of its own",
    Damage.NO_XML: "the XML of a FET file",
    Damage.OTHER_ROOT: "the element <fet> at the beginning",
}


@dataclass(frozen=True)
class FetInstance(Instance):
    """An instance that knows the file it stands for, and how many constraints of each name it can't carry."""

    file: FetFile | None = field(default=None, repr=False, compare=False)
    not_carried: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def source(self) -> FetFile:
        """The file; `ValueError` where the instance has none."""
        if self.file is None:
            raise ValueError("the instance was not read from a FET file")
        return self.file


def read(path: Path) -> FetInstance:
    """Read an instance; raises `ReadError` with what is wrong and what was expected."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReadError(path, 0, f"no readable file ({error.strerror})", "a file") from None
    try:
        file = FetFile(path.name, content)
    except FetUnreadable as error:
        raise ReadError(path, 0, f"{error.damage} {error.found}".strip(), EXPECTED[error.damage]) from None
    for fault in file.faults[:1]:
        found = f"'{fault.found}'" if fault.found else "nothing"
        where = "" if fault.activity is None else f" in activity {fault.activity or '?'}"
        more = f" (and {len(file.faults) - 1} more)" if len(file.faults) > 1 else ""
        raise ReadError(path, 0, found + where, fault.expected + more)
    if len(file.activities) > MOST_ACTIVITIES:
        raise ReadError(path, 0, f"{len(file.activities)} activities", f"at most {MOST_ACTIVITIES}")
    return _Reader(file).instance(path.stem)


class _Reader:
    def __init__(self, file: FetFile) -> None:
        self.file = file
        self.week = FetGrid(file)
        self.people = FetPeople(file, self.week)
        self.rooms = FetRooms(file, self.week)
        self.not_carried: Counter[str] = Counter()
        self._free: dict[tuple[int, ...], frozenset[Moment]] = {}
        self._times: dict[tuple[tuple[tuple[Moment, int], ...], int], tuple[TimeOption, ...]] = {}

    def instance(self, name: str) -> FetInstance:
        """The whole problem."""
        domains = self._domains()
        groups = together(self.file, self.people, self.rooms)
        meetings = [self._meeting(group, domains) for group in groups]
        meeting_of = {activity.ident: index for index, group in enumerate(groups) for activity in group}
        rules = FetRules(self.file, self.week, self.people, meeting_of)
        constraints = [Constraint(rule_named(rule), None) for rule in HARD] + [*rules.all()]
        constraints += [Constraint(rule_named(rule), 1) for rule in ("time_penalty", "room_penalty")]
        return FetInstance(
            name=name,
            grid=self.week.grid,
            rooms=tuple(self.rooms.rooms),
            resources=tuple(self.people.resources),
            meetings=tuple(meetings),
            constraints=tuple(constraints),
            file=self.file,
            not_carried=dict(sorted((self.not_carried + self.rooms.not_carried + rules.not_carried).items())),
        )

    def _meeting(self, group: Together, domains: Mapping[str, Mapping[Moment, int]]) -> Meeting:
        first = group[0]
        common = set[Moment](domains[first.ident]).intersection(*(domains[other.ident] for other in group[1:]))
        domain = {moment: sum(domains[each.ident][moment] for each in group) for moment in common}
        key = (tuple(sorted(domain.items())), first.duration)
        if key not in self._times:
            self._times[key] = tuple(
                TimeOption(self.week.time(moment, first.duration), cost) for moment, cost in key[0]
            )
        rooms: tuple[RoomOption, ...] | None = self.rooms.of(first)
        return Meeting(
            BOTH.join(each.ident for each in group),
            self._times[key],
            rooms or (),
            tuple(resource for each in group for resource in self.people.attend[each.ident]),
            self.rooms.size(first),
            needs_room=rooms is not None,
        )

    # When

    def _domains(self) -> dict[str, dict[Moment, int]]:
        """By activity, the moments at which it may begin and what wishes that are not met there cost."""
        domains = {
            activity.ident: dict.fromkeys(self.week.starts(activity.duration, self._free_of(activity)), 0)
            for activity in self.file.activities
        }
        for constraint in self.file.constraints:
            if constraint.name == "ActivityPreferredStartingTime":
                self._pin(constraint, domains)
            elif constraint.name.endswith((STARTS, SLOTS)):
                moments = self.file.moments(constraint)
                for activity in self.file.chosen(constraint):
                    wanted = (
                        moments if constraint.name.endswith(STARTS) else self.week.starts(activity.duration, moments)
                    )
                    domains[activity.ident] = _kept(domains[activity.ident], wanted, constraint.cost)
        return domains

    def _pin(self, constraint: FetConstraint, domains: dict[str, dict[Moment, int]]) -> None:
        moment = self.file.moment(constraint.text("Preferred_Day", "Day"), constraint.text("Preferred_Hour", "Hour"))
        ident = constraint.text("Activity_Id")
        if moment is None:
            self.not_carried[constraint.name] += 1
        elif ident in domains:
            domains[ident] = _kept(domains[ident], frozenset({moment}), constraint.cost)

    def _free_of(self, activity: FetActivity) -> frozenset[Moment]:
        key = tuple(self.people.attend[activity.ident])
        if key not in self._free:
            self._free[key] = self.week.moments.difference(*(self.people.away[resource] for resource in key))
        return self._free[key]


def _kept(domain: dict[Moment, int], wanted: frozenset[Moment], cost: int | None) -> dict[Moment, int]:
    if cost is None:
        return {moment: paid for moment, paid in domain.items() if moment in wanted}
    return {moment: paid + (0 if moment in wanted else cost) for moment, paid in domain.items()}


# Solutions


def _placed(instance: Instance, solution: Solution) -> Iterator[tuple[str, str, str, str | None]]:
    """Activity, day, hour and room of each activity, by the names of the file; those without a place as nothing."""
    if not isinstance(instance, FetInstance):
        raise ValueError("the instance was not read from a FET file")
    file = instance.source
    for meeting, place in zip(instance.meetings, solution.placements, strict=True):
        first, *others = meeting.code.split(BOTH)
        if place.time is None:
            yield from ((ident, "", "", None) for ident in (first, *others))
            continue
        room = None if place.room is None else instance.rooms[place.room].code
        named = None if room is None or room.startswith(ELSEWHERE) else room
        day, hour = file.days[next(place.time.day_list())], file.hours[place.time.start]
        yield first, day, hour, named
        yield from ((ident, day, hour, None) for ident in others)


def write_solution(path: Path, instance: Instance, solution: Solution) -> None:
    """Write a table of activity, day, hour and room, by the names of the file; what has no place has empty cells."""
    with path.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        rows.writerows((ident, day, hour, room or "") for ident, day, hour, room in _placed(instance, solution))


def write_locked(path: Path, instance: Instance, solution: Solution) -> None:
    """Write the file that the instance was read from, with each activity locked where the timetable has it."""
    placed = list(_placed(instance, solution))
    if not isinstance(instance, FetInstance):
        raise ValueError("the instance was not read from a FET file")
    root = instance.source.root
    relock(root, {ident: (day, hour, room) for ident, day, hour, room in placed if day})
    path.write_bytes(written(root))


def read_solution(path: Path, instance: Instance) -> Solution:
    """Read a table of activity, day, hour and room.

    Raises
    ------
    ReadError
        Where a row names something that the file does not list.
    """
    if not isinstance(instance, FetInstance):
        raise ValueError("the instance was not read from a FET file")
    file, week = instance.source, FetGrid(instance.source)
    index = {ident: number for number, meeting in enumerate(instance.meetings) for ident in meeting.code.split(BOTH)}
    rooms = {room.code: number for number, room in enumerate(instance.rooms)}
    places = [Placement()] * len(instance.meetings)
    with path.open(newline="", encoding="utf-8-sig") as given:
        rows = csv.DictReader(given)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ReadError(path, 1, ", ".join(rows.fieldnames or ()) or "nothing", ", ".join(COLUMNS))
        for line, row in enumerate(rows, start=2):
            ident, day, hour, room = (row[column] or "" for column in COLUMNS)
            if ident not in index:
                raise ReadError(path, line, f"activity '{ident}'", "an active activity of the file")
            if not day and not hour:
                continue
            moment = file.moment(day, hour)
            if moment is None:
                raise ReadError(path, line, f"'{day}', '{hour}'", "a day and an hour of the file")
            if room and room not in rooms:
                raise ReadError(path, line, f"room '{room}'", "a room of the file that is not virtual")
            meeting = index[ident]
            length = file.by_ident[ident].duration
            where = rooms[room] if room else rooms.get(ELSEWHERE + ident, places[meeting].room)
            places[meeting] = Placement(week.time(moment, length), where)
    return Solution(tuple(places))
