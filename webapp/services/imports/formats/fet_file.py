"""FET's `.fet` files as they lie there: the week, people, rooms, activities and constraints, nothing interpreted.

FET (https://lalescu.ro/liviu/fet/) writes XML. Names are kept as they are; days and hours become their numbers from 0.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from webapp.services.imports.faults import Faults, TooManyFaults, UploadRefused, refused
from webapp.services.imports.formats.archives import MOST_TAGS
from webapp.services.shared.words import _

Moment = tuple[int, int]
"""A day and an hour of it, both from 0."""

ROOT = "fet"
COMPULSORY = 100.0
"""The weight, in percent, of a constraint that must hold."""
PREFIX = "Constraint"
BASIC = ("BasicCompulsoryTime", "BasicCompulsorySpace")
"""Constraints that every file has: nothing clashes, no room is too small."""


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


class FetFile:
    """What a `.fet` file says; what is inactive in it is left out and only counted.

    ``root`` is the XML. Raises `UploadRefused` where it is not one, or names what it does not list.
    """

    def __init__(self, filename: str, content: bytes) -> None:
        self.filename = filename
        self.root = _root(filename, content)
        self._faults = Faults()
        with suppress(TooManyFaults):
            self._read()
        if self._faults.list:
            raise refused(self._faults.list)

    def _read(self) -> None:
        root = self.root
        self.version = root.get("version", "")
        self.institution = _text(root, "Institution_Name") or self.filename
        self.days = _names(root, "Days_List/Day")
        self.hours = _names(root, "Hours_List/Hour")
        for what, tag, names in (("Days_List", "Day", self.days), ("Hours_List", "Hour", self.hours)):
            if not names:
                self._wrong(what, "", _("at least one %(tag)s", tag=tag))
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
        old = any(word in self.version for word in ("algeria", "morocco", "-ma"))
        named = "morning" in mode or (old and not mode and "mathmake" not in self.version)
        return named and len(self.days) % 2 == 0 and len(self.days) <= 14

    @cached_property
    def by_ident(self) -> Mapping[str, FetActivity]:
        """The activities by their number in the file."""
        return {activity.ident: activity for activity in self.activities}

    @cached_property
    def _day_of(self) -> Mapping[str, int]:
        return {name: index for index, name in enumerate(self.days)}

    @cached_property
    def _hour_of(self) -> Mapping[str, int]:
        return {name: index for index, name in enumerate(self.hours)}

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

    def _wrong(self, where: str, found: str, expected: str) -> None:
        self._faults.add(self.filename, "", 0, where, found, expected)

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
            where = _("activity %(ident)s", ident=ident or "?")
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
            self._check(where, activity, seen, sets)
            seen.add(ident)
            yield activity

    def _check(self, where: str, activity: FetActivity, seen: set[str], sets: set[str]) -> None:
        if not activity.ident or activity.ident in seen:
            self._wrong(where, activity.ident, _("an Id that no other activity has"))
        if activity.duration < 1:
            self._wrong(where, str(activity.duration), _("a duration of at least 1"))
        if activity.subject not in self.subjects:
            self._wrong(where, activity.subject, _("a subject of the file's Subjects_List"))
        for teacher in activity.teachers:
            if teacher not in self.teachers:
                self._wrong(where, teacher, _("a teacher of the file's Teachers_List"))
        for students in activity.students:
            if students not in sets:
                self._wrong(where, students, _("a year, group or subgroup of the file's Students_List"))

    def _constraints(self) -> None:
        constraints, self.inactive_constraints = [], 0
        for tag in ("Time_Constraints_List", "Space_Constraints_List"):
            for each in self.root.find(tag) if self.root.find(tag) is not None else ():
                if _text(each, "Active").lower() in ("false", "no", "0"):
                    self.inactive_constraints += 1
                    continue
                constraints.append(FetConstraint(each.tag.removeprefix(PREFIX), _weight(each), each))
        self.constraints: tuple[FetConstraint, ...] = tuple(constraints)


def _root(filename: str, content: bytes) -> Any:
    if content.count(b"<") > MOST_TAGS:
        raise UploadRefused(
            _("%(name)s has more than %(most)s elements, which is more than is read.", name=filename, most=MOST_TAGS)
        )
    try:
        root = fromstring(content)
    except DefusedXmlException as error:
        raise UploadRefused(
            _("%(name)s defines entities of its own, which a FET file does not. Save it from FET anew.", name=filename)
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise UploadRefused(
            _("%(name)s is damaged: its XML can't be read (%(why)s).", name=filename, why=str(error)[:200])
        ) from error
    if root.tag.lower() != ROOT:
        raise UploadRefused(
            _(
                "%(name)s is not a FET file: it begins with <%(tag)s> instead of <fet>.",
                name=filename,
                tag=root.tag[:60],
            )
        )
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
