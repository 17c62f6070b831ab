"""Elective baskets: what keeps their options from starting together, and what the students' choices say."""

from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from webapp.extensions import db
from webapp.models import Basket, Faculty, Section, StudentGroup, Term
from webapp.services.checks.catalogue import check_term, filter_findings
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.shared.rule_defaults import default_rules


class Term5:
    """A group of 40 that chooses; rooms of 40 seats as many as asked for."""

    def __init__(self, rooms: int = 2, **fields: Any) -> None:
        self.term: Term = factories.term(**fields)
        db.session.add_all(default_rules(self.term.term_id))
        self.department = factories.department(self.term.organization)
        for _number in range(rooms):
            factories.room(self.term.organization, capacity=40, kind="lecture")
        self.group: StudentGroup = factories.group(self.term, "CSE5", size=40)

    def option(self, code: str, teacher: Faculty | None = None, meetings: int = 1, **component: Any) -> Section:
        own = teacher or factories.faculty(self.department, name=f"Dr {code}")
        section = factories.section(self.term, factories.course(self.department, code), faculty=[own], expected_size=0)
        factories.component(section, meetings_per_week=meetings, room_kind="lecture", **component)
        return section

    def basket(self, *options: Section, **fields: Any) -> Basket:
        named = {"name": "Elective 1"} | fields
        return factories.basket(self.term, options=options, groups=[self.group], **named)

    def findings(self, severity: Severity | None = None) -> list[Finding]:
        return filter_findings(check_term(self.term), severity, FindingKind.BASKETS)

    def sentences(self, severity: Severity) -> list[str]:
        return [finding.sentence for finding in self.findings(severity)]


@pytest.fixture
def made(session: scoped_session[Session]) -> Term5:
    return Term5()


def test_a_sound_basket_has_no_blocker_and_leads_to_its_row(made: Term5) -> None:
    basket = made.basket(made.option("AI"), made.option("ML"))
    factories.student(groups=[made.group])
    (note,) = made.findings()
    assert (note.severity, note.target.row_id) == (Severity.NOTE, basket.basket_id)
    assert note.sentence == "Elective 1: 1 of 1 students of its groups has not chosen."


def test_one_teacher_of_two_options_is_a_blocker_by_name(made: Term5) -> None:
    rao = factories.faculty(made.department, name="Dr Rao")
    made.basket(made.option("AI", rao), made.option("ML", rao))
    assert made.sentences(Severity.BLOCKER) == ["Elective 1: Dr Rao would teach AI A, L 1, ML A, L 1 at once."]


def test_fewer_rooms_at_once_than_options_is_a_blocker_with_both_numbers(made: Term5) -> None:
    made.basket(*(made.option(code) for code in ("AI", "ML", "LAW")))
    (blocker,) = made.findings(Severity.BLOCKER)
    assert (blocker.demand, blocker.supply) == (3, 2)
    assert "3 classes start together" in blocker.sentence
    assert "at most 2 of them find a room" in blocker.sentence


def test_options_without_a_common_time_or_with_too_few_are_blockers(session: scoped_session[Session]) -> None:
    made = Term5(days=1, slots=2)
    ai, ml = made.option("AI"), made.option("ML")
    made.basket(ai, ml)
    for section, slot in ((ai, 0), (ml, 1)):
        factories.availability(factories.slot(made.term, 0, slot), section_id=section.section_id)
    assert "there is no time at which AI A, L 1, ML A, L 1 can all start" in made.sentences(Severity.BLOCKER)[0]
    few = Term5(days=1, slots=2)
    few.basket(*(few.option(code, meetings=3, different_days=False) for code in ("AI", "ML")))
    assert any("3 classes a week" in words and "2 times" in words for words in few.sentences(Severity.BLOCKER))


def test_choices_beyond_the_number_are_told_by_name_and_so_are_options_that_nobody_chose(made: Term5) -> None:
    ai, ml, law = (made.option(code) for code in ("AI", "ML", "LAW"))
    factories.room(made.term.organization, capacity=40, kind="lecture")
    made.basket(ai, ml, law)
    student = factories.student(groups=[made.group], code="S7", name="Asha Nair")
    factories.enrollment(student, ai)
    factories.enrollment(student, ml)
    told = made.sentences(Severity.WARNING)
    assert "Elective 1: 1 student takes more options than 1: S7 Asha Nair." in told
    assert "Elective 1: nobody has chosen LAW A." in told


def test_a_section_in_two_baskets_a_lonely_meeting_and_unequal_lengths_are_told(made: Term5) -> None:
    ai, ml, law = made.option("AI", meetings=2), made.option("ML"), made.option("LAW", slots_per_meeting=2)
    factories.room(made.term.organization, capacity=40, kind="lecture")
    made.basket(ai, ml)
    made.basket(ml, law, name="Elective 2")
    told = made.sentences(Severity.WARNING)
    assert any("ML A is an option of 2 baskets (Elective 1, Elective 2)" in words for words in told)
    assert any("AI A, L 2 has no partner in every option" in words for words in told)
    assert any("start together and end at different times" in words for words in made.sentences(Severity.NOTE))


def test_a_basket_with_nothing_to_choose_is_told(made: Term5) -> None:
    made.basket(made.option("AI"))
    assert made.sentences(Severity.WARNING) == ["Elective 1 has 1 option: there is nothing to choose."]
