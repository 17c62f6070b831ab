"""What a FET file asks for, in the words of the exchange tables, and what of it can't be carried.

Each handler takes every constraint of its name and says of each whether it is carried whole, in part or not at all. A
constraint that nobody here knows is not carried, and counted.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.fet.file import BASIC, PREFIX, FetActivity, FetConstraint, FetFile, Moment
from webapp.services.imports.formats.fet_students import StudentGroups
from webapp.services.imports.sheets import NotCarried
from webapp.services.schema.columns import Words

MOST_A_DAY = 24
"""Most slots a day that a teacher's limit can name."""


class Carried(StrEnum):
    """How much of a constraint is carried into the tables, and where it is not whole, why."""

    WHOLE = "whole"
    ONLY_HARD = "only_hard"
    OTHER_DAYS = "other_days"
    DAYS_DIFFER = "days_differ"
    STARTS = "starts"
    EVERYBODY = "everybody"
    AS_WISH = "as_wish"
    VIRTUAL = "virtual"
    TOO_MANY = "too_many"
    NO_RULE = "no_rule"
    UNREADABLE = "unreadable"


WHY: Mapping[Carried, Words] = {
    Carried.ONLY_HARD: _l("It is a wish (weight below 100 %), and only what must hold is carried of its kind."),
    Carried.OTHER_DAYS: _l("The days of the file are not the days of the week here."),
    Carried.DAYS_DIFFER: _l("That the classes fall on different days is carried, nothing else of it."),
    Carried.STARTS: _l("Slots can be closed for a class, and that would not close just the starts that it names."),
    Carried.EVERYBODY: _l(
        "A limit for students is everybody's here, and a day of more than 24 hours can't except teachers."
    ),
    Carried.AS_WISH: _l("Free slots between classes cost points; how many are allowed is not carried."),
    Carried.VIRTUAL: _l("It names a virtual room, or none that the file lists."),
    Carried.TOO_MANY: _l("Closing slots for so many classes would take more rows than a table may have."),
    Carried.NO_RULE: _l("There is no such rule here yet."),
    Carried.UNREADABLE: _l("It names no activity, day or number that the file lists."),
}
"""Why a constraint is not carried whole."""
IN_PART = frozenset({Carried.DAYS_DIFFER, Carried.AS_WISH})
"""Reasons with which a part of the constraint is carried all the same."""
TIMES_OF_CLASSES = frozenset(
    f"{whom}Preferred{what}"
    for whom in ("Activity", "Activities", "Subactivities")
    for what in ("StartingTimes", "TimeSlots")
)
"""Constraints that close slots for classes."""


@dataclass(frozen=True, slots=True)
class PairConstraint:
    """A rule between activities: the rule's name, hard or its weight, the activities in order."""

    rule: str
    weight: int | None
    activities: tuple[str, ...]


@dataclass
class Carry:
    """What is carried of a file's constraints; keys are names and activities of the file."""

    breaks: set[Moment] = field(default_factory=set)
    teacher_away: dict[str, set[Moment]] = field(default_factory=lambda: defaultdict(set))
    students_away: dict[str, set[Moment]] = field(default_factory=lambda: defaultdict(set))
    room_closed: dict[str, set[Moment]] = field(default_factory=lambda: defaultdict(set))
    allowed: dict[str, frozenset[Moment]] = field(default_factory=dict)
    pinned_time: dict[str, Moment] = field(default_factory=dict)
    pinned_room: dict[str, str] = field(default_factory=dict)
    rooms: dict[str, list[frozenset[str]]] = field(default_factory=lambda: defaultdict(list))
    home_rooms: dict[str, list[frozenset[str]]] = field(default_factory=lambda: defaultdict(list))
    together: list[PairConstraint] = field(default_factory=list)
    apart: list[PairConstraint] = field(default_factory=list)
    teacher_a_day: dict[str, int] = field(default_factory=dict)
    teachers_a_day: int | None = None
    students_a_day: int | None = None
    gaps_of_groups: bool = False
    gaps_of_teachers: bool = False
    counts: Counter[tuple[str, Carried]] = field(default_factory=Counter)

    def forget_times(self) -> None:
        """Take back what closes slots for classes, because it can't be said."""
        self.allowed.clear()
        for (name, carried), number in list(self.counts.items()):
            if name in TIMES_OF_CLASSES and carried is Carried.WHOLE:
                del self.counts[name, carried]
                self.counts[name, Carried.TOO_MANY] += number

    @property
    def whole(self) -> int:
        """How many constraints are carried whole."""
        return sum(number for (_name, carried), number in self.counts.items() if carried is Carried.WHOLE)

    def not_carried(self) -> tuple[NotCarried, ...]:
        """The rest by constraint and reason, what is carried in part last, each in the order of its number."""
        rest = [(carried in IN_PART, -number, name, carried) for (name, carried), number in self.counts.items()]
        return tuple(
            NotCarried(PREFIX + name, -number, WHY[carried], in_part)
            for in_part, number, name, carried in sorted(rest)
            if carried is not Carried.WHOLE
        )


