"""FET's `.fet` files as tables; see docs/data-format.md for what becomes of what.

One department. A subject is a course, activities of one split are a section, those of it that are alike a component:
so what FET says of single activities can be said of a section (its times), a component (its rooms) or a meeting (pins).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import time
from functools import cached_property

from webapp.fet.file import FetActivity, FetFile, Moment
from webapp.services.imports.formats.fet_constraints import MOST_A_DAY, Carry, ConstraintReader, PairConstraint
from webapp.services.imports.formats.fet_file import open_fet
from webapp.services.imports.formats.fet_students import StudentGroups, unique_codes
from webapp.services.imports.formats.records import Cells, tables_of
from webapp.services.imports.sheets import MOST_ROWS, Tables
from webapp.services.schema.columns import CODE_LENGTH, Key
from webapp.services.schema.tables import BY_NAME
from webapp.services.schema.values import SIGNS_OF_LISTS
from webapp.services.schema.wishes import rule_records
from webapp.services.shared.rule_defaults import RuleSetting, soft

DEPARTMENT = "FET"
WEEKDAYS = 7
LAST_MINUTE = 24 * 60 - 1
FIRST_MINUTE = 8 * 60
MOST_MINUTES = 60
KIND_LENGTH = BY_NAME["components"].by_name["kind"].length
NAMELESS = "–"
"""The title of a subject that the file gives no name."""
GAP_WEIGHT = 5
"""What a free slot costs where the file limits gaps, which can't be carried as a limit."""
_CLOCK = re.compile(r"^\D{0,3}(\d{1,2})[:.hH](\d{2})\D*")


def is_fet(filename: str) -> bool:
    """Return whether a file's name says that it is of this kind."""
    return filename.lower().endswith(".fet")


def read_tables(filename: str, content: bytes) -> Tables:
    """The tables that a `.fet` file stands for; raises `UploadRefused` with what is wrong in it."""
    return FetTables(open_fet(filename, content)).tables()


@dataclass(frozen=True, slots=True)
class _Part:
    """What tells apart the sections of a split, and (with the rest) their components."""

    split: str
    subject: str
    students: tuple[str, ...]
    allowed: frozenset[Moment] | None


@dataclass(frozen=True, slots=True)
class _Alike:
    """What activities of one component have in common."""

    teachers: tuple[str, ...]
    duration: int
    features: tuple[str, ...]
    needs_room: bool
    alone: str
    size: int | None


@dataclass(frozen=True, slots=True)
class _Component:
    section: Key
    code: str
    alike: _Alike
    activities: tuple[FetActivity, ...]


