"""The meetings of a term: one for each component, batch and ordinal, with who teaches, who attends, where it fits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from webapp.engine.instance import Meeting, Placement, Resource, RoomOption, TimeOption
from webapp.engine.rule import ResourceKind
from webapp.models import Component, Course, Section
from webapp.services.problem.baskets import ChosenLeaves, OptionSet, Unit, plain_leaf, week_positions
from webapp.services.problem.calendar import Calendar, EmptyWeekSet, UnreadableDays
from webapp.services.problem.groups import LeafGroups
from webapp.services.problem.rows import TermRows
from webapp.services.problem.words.statements import told
from webapp.services.shared.day_patterns import DayPatterns, parse
from webapp.services.shared.words import _


@dataclass(frozen=True, slots=True, order=True)
class MeetingKey:
    """What names a meeting in the data: component, batch (or None), number from 1."""

    component_id: int
    batch_id: int | None
    ordinal: int


@dataclass(frozen=True)
class MeetingRow:
    """A meeting as the rows have it, and what its entry must name."""

    key: MeetingKey
    course_id: int
    section_id: int
    department_id: int
    label: str
    kind: str
    slots: int
    day_patterns: DayPatterns
    week_set_id: int | None
    weeks: frozenset[int]
    faculty_ids: tuple[int, ...]
    group_ids: tuple[int, ...]
    leaves: tuple[str, ...]
    parallel: bool

    @property
    def slots_a_week(self) -> int:
        """Slots of a week that it takes at least, on all of its days."""
        return self.slots * self.day_patterns.least_days


def patterns_of(component: Component, called: str) -> DayPatterns:
    """On which days the meetings of a component may be held; raises UnreadableDays: one day would be a guess."""
    patterns = parse(component.day_patterns or "")
    if patterns is None:
        raise UnreadableDays(told("unreadable_days", name=called, text=str(component.day_patterns)))
    return patterns


@dataclass(frozen=True)
class BasketPosition:
    """The n-th meetings of a basket's options, which start together; by section, one or those of parallel batches."""

    options: OptionSet
    by_section: Mapping[int, tuple[int, ...]]

    @property
    def meetings(self) -> tuple[int, ...]:
        """The meetings of all options."""
        return tuple(index for own in self.by_section.values() for index in own)

    @property
    def is_bound(self) -> bool:
        """Whether there is something to hold together."""
        return self.options.together and len(self.meetings) > 1


