"""A timetable read once for all reports: the term's rows, the truth's instance and where each meeting stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.patterns import DayPattern, averaged, day_patterns
from webapp.engine.timegrid import Time
from webapp.extensions import db
from webapp.models import Building, Department, Timetable, WishLevel
from webapp.services.problem.baskets import is_first_way
from webapp.services.problem.groups import groups_of_leaf
from webapp.services.problem.meetings import MeetingRow
from webapp.services.problem.rows import TermRows, read_term
from webapp.services.problem.solutions import solution_from
from webapp.services.problem.term_problem import TermProblem, problem_from


@dataclass(frozen=True, slots=True)
class PlacedMeeting:
    """A meeting that has a place."""

    index: int
    row: MeetingRow
    time: Time
    cells: frozenset[int]
    room_id: int | None
    share: float
    """Of the term's weeks: 1 for every week, a half for odd ones."""


@dataclass(frozen=True)
class Reading:
    """What the reports count; nothing in it asks the database again."""

    rows: TermRows
    problem: TermProblem
    placed: tuple[PlacedMeeting, ...]
    departments: Mapping[int, str]
    buildings: Mapping[int, str]

    @cached_property
    def all_cells(self) -> frozenset[int]:
        """Every period of the week in which the term has a slot."""
        calendar = self.problem.calendar
        return frozenset(cell for slot in calendar.slots for cell in calendar.cells_of(slot.time_slot_id))

    @cached_property
    def ends_of_days(self) -> tuple[frozenset[int], frozenset[int]]:
        """The first period of each day, and the last."""
        per_day = self.problem.calendar.grid.slots_per_day
        days: dict[int, list[int]] = defaultdict(list)
        for cell in self.all_cells:
            days[cell // per_day].append(cell)
        return frozenset(min(cells) for cells in days.values()), frozenset(max(cells) for cells in days.values())

    @cached_property
    def of_teacher(self) -> dict[int, list[PlacedMeeting]]:
        """The meetings of each teacher, also of those with none."""
        meetings_of: dict[int, list[PlacedMeeting]] = {key: [] for key in self.rows.faculty}
        for meeting in self.placed:
            for key in meeting.row.faculty_ids:
                meetings_of[key].append(meeting)
        return meetings_of

    @cached_property
    def of_group(self) -> dict[int, list[PlacedMeeting]]:
        """By resource of the instance: the meetings of each smallest group; one choice stands for all of a basket."""
        groups = {
            leaf: resource
            for leaf, resource in self.problem.resource_of_leaf.items()
            if self._is_group(resource) and is_first_way(leaf)
        }
        meetings_of: dict[int, list[PlacedMeeting]] = {resource: [] for resource in groups.values()}
        for meeting in self.placed:
            for leaf in meeting.row.leaves:
                if leaf in groups:
                    meetings_of[groups[leaf]].append(meeting)
        return meetings_of

    def _is_group(self, resource: int) -> bool:
        return self.problem.instance.resources[resource].kind is ResourceKind.GROUP

    @cached_property
    def group_departments(self) -> dict[int, str]:
        """By resource of a group: the code of its department, or nothing."""
        departments = {}
        for leaf, resource in self.problem.resource_of_leaf.items():
            homes = [self.rows.groups[key].department_id for key in groups_of_leaf(leaf) if key in self.rows.groups]
            departments[resource] = next((self.departments.get(home, "") for home in homes if home is not None), "")
        return departments

    def group_name(self, resource: int) -> str:
        """The name of a smallest group."""
        return self.problem.instance.resources[resource].label

    def department_of(self, faculty_id: int) -> str:
        """The code of a teacher's department."""
        return self.departments[self.rows.faculty[faculty_id].department_id]

    def wishes(self, level: WishLevel) -> dict[int, frozenset[int]]:
        """By teacher: the periods that carry this wish."""
        periods: dict[int, frozenset[int]] = defaultdict(frozenset)
        for wish in self.rows.availability:
            if wish.faculty_id is not None and wish.level is level:
                periods[wish.faculty_id] |= self.problem.calendar.cells_of(wish.time_slot_id)
        return periods

    def closed(self) -> dict[int, frozenset[int]]:
        """By room: the periods in which it is closed."""
        periods: dict[int, frozenset[int]] = defaultdict(frozenset)
        for wish in self.rows.availability:
            if wish.room_id is not None and wish.level is WishLevel.UNAVAILABLE:
                periods[wish.room_id] |= self.problem.calendar.cells_of(wish.time_slot_id)
        return periods

    def gaps(self, meetings: Iterable[PlacedMeeting]) -> int:
        """Free periods between two classes of a day, in an average week: what the rules of gaps count."""
        grid = self.problem.calendar.grid
        return sum(
            averaged([(weeks, grid.days_periods[day].free_between(busy)) for weeks, busy in patterns], grid)
            for day, patterns in enumerate(self._patterns(meetings))
        )

    def hours_by_day(self, meetings: Iterable[PlacedMeeting]) -> list[float]:
        """Periods held on each day of an average week; two at one time count once."""
        grid = self.problem.calendar.grid
        return [
            sum(grid.calendar_weeks_in(weeks) * busy.bit_count() for weeks, busy in patterns) / grid.calendar_weeks
            for patterns in self._patterns(meetings)
        ]

    def _patterns(self, meetings: Iterable[PlacedMeeting]) -> list[list[DayPattern]]:
        grid, times = self.problem.calendar.grid, [meeting.time for meeting in meetings]
        return [day_patterns(times, day, grid.all_weeks) for day in range(grid.days)]

    def busy(self, meetings: Iterable[PlacedMeeting]) -> dict[int, float]:
        """By period: the share of weeks in which something is held in it."""
        weeks_of: dict[int, set[int]] = defaultdict(set)
        for meeting in meetings:
            for cell in meeting.cells:
                weeks_of[cell] |= meeting.row.weeks
        return {cell: len(weeks) / self.rows.term.weeks for cell, weeks in weeks_of.items()}


def read(timetable: Timetable) -> Reading:
    """Read a timetable and its term, by as many queries for a large one as for a small one.

    Raises what `build_problem` raises where the term has no slots or no meetings.
    """
    rows = read_term(timetable.term, timetable.timetable_id)
    problem = problem_from(rows)
    solution = solution_from(problem, timetable.timetable_id)
    placed = []
    for index, (row, placement) in enumerate(zip(problem.rows, solution.placements, strict=True)):
        if placement.time is None:
            continue
        room_id = None if placement.room is None else problem.room_ids[placement.room]
        cells = frozenset(placement.time.cells(problem.calendar.grid))
        share = len(row.weeks) / timetable.term.weeks
        placed.append(PlacedMeeting(index, row, placement.time, cells, room_id, share))
    home = timetable.organization_id
    departments = sa.select(Department.department_id, Department.code).where(Department.organization_id == home)
    buildings = sa.select(Building.building_id, Building.code).where(Building.organization_id == home)
    return Reading(
        rows,
        problem,
        tuple(placed),
        dict(db.session.execute(departments).all()),
        dict(db.session.execute(buildings).all()),
    )
