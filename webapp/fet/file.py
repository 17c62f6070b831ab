"""FET's `.fet` files as they lie there: the week, people, rooms, activities and constraints, nothing interpreted.

FET (https://lalescu.ro/liviu/fet/) writes XML. Names are kept as they are; days and hours become their numbers from 0.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

Moment = tuple[int, int]
"""A day and an hour of it, both from 0."""
Parts = frozenset[str]

ROOT = "fet"
MOST_ELEMENTS = 2_000_000
"""A file with more is not read."""
COMPULSORY = 100.0
"""The weight, in percent, of a constraint that must hold."""
PREFIX = "Constraint"
BASIC = ("BasicCompulsoryTime", "BasicCompulsorySpace")
"""Constraints that every file has: nothing clashes, no room is too small."""
OF_WHOLE_DAYS = (
    ("MaxHoursDailyForHalfDays", "MaxHoursDaily"),
    ("MaxHoursDaily", "MaxHoursDailyRealDays"),
    ("MaxSpanPerDay", "MaxSpanPerRealDay"),
    ("MaxRoomChangesPerDay", "MaxRoomChangesPerRealDay"),
    ("MaxDaysPerWeek", "MaxRealDaysPerWeek"),
    ("MinDaysPerWeek", "MinRealDaysPerWeek"),
)
"""Ends of names in FET's old versions for mornings and afternoons, and what FET calls those constraints since."""
TERMS_OF_OLD = 5
"""Terms in FET's old versions for them, whose files don't say."""
WEIGHTS = ((99, 50), (90, 20), (50, 5), (0, 1))
"""The least percentage and the weight of a wish: the surer, the dearer."""


class Damage(StrEnum):
    """Why a file can't be read at all."""

    TOO_LARGE = "too large"
    ENTITIES = "entities of its own"
    NO_XML = "no XML"
    OTHER_ROOT = "not a FET file"


class FetUnreadable(ValueError):
    """A file that can't be read at all: why, and what stands there."""

    def __init__(self, damage: Damage, found: str) -> None:
        self.damage, self.found = damage, found
        super().__init__(f"{damage}: {found}")


class Expected(StrEnum):
    """What a correct file would have where this one has something else."""

    DAYS = "at least one Day"
    HOURS = "at least one Hour"
    OWN_ID = "an Id that no other activity has"
    DURATION = "a duration of at least 1"
    SUBJECT = "a subject of the file's Subjects_List"
    TEACHER = "a teacher of the file's Teachers_List"
    STUDENTS = "a year, group or subgroup of the file's Students_List"


@dataclass(frozen=True, slots=True)
class FetFault:
    """Something that a file names and does not list; ``activity`` is its Id, None where it is about the week."""

    activity: str | None
    found: str
    expected: Expected


@dataclass(frozen=True, slots=True)
class StudentsSet:
    """A year, a group of it, or a subgroup of that; ``size`` students."""

    name: str
    size: int
    parts: tuple["StudentsSet", ...] = ()


@dataclass(frozen=True, slots=True)
class FetRoom:
    """A room; a virtual one stands for several real ones at once."""

    name: str
    building: str
    capacity: int
    virtual: bool


@dataclass(frozen=True, slots=True)
class FetActivity:
    """One meeting a week. ``split`` names those of one course, ``number`` counts them from 1."""

    ident: str
    subject: str
    teachers: tuple[str, ...]
    students: tuple[str, ...]
    tags: tuple[str, ...]
    duration: int
    split: str
    number: int
    size: int | None


@dataclass(frozen=True, slots=True)
class FetConstraint:
    """A constraint: its name without "Constraint", its weight in percent, and what it says."""

    name: str
    weight: float
    element: Any

    def text(self, *tags: str) -> str:
        """The text of the first of these elements that is there, or nothing."""
        return next((text for tag in tags if (text := _text(self.element, tag))), "")

    def texts(self, tag: str) -> tuple[str, ...]:
        """The texts of all elements of a name."""
        return tuple(text for each in self.element.findall(tag) if (text := (each.text or "").strip()))

    def number(self, *tags: str) -> int | None:
        """The first of these elements as a whole number; None where it is none."""
        return _whole(self.text(*tags))

    @property
    def is_hard(self) -> bool:
        """Whether it must hold."""
        return self.weight >= COMPULSORY

    @property
    def cost(self) -> int | None:
        """None where it must hold, else the weight of the wish."""
        return None if self.is_hard else weight_of(self.weight)


def weight_of(percent: float) -> int:
    """The weight of a wish that FET holds in this share of its attempts: the surer, the dearer."""
    return next(weight for least, weight in WEIGHTS if percent >= least)


