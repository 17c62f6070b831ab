"""What every check looks at: the rows of a term, the instance they make, and what things are called."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from webapp.engine.domains import Domains
from webapp.engine.instance import Constraint, TimeOption
from webapp.engine.rule import ResourceKind
from webapp.engine.timegrid import Time
from webapp.models import Component, Room, Section, Term
from webapp.services.checks.findings import FindingKind
from webapp.services.problem.baskets import plain_leaf
from webapp.services.problem.groups import groups_of_leaf
from webapp.services.problem.rows import TermRows, read_term
from webapp.services.problem.term_problem import TermProblem, problem_from
from webapp.services.problem.words.labels import names_of, time_in_words
from webapp.services.problem.words.statements import MOST_NAMES, told
from webapp.services.shared.errors import Problem
from webapp.services.shared.target import Target
from webapp.services.shared.words import enumerated


@dataclass(frozen=True)
class TermData:
    """A term, read once.

    ``problem`` is None where the rows make no instance; ``refusal`` then says why.
    """

    rows: TermRows
    problem: TermProblem | None
    refusal: Problem | None = None

    @property
    def term(self) -> Term:
        """The term."""
        return self.rows.term

    @cached_property
    def components(self) -> dict[int, Component]:
        """The components by their key."""
        return {component.component_id: component for component in self.rows.components}

    @cached_property
    def components_of(self) -> dict[int, list[Component]]:
        """The components of each section."""
        components: dict[int, list[Component]] = defaultdict(list)
        for component in self.rows.components:
            components[component.section_id].append(component)
        return components

    def section_label(self, section: Section) -> str:
        """The name of a section, such as "CSE301 A"."""
        return f"{self.rows.courses[section.course_id].code} {section.code}"

    def component_label(self, component: Component) -> str:
        """The name of a component, such as "CSE301 A, P"."""
        return f"{self.section_label(self.rows.sections[component.section_id])}, {component.code}"

    def of_section(self, section: Section) -> Target:
        """The row of a section."""
        return Target("sections", section.section_id, self.section_label(section))

    def of_component(self, component: Component) -> Target:
        """The row of a component."""
        return Target("components", component.component_id, self.component_label(component))


def read_term_data(term: Term) -> TermData:
    """Read a term and make its instance; the number of queries is the same for every term."""
    rows = read_term(term)
    try:
        return TermData(rows, problem_from(rows))
    except Problem as refusal:
        return TermData(rows, None, refusal)


def problem_of(data: TermData) -> TermProblem:
    """The instance that the rows make; raises why they make none."""
    if data.problem is None:
        raise data.refusal or Problem(told("no_problem"))
    return data.problem


class CheckedProblem:
    """A look at a term that makes an instance, with what several checks ask of it."""

    def __init__(self, data: TermData, problem: TermProblem) -> None:
        self.data, self.problem = data, problem
        self.instance = problem.instance
        self.names = names_of(problem)
        self.domains = Domains(problem.instance)
        self._faculty_of = {resource: key for key, resource in problem.resource_of_faculty.items()}
        self._leaf_of = {resource: leaf for leaf, resource in problem.resource_of_leaf.items()}
        self._cells: dict[int, frozenset[int]] = {}
        self._periods: dict[tuple[TimeOption, ...], tuple[int, ...]] = {}
        self._cells_of_time: dict[Time, frozenset[int]] = {}

    def constraints(self, rule: str) -> list[Constraint]:
        """The constraints that put a rule to work, weightless ones left out."""
        return [c for c in self.instance.constraints if c.rule.name == rule and c.weight != 0]

    def is_hard(self, rule: str) -> bool:
        """Return whether the rule must hold for somebody."""
        return any(constraint.hard for constraint in self.constraints(rule))

    def component(self, meeting: int) -> Component:
        """The component of a meeting."""
        return self.data.components[self.problem.rows[meeting].key.component_id]

    def label(self, meeting: int) -> str:
        """The name of a meeting, such as "CSE301 A, P 1 (A1)"."""
        return self.instance.meetings[meeting].code

    def of_meeting(self, meeting: int) -> Target:
        """The row of the component of a meeting."""
        return self.data.of_component(self.component(meeting))

    def when(self, time: Time) -> str:
        """A time in words, such as "Tuesday 09:00 to 10:50"."""
        return time_in_words(self.problem.calendar, time)

    def kind_of(self, resource: int) -> FindingKind:
        """The kind of finding under which a want of this person's or group's time is filed."""
        is_teacher = self.instance.resources[resource].kind is ResourceKind.INSTRUCTOR
        return FindingKind.TEACHERS if is_teacher else FindingKind.STUDENTS

    def of_resource(self, resource: int) -> Target:
        """The row of a teacher or of a leaf's first group; for a set of students the list of enrolments."""
        label = self.instance.resources[resource].label
        if resource in self._faculty_of:
            return Target("faculty", self._faculty_of[resource], label)
        if resource in self._leaf_of:
            return Target("groups", groups_of_leaf(self._leaf_of[resource])[0], label)
        return Target("enrollments", None, label)

    def group_of(self, resource: int) -> str:
        """The leaf of a group, whatever its students choose: what all of them lack is told once; "" of others."""
        return plain_leaf(self._leaf_of.get(resource, ""))

    def of_rooms(self, rooms: Sequence[int]) -> Target:
        """The row of the one room, or the list of rooms, of their one kind where they share it."""
        named = self._rooms(rooms)
        if len(named) == 1:
            return Target("rooms", named[0].room_id, named[0].code)
        kinds = self.kinds_of_rooms(rooms)
        if len(kinds) == 1:
            return Target("rooms", None, kinds[0], "kind", kinds[0])
        return Target("rooms", None, enumerated([room.code for room in named], MOST_NAMES))

    def kinds_of_rooms(self, rooms: Sequence[int]) -> list[str]:
        """The kinds of these rooms, each once."""
        return sorted({room.kind for room in self._rooms(rooms)})

    def _rooms(self, rooms: Sequence[int]) -> list[Room]:
        by_id = {room.room_id: room for room in self.data.rows.rooms}
        return [by_id[self.problem.room_ids[room]] for room in rooms]

    def cells(self, meeting: int) -> frozenset[int]:
        """The cells of the week's grid that a meeting may cover."""
        if meeting not in self._cells:
            times = (option.time for option in self.domains.times(meeting))
            self._cells[meeting] = frozenset[int]().union(*map(self._cells_at, times))
        return self._cells[meeting]

    def _cells_at(self, time: Time) -> frozenset[int]:
        if time not in self._cells_of_time:
            self._cells_of_time[time] = frozenset(time.cells(self.instance.grid))
        return self._cells_of_time[time]

    @cached_property
    def slots(self) -> tuple[int, ...]:
        """Per meeting, the fewest slots of the term that it holds in a week."""
        times = (
            [option.time.week_load for option in self.domains.times(m)] for m in range(len(self.instance.meetings))
        )
        return tuple(min(loads, default=0) for loads in times)

    def periods(self, meeting: int) -> tuple[int, ...]:
        """Per day, the mask of the slots of the term that a meeting may hold in some week."""
        times = self.domains.times(meeting)
        if times not in self._periods:
            held = [0] * self.instance.grid.days
            for option in times:
                for day in option.time.day_list():
                    held[day] |= option.time.busy
            self._periods[times] = tuple(held)
        return self._periods[times]

    def fit(self, day: int, among: int) -> int:
        """The most of some slots of a day that can be held one after the other."""
        return self.instance.grid.days_periods[day].most(among)
