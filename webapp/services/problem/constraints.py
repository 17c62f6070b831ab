"""A term's rules, wishes and limits as the engine's constraints."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from webapp.engine.instance import Constraint
from webapp.engine.rule import ResourceKind, Rule
from webapp.engine.rules import rule_named
from webapp.engine.rules.family import PairRule, SetRule
from webapp.engine.rules.home_room import HomeRoom
from webapp.models import Availability, Component, TermRule, WishLevel
from webapp.services.problem.baskets import is_first_way, plain_leaf
from webapp.services.problem.meetings import TermMeetings
from webapp.services.shared.rule_defaults import ALWAYS_HOLD, is_beside_all, people_of
from webapp.services.terms.rule_words import classes_in_words

LEVEL_OF = {
    "unavailable": WishLevel.UNAVAILABLE,
    "avoided_times": WishLevel.AVOID,
    "preferred_times": WishLevel.PREFER,
}


@dataclass(frozen=True)
class _Use:
    """How the term uses a rule: its weight (None: hard) and its number."""

    weight: int | None
    amount: int | None
    second: int = 0
    cells: frozenset[int] = frozenset()
    rooms: tuple[int, ...] = ()

    def on(
        self, rule: Rule, label: str, *, meetings: tuple[int, ...] = (), resources: tuple[int, ...] = ()
    ) -> Constraint:
        """The rule put to work on meetings, or on each of some people."""
        return Constraint(
            rule, self.weight, resources, meetings, self.cells, self.amount or 0, label, self.second, self.rooms
        )


class TermConstraints:
    """Turns each rule of the term that is switched on into constraints about whom it concerns."""

    def __init__(self, meetings: TermMeetings) -> None:
        self._meetings = meetings
        self._rows = meetings.rows
        self._components = {component.component_id: component for component in meetings.rows.components}
        self._makers: dict[str, Callable[[Rule, _Use], Iterable[Constraint]]] = {
            "different_days": self._different_days,
            "same_time": self._parallel_batches,
            "min_working_days": self._min_working_days,
            "room_stability": self._each_set,
            "max_per_day": self._max_per_day,
            "max_per_week": self._max_per_week,
            "max_in_row": self._with_amount,
        }

    def all(self) -> tuple[Constraint, ...]:
        """Every constraint of the term, the always hard ones first."""
        constraints = [Constraint(rule_named(name), None) for name in ALWAYS_HOLD]
        for rule in self._rows.rules:
            if rule.is_enabled:
                constraints += self._of_rule(rule)
        return (*constraints, *self._baskets())

    def _of_rule(self, row: TermRule) -> Iterable[Constraint]:
        use, rule = self._use(row), rule_named(row.rule)
        if rule.name in LEVEL_OF:
            return self._wishes(rule, use)  # about those who have said so, whatever classes its row names
        named = self._rows.rule_components.get(row.term_rule_id, [])
        about_named = list(self._about_components(row, rule, use, named)) if named else []
        about_named += self._about_people(row, rule, use)
        is_about_some = row.term_rule_id in self._rows.rules_about_some
        if row.rule in ALWAYS_HOLD or (is_about_some and not is_beside_all(row.rule, row.code)):
            return about_named
        if rule.name in self._makers:
            return [*about_named, *self._makers[rule.name](rule, use)]
        if isinstance(rule, PairRule | HomeRoom) or (isinstance(rule, SetRule) and not rule.kinds):
            # A rule between meetings that names none is about nobody, unless it was added for all people.
            everybody = self._everybody(rule, use) if row.code != row.rule else ()
            return [*about_named, *self._about_each(rule, use, everybody)]
        return [*about_named, use.on(rule, "", resources=self._once_each(rule, use))]

    def _use(self, row: TermRule) -> _Use:
        key, calendar = row.term_rule_id, self._meetings.calendar
        slots, rooms = self._rows.rule_slots.get(key, []), set(self._rows.rule_rooms.get(key, []))
        return _Use(
            None if row.is_hard else row.weight or 0,
            row.amount,
            row.second_amount or 0,
            frozenset(cell for slot in slots for cell in calendar.cells_of(slot)),
            tuple(index for index, room in enumerate(self._rows.rooms) if room.room_id in rooms),
        )

    # Rules about chosen classes and people

    def _everybody(self, rule: Rule, use: _Use) -> tuple[int, ...]:
        """The people whom a rule without kinds of its own is about where it was added for all."""
        return self._counting(
            (i for i, who in enumerate(self._meetings.resources) if who.kind in people_of(rule.name)), use
        )

    def _counting(self, resources: Iterable[int], use: _Use) -> tuple[int, ...]:
        """What must hold must hold for every choice of a group's options; a wish counts for one of them."""
        people = self._meetings.resources
        return tuple(i for i in resources if use.weight is None or is_first_way(people[i].code))

    def _about_people(self, row: TermRule, rule: Rule, use: _Use) -> Iterator[Constraint]:
        """One constraint about each of the teachers and groups that a rule names, of those who have classes."""
        faculty = self._rows.rule_faculty.get(row.term_rule_id, [])
        groups = self._rows.rule_groups.get(row.term_rule_id, [])
        leaves = {leaf for group in groups for leaf in self._meetings.leaf_groups.of(group)}
        if isinstance(rule, HomeRoom):
            # A class of several of them is held in one room: it counts once.
            meetings = tuple(
                index
                for index, meeting in enumerate(self._meetings.meetings)
                if not leaves.isdisjoint(map(plain_leaf, meeting.leaves))
                or not set(faculty).isdisjoint(meeting.faculty_ids)
            )
            if meetings:
                names = [self._rows.faculty[key].name for key in faculty]
                names += [self._rows.groups[key].code for key in groups]
                yield use.on(rule, classes_in_words(names), meetings=meetings)
            return
        found = [self._meetings.resource_of_faculty.get(key) for key in faculty]
        found += [index for leaf, index in self._meetings.resource_of_leaf.items() if plain_leaf(leaf) in leaves]
        resources = self._counting(sorted(index for index in found if index is not None), use)
        yield from self._about_each(rule, use, resources)

    def _about_each(self, rule: Rule, use: _Use, resources: tuple[int, ...]) -> Iterator[Constraint]:
        """One constraint about each of some people; of a rule about sets alone, one about the classes of each."""
        if not rule.is_mean:
            yield from [use.on(rule, "", resources=resources)] if resources else []
            return
        for resource in resources:
            who, leaves = self._meetings.resources[resource], self._meetings.resource_of_leaf
            meetings = tuple(
                index
                for index, row in enumerate(self._meetings.meetings)
                if resource in {leaves[leaf] for leaf in row.leaves}
                or resource in {self._meetings.resource_of_faculty[key] for key in row.faculty_ids}
            )
            if meetings:
                yield use.on(rule, who.label, meetings=meetings)

    def _about_components(self, row: TermRule, rule: Rule, use: _Use, named: list[int]) -> Iterator[Constraint]:
        """One constraint about all meetings of the components; of those that start together, one for each n-th."""
        meetings_of: dict[int, list[int]] = defaultdict(list)
        for index, meeting in enumerate(self._meetings.meetings):
            meetings_of[meeting.key.component_id].append(index)
        meetings = [index for component_id in named for index in meetings_of[component_id]]
        label = classes_in_words([self._called(self._components[component_id], None) for component_id in named])
        if rule.name != "same_time":
            if meetings:
                yield use.on(rule, label, meetings=tuple(meetings))
            return
        nth: dict[int, list[int]] = defaultdict(list)
        for index in meetings:
            nth[self._meetings.meetings[index].key.ordinal].append(index)
        for together in nth.values():
            if len(together) > 1:
                yield use.on(rule, label, meetings=tuple(together))

    # Elective baskets

    def _baskets(self) -> Iterator[Constraint]:
        """The n-th meetings of a basket's options start together, whatever rules are on."""
        for position in self._meetings.positions:
            if position.is_bound:
                label = position.options.name
                yield Constraint(rule_named("same_time"), None, meetings=position.meetings, label=label)
        for options in self._rows.options:
            for section in options.section_ids if options.different_days else ():
                own = tuple(self._meetings.meetings_of_section.get(section, ()))
                whole = tuple(index for index in own if self._meetings.meetings[index].key.batch_id is None)
                if len(whole) > 1:
                    yield Constraint(rule_named("different_days"), None, meetings=whole, label=options.name)

    def _once_each(self, rule: Rule, use: _Use) -> tuple[int, ...]:
        """Everybody whom a rule is about, where groups are taken apart by what they choose; else nobody by name.

        What must hold must hold for every choice. A wish counts once for a group: its options stand together.
        """
        if use.weight is None or ResourceKind.GROUP not in rule.kinds or not self._rows.options:
            return ()
        resources = self._meetings.resources
        named = tuple(i for i, who in enumerate(resources) if who.kind in rule.kinds and is_first_way(who.code))
        return named if len(named) < sum(who.kind in rule.kinds for who in resources) else ()

    # Rules that follow from what a component asks for

    def _sets(self) -> Iterator[tuple[Component, tuple[int, ...], str]]:
        """The meetings of each component and batch that has several, with what people call them."""
        for (component_id, batch_id), meetings in self._meetings.meetings_of_set.items():
            if len(meetings) > 1:
                component = self._components[component_id]
                yield component, tuple(meetings), self._called(component, batch_id)

    def _called(self, component: Component, batch_id: int | None) -> str:
        section = self._rows.sections[component.section_id]
        named = f" ({self._rows.groups[batch_id].code})" if batch_id is not None else ""
        return f"{self._rows.courses[section.course_id].code} {section.code}, {component.code}{named}"

    def _different_days(self, rule: Rule, use: _Use) -> Iterator[Constraint]:
        for component, meetings, label in self._sets():
            if component.different_days:
                yield Constraint(rule, use.weight, meetings=meetings, label=label)

    def _parallel_batches(self, rule: Rule, use: _Use) -> Iterator[Constraint]:
        together: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, row in enumerate(self._meetings.meetings):
            if row.parallel:
                together[row.key.component_id, row.key.ordinal].append(index)
        for (component_id, _), meetings in together.items():
            if len(meetings) > 1:
                label = self._called(self._components[component_id], None)
                yield Constraint(rule, use.weight, meetings=tuple(meetings), label=label)

    def _min_working_days(self, rule: Rule, use: _Use) -> Iterator[Constraint]:
        for (component_id, batch_id), meetings in self._meetings.meetings_of_set.items():
            component = self._components[component_id]
            if component.min_days > 0:
                label = self._called(component, batch_id)
                yield Constraint(rule, use.weight, meetings=tuple(meetings), amount=component.min_days, label=label)

    def _each_set(self, rule: Rule, use: _Use) -> Iterator[Constraint]:
        for component, meetings, label in self._sets():
            if component.needs_room:
                yield Constraint(rule, use.weight, meetings=meetings, label=label)

    # Limits of people

    def _with_amount(self, rule: Rule, use: _Use) -> Iterator[Constraint]:
        if use.amount is not None:
            yield Constraint(rule, use.weight, amount=use.amount)

    def _max_per_day(self, rule: Rule, use: _Use) -> Iterator[Constraint]:
        own = {key: f.max_slots_day for key, f in self._rows.faculty.items() if f.max_slots_day is not None}
        kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
        yield from self._limits(rule, use, own, kinds)

    def _max_per_week(self, rule: Rule, use: _Use) -> Iterator[Constraint]:
        own = {key: f.max_slots_week for key, f in self._rows.faculty.items() if f.max_slots_week is not None}
        yield from self._limits(rule, use, own, (ResourceKind.INSTRUCTOR,))

    def _limits(
        self, rule: Rule, use: _Use, own: dict[int, int], kinds: tuple[ResourceKind, ...]
    ) -> Iterator[Constraint]:
        """The teachers' own limits, those with the same number together; the term's for everybody else."""
        by_amount: dict[int, list[int]] = defaultdict(list)
        named = set()
        for faculty_id, resource in self._meetings.resource_of_faculty.items():
            if faculty_id in own:
                by_amount[own[faculty_id]].append(resource)
                named.add(resource)
        if use.amount is not None:
            for index, resource_row in enumerate(self._meetings.resources):
                counts = use.weight is None or is_first_way(resource_row.code)
                if resource_row.kind in kinds and index not in named and counts:
                    by_amount[use.amount].append(index)
        for amount, resources in sorted(by_amount.items()):
            yield Constraint(rule, use.weight, resources=tuple(resources), amount=amount)

    # Wishes

    def _wishes(self, rule: Rule, use: _Use) -> Iterator[Constraint]:
        cells: dict[tuple[str, int], set[int]] = defaultdict(set)
        for wish in self._rows.availability:
            if wish.level is LEVEL_OF[rule.name] and wish.room_id is None:
                cells[_owner(wish)].update(self._meetings.calendar.cells_of(wish.time_slot_id))
        for (what, key), owned in cells.items():
            if what == "faculty":
                resource = self._meetings.resource_of_faculty.get(key)
                if resource is not None:
                    name = self._rows.faculty[key].name
                    yield Constraint(rule, use.weight, resources=(resource,), cells=frozenset(owned), label=name)
                continue
            meetings, name = self._concerned(what, key)
            if meetings:
                yield Constraint(rule, use.weight, meetings=meetings, cells=frozenset(owned), label=name)

    def _concerned(self, what: str, key: int) -> tuple[tuple[int, ...], str]:
        if what == "group":
            return self._meetings.attended_by(key), self._rows.groups[key].name
        section = self._rows.sections[key]
        label = f"{self._rows.courses[section.course_id].code} {section.code}"
        return tuple(self._meetings.meetings_of_section.get(key, ())), label


def _owner(wish: Availability) -> tuple[str, int]:
    owners = {"faculty": wish.faculty_id, "group": wish.student_group_id, "section": wish.section_id}
    return next((what, key) for what, key in owners.items() if key is not None)