class FetFile:
    """What a `.fet` file says; what is inactive in it is left out and only counted.

    ``root`` is the XML, ``faults`` what the file names and does not list. Raises `FetUnreadable` where it is no XML.
    """

    def __init__(self, filename: str, content: bytes) -> None:
        self.filename = filename
        self.root = root = _root(content)
        self.faults: list[FetFault] = []
        self.version = root.get("version", "")
        self.institution = _text(root, "Institution_Name") or self.filename
        self.days = _names(root, "Days_List/Day")
        self.hours = _names(root, "Hours_List/Hour")
        for names, expected in ((self.days, Expected.DAYS), (self.hours, Expected.HOURS)):
            if not names:
                self.faults.append(FetFault(None, "", expected))
        self.subjects = _long_names(root, "Subjects_List/Subject")
        self.teachers = _long_names(root, "Teachers_List/Teacher")
        self.buildings = _names(root, "Buildings_List/Building")
        self.rooms = tuple(_rooms(root))
        self.years = tuple(_students(root, "Students_List/Year", ("Group", "Subgroup")))
        self.activities = tuple(self._activities())
        self._constraints()

    @cached_property
    def mornings_and_afternoons(self) -> bool:
        """Whether two days of the file are the morning and the afternoon of one."""
        mode = _text(self.root, "Mode").lower()
        old = self.is_of_old_halves and not mode
        return ("morning" in mode or old) and len(self.days) % 2 == 0 and len(self.days) <= 14

    @cached_property
    def days_of_term(self) -> int:
        """How many days of the file are those of one term; 0 where it has no terms."""
        terms, days = (_whole(_text(self.root, f"Number_of_{name}")) or 0 for name in ("Terms", "Days_Per_Term"))
        if "mathmake" in self.version:
            terms, days = TERMS_OF_OLD, len(self.days) // TERMS_OF_OLD
        return days if days and terms * days == len(self.days) else 0

    @cached_property
    def is_of_old_halves(self) -> bool:
        """Whether the file is of the versions of FET in which "days" of some constraints were whole ones."""
        return any(word in self.version for word in ("algeria", "morocco", "-ma")) and "mathmake" not in self.version

    @cached_property
    def by_ident(self) -> Mapping[str, FetActivity]:
        """The activities by their number in the file."""
        return {activity.ident: activity for activity in self.activities}

    @cached_property
    def parts(self) -> Mapping[str, Parts]:
        """The smallest parts of each set of students: two sets clash where they share one."""
        found: dict[str, Parts] = {}
        for year in self.years:
            collect_parts(year, found)
        return found

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """How many students each set has."""
        return {part.name: part.size for year in reversed(self.years) for part in reversed([*_flat(year)])}

    @cached_property
    def _day_of(self) -> Mapping[str, int]:
        return {name: index for index, name in enumerate(self.days)}

    @cached_property
    def _hour_of(self) -> Mapping[str, int]:
        return {name: index for index, name in enumerate(self.hours)}

    def hour(self, name: str) -> int | None:
        """The number of an hour; None where the file lists no such."""
        return self._hour_of.get(name)

    def moment(self, day: str, hour: str) -> Moment | None:
        """The numbers of a day and an hour; None where the file lists no such."""
        known = self._day_of.get(day), self._hour_of.get(hour)
        return (known[0], known[1]) if known[0] is not None and known[1] is not None else None

    def moments(self, constraint: FetConstraint) -> frozenset[Moment]:
        """The days and hours that a constraint lists, each a pair of elements that end in "Day" and "Hour"."""
        found = set()
        for each in constraint.element:
            pair = {child.tag.rpartition("_")[2]: (child.text or "").strip() for child in each}
            moment = self.moment(pair.get("Day", ""), pair.get("Hour", "")) if pair else None
            if moment is not None:
                found.add(moment)
        return frozenset(found)

    def idents(self, constraint: FetConstraint, *tags: str) -> tuple[str, ...]:
        """The active activities that a constraint names one by one."""
        named = [ident for tag in tags for ident in constraint.texts(tag)]
        return tuple(dict.fromkeys(ident for ident in named if ident in self.by_ident))

    def chosen(self, constraint: FetConstraint) -> Iterator[FetActivity]:
        """The activities that a constraint is about: the one it names, or all that fit what it names."""
        if ident := constraint.text("Activity_Id"):
            if ident in self.by_ident:
                yield self.by_ident[ident]
            return
        teacher, subject = constraint.text("Teacher_Name", "Teacher"), constraint.text("Subject_Name", "Subject")
        tag, students = constraint.text("Activity_Tag_Name", "Activity_Tag"), constraint.text("Students_Name")
        number, duration = constraint.number("Component_Number"), constraint.number("Duration")
        parts = self.parts.get(students, Parts())
        for activity in self.activities:
            if (
                (not teacher or teacher in activity.teachers)
                and (not subject or subject == activity.subject)
                and (not tag or tag in activity.tags)
                and (not students or any(parts & self.parts[name] for name in activity.students))
                and (number is None or number == activity.number)
                and (duration is None or duration == activity.duration)
            ):
                yield activity

    def _activities(self) -> Iterator[FetActivity]:
        """Read the active activities, and note what they name and the file does not list."""
        sets = {part.name for year in self.years for part in _flat(year)}
        numbers: Counter[str] = Counter()
        seen: set[str] = set()
        self.inactive_activities = 0
        for each in self.root.iterfind("Activities_List/Activity"):
            ident, split = _text(each, "Id"), _text(each, "Activity_Group_Id")
            alone = split in ("", "0")
            if not alone:
                numbers[split] += 1
            if _text(each, "Active").lower() in ("false", "no", "0"):
                self.inactive_activities += 1
                continue
            duration = _whole(_text(each, "Duration")) or 0
            activity = FetActivity(
                ident=ident,
                subject=_text(each, "Subject"),
                teachers=_texts(each, "Teacher"),
                students=_texts(each, "Students"),
                tags=_texts(each, "Activity_Tag"),
                duration=duration,
                split=ident if alone else f"g{split}",
                number=1 if alone else numbers[split],
                size=_whole(_text(each, "Number_Of_Students")),
            )
            self._check(activity, seen, sets)
            seen.add(ident)
            yield activity

    def _check(self, activity: FetActivity, seen: set[str], sets: set[str]) -> None:
        wrong: list[tuple[str, Expected]] = []
        if not activity.ident or activity.ident in seen:
            wrong.append((activity.ident, Expected.OWN_ID))
        if activity.duration < 1:
            wrong.append((str(activity.duration), Expected.DURATION))
        if activity.subject not in self.subjects:
            wrong.append((activity.subject, Expected.SUBJECT))
        wrong += [(name, Expected.TEACHER) for name in activity.teachers if name not in self.teachers]
        wrong += [(name, Expected.STUDENTS) for name in activity.students if name not in sets]
        self.faults += [FetFault(activity.ident, found, expected) for found, expected in wrong]

    def _name(self, name: str) -> str:
        """The name of a constraint as FET has it today."""
        if self.is_of_old_halves:
            for old, new in OF_WHOLE_DAYS:
                if name.endswith(old) and not name.endswith("Interval" + old):
                    return name.removesuffix(old) + new
        return name

    def _constraints(self) -> None:
        constraints, self.inactive_constraints = [], 0
        for tag in ("Time_Constraints_List", "Space_Constraints_List"):
            for each in self.root.find(tag) if self.root.find(tag) is not None else ():
                if _text(each, "Active").lower() in ("false", "no", "0"):
                    self.inactive_constraints += 1
                    continue
                constraints.append(FetConstraint(self._name(each.tag.removeprefix(PREFIX)), _weight(each), each))
        self.constraints: tuple[FetConstraint, ...] = tuple(constraints)


