"""A term and its timetable as a file that FET opens.

A file that was read from FET is written as it was, each activity locked where the timetable has it: nothing that FET
knew is lost. Any other term is written anew, as far as FET can say it.
"""

import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from webapp.fet.file import Moment
from webapp.fet.written import add, add_constraint, lock, relock, written
from webapp.models import Availability, WishLevel
from webapp.services.imports.formats.fet import FetTables
from webapp.services.imports.formats.fet_file import open_fet
from webapp.services.problem.calendar import Slot, clock
from webapp.services.problem.groups import LeafGroups
from webapp.services.problem.meetings import MeetingKey, MeetingRow
from webapp.services.problem.rows import TermRows
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _, ngettext

FET_VERSION = "6.8.5"
"""The version whose format is written; FET reads files of all versions before its own."""


class NotForFet(Problem):
    """The term has what FET can't say."""


@dataclass(frozen=True, slots=True)
class LockedPlace:
    """Where a meeting stands: codes of its first slot and its room."""

    slot: str
    room: str | None


def locked_file(filename: str, content: bytes, places: Mapping[tuple[str, str, str, int], LockedPlace]) -> bytes | None:
    """A file of FET with each activity locked where the timetable has it.

    ``places`` are by course, section, component and number. None where the term has gone on since and its meetings are
    no longer those of the file.
    """
    file = open_fet(filename, content)
    tables = FetTables(file)
    activity_of = {meeting: ident for ident, meeting in tables.meeting_of.items()}
    moment_of = {tables.grid.code(moment): moment for moment in tables.grid.moments}
    room_of = {code: name for name, code in tables.room_codes.items()}
    if any(
        meeting not in activity_of
        or place.slot not in moment_of
        or (place.room is not None and place.room not in room_of)
        for meeting, place in places.items()
    ):
        return None
    where = {
        activity_of[meeting]: (
            file.days[moment_of[place.slot][0]],
            file.hours[moment_of[place.slot][1]],
            None if place.room is None else room_of[place.room],
        )
        for meeting, place in places.items()
    }
    root = file.root
    relock(root, where)
    return written(root)


