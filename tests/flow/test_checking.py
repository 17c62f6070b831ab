"""A look at a term before anything is generated."""

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.flow.university import University, university
from webapp.flow.checking import check_term

Db = scoped_session[Session]


@pytest.fixture
def uni(session: Db) -> University:
    return university()


def test_a_sound_term_has_no_blockers(uni: University) -> None:
    check = check_term(uni.term)
    assert check.ok
    assert (check.meetings, check.rooms) == (6, 1)


def test_a_teacher_with_more_hours_than_slots_is_named_with_the_numbers(uni: University) -> None:
    many = factories.section(uni.term, factories.course(uni.cse), faculty=[uni.rao])
    factories.component(many, meetings_per_week=31, different_days=False)
    (blocker,) = check_term(uni.term).blockers[:1]
    assert (blocker.label, blocker.demand, blocker.supply) == ("Dr Rao", 34, 30)
    assert blocker.sentence == "Dr Rao: 34 slots asked, 30 possible."


def test_a_kind_of_room_that_is_too_few_is_named(uni: University) -> None:
    factories.room(uni.organization, "LAB1", kind="lab")
    for number in range(4):
        section = factories.section(uni.term, factories.course(uni.cse), str(number))
        factories.component(section, meetings_per_week=8, room_kind="lab", different_days=False)
    blockers = check_term(uni.term).blockers
    assert any("Rooms of kind lab: LAB1" in b.sentence and (b.demand, b.supply) == (32, 30) for b in blockers)


def test_a_component_without_any_suitable_room_is_named(uni: University) -> None:
    section = factories.section(uni.term, factories.course(uni.cse, "CSE500"), "A")
    factories.component(section, meetings_per_week=1, room_kind="studio")
    (blocker,) = check_term(uni.term).blockers
    assert blocker.sentence == "CSE500 A, L 1: no room suits it."


def test_a_term_without_slots_or_classes_says_so(session: Db) -> None:
    bare = factories.term(slots=0)
    assert "no time slots" in check_term(bare).blockers[0].sentence
    idle = factories.term()
    assert "has no meetings" in check_term(idle).blockers[0].sentence
