"""What is read of a term for the engine: a fixed number of queries, however many courses there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import (
    Availability,
    Basket,
    BasketGroup,
    BasketSection,
    Building,
    BuildingWalk,
    Component,
    ComponentBatch,
    ComponentFaculty,
    Course,
    CourseEnrollment,
    Faculty,
    Pin,
    Room,
    Section,
    SectionFaculty,
    SectionGroup,
    StudentGroup,
    StudentGroupMember,
    Term,
    TermRule,
    TermRuleComponent,
    TermRuleFaculty,
    TermRuleGroup,
    TermRuleRoom,
    TermRuleSlot,
    TimeSlot,
    TimetableEntry,
    WeekSet,
)
from webapp.services.problem.baskets import OptionSet, option_sets
from webapp.services.problem.calendar import Slot, minutes
from webapp.services.problem.groups import GroupTree, tree_of
from webapp.services.terms.selection import data_revision_of


@dataclass(frozen=True)
class TermRows:
    """A term's rows, as they were read; nothing here follows a relationship."""

    term: Term
    data_revision: int
    """The state of the data; where rows changed while they were read, that of before."""
    slots: tuple[Slot, ...]
    week_sets: Mapping[int, frozenset[int]]
    rooms: Sequence[Room]
    faculty: Mapping[int, Faculty]
    groups: Mapping[int, StudentGroup]
    courses: Mapping[int, Course]
    sections: Mapping[int, Section]
    components: Sequence[Component]
    section_faculty: Mapping[int, list[int]]
    """By section: teachers, first one first."""
    component_faculty: Mapping[int, list[tuple[int, int | None]]]
    """By component: teacher, and the batch that the teacher is for, or None."""
    section_groups: Mapping[int, list[int]]
    batches: Mapping[int, list[int]]
    """By component: its batches in order of their codes."""
    enrollments: Sequence[tuple[int, int, int | None]]
    """Student, section, batch."""
    members: Mapping[int, list[int]]
    """By student with an enrolment, or with groups in several trees: the groups of which the student is a member."""
    member_counts: Mapping[int, int]
    """By group: the number of students that are its own members."""
    pins: Sequence[Pin]
    availability: Sequence[Availability]
    rules: Sequence[TermRule]
    rule_components: Mapping[int, list[int]] = field(default_factory=dict)
    """By rule that names some: its components; so the teachers, groups, slots and rooms."""
    rule_faculty: Mapping[int, list[int]] = field(default_factory=dict)
    rule_groups: Mapping[int, list[int]] = field(default_factory=dict)
    rule_slots: Mapping[int, list[int]] = field(default_factory=dict)
    rule_rooms: Mapping[int, list[int]] = field(default_factory=dict)
    baskets: Sequence[Basket] = ()
    basket_sections: Mapping[int, list[int]] = field(default_factory=dict)
    basket_groups: Mapping[int, list[int]] = field(default_factory=dict)
    buildings: Mapping[int, Building] = field(default_factory=dict)
    walks: Sequence[BuildingWalk] = ()

    @cached_property
    def tree(self) -> GroupTree[int]:
        """The tree of the groups."""
        return tree_of(self.groups)

    @cached_property
    def rules_that_name(self) -> Set[int]:
        """The keys of the rules that name classes, teachers or groups."""
        return self.rule_components.keys() | self.rule_faculty.keys() | self.rule_groups.keys()

    @cached_property
    def rules_about_some(self) -> Set[int]:
        """The keys of the rules that are about certain classes, teachers or groups, be these all deleted by now."""
        return self.rules_that_name | {row.term_rule_id for row in self.rules if row.is_of_all is False}

    @cached_property
    def options(self) -> tuple[OptionSet, ...]:
        """The elective baskets, those that share a section together."""
        codes = {key: (self.courses[s.course_id].code, s.code) for key, s in self.sections.items()}
        return option_sets(self.baskets, self.basket_sections, self.basket_groups, codes)

    @cached_property
    def options_of_section(self) -> Mapping[int, OptionSet]:
        """The basket, or baskets, in which a section is an option."""
        return {section: options for options in self.options for section in options.section_ids}

    def attending(self, section_id: int) -> list[int]:
        """The groups that attend a section: those it names, else those that choose from its basket."""
        named = self.section_groups.get(section_id)
        if named or section_id not in self.options_of_section:
            return named or []
        return list(self.options_of_section[section_id].group_ids)