class FetTables:
    """Turns a file into exchange tables, and knows which meeting each activity became."""

    def __init__(self, file: FetFile) -> None:
        self.file = file
        used = {name for activity in file.activities for name in activity.students}
        used |= {name for constraint in file.constraints if (name := constraint.text("Students", "Students_Name"))}
        self.groups = StudentGroups(file, frozenset(used))
        self.grid = FetWeek(file)
        self.carry: Carry = ConstraintReader(file, self.groups, self.grid.days_are_weekdays).read()
        self.group_codes = _codes(self.groups.rows)
        self.teacher_codes = _codes(file.teachers)
        self.room_codes = _codes(room.name for room in file.rooms if not room.virtual)
        self.course_codes = _codes(file.subjects)
        self.building_codes = _codes(file.buildings)
        self._features = _Features(self)
        closed = sum(len(self.grid.moments - allowed) for allowed in self.carry.allowed.values())
        if closed > MOST_ROWS // 2:
            self.carry.forget_times()
        self._arrange()

    # Sections and components

    def _arrange(self) -> None:
        in_split = Counter(activity.split for activity in self.file.activities)
        named = {ident for pair in self.carry.together for ident in pair.activities}
        alone = {ident for ident in named if in_split[self.file.by_ident[ident].split] > 1}
        for pair in self.carry.apart:  # what is said of some of a split is said of each of them alone
            splits = Counter(self.file.by_ident[ident].split for ident in pair.activities)
            some = {split for split, number in splits.items() if number < in_split[split]}
            alone |= {ident for ident in pair.activities if self.file.by_ident[ident].split in some}
        parts: dict[_Part, dict[_Alike, list[FetActivity]]] = defaultdict(lambda: defaultdict(list))
        for activity in self.file.activities:
            part = _Part(activity.split, activity.subject, activity.students, self._allowed(activity))
            features = self._features.of(activity)
            alike = _Alike(
                activity.teachers,
                activity.duration,
                features or (),
                features is not None,
                activity.ident if activity.ident in alone else "",
                activity.size,
            )
            parts[part][alike].append(activity)
        self.sections: dict[Key, _Part] = {}
        self.components: list[_Component] = []
        for part, alikes in parts.items():
            key = (self.course_codes[part.subject], self._section_code(part))
            self.sections[key] = part
            for alike, activities in alikes.items():
                self.components.append(_Component(key, f"A{activities[0].ident}", alike, tuple(activities)))

    def _allowed(self, activity: FetActivity) -> frozenset[Moment] | None:
        """The slots that an activity may take; None where its pin, which lies in them, says more."""
        allowed, pinned = self.carry.allowed.get(activity.ident), self.carry.pinned_time.get(activity.ident)
        if allowed is None or pinned is None:
            return allowed
        taken = {(pinned[0], pinned[1] + k) for k in range(activity.duration)}
        return None if taken <= allowed else allowed

    def _section_code(self, part: _Part) -> str:
        """The students, and a number where they have the subject several times."""
        base = clean_code("+".join(part.students))[:40] or "1"
        course = self.course_codes[part.subject]
        code, number = base, 1
        while (course, code) in self.sections:
            number += 1
            code = f"{base}-{number}"
        return code

    @cached_property
    def component_of(self) -> Mapping[str, _Component]:
        """The component that each activity became a meeting of."""
        return {activity.ident: each for each in self.components for activity in each.activities}

    @cached_property
    def meeting_of(self) -> Mapping[str, tuple[str, str, str, int]]:
        """The meeting that each activity became: course, section, component, number."""
        return {
            activity.ident: (str(each.section[0]), str(each.section[1]), each.code, number)
            for each in self.components
            for number, activity in enumerate(each.activities, start=1)
        }

    @cached_property
    def _first_of(self) -> Mapping[Key, _Component]:
        """The first component of each section."""
        return {each.section: each for each in reversed(self.components)}

    @cached_property
    def _by_code(self) -> Mapping[str, _Component]:
        return {each.code: each for each in self.components}

    # Tables

    def tables(self) -> Tables:
        """Every table with its rows."""
        contents: dict[str, Iterable[Cells]] = {
            "departments": [{"code": DEPARTMENT, "name": self.file.institution[:200]}],
            "buildings": [{"code": code, "name": name} for name, code in self.building_codes.items()],
            "rooms": self._rooms(),
            "time_slots": self.grid.rows(self.carry.breaks),
            "faculty": self._teachers(),
            "groups": self._groups(),
            "courses": self._courses(),
            "sections": [self._section(key, part) for key, part in self.sections.items()],
            "components": [self._component(each) for each in self.components],
            "availability": self._availability(),
            "pins": self._pins(),
            "rules": self._rules(),
        }
        tables = tables_of(self.file.filename, contents)
        return replace(tables, carried=self.carry.whole, not_carried=self.carry.not_carried())

    def _rooms(self) -> Iterator[Cells]:
        for room in self.file.rooms:
            if not room.virtual:
                yield {
                    "code": self.room_codes[room.name],
                    "name": room.name,
                    "capacity": min(room.capacity, 100_000),
                    "features": self._features.of_room(room.name),
                    "building": self.building_codes.get(room.building),
                }

    def _teachers(self) -> Iterator[Cells]:
        limits, rest = self.carry.teacher_a_day, self.carry.teachers_a_day
        if rest is None and self.carry.students_a_day is not None:
            rest = MOST_A_DAY  # the term's limit is the students'; this says that it is not the teacher's
        for name, code in self.teacher_codes.items():
            known = [limit for limit in (limits.get(name), rest) if limit is not None]
            yield {
                "code": code,
                "name": self.file.teachers[name] or name or NAMELESS,
                "department": DEPARTMENT,
                "max_slots_day": min(known, default=None),
            }

    def _groups(self) -> Iterator[Cells]:
        for row in self.groups.rows.values():
            yield {
                "code": self.group_codes[row.name],
                "name": row.name,
                "parent": self.group_codes[row.parent] if row.parent is not None else None,
                "split": row.split,
                "size": min(row.size, 100_000),
            }

    def _courses(self) -> Iterator[Cells]:
        used = {activity.subject for activity in self.file.activities}
        for name, code in self.course_codes.items():
            if name in used:
                yield {"code": code, "title": self.file.subjects[name] or name or NAMELESS, "department": DEPARTMENT}

    def _section(self, key: Key, part: _Part) -> Cells:
        groups = [self.group_codes[group] for name in part.students for group in self.groups.stands_for(name)]
        first = self._first_of[key]
        return {
            "course": key[0],
            "section": key[1],
            "faculty": tuple(self.teacher_codes[name] for name in first.alike.teachers),
            "groups": tuple(dict.fromkeys(groups)),
            "expected_size": min(first.alike.size or 0, 100_000),
        }

    def _component(self, each: _Component) -> Cells:
        return {
            "course": each.section[0],
            "section": each.section[1],
            "component": each.code,
            "kind": next(iter(each.activities[0].tags), "")[:KIND_LENGTH] or "lecture",
            "meetings_per_week": len(each.activities),
            "slots_per_meeting": each.alike.duration,
            "needs_room": each.alike.needs_room,
            "room_features": each.alike.features,
            "different_days": self._is_apart(each),
            "faculty": tuple(self.teacher_codes[name] for name in each.alike.teachers),
        }

    # What holds

    def _availability(self) -> Iterator[Cells]:
        for name, moments in self.carry.teacher_away.items():
            yield from self._away(moments, faculty=self.teacher_codes.get(name))
        for name, moments in self.carry.room_closed.items():
            yield from self._away(moments, room=self.room_codes.get(name))
        groups: dict[str, set[Moment]] = defaultdict(set)
        for name, moments in self.carry.students_away.items():
            for group in self.groups.stands_for(name):
                groups[group] |= moments
        for group, moments in groups.items():
            yield from self._away(moments, group=self.group_codes[group])
        for key, part in self.sections.items():
            if part.allowed is not None:
                yield from self._away(self.grid.moments - part.allowed, course=str(key[0]), section=str(key[1]))

    def _away(self, moments: Iterable[Moment], **owner: str | None) -> Iterator[Cells]:
        if None in owner.values():
            return
        for moment in sorted(moments):
            if moment not in self.carry.breaks:
                yield {"slot": self.grid.code(moment), "level": "unavailable", **owner}

    def _pins(self) -> Iterator[Cells]:
        for ident, (course, section, component, number) in self.meeting_of.items():
            moment, room = self.carry.pinned_time.get(ident), self.carry.pinned_room.get(ident)
            if moment in self.carry.breaks:
                moment = None
            if moment is not None or room is not None:
                yield {
                    "course": course,
                    "section": section,
                    "component": component,
                    "number": number,
                    "slot": self.grid.code(moment) if moment is not None else None,
                    "room": self.room_codes[room] if room is not None else None,
                }

    def _is_apart(self, each: _Component) -> bool:
        """Whether the meetings of a component fall on different days, and must."""
        idents = {activity.ident for activity in each.activities}
        return len(idents) > 1 and any(
            pair.weight is None and set(pair.activities) == idents for pair in self.carry.apart
        )

    def _rules(self) -> Iterator[Cells]:
        yield from rule_records(self._settings())
        for number, (pair, components) in enumerate(self._pairs(), start=1):
            yield {
                "code": f"{pair.rule}-{number}",
                "rule": pair.rule,
                "enabled": True,
                "hard": pair.weight is None,
                "weight": pair.weight,
                "components": components,
            }

    def _settings(self) -> Mapping[str, RuleSetting]:
        """Exactly what the file asks for; everything else is off."""
        hard = RuleSetting(hard=True)
        settings = dict.fromkeys(
            ("pinned", "unavailable", "room_closed", "room_capacity", "different_days", "same_time"), hard
        )
        most = self.carry.students_a_day
        if most is not None or self.carry.teachers_a_day is not None or self.carry.teacher_a_day:
            settings["max_per_day"] = RuleSetting(hard=True, amount=most)
        if self.carry.gaps_of_groups:
            settings["group_gaps"] = soft(GAP_WEIGHT)
        if self.carry.gaps_of_teachers:
            settings["instructor_gaps"] = soft(GAP_WEIGHT)
        return settings

    def _pairs(self) -> Iterator[tuple[PairConstraint, tuple[str, ...]]]:
        """The constraints between activities, with the components that these are the meetings of."""
        for pair in (*self.carry.together, *self.carry.apart):
            components = list(dict.fromkeys(self.component_of[ident].code for ident in pair.activities))
            if pair.rule == "different_days" and len(components) == 1 and pair.weight is None:
                continue  # said by the component itself
            sections = [self._by_code[code].section for code in components]
            labels = [
                f"{course}/{section}/{code}" for (course, section), code in zip(sections, components, strict=True)
            ]
            if len(labels) > 1 or pair.rule == "different_days":
                yield pair, tuple(labels)

    @staticmethod
    def _label(each: _Component) -> str:
        return "/".join((str(each.section[0]), str(each.section[1]), each.code))