class ConstraintReader:
    """Reads all constraints of a file into a `Carry`.

    ``days_are_weekdays`` says whether each day of the file is a day of the week here; where several share one, no rule
    about days says what the file says.
    """

    def __init__(self, file: FetFile, groups: StudentGroups, days_are_weekdays: bool) -> None:
        self.file, self.groups, self.days_are_weekdays = file, groups, days_are_weekdays
        self.rooms = {room.name: room for room in file.rooms}
        self.carry = Carry()
        self._handlers: Mapping[str, Callable[[FetConstraint], Carried]] = {
            **dict.fromkeys(BASIC, lambda constraint: Carried.WHOLE),
            "BreakTimes": self._breaks,
            "TeacherNotAvailableTimes": lambda c: self._away(c, self.carry.teacher_away, "Teacher", "Teacher_Name"),
            "StudentsSetNotAvailableTimes": lambda c: self._away(c, self.carry.students_away, "Students"),
            "RoomNotAvailableTimes": lambda c: self._away(c, self.carry.room_closed, "Room"),
            "ActivityPreferredStartingTime": self._pinned_time,
            "ActivityPreferredStartingTimes": self._starts,
            "ActivitiesPreferredStartingTimes": self._starts,
            "SubactivitiesPreferredStartingTimes": self._starts,
            "ActivityPreferredTimeSlots": self._slots,
            "ActivitiesPreferredTimeSlots": self._slots,
            "SubactivitiesPreferredTimeSlots": self._slots,
            "ActivitiesSameStartingTime": self._same_time,
            "TwoActivitiesOrdered": self._ordered,
            "MinDaysBetweenActivities": self._days_between,
            "ActivityPreferredRoom": self._activity_room,
            "ActivityPreferredRooms": self._activity_rooms,
            "SubjectPreferredRoom": self._rooms_by_kind,
            "SubjectPreferredRooms": self._rooms_by_kind,
            "SubjectActivityTagPreferredRoom": self._rooms_by_kind,
            "SubjectActivityTagPreferredRooms": self._rooms_by_kind,
            "ActivityTagPreferredRoom": self._rooms_by_kind,
            "ActivityTagPreferredRooms": self._rooms_by_kind,
            "StudentsSetHomeRoom": self._home_rooms,
            "StudentsSetHomeRooms": self._home_rooms,
            "TeacherHomeRoom": self._home_rooms,
            "TeacherHomeRooms": self._home_rooms,
            "TeachersMaxHoursDaily": self._teachers_a_day,
            "TeacherMaxHoursDaily": self._teacher_a_day,
            "StudentsMaxHoursDaily": self._students_a_day,
            "TeachersMaxHoursDailyRealDays": self._teachers_a_day,
            "TeacherMaxHoursDailyRealDays": self._teacher_a_day,
            "StudentsMaxHoursDailyRealDays": self._students_a_day,
            "StudentsMaxGapsPerWeek": self._gaps_of_groups,
            "StudentsMaxGapsPerDay": self._gaps_of_groups,
            "StudentsMaxGapsPerRealDay": self._gaps_of_groups,
            "TeachersMaxGapsPerWeek": self._gaps_of_teachers,
            "TeachersMaxGapsPerDay": self._gaps_of_teachers,
            "TeachersMaxGapsPerRealDay": self._gaps_of_teachers,
        }

    def read(self) -> Carry:
        """Read every constraint, counting what becomes of each."""
        for constraint in self.file.constraints:
            handler = self._handlers.get(constraint.name)
            self.carry.counts[constraint.name, handler(constraint) if handler else Carried.NO_RULE] += 1
        return self.carry

    # Times

    def _breaks(self, constraint: FetConstraint) -> Carried:
        if not constraint.is_hard:
            return Carried.ONLY_HARD
        self.carry.breaks |= self.file.moments(constraint)
        return Carried.WHOLE

    def _away(self, constraint: FetConstraint, away: dict[str, set[Moment]], *tags: str) -> Carried:
        if not constraint.is_hard:
            return Carried.ONLY_HARD
        if not (name := constraint.text(*tags)):
            return Carried.UNREADABLE
        away[name] |= self.file.moments(constraint)
        return Carried.WHOLE

    def _pinned_time(self, constraint: FetConstraint) -> Carried:
        moment = self.file.moment(constraint.text("Preferred_Day", "Day"), constraint.text("Preferred_Hour", "Hour"))
        ident = constraint.text("Activity_Id")
        if not constraint.is_hard:
            return Carried.ONLY_HARD
        if moment is None or ident not in self.file.by_ident:
            return Carried.UNREADABLE
        self.carry.pinned_time[ident] = moment
        return Carried.WHOLE

    def _starts(self, constraint: FetConstraint) -> Carried:
        """Allowed starts are allowed slots, where the slots so taken allow no other start."""
        if not constraint.is_hard:
            return Carried.ONLY_HARD
        starts, carried = self.file.moments(constraint), Carried.WHOLE
        for activity in self.file.chosen(constraint):
            taken = frozenset((day, hour + k) for day, hour in starts for k in range(activity.duration))
            if all(
                moment in starts
                for moment in taken
                if all((moment[0], moment[1] + k) in taken for k in range(activity.duration))
            ):
                self._allow(activity, taken)
            else:
                carried = Carried.STARTS
        return carried

    def _slots(self, constraint: FetConstraint) -> Carried:
        if not constraint.is_hard:
            return Carried.ONLY_HARD
        moments = self.file.moments(constraint)
        for activity in self.file.chosen(constraint):
            self._allow(activity, moments)
        return Carried.WHOLE

    def _allow(self, activity: FetActivity, moments: frozenset[Moment]) -> None:
        before = self.carry.allowed.get(activity.ident, moments)
        self.carry.allowed[activity.ident] = before & moments

    # Between activities

    def _same_time(self, constraint: FetConstraint) -> Carried:
        idents = self.file.idents(constraint, "Activity_Id")
        if len(idents) > 1:
            weight = constraint.cost
            self.carry.together.append(PairConstraint("same_time", weight, idents))
        return Carried.WHOLE

    def _ordered(self, constraint: FetConstraint) -> Carried:
        idents = self.file.idents(constraint, "First_Activity_Id", "Second_Activity_Id")
        if not constraint.is_hard:
            return Carried.ONLY_HARD
        if len(idents) != 2:
            return Carried.UNREADABLE
        self.carry.together.append(PairConstraint("precedence", None, idents))
        return Carried.WHOLE

    def _days_between(self, constraint: FetConstraint) -> Carried:
        idents, days = self.file.idents(constraint, "Activity_Id"), constraint.number("MinDays")
        if days is None:
            return Carried.UNREADABLE
        if days == 0 or len(idents) < 2:
            return Carried.WHOLE
        if not self.days_are_weekdays:
            return Carried.OTHER_DAYS
        weight = constraint.cost
        self.carry.apart.append(PairConstraint("different_days", weight, idents))
        followed = not constraint.is_hard and constraint.text("Consecutive_If_Same_Day").lower() == "true"
        return Carried.DAYS_DIFFER if days > 1 or followed else Carried.WHOLE

    # Rooms

    def _named_rooms(self, constraint: FetConstraint) -> frozenset[str]:
        """The real rooms that a constraint names; none where one of them is virtual or unknown."""
        names = {name for tag in ("Room", "Preferred_Room") for name in constraint.texts(tag)}
        if any(name not in self.rooms or self.rooms[name].virtual for name in names):
            return frozenset()
        return frozenset(names)

    def _activity_room(self, constraint: FetConstraint) -> Carried:
        rooms, ident = self._named_rooms(constraint), constraint.text("Activity_Id")
        if not constraint.is_hard:
            return Carried.ONLY_HARD
        if not rooms:
            return Carried.VIRTUAL
        if ident not in self.file.by_ident:
            return Carried.UNREADABLE
        self.carry.pinned_room[ident] = next(iter(rooms))
        return Carried.WHOLE

    def _activity_rooms(self, constraint: FetConstraint) -> Carried:
        return self._need(constraint, self.file.chosen(constraint))

    def _rooms_by_kind(self, constraint: FetConstraint) -> Carried:
        return self._need(constraint, self.file.chosen(constraint))

    def _need(self, constraint: FetConstraint, activities: Iterable[FetActivity]) -> Carried:
        rooms = self._named_rooms(constraint)
        if not constraint.is_hard:
            return Carried.ONLY_HARD
        if not rooms:
            return Carried.VIRTUAL
        for activity in activities:
            self.carry.rooms[activity.ident].append(rooms)
        return Carried.WHOLE

    def _home_rooms(self, constraint: FetConstraint) -> Carried:
        """Home rooms are for the activities of exactly this set or teacher, where nothing else asks for a room."""
        rooms = self._named_rooms(constraint)
        if not constraint.is_hard:
            return Carried.ONLY_HARD
        if not rooms:
            return Carried.VIRTUAL
        owner = constraint.text("Students", "Students_Name", "Teacher", "Teacher_Name")
        of_teacher = constraint.name.startswith("Teacher")
        for activity in self.file.activities:
            if (activity.teachers if of_teacher else activity.students) == (owner,):
                self.carry.home_rooms[activity.ident].append(rooms)
        return Carried.WHOLE

    # Limits

    def _limit(self, constraint: FetConstraint) -> int | Carried:
        """Most hours a day, where a day of the constraint is a day here."""
        if not constraint.is_hard:
            return Carried.ONLY_HARD
        of_real_days = constraint.name.endswith("RealDays")
        paired = self.file.mornings_and_afternoons
        if of_real_days != paired or not (self.days_are_weekdays or paired):
            return Carried.OTHER_DAYS
        most = constraint.number("Maximum_Hours_Daily")
        return Carried.UNREADABLE if most is None else most

    def _teachers_a_day(self, constraint: FetConstraint) -> Carried:
        most = self._limit(constraint)
        if isinstance(most, Carried):
            return most
        self.carry.teachers_a_day = min(most, self.carry.teachers_a_day or most)
        return Carried.WHOLE

    def _teacher_a_day(self, constraint: FetConstraint) -> Carried:
        most, teacher = self._limit(constraint), constraint.text("Teacher_Name", "Teacher")
        if isinstance(most, Carried):
            return most
        self.carry.teacher_a_day[teacher] = min(most, self.carry.teacher_a_day.get(teacher, most))
        return Carried.WHOLE

    def _students_a_day(self, constraint: FetConstraint) -> Carried:
        """A term's limit is everybody's: teachers who have none must be able to say so by one of their own."""
        most = self._limit(constraint)
        if isinstance(most, Carried):
            return most
        if len(self.file.hours) * (2 if self.file.mornings_and_afternoons else 1) > MOST_A_DAY:
            return Carried.EVERYBODY
        self.carry.students_a_day = min(most, self.carry.students_a_day or most)
        return Carried.WHOLE

    def _gaps_of_groups(self, constraint: FetConstraint) -> Carried:
        self.carry.gaps_of_groups = True
        return Carried.AS_WISH

    def _gaps_of_teachers(self, constraint: FetConstraint) -> Carried:
        self.carry.gaps_of_teachers = True
        return Carried.AS_WISH