def read_term(term: Term, timetable_id: int | None = None) -> TermRows:
    """Read all that the engine needs to know about a term: what is held.

    What is not held any more is left out, unless it stands in the timetable named: that is read as it was made.
    """
    of_term = term.term_id
    data_revision = data_revision_of(of_term)
    groups = {g.student_group_id: g for g in _rows(StudentGroup, StudentGroup.term_id == of_term, StudentGroup.code)}
    in_term, asked_for = _held(of_term, timetable_id)
    sections = {s.section_id: s for s in _rows(Section, Section.section_id.in_(in_term), Section.section_id)}
    components = _rows(Component, asked_for, Component.section_id, Component.code)
    of_components = sa.select(Component.component_id).where(asked_for).scalar_subquery()
    enrollments = list(
        _tuples(
            sa.select(CourseEnrollment.student_id, CourseEnrollment.section_id, CourseEnrollment.student_group_id)
            .where(CourseEnrollment.section_id.in_(in_term))
            .order_by(CourseEnrollment.student_id, CourseEnrollment.section_id)
        )
    )
    home = term.organization_id
    return TermRows(
        term=term,
        data_revision=data_revision,
        slots=_slots(of_term),
        week_sets={w.week_set_id: w.weeks for w in _rows(WeekSet, WeekSet.term_id == of_term)},
        rooms=_rows(Room, Room.organization_id == home, Room.code),
        faculty={f.faculty_id: f for f in _rows(Faculty, Faculty.organization_id == home, Faculty.code)},
        groups=groups,
        courses={c.course_id: c for c in _rows(Course, Course.organization_id == home)},
        sections=sections,
        components=components,
        section_faculty=_gathered(
            sa.select(SectionFaculty.section_id, SectionFaculty.faculty_id)
            .where(SectionFaculty.section_id.in_(in_term))
            .order_by(SectionFaculty.section_id, SectionFaculty.position, SectionFaculty.faculty_id)
        ),
        component_faculty=_component_faculty(of_components),
        section_groups=_gathered(
            sa.select(SectionGroup.section_id, SectionGroup.student_group_id)
            .where(SectionGroup.section_id.in_(in_term))
            .order_by(SectionGroup.section_id, SectionGroup.student_group_id)
        ),
        batches=_gathered(
            sa.select(ComponentBatch.component_id, ComponentBatch.student_group_id)
            .join(StudentGroup, StudentGroup.student_group_id == ComponentBatch.student_group_id)
            .where(ComponentBatch.component_id.in_(of_components))
            .order_by(ComponentBatch.component_id, StudentGroup.code)
        ),
        enrollments=[(student, section, batch) for student, section, batch in enrollments],
        members=_members(of_term, {student for student, _, _ in enrollments}, tree_of(groups)),
        member_counts=_member_counts(of_term),
        pins=_rows(Pin, Pin.component_id.in_(of_components), Pin.pin_id),
        availability=_availability(of_term, in_term),
        rules=_rows(TermRule, TermRule.term_id == of_term, TermRule.term_rule_id),
        **_named_by_rules(of_term, {component.component_id for component in components}),
        baskets=_rows(Basket, Basket.term_id == of_term, Basket.code),
        basket_sections=_of_baskets(of_term, BasketSection, BasketSection.section_id, sections.keys()),
        basket_groups=_of_baskets(of_term, BasketGroup, BasketGroup.student_group_id, groups.keys()),
        **_ways(home),
    )


def _ways(organization_id: int) -> dict[str, Any]:
    """The buildings of an organisation, and the minutes between them."""
    walks = _rows(BuildingWalk, BuildingWalk.organization_id == organization_id, BuildingWalk.building_walk_id)
    buildings = _rows(Building, Building.organization_id == organization_id)
    return {"buildings": {building.building_id: building for building in buildings}, "walks": walks}


def _held(term_id: int, timetable_id: int | None) -> tuple[Any, sa.ColumnElement[bool]]:
    """The sections of a term that are held, and whether a component is; or whether a timetable has them."""
    sections = sa.select(Section.section_id).where(Section.term_id == term_id, Section.held.is_(True))
    asked_for = sa.and_(Component.section_id.in_(sections.scalar_subquery()), Component.held.is_(True))
    if timetable_id is None:
        return sections.scalar_subquery(), asked_for
    of_timetable = TimetableEntry.timetable_id == timetable_id
    placed = sa.select(TimetableEntry.component_id).where(of_timetable).scalar_subquery()
    kept = sections.union(sa.select(TimetableEntry.section_id).where(of_timetable))
    return kept.scalar_subquery(), sa.or_(asked_for, Component.component_id.in_(placed))


def _rows(model: Any, condition: Any, *order: Any) -> list[Any]:
    query = sa.select(model).where(condition)
    return list(db.session.scalars(query.order_by(*order) if order else query))


def _tuples(query: Any) -> Iterable[Any]:
    return db.session.execute(query).all()


def _gathered(query: Any) -> dict[int, list[int]]:
    values: dict[int, list[int]] = defaultdict(list)
    for key, value in _tuples(query):
        values[key].append(value)
    return values


