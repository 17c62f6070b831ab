"""The number of the state of a term's data: PostgreSQL raises it, whoever writes."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import Component, Section, StudentGroup, Term
from webapp.services.problem import rows
from webapp.services.shared import bulk
from webapp.services.terms.selection import data_revision_of


@dataclass(frozen=True)
class Sample:
    """A row that can be inserted, what an update changes of it, and whether all terms of the organisation depend."""

    row: Mapping[str, Any]
    change: Mapping[str, Any]
    of_organization: bool = False


@dataclass
class World:
    """Two terms of an organisation, and one of another."""

    term: Term = field(default_factory=lambda: factories.term(semester=1))
    later: Term = field(init=False)
    foreign: Term = field(default_factory=factories.term)
    component: Component = field(init=False)
    section: Section = field(init=False)
    groups: list[StudentGroup] = field(init=False)

    def __post_init__(self) -> None:
        self.later = factories.term(self.term.organization, semester=2)
        self.section = factories.section(self.term)
        self.component = factories.component(self.section)
        self.groups = [factories.group(self.term) for _number in range(2)]

    def numbers(self) -> list[int]:
        return [data_revision_of(term.term_id) for term in (self.term, self.later, self.foreign)]

    def samples(self) -> dict[str, Sample]:
        """A row for each table that a term's problem is made from."""
        organization, own = self.term.organization_id, {"term_id": self.term.term_id, "code": "NEW"}
        section, component = {"section_id": self.section.section_id}, {"component_id": self.component.component_id}
        group, other = ({"student_group_id": group.student_group_id} for group in self.groups)
        department = self.section.course.department_id
        faculty, student = factories.faculty(self.section.course.department), factories.student(self.term.organization)
        teacher, learner = {"faculty_id": faculty.faculty_id}, {"student_id": student.student_id}
        first, second = (factories.slot(self.term, day, 0).time_slot_id for day in (0, 1))
        rule = {"term_rule_id": factories.rule(self.term, "same_time", weight=1).term_rule_id}
        basket = {"basket_id": factories.basket(self.term).basket_id}
        further = {"section_id": factories.section(self.term).section_id}
        beside = {"component_id": factories.component(self.section, code="B").component_id}
        place = {"organization_id": organization, "code": "NEW", "name": "New"}
        named = {"name": "Other"}
        return {
            "time_slots": Sample(
                own | {"shift": "night", "day": 1, "start_time": time(22), "end_time": time(23)}, {"day": 2}
            ),
            "week_sets": Sample(own | {"name": "Odd", "weeks": {1, 3}}, {"weeks": {1, 3, 5}}),
            "student_groups": Sample(own | {"name": "New"}, {"size": 7}),
            "sections": Sample(own | {"course_id": self.section.course_id}, {"expected_size": 7}),
            "term_rules": Sample(own | {"rule": "group_gaps", "weight": 1}, {"weight": 2}),
            "section_faculty": Sample(section | teacher, {"position": 3}),
            "section_groups": Sample(section | group, other),
            "course_enrollments": Sample(section | learner, group),
            "components": Sample(section | {"code": "NEW", "meetings_per_week": 1}, {"meetings_per_week": 2}),
            "component_batches": Sample(component | group, other),
            "component_faculty": Sample(component | teacher, {"position": 3}),
            "pins": Sample(component | {"ordinal": 1, "time_slot_id": first}, {"time_slot_id": second}),
            "availability": Sample(teacher | {"time_slot_id": first, "level": "avoid"}, {"level": "prefer"}),
            "term_rule_components": Sample(rule | component, beside),
            "baskets": Sample(own | {"name": "New"}, {"options_each": 2}),
            "basket_sections": Sample(basket | section, further),
            "basket_groups": Sample(basket | group, other),
            "student_group_members": Sample(group | learner, other),
            "term_rule_faculty": Sample(
                rule | teacher, {"faculty_id": factories.faculty(self.section.course.department).faculty_id}
            ),
            "term_rule_groups": Sample(rule | group, other),
            "term_rule_slots": Sample(rule | {"time_slot_id": first}, {"time_slot_id": second}),
            "term_rule_rooms": Sample(
                rule | {"room_id": factories.room(self.term.organization).room_id},
                {"room_id": factories.room(self.term.organization).room_id},
            ),
            "building_walks": Sample(
                {
                    "organization_id": organization,
                    "from_building_id": factories.building(self.term.organization).building_id,
                    "to_building_id": factories.building(self.term.organization).building_id,
                    "minutes": 5,
                },
                {"minutes": 6},
                of_organization=True,
            ),
            "buildings": Sample(place, named, of_organization=True),
            "rooms": Sample(place | {"capacity": 30}, {"capacity": 31}, of_organization=True),
            "departments": Sample(place, named, of_organization=True),
            "faculty": Sample(place | {"department_id": department}, {"max_slots_day": 4}, of_organization=True),
            "courses": Sample(
                {"organization_id": organization, "code": "NEW", "title": "New", "department_id": department},
                {"title": "Other"},
                of_organization=True,
            ),
            "students": Sample(place, named, of_organization=True),
        }