def collect_parts(students: StudentsSet, found: dict[str, Parts]) -> Parts:
    """Enter the smallest parts of a set, and of all sets in it, by name; a set may stand in several others."""
    below = [collect_parts(part, found) for part in students.parts]
    parts = Parts().union(*below) if below else Parts({students.name})
    found[students.name] = found.get(students.name, Parts()) | parts
    return parts


def _root(content: bytes) -> Any:
    if content.count(b"<") > MOST_ELEMENTS:
        raise FetUnreadable(Damage.TOO_LARGE, str(MOST_ELEMENTS))
    try:
        root = fromstring(content)
    except DefusedXmlException as error:
        raise FetUnreadable(Damage.ENTITIES, "") from error
    except (ParseError, ValueError, LookupError) as error:
        raise FetUnreadable(Damage.NO_XML, str(error)[:200]) from error
    if root.tag.lower() != ROOT:
        raise FetUnreadable(Damage.OTHER_ROOT, root.tag[:60])
    return root


def _text(element: Any, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _texts(element: Any, tag: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for each in element.findall(tag) if (text := (each.text or "").strip())))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _weight(element: Any) -> float:
    text = _text(element, "Weight_Percentage") or _text(element, "Weight")
    try:
        return float(text) if text else COMPULSORY
    except ValueError:
        return COMPULSORY


def _names(root: Any, path: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in root.iterfind(path) if (name := _text(each, "Name"))))


def _long_names(root: Any, path: str) -> Mapping[str, str]:
    """Long name, where there is one, by name; FET allows a subject whose name is empty."""
    return {_text(each, "Name"): _text(each, "Long_Name") for each in root.iterfind(path)}


def _rooms(root: Any) -> Iterator[FetRoom]:
    for each in root.iterfind("Rooms_List/Room"):
        if name := _text(each, "Name"):
            virtual = _text(each, "Virtual").lower() in ("true", "yes", "1")
            yield FetRoom(name, _text(each, "Building"), _whole(_text(each, "Capacity")) or 0, virtual)


def _students(root: Any, path: str, below: Sequence[str]) -> Iterator[StudentsSet]:
    for each in root.iterfind(path):
        if name := _text(each, "Name"):
            parts = tuple(_students(each, below[0], below[1:])) if below else ()
            yield StudentsSet(name, _whole(_text(each, "Number_of_Students")) or 0, parts)


def _flat(students: StudentsSet) -> Iterator[StudentsSet]:
    yield students
    for part in students.parts:
        yield from _flat(part)