class _Features:
    """What stands for a set of rooms: a feature that these rooms have, and the components that need one of them."""

    def __init__(self, tables: FetTables) -> None:
        self._carry = tables.carry
        self._all = frozenset(room.name for room in tables.file.rooms if not room.virtual)
        self._codes: dict[frozenset[str], str] = {}
        for activity in tables.file.activities:
            self.of(activity)

    def of(self, activity: FetActivity) -> tuple[str, ...] | None:
        """The features that an activity's room must have; None where it needs no room."""
        needed = self._carry.rooms.get(activity.ident)
        if not needed and activity.ident not in self._carry.pinned_room:
            homes = self._carry.home_rooms.get(activity.ident)
            needed = [frozenset[str]().union(*homes)] if homes else None
        if needed is None:
            return () if activity.ident in self._carry.pinned_room else None
        return tuple(sorted({self._code(rooms) for rooms in needed if rooms != self._all}))

    def _code(self, rooms: frozenset[str]) -> str:
        return self._codes.setdefault(rooms, f"set-{len(self._codes) + 1}")

    def of_room(self, name: str) -> tuple[str, ...]:
        """The features of a room."""
        return tuple(code for rooms, code in self._codes.items() if name in rooms)


class FetWeek:
    """The week: a slot for each day and hour of the file.

    FET's days are names, and may be more than seven: half days in its mode of mornings and afternoons, which become one
    day here; else they are laid over the seven weekdays one after the other, and a rule about days says no more what it
    says in the file.
    """

    def __init__(self, file: FetFile) -> None:
        self._file = file
        days, hours = len(file.days), len(file.hours)
        self._a_weekday = 2 if file.mornings_and_afternoons else -(-days // WEEKDAYS)
        self.days_are_weekdays = self._a_weekday == 1
        self.moments = frozenset((day, hour) for day in range(days) for hour in range(hours))
        clock = _clock(file.hours) if self.days_are_weekdays else None
        units = self._a_weekday * (hours + 1)
        minutes = max(1, min(MOST_MINUTES, LAST_MINUTE // units))
        begin = FIRST_MINUTE if FIRST_MINUTE + units * minutes <= LAST_MINUTE else 0
        self._minutes = clock or [begin + minutes * unit for unit in range(units + 1)]

    def code(self, moment: Moment) -> str:
        """The code of a slot: day and hour of the file, counted from 1."""
        return f"D{moment[0] + 1}H{moment[1] + 1}"

    def rows(self, breaks: set[Moment]) -> Iterator[Cells]:
        """The rows of the slots that are no breaks."""
        for day, hour in sorted(self.moments - breaks):
            round_ = day % self._a_weekday if self._file.mornings_and_afternoons else day // WEEKDAYS
            unit = round_ * (len(self._file.hours) + 1) + hour
            weekday = day // self._a_weekday if self._file.mornings_and_afternoons else day % WEEKDAYS
            yield {
                "code": self.code((day, hour)),
                "label": self._label(day, hour),
                "day": weekday,
                "start": _time(self._minutes[unit]),
                "end": _time(self._minutes[unit + 1]),
            }

    def _label(self, day: int, hour: int) -> str:
        name = self._file.hours[hour]
        return (name if self.days_are_weekdays else f"{self._file.days[day]} {name}")[:64]


def _clock(hours: tuple[str, ...]) -> list[int] | None:
    """The minutes at which hours begin, and the last one ends, where each name says so; None where one does not."""
    minutes: list[int] = []
    for name in hours:
        match = _CLOCK.match(name)
        if match is None or int(match[1]) > 23 or int(match[2]) > 59:
            return None
        begin = int(match[1]) * 60 + int(match[2])
        if minutes and begin <= minutes[-1] and begin < 12 * 60:
            begin += 12 * 60  # "01:00" after "12:10"
        if minutes and begin <= minutes[-1]:
            return None
        minutes.append(begin)
    length = minutes[-1] - minutes[-2] if len(minutes) > 1 else MOST_MINUTES
    end = minutes[-1] + length
    return [*minutes, end] if end <= LAST_MINUTE else None


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)


def clean_code(name: str) -> str:
    """A name as a code: without the signs that separate codes, blanks as one."""
    return re.sub(
        r"\s+", " ", "".join("-" if sign in SIGNS_OF_LISTS or ord(sign) < 32 else sign for sign in name)
    ).strip()


def _codes(names: Iterable[str]) -> Mapping[str, str]:
    return unique_codes(names, clean_code, CODE_LENGTH)