TABLES = (
    "time_slots",
    "week_sets",
    "student_groups",
    "sections",
    "term_rules",
    "section_faculty",
    "section_groups",
    "course_enrollments",
    "components",
    "component_batches",
    "component_faculty",
    "pins",
    "availability",
    "term_rule_components",
    "term_rule_faculty",
    "term_rule_groups",
    "term_rule_slots",
    "term_rule_rooms",
    "building_walks",
    "baskets",
    "basket_sections",
    "basket_groups",
    "student_group_members",
    "buildings",
    "rooms",
    "departments",
    "faculty",
    "courses",
    "students",
)


@pytest.fixture
def world(app) -> World:
    return World()


@pytest.mark.parametrize("name", TABLES)
def test_a_row_that_comes_changes_or_goes_raises_exactly_the_terms_made_from_it(world, name):
    sample, table = world.samples()[name], db.metadata.tables[name]
    keys = list(table.primary_key.columns)
    raised = [True, sample.of_organization, False]

    def changed_by(statement: Any) -> Any:
        before = world.numbers()
        answer = db.session.execute(statement)
        assert [now > then for now, then in zip(world.numbers(), before, strict=True)] == raised, statement
        return answer

    key = changed_by(sa.insert(table).values(**sample.row).returning(*keys)).one()
    where = sa.and_(*(column == value for column, value in zip(keys, key, strict=True)))
    before = world.numbers()
    db.session.execute(sa.update(table).where(where).values({column: column for column in table.columns}))
    db.session.execute(sa.update(table).where(sa.false()).values(**sample.change))
    assert world.numbers() == before, "an update that changes nothing"
    key = changed_by(sa.update(table).where(where).values(**sample.change).returning(*keys)).one()
    changed_by(sa.delete(table).where(*(column == value for column, value in zip(keys, key, strict=True))))


def test_every_table_that_a_problem_reads_is_among_them():
    tree = ast.parse(Path(rows.__file__).read_text(encoding="utf-8"))
    read = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "webapp.models"
        for alias in node.names
    }
    tables = {mapper.class_.__name__: mapper.local_table.name for mapper in db.Model.registry.mappers}
    own = {"terms", "timetable_entries"}
    """Entries are read only for what a timetable has that is not held any more: they are no data of the term."""
    assert {tables[name] for name in read} - own <= set(TABLES)


@pytest.mark.parametrize(
    ("change", "raised"),
    [
        ({"weeks": 12}, True),
        ({"break_minutes": 0}, True),
        ({"ends_on": date(2024, 4, 25)}, True),
        ({"name": "Another name"}, False),
        ({"weeks": 16}, False),
    ],
)
def test_a_term_raises_its_own_where_the_problem_depends_on_it(world, change, raised):
    world.term.weeks = 16
    db.session.flush()
    before = world.numbers()
    db.session.execute(sa.update(Term).filter_by(term_id=world.term.term_id).values(**change))
    assert [now > then for now, then in zip(world.numbers(), before, strict=True)] == [raised, False, False]


def test_what_goes_with_a_section_or_a_term_raises_no_other(world):
    factories.enrollment(factories.student(world.term.organization), world.section)
    before = world.numbers()
    db.session.execute(sa.delete(Section).filter_by(section_id=world.section.section_id))
    assert world.numbers()[0] > before[0]
    before = world.numbers()
    db.session.execute(sa.delete(Term).filter_by(term_id=world.later.term_id))
    assert data_revision_of(world.term.term_id) == before[0]


def test_many_rows_raise_it_once_a_statement(world):
    students = [factories.student(world.term.organization) for _number in range(50)]
    before = world.numbers()
    named = [{"student_id": student.student_id, "name": "Renamed", "email": None} for student in students]
    bulk.update_rows(db.metadata.tables["students"], "student_id", named)
    assert world.numbers() == [before[0] + 1, before[1] + 1, before[2]]
    db.session.expire_all()
    assert {(student.name, student.email) for student in students} == {("Renamed", None)}