class TermFile:
    """Writes a term anew.

    Raises `NotForFet` where slots of a day overlap, or classes are not held every week or on several days at once:
    FET has one grid, one week, and one time for each activity.
    """

    def __init__(self, rows: TermRows, meetings: Sequence[MeetingRow], leaves: LeafGroups) -> None:
        self._rows, self._meetings, self._leaves = rows, meetings, leaves
        all_weeks = frozenset(range(1, rows.term.weeks + 1))
        if some := sum(meeting.weeks != all_weeks for meeting in meetings):
            raise NotForFet(
                ngettext(
                    "%(num)d class is not held every week, and FET knows one week only: no file was written.",
                    "%(num)d classes are not held every week, and FET knows one week only: no file was written.",
                    some,
                )
            )
        if several := sum(meeting.day_patterns.most_days > 1 for meeting in meetings):
            raise NotForFet(
                ngettext(
                    "%(num)d class is held on several days at the same hour, and an activity of FET has one day: no "
                    "file was written.",
                    "%(num)d classes are held on several days at the same hour, and an activity of FET has one day: no "
                    "file was written.",
                    several,
                )
            )
        by_day: dict[int, list[Slot]] = defaultdict(list)
        for slot in sorted(rows.slots, key=lambda slot: (slot.day, slot.start)):
            if by_day[slot.day] and by_day[slot.day][-1].end > slot.start:
                raise NotForFet(
                    _(
                        "On %(day)s slots overlap, as those of two shifts do, and FET knows one grid only: no file was "
                        "written.",
                        day=DAY_NAMES[slot.day],
                    )
                )
            by_day[slot.day].append(slot)
        self._days = [DAY_NAMES[day] for day in sorted(by_day)]
        self._slots = {
            slot.time_slot_id: (day, hour)
            for day, name in enumerate(sorted(by_day))
            for hour, slot in enumerate(by_day[name])
        }
        self._hours = self._names_of_hours(list(by_day.values()))
        self._ident_of = {meeting.key: str(number) for number, meeting in enumerate(meetings, start=1)}

    @staticmethod
    def _names_of_hours(days: list[list[Slot]]) -> list[str]:
        """The hours by clock where all days agree, else by number."""
        longest = max(days, key=len, default=[])
        names = [f"{clock(slot.start):%H:%M}-{clock(slot.end):%H:%M}" for slot in longest]
        alike = all(slot.start == longest[hour].start for day in days for hour, slot in enumerate(day))
        return names if alike else [str(number) for number in range(1, len(longest) + 1)]

    def write(self, places: Mapping[MeetingKey, tuple[int, int | None]]) -> bytes:
        """The file, each meeting locked at its slot and room, given by their keys."""
        root = ET.Element("fet", version=FET_VERSION)
        add(root, "Institution_Name", self._rows.term.name)
        add(root, "Comments", "")
        self._named(root, "Days_List", "Day", "Number_of_Days", self._days)
        self._named(root, "Hours_List", "Hour", "Number_of_Hours", self._hours)
        self._list(root, "Subjects_List", "Subject", {c.code: c.title for c in self._rows.courses.values()})
        self._list(
            root, "Activity_Tags_List", "Activity_Tag", dict.fromkeys(sorted({m.kind for m in self._meetings}), "")
        )
        self._list(root, "Teachers_List", "Teacher", {f.code: f.name for f in self._rows.faculty.values()})
        self._students(root)
        self._activities(root)
        self._list(root, "Buildings_List", "Building", {})
        self._rooms(root)
        times, spaces = ET.SubElement(root, "Time_Constraints_List"), ET.SubElement(root, "Space_Constraints_List")
        add_constraint(times, "BasicCompulsoryTime")
        add_constraint(spaces, "BasicCompulsorySpace")
        self._breaks(times)
        self._unavailable(times, spaces)
        self._different_days(times)
        rooms = {room.room_id: room.code for room in self._rows.rooms}
        lock(root, {self._ident_of[key]: self._where(place, rooms) for key, place in places.items()})
        return written(root)

    def _where(self, place: tuple[int, int | None], rooms: Mapping[int, str]) -> tuple[str, str, str | None]:
        day, hour = self._slots[place[0]]
        return self._days[day], self._hours[hour], None if place[1] is None else rooms[place[1]]

    def _named(self, root: ET.Element, tag: str, item: str, count: str, names: Sequence[str]) -> None:
        parent = ET.SubElement(root, tag)
        add(parent, count, str(len(names)))
        for name in names:
            add(ET.SubElement(parent, item), "Name", name)

    def _list(self, root: ET.Element, tag: str, item: str, names: Mapping[str, str]) -> None:
        parent = ET.SubElement(root, tag)
        for name, long_name in names.items():
            each = ET.SubElement(parent, item)
            add(each, "Name", name)
            add(each, "Long_Name", long_name)

    def _students(self, root: ET.Element) -> None:
        """Trees of groups as years; every group within as a group of its year, with its leaves as subgroups."""
        groups, tree = self._rows.groups, self._rows.tree
        parent = ET.SubElement(root, "Students_List")
        below: dict[int, list[int]] = defaultdict(list)
        for key in groups:
            if tree.root(key) != key:
                below[tree.root(key)].append(key)
        for key, group in groups.items():
            if tree.root(key) != key:
                continue
            year = self._set(parent, "Year", group.code, group.size)
            for part in below[key]:
                inner = self._set(year, "Group", groups[part].code, groups[part].size)
                leaves = self._leaves.of(part)
                if len(leaves) > 1 or any(leaves[0] in self._leaves.of(other) for other in below[key] if other != part):
                    for leaf in leaves:
                        self._set(inner, "Subgroup", f"{self._leaves.label(leaf)} (part)", 0)

    def _set(self, parent: ET.Element, tag: str, name: str, size: int) -> ET.Element:
        each = ET.SubElement(parent, tag)
        add(each, "Name", name)
        add(each, "Number_of_Students", str(size))
        return each

    def _activities(self, root: ET.Element) -> None:
        parent = ET.SubElement(root, "Activities_List")
        together = self._sets()
        for meeting in self._meetings:
            alike = together[meeting.key.component_id, meeting.key.batch_id]
            each = ET.SubElement(parent, "Activity")
            for faculty_id in meeting.faculty_ids:
                add(each, "Teacher", self._rows.faculty[faculty_id].code)
            add(each, "Subject", self._rows.courses[meeting.course_id].code)
            add(each, "Activity_Tag", meeting.kind)
            for group_id in meeting.group_ids:
                add(each, "Students", self._rows.groups[group_id].code)
            add(each, "Duration", str(meeting.slots))
            add(each, "Total_Duration", str(sum(other.slots for other in alike)))
            add(each, "Id", self._ident_of[meeting.key])
            add(each, "Activity_Group_Id", self._ident_of[alike[0].key] if len(alike) > 1 else "0")
            add(each, "Active", "true")
            add(each, "Comments", meeting.label)

    def _sets(self) -> Mapping[tuple[int, int | None], list[MeetingRow]]:
        """The meetings of each component and batch."""
        together: dict[tuple[int, int | None], list[MeetingRow]] = defaultdict(list)
        for meeting in self._meetings:
            together[meeting.key.component_id, meeting.key.batch_id].append(meeting)
        return together

    def _rooms(self, root: ET.Element) -> None:
        parent = ET.SubElement(root, "Rooms_List")
        for room in self._rows.rooms:
            each = ET.SubElement(parent, "Room")
            add(each, "Name", room.code)
            add(each, "Capacity", str(room.capacity))
            add(each, "Virtual", "false")

    # Constraints

    def _breaks(self, times: ET.Element) -> None:
        """The hours that days without them lack."""
        hours = Counter(day for day, _hour in self._slots.values())
        missing = [(day, hour) for day in range(len(self._days)) for hour in range(hours[day], len(self._hours))]
        if missing:
            add_constraint(times, "BreakTimes", self._moments("Break_Time", missing))

    def _unavailable(self, times: ET.Element, spaces: ET.Element) -> None:
        away: dict[tuple[str, int], list[Moment]] = defaultdict(list)
        for wish in self._rows.availability:
            if wish.level is WishLevel.UNAVAILABLE and (owner := _owner(wish)) is not None:
                away[owner].append(self._slots[wish.time_slot_id])
        rooms = {room.room_id: room.code for room in self._rows.rooms}
        for (kind, key), moments in away.items():
            match kind:
                case "Teacher":
                    parent, name, code = times, "TeacherNotAvailableTimes", self._rows.faculty[key].code
                case "Students":
                    parent, name, code = times, "StudentsSetNotAvailableTimes", self._rows.groups[key].code
                case _:
                    parent, name, code = spaces, "RoomNotAvailableTimes", rooms[key]
            add_constraint(parent, name, [(kind, code), *self._moments("Not_Available_Time", sorted(moments))])

    def _moments(self, tag: str, moments: Iterable[Moment]) -> "list[tuple[str, str | list[tuple[str, str]]]]":
        listed = list(moments)
        said: list[tuple[str, str | list[tuple[str, str]]]] = [(f"Number_of_{tag}s", str(len(listed)))]
        for day, hour in listed:
            said.append((tag, [("Day", self._days[day]), ("Hour", self._hours[hour])]))
        return said

    def _different_days(self, times: ET.Element) -> None:
        """The days between the meetings of a component, as FET's own files have them: a wish that is held if it can."""
        asked = {component.component_id for component in self._rows.components if component.different_days}
        for (component_id, _batch), meetings in self._sets().items():
            if component_id in asked and 1 < len(meetings) <= len(self._days):
                idents = [self._ident_of[meeting.key] for meeting in meetings]
                said = [
                    ("Consecutive_If_Same_Day", "true"),
                    ("Number_of_Activities", str(len(idents))),
                    *(("Activity_Id", ident) for ident in idents),
                    ("MinDays", "1"),
                ]
                add_constraint(times, "MinDaysBetweenActivities", said, weight="95")


def _owner(wish: Availability) -> tuple[str, int] | None:
    """Whose absence FET can say: a teacher's, a group's, a room's."""
    owners = {"Teacher": wish.faculty_id, "Students": wish.student_group_id, "Room": wish.room_id}
    return next(((kind, key) for kind, key in owners.items() if key is not None), None)
