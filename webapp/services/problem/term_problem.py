"""Rows of a term to the engine's instance, with what is needed to come back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from webapp.engine.instance import Instance, InstanceRoom
from webapp.engine.rule import ResourceKind
from webapp.engine.timegrid import Time
from webapp.models import BuildingWalk, Term, WishLevel
from webapp.services.problem.baskets import plain_leaf
from webapp.services.problem.calendar import Calendar, build_calendar
from webapp.services.problem.constraints import TermConstraints
from webapp.services.problem.groups import LeafGroups
from webapp.services.problem.meetings import BasketPosition, MeetingKey, MeetingRow, TermMeetings
from webapp.services.problem.rows import TermRows, read_term
from webapp.services.problem.words.statements import told
from webapp.services.shared.errors import Problem
from webapp.services.shared.rule_defaults import RULE_NAMES, is_in_order, usual_rules_off

TELLING_APART = {"same_time", *(name for name in RULE_NAMES if is_in_order(name))}
"""Rules between meetings that ask something else of the first meeting of a component than of its second."""


class NothingToPlace(Problem):
    """The term has no meetings."""


@dataclass(frozen=True)
class TermProblem:
    """A term as the engine sees it, and whose row each index is.

    Parameters
    ----------
    rows
        Per meeting of the instance, what its entry names.
    room_ids
        Per room of the instance, its key.
    resource_of_faculty, resource_of_leaf
        The instance's resource of a teacher's key and of a leaf group's.
    positions
        The n-th meetings of the options of the term's elective baskets.
    group_labels
        By leaf, whatever its students choose, its groups in words.
    group_leaves
        By the code of each group, its leaves, whatever their students choose.
    rules_off
        The usual rules that the term does not use, so that no count and no score knows of them.
    """

    term_id: int
    organization_id: int
    data_revision: int
    instance: Instance
    calendar: Calendar
    rows: tuple[MeetingRow, ...]
    room_ids: tuple[int, ...]
    resource_of_faculty: Mapping[int, int]
    resource_of_leaf: Mapping[str, int]
    positions: tuple[BasketPosition, ...]
    group_labels: Mapping[str, str]
    group_leaves: Mapping[str, frozenset[str]]
    rules_off: tuple[str, ...]

    @property
    def keys(self) -> tuple[MeetingKey, ...]:
        """What names each meeting in the data."""
        return tuple(row.key for row in self.rows)

    @cached_property
    def index_of(self) -> dict[MeetingKey, int]:
        """The instance's meeting of a key."""
        return {row.key: index for index, row in enumerate(self.rows)}

    @cached_property
    def position_of(self) -> dict[int, BasketPosition]:
        """By meeting, the meetings of other options that it starts together with."""
        return {index: position for position in self.positions if position.is_bound for index in position.meetings}

    def called(self, index: int) -> tuple[str, str, str]:
        """What a meeting is called, its weeks, and who teaches and attends it, by codes and names alone."""
        return self._called[index]

    @cached_property
    def _called(self) -> tuple[tuple[str, str, str], ...]:
        people = {
            index: resource.label
            for index, resource in enumerate(self.instance.resources)
            if resource.kind is not ResourceKind.STUDENTS
        }
        return tuple(
            (
                row.label,
                ",".join(str(week) for week in sorted(row.weeks)),
                "; ".join(sorted(people[key] for key in meeting.resources if key in people)),
            )
            for row, meeting in zip(self.rows, self.instance.meetings, strict=True)
        )

    def names_of_leaves(self, leaves: Iterable[str], *, whatever_chosen: bool = False) -> list[str]:
        """The fewest groups that are these leaves, as people call them, instead of each leaf by itself.

        A group is named where all its leaves are among them. A leaf that only some students of it chose is named with
        their choice, or, ``whatever_chosen``, without it.
        """
        left, named = set(leaves), []
        if whatever_chosen:
            plain = {plain_leaf(leaf) for leaf in left}
            left = {leaf for leaf in self.resource_of_leaf if plain_leaf(leaf) in plain}
        for name, whole in self._whole_groups:
            if whole <= left:
                named.append(name)
                left -= whole
        return named + [self.instance.resources[self.resource_of_leaf[leaf]].label for leaf in sorted(left)]

    @cached_property
    def _whole_groups(self) -> list[tuple[str, set[str]]]:
        """The groups of which every leaf has classes, then the leaves, with all choices; the largest group first."""
        choices: dict[str, set[str]] = defaultdict(set)
        for leaf in self.resource_of_leaf:
            choices[plain_leaf(leaf)].add(leaf)
        groups = [
            (code, {leaf for plain in leaves for leaf in choices[plain]})
            for code, leaves in reversed(list(self.group_leaves.items()))
            if leaves and leaves <= choices.keys()
        ]
        groups += [(self.group_labels[plain], found) for plain, found in choices.items()]
        return sorted(groups, key=lambda group: -len(group[1]))

    @cached_property
    def room_index(self) -> dict[int, int]:
        """The instance's room of a key."""
        return {room_id: index for index, room_id in enumerate(self.room_ids)}