def _slots(term_id: int) -> tuple[Slot, ...]:
    rows = _tuples(
        sa.select(TimeSlot.time_slot_id, TimeSlot.shift, TimeSlot.day, TimeSlot.start_time, TimeSlot.end_time).where(
            TimeSlot.term_id == term_id
        )
    )
    return tuple(Slot(key, shift, day, minutes(start), minutes(end)) for key, shift, day, start, end in rows)


def _availability(term_id: int, sections: Any) -> list[Availability]:
    """The wishes about slots of the term; of sections those of these."""
    slots = sa.select(TimeSlot.time_slot_id).where(TimeSlot.term_id == term_id).scalar_subquery()
    of_others = sa.or_(Availability.section_id.is_(None), Availability.section_id.in_(sections))
    whose = sa.and_(Availability.time_slot_id.in_(slots), of_others)
    return _rows(Availability, whose, Availability.availability_id)


def _component_faculty(of_components: Any) -> dict[int, list[tuple[int, int | None]]]:
    teachers: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    query = (
        sa.select(ComponentFaculty.component_id, ComponentFaculty.faculty_id, ComponentFaculty.student_group_id)
        .where(ComponentFaculty.component_id.in_(of_components))
        .order_by(ComponentFaculty.component_id, ComponentFaculty.position, ComponentFaculty.component_faculty_id)
    )
    for component, faculty, batch in _tuples(query):
        teachers[component].append((faculty, batch))
    return teachers


def _rule_components(term_id: int, asked_for: Set[int]) -> dict[int, list[int]]:
    """By rule that names classes: those that are asked for. One without any left is still not about all classes."""
    named = _gathered(
        sa.select(TermRuleComponent.term_rule_id, TermRuleComponent.component_id)
        .join(TermRule, TermRule.term_rule_id == TermRuleComponent.term_rule_id)
        .where(TermRule.term_id == term_id)
        .order_by(TermRuleComponent.term_rule_id, TermRuleComponent.position, TermRuleComponent.component_id)
    )
    return {rule: [component for component in own if component in asked_for] for rule, own in named.items()}


def _named_by_rules(term_id: int, asked_for: Set[int]) -> dict[str, Any]:
    """What rules name, each by rule: components that are asked for, teachers, groups, slots and rooms."""

    def named(model: Any, key: Any) -> dict[int, list[int]]:
        query = sa.select(model.term_rule_id, key).join(TermRule, TermRule.term_rule_id == model.term_rule_id)
        return _gathered(query.where(TermRule.term_id == term_id).order_by(model.term_rule_id, key))

    return {
        "rule_components": _rule_components(term_id, asked_for),
        "rule_faculty": named(TermRuleFaculty, TermRuleFaculty.faculty_id),
        "rule_groups": named(TermRuleGroup, TermRuleGroup.student_group_id),
        "rule_slots": named(TermRuleSlot, TermRuleSlot.time_slot_id),
        "rule_rooms": named(TermRuleRoom, TermRuleRoom.room_id),
    }


def _of_baskets(term_id: int, model: Any, listed: Any, known: Set[int]) -> dict[int, list[int]]:
    query = sa.select(model.basket_id, listed).join(Basket, Basket.basket_id == model.basket_id)
    linked = _gathered(query.where(Basket.term_id == term_id).order_by(model.basket_id, listed))
    return {basket: [key for key in own if key in known] for basket, own in linked.items()}


def _members(term_id: int, students: Set[int], tree: GroupTree[int]) -> dict[int, list[int]]:
    """The groups of these students, and of those whose groups share no tree, so that no leaf speaks for them.

    They are picked here, since a planner without statistics picks them one by one.
    """
    query = (
        sa.select(StudentGroupMember.student_id, StudentGroupMember.student_group_id)
        .join(StudentGroup, StudentGroup.student_group_id == StudentGroupMember.student_group_id)
        .where(StudentGroup.term_id == term_id)
        .order_by(StudentGroupMember.student_group_id)
    )
    groups_of: dict[int, list[int]] = defaultdict(list)
    for student, group in _tuples(query):
        groups_of[student].append(group)
    return {
        student: own
        for student, own in groups_of.items()
        if student in students or (len(own) > 1 and len({tree.root(group) for group in own}) > 1)
    }


def _member_counts(term_id: int) -> dict[int, int]:
    query = (
        sa.select(StudentGroupMember.student_group_id, sa.func.count())
        .join(StudentGroup, StudentGroup.student_group_id == StudentGroupMember.student_group_id)
        .where(StudentGroup.term_id == term_id)
        .group_by(StudentGroupMember.student_group_id)
    )
    return dict(_tuples(query))