class TermMeetings:
    """Lists a term's meetings and the people whose time they take; every index is the instance's."""

    def __init__(self, rows: TermRows, calendar: Calendar, leaf_groups: LeafGroups) -> None:
        self.rows = rows
        self.calendar = calendar
        self.leaf_groups = leaf_groups
        self.all_weeks = frozenset(range(1, rows.term.weeks + 1))
        self.meetings: list[MeetingRow] = [row for c in rows.components for row in self._meetings_of(c)]
        self.chosen_leaves = self._take_leaves_apart()
        self.index_of = {row.key: index for index, row in enumerate(self.meetings)}
        self.resources: list[Resource] = []
        self.resource_of_faculty: dict[int, int] = {}
        self.resource_of_leaf: dict[str, int] = {}
        self._attended: dict[int, list[int]] = defaultdict(list)
        self._add_people()
        self._add_students()

    # Rows of meetings

    def _meetings_of(self, component: Component) -> list[MeetingRow]:
        batches: Sequence[int | None] = self.rows.batches.get(component.component_id, []) or [None]
        return [
            self._meeting(component, batch, ordinal)
            for batch in batches
            for ordinal in range(1, component.meetings_per_week + 1)
        ]

    def _meeting(self, component: Component, batch: int | None, ordinal: int) -> MeetingRow:
        section = self.rows.sections[component.section_id]
        course = self.rows.courses[section.course_id]
        groups = [batch] if batch is not None else self.rows.attending(section.section_id)
        return MeetingRow(
            key=MeetingKey(component.component_id, batch, ordinal),
            course_id=course.course_id,
            section_id=section.section_id,
            department_id=course.department_id,
            label=self._label(course, section, component, batch, ordinal),
            kind=component.kind,
            slots=component.slots_per_meeting,
            day_patterns=patterns_of(component, f"{course.code} {section.code}, {component.code}"),
            week_set_id=component.week_set_id,
            weeks=self._weeks(component, course),
            faculty_ids=self._teachers(component, batch),
            group_ids=tuple(groups),
            leaves=tuple(sorted({leaf for group in groups for leaf in self.leaf_groups.of(group)})),
            parallel=component.parallel,
        )

    def _label(self, course: Course, section: Section, component: Component, batch: int | None, ordinal: int) -> str:
        """The name of the meeting, such as "CSE301 A, L 2" or "CSE301 A, P 1 (A1)"."""
        named = f" ({self.rows.groups[batch].code})" if batch is not None else ""
        return f"{course.code} {section.code}, {component.code} {ordinal}{named}"

    def _weeks(self, component: Component, course: Course) -> frozenset[int]:
        if component.week_set_id is None:
            return self.all_weeks
        weeks = self.rows.week_sets[component.week_set_id] & self.all_weeks
        if not weeks:
            raise EmptyWeekSet(
                told("empty_week_set", course=course.code, component=component.code, weeks=self.rows.term.weeks)
            )
        return weeks

    def _teachers(self, component: Component, batch: int | None) -> tuple[int, ...]:
        """The component's own teachers (all batches', and this batch's), else the section's."""
        named = self.rows.component_faculty.get(component.component_id, [])
        own = [faculty for faculty, of_batch in named if of_batch is None or of_batch == batch]
        return tuple(dict.fromkeys(own or self.rows.section_faculty.get(component.section_id, [])))

    def _take_leaves_apart(self) -> ChosenLeaves:
        """Let who attends an option be the part of each leaf that has chosen it."""
        attended: dict[int, dict[str, None]] = defaultdict(dict)
        for row in self.meetings if self.rows.options else ():
            attended[row.section_id].update(dict.fromkeys(row.leaves))
        chosen = ChosenLeaves(self.rows.options, attended)
        for index, row in enumerate(self.meetings if self.rows.options else ()):
            parts = (part for leaf in row.leaves for part in chosen.of(leaf, row.section_id))
            self.meetings[index] = replace(row, leaves=tuple(sorted(parts)))
        return chosen

    # People

    def _add_people(self) -> None:
        """Teachers and leaf groups, each once, in the order of their first meeting."""
        for index, row in enumerate(self.meetings):
            for faculty_id in row.faculty_ids:
                if faculty_id not in self.resource_of_faculty:
                    self.resource_of_faculty[faculty_id] = len(self.resources)
                    code = f"faculty:{faculty_id}"
                    name = self.rows.faculty[faculty_id].name
                    self.resources.append(Resource(code, ResourceKind.INSTRUCTOR, name))
            for leaf in row.leaves:
                if leaf not in self.resource_of_leaf:
                    self.resource_of_leaf[leaf] = len(self.resources)
                    self.resources.append(Resource(leaf, ResourceKind.GROUP, self._leaf_label(leaf)))
            for group in row.group_ids:
                self._attended[group].append(index)

    def _leaf_label(self, leaf: str) -> str:
        """The codes of a leaf's groups, and what its students have chosen: "CSE5-A (with CS501 A)"."""
        chosen = [self._section_label(section) for section in self.chosen_leaves.chosen(leaf)]
        label = self.leaf_groups.label(plain_leaf(leaf))
        return _("%(group)s (with %(chosen)s)", group=label, chosen=", ".join(chosen)) if chosen else label

    def _section_label(self, section_id: int) -> str:
        section = self.rows.sections[section_id]
        return f"{self.rows.courses[section.course_id].code} {section.code}"

    def _add_students(self) -> None:
        """Students whom no leaf group speaks for, by enrolment or by groups that share no tree.

        Those who attend the same meetings are one resource.
        """
        self.attending: dict[int, list[int]] = defaultdict(list)
        alike: Counter[tuple[frozenset[int], frozenset[tuple[int, int | None]]]] = Counter()
        chosen: dict[int, set[tuple[int, int | None]]] = defaultdict(set)
        for student, section, batch in self.rows.enrollments:
            chosen[student].add((section, batch))
        for student in dict.fromkeys((*chosen, *self.rows.members)):
            alike[frozenset(self.rows.members.get(student, ())), frozenset(chosen.get(student, ()))] += 1
        sets: Counter[tuple[int, ...]] = Counter()
        names: dict[tuple[int, ...], list[str]] = {}
        for (groups, sections), number in alike.items():
            meetings = self._meetings_attended(groups, sections)
            sets[meetings] += number
            names.setdefault(meetings, self._chosen_by(groups, sections))
        for meetings, number in sets.items():
            if len(meetings) < 2:
                continue
            resource = len(self.resources)
            code = f"students:{len(self.attending) + 1}"
            self.resources.append(Resource(code, ResourceKind.STUDENTS, self._called(names[meetings], number), number))
            self.attending[resource] = list(meetings)

    def _meetings_attended(
        self, groups: frozenset[int], sections: frozenset[tuple[int, int | None]]
    ) -> tuple[int, ...]:
        """The meetings of the groups and their ancestors, and those of the sections chosen, in the batch chosen.

        Of a basket from which a group chooses, a student attends what was chosen, and nothing that is known else.
        """
        closure = self.rows.tree.with_ancestors(groups)
        attended = {index for group in closure for index in self._attended.get(group, ())}
        if self.rows.options:
            attended -= self._not_chosen(attended, {section for section, _batch in sections})
        for section, batch in sections:
            for index in self.meetings_of_section.get(section, ()):
                of_batch = self.meetings[index].key.batch_id
                if of_batch is None or of_batch == batch:
                    attended.add(index)
        return tuple(sorted(attended))

    def _not_chosen(self, attended: Iterable[int], chosen: set[int]) -> set[int]:
        """The meetings of options that a student's groups attend and the student does not."""
        of_set: dict[tuple[int, ...], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index in attended:
            options = self.rows.options_of_section.get(self.meetings[index].section_id)
            if options is not None:
                of_set[options.section_ids][self.meetings[index].section_id].append(index)
        others: set[int] = set()
        for section_ids, meetings in of_set.items():
            most = self.rows.options_of_section[section_ids[0]].options_each
            if chosen.isdisjoint(section_ids) and len(meetings) <= most:
                continue  # the groups themselves say which option it is
            others.update(index for section, own in meetings.items() if section not in chosen for index in own)
        return others

    def _chosen_by(self, groups: frozenset[int], sections: frozenset[tuple[int, int | None]]) -> list[str]:
        """The names of the sections that students enrolled in, else their groups."""
        labels = [self._section_label(section_id) for section_id, _batch in sections]
        return sorted(labels or [self.rows.groups[group].code for group in groups])

    def _called(self, labels: list[str], number: int) -> str:
        return f"{number} student{'' if number == 1 else 's'} of {', '.join(labels)}"

    @cached_property
    def meetings_of_section(self) -> Mapping[int, list[int]]:
        """The meetings of each section."""
        meetings: dict[int, list[int]] = defaultdict(list)
        for index, row in enumerate(self.meetings):
            meetings[row.section_id].append(index)
        return meetings

    @cached_property
    def meetings_of_set(self) -> Mapping[tuple[int, int | None], list[int]]:
        """The meetings of each component and batch, in order."""
        meetings: dict[tuple[int, int | None], list[int]] = defaultdict(list)
        for index, row in enumerate(self.meetings):
            meetings[row.key.component_id, row.key.batch_id].append(index)
        return meetings

    @cached_property
    def positions(self) -> tuple[BasketPosition, ...]:
        """The n-th meetings of the options of each basket."""
        components: dict[int, list[Component]] = defaultdict(list)
        for component in self.rows.components:
            components[component.section_id].append(component)
        return tuple(
            BasketPosition(options, {s: self._meetings_of_unit(unit) for s, unit in position.units.items()})
            for options in self.rows.options
            for position in week_positions(options, components, self.rows.batches)
        )

    def _meetings_of_unit(self, unit: Unit) -> tuple[int, ...]:
        component_id = unit.component.component_id
        batches: Sequence[int | None] = self.rows.batches.get(component_id, []) if unit.component.parallel else []
        keys = (MeetingKey(component_id, batch, unit.ordinal) for batch in batches or [unit.batch_id])
        return tuple(self.index_of[key] for key in keys)

    def attended_by(self, group_id: int) -> tuple[int, ...]:
        """The meetings that any leaf of a group attends."""
        leaves = set(self.leaf_groups.of(group_id))
        return tuple(i for i, row in enumerate(self.meetings) if not leaves.isdisjoint(map(plain_leaf, row.leaves)))

    # The engine's meetings

    def engine_meetings(self) -> tuple[Meeting, ...]:
        """The meetings as the engine wants them."""
        components = {component.component_id: component for component in self.rows.components}
        seats = _Sizes(self.rows)
        rooms = _SuitableRooms(self.rows)
        students: dict[int, list[int]] = defaultdict(list)
        for resource, meetings in self.attending.items():
            for index in meetings:
                students[index].append(resource)
        pins = self._pins()
        options: dict[tuple[int, int, DayPatterns], tuple[TimeOption, ...]] = {}
        built = []
        for index, row in enumerate(self.meetings):
            component = components[row.key.component_id]
            weeks = self.calendar.weeks_mask(row.weeks)
            asked = (row.slots, weeks, row.day_patterns)
            if asked not in options:
                options[asked] = self.calendar.options(*asked)
            times, pin = _pinned(options[asked], pins.get(row.key))
            people = [self.resource_of_faculty[faculty] for faculty in row.faculty_ids]
            people += [self.resource_of_leaf[leaf] for leaf in row.leaves]
            built.append(
                Meeting(
                    code=row.label,
                    times=times,
                    rooms=rooms.of(component) if component.needs_room else (),
                    resources=(*people, *students[index]),
                    size=seats.of(row),
                    needs_room=component.needs_room,
                    pin=pin,
                )
            )
        return tuple(built)

    def _pins(self) -> dict[MeetingKey, Placement]:
        index_of_room = {room.room_id: index for index, room in enumerate(self.rows.rooms)}
        pins = {}
        for pin in self.rows.pins:
            key = MeetingKey(pin.component_id, pin.student_group_id, pin.ordinal)
            if key not in self.index_of:
                continue
            row = self.meetings[self.index_of[key]]
            moment = None
            if pin.time_slot_id is not None:
                weeks = self.calendar.weeks_mask(row.weeks)
                moment = self.calendar.time_from(pin.time_slot_id, row.slots, weeks)
            pins[key] = Placement(moment, index_of_room[pin.room_id] if pin.room_id is not None else None)
        return pins


def _pinned(options: tuple[TimeOption, ...], pin: Placement | None) -> tuple[tuple[TimeOption, ...], Placement | None]:
    """The times and the pin of a meeting that is fixed at a slot.

    A slot says the hour and one day of a meeting of several days: it is fixed where that leaves one time, and may be
    held at those that are left where it leaves some.
    """
    if pin is None or pin.time is None or any(option.time == pin.time for option in options):
        return options, pin
    at = pin.time
    hours = (at.start, at.length)
    left = tuple(o for o in options if o.time.days & at.days and (o.time.start, o.time.length) == hours)
    if len(left) == 1:
        return options, replace(pin, time=left[0].time)
    if left:
        return left, (None if pin.room is None else replace(pin, time=None))
    return options, pin


class _Sizes:
    """Students expected: the largest of what is expected, the groups' sizes and the enrolments.

    A group that chooses does not sit in each option as a whole: who has not chosen yet is shared out evenly.
    """

    def __init__(self, rows: TermRows) -> None:
        self._rows = rows
        self._enrolled = Counter((section, batch) for _, section, batch in rows.enrollments)
        self._in_section = Counter(section for _, section, _ in rows.enrollments)

    def of(self, row: MeetingRow) -> int:
        """Students of a meeting."""
        options = self._rows.options_of_section.get(row.section_id)
        if options is not None and row.key.batch_id is None:
            return self._of_option(row, options)
        in_groups = sum(self._group(group) for group in row.group_ids)
        if row.key.batch_id is not None:
            return max(in_groups, self._enrolled[row.section_id, row.key.batch_id])
        expected = self._rows.sections[row.section_id].expected_size
        return max(expected, in_groups, self._in_section[row.section_id])

    def _of_option(self, row: MeetingRow, options: OptionSet) -> int:
        """Students of an option: the groups that have no other one, who has chosen it, a share of who has not."""
        offered = Counter(group for section in options.section_ids for group in self._rows.attending(section))
        own = sum(self._group(group) for group in row.group_ids if offered[group] == 1)
        chosen, expected = self._in_section[row.section_id], self._rows.sections[row.section_id].expected_size
        if expected:
            return max(expected, own, chosen)
        choosing = sum(self._group(group) for group, number in offered.items() if number > 1)
        taken = sum(self._in_section[section] for section in options.section_ids)
        undecided = max(0, choosing * options.options_each - taken)
        shares = any(offered[group] > 1 for group in row.group_ids)
        return max(own, chosen + (-(-undecided // len(options.section_ids)) if shares else 0))

    def _group(self, group_id: int) -> int:
        return max(self._rows.groups[group_id].size, self._rows.member_counts.get(group_id, 0))


class _SuitableRooms:
    """Open rooms by kind and features; lists are shared between meetings that ask for the same."""

    def __init__(self, rows: TermRows) -> None:
        self._rooms = [(index, room) for index, room in enumerate(rows.rooms) if room.is_open]
        self._found: dict[tuple[str, frozenset[str]], tuple[RoomOption, ...]] = {}

    def of(self, component: Component) -> tuple[RoomOption, ...]:
        """The rooms that suit a component, whatever their size: seats are a rule's matter."""
        kind, features = component.room_kind, frozenset(component.room_features)
        if (kind, features) not in self._found:
            self._found[kind, features] = tuple(
                RoomOption(index)
                for index, room in self._rooms
                if (not kind or room.kind == kind) and features <= set(room.features)
            )
        return self._found[kind, features]