def build_problem(term: Term) -> TermProblem:
    """Read a term and write it down as an instance; the number of queries is the same for every term.

    Raises `NoTimeSlots`, `NothingToPlace`, `EmptyWeekSet` or `UnreadableDays` where there is no problem to solve.
    """
    return problem_from(read_term(term))


def problem_from(rows: TermRows) -> TermProblem:
    """The instance of rows that were read already; see `build_problem`."""
    term = rows.term
    used = {c.week_set_id for c in rows.components if c.week_set_id is not None}
    week_sets = [weeks for key, weeks in rows.week_sets.items() if key in used]
    calendar = build_calendar(rows.slots, term.break_minutes, term.weeks, week_sets)
    leaf_groups = LeafGroups(rows.groups)
    meetings = TermMeetings(rows, calendar, leaf_groups)
    if not meetings.meetings:
        raise NothingToPlace(told("no_meetings", term=term.name))
    constraints = TermConstraints(meetings).all()
    instance = Instance(
        name=f"{term.academic_year} semester {term.semester}",
        grid=replace(calendar.grid, minutes=calendar.pieces) if rows.walks else calendar.grid,
        rooms=_rooms(rows, calendar),
        resources=tuple(meetings.resources),
        meetings=meetings.engine_meetings(),
        constraints=constraints,
        interchangeable=_interchangeable(meetings),
    )
    return TermProblem(
        term_id=term.term_id,
        organization_id=term.organization_id,
        data_revision=rows.data_revision,
        instance=instance,
        calendar=calendar,
        rows=tuple(meetings.meetings),
        room_ids=tuple(room.room_id for room in rows.rooms),
        resource_of_faculty=meetings.resource_of_faculty,
        resource_of_leaf=meetings.resource_of_leaf,
        positions=meetings.positions,
        group_labels={plain: leaf_groups.label(plain) for plain in map(plain_leaf, meetings.resource_of_leaf)},
        group_leaves={group.code: frozenset(leaf_groups.of(key)) for key, group in rows.groups.items()},
        rules_off=usual_rules_off(rows.rules, rows.rules_about_some),
    )


def _rooms(rows: TermRows, calendar: Calendar) -> tuple[InstanceRoom, ...]:
    closed: dict[int, list[Time]] = {}
    for wish in rows.availability:
        if wish.room_id is not None and wish.level is WishLevel.UNAVAILABLE:
            first, last = calendar.reach[wish.time_slot_id]
            day = 1 << calendar.by_id[wish.time_slot_id].day
            closed.setdefault(wish.room_id, []).append(Time(first, last - first, day, calendar.grid.all_weeks))
    travel = _travel(rows)
    return tuple(
        InstanceRoom(
            room.code,
            room.capacity,
            tuple(closed.get(room.room_id, ())),
            travel.get(index, {}),
            rows.buildings[room.building_id].code if room.building_id is not None else "",
        )
        for index, room in enumerate(rows.rooms)
    )


def _minutes_between(walks: Iterable[BuildingWalk]) -> Mapping[frozenset[int], int]:
    """Minutes by pair of buildings; where there and back have a row each, the longer way counts."""
    minutes: dict[frozenset[int], int] = {}
    for walk in walks:
        pair = frozenset((walk.from_building_id, walk.to_building_id))
        minutes[pair] = max(walk.minutes, minutes.get(pair, 0))
    return minutes


def _travel(rows: TermRows) -> dict[int, dict[int, int]]:
    """Per room (index), the minutes to the rooms of other buildings; nothing where no minutes are known."""
    rooms_of: dict[int, list[int]] = {}
    for index, room in enumerate(rows.rooms):
        if room.building_id is not None:
            rooms_of.setdefault(room.building_id, []).append(index)
    travel: dict[int, dict[int, int]] = {}
    for pair, minutes in _minutes_between(rows.walks).items():
        one, other = sorted(pair)
        for here, there in ((one, other), (other, one)):
            ways = dict.fromkeys(rooms_of.get(there, ()), minutes)
            for index in rooms_of.get(here, ()):
                travel.setdefault(index, {}).update(ways)
    return travel


def _interchangeable(meetings: TermMeetings) -> tuple[tuple[int, ...], ...]:
    """Meetings of one component and batch that nothing tells apart: no pin, no partner, no order.

    Those of an option are told apart by the meetings of the other options that they start with.
    """
    apart = {(pin.component_id, pin.student_group_id) for pin in meetings.rows.pins}
    told_apart = {
        component
        for rule in meetings.rows.rules
        if rule.is_enabled and rule.rule in TELLING_APART
        for component in meetings.rows.rule_components.get(rule.term_rule_id, ())
    }
    options = meetings.rows.options_of_section
    told_apart |= {c.component_id for c in meetings.rows.components if c.section_id in options}
    alike_sets = []
    for key, indices in meetings.meetings_of_set.items():
        alike = key not in apart and key[0] not in told_apart and not meetings.meetings[indices[0]].parallel
        if len(indices) > 1 and alike:
            alike_sets.append(tuple(indices))
    return tuple(alike_sets)
