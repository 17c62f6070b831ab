"""Rules about certain classes that can't hold are told by counting, each with its numbers, and never where they can."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from webapp.extensions import db
from webapp.models import Component, Faculty, SectionFaculty, Term, TermRule, TermRuleComponent
from webapp.services.checks.catalogue import check_term, filter_findings
from webapp.services.checks.findings import FindingKind, Severity
from webapp.services.shared.rule_defaults import default_rules

Db = scoped_session[Session]


@pytest.fixture
def term(session: Db) -> Term:
    """Two days of four slots with the usual rules, and rooms enough."""
    term = factories.term(days=2, slots=4)
    db.session.add_all(default_rules(term.term_id))
    for number in range(4):
        factories.room(term.organization, f"R{number}")
    return term


def course(term: Term, code: str, teacher: Faculty | None = None, **fields: object) -> Component:
    """A course of a group of its own, and of a teacher of its own unless one is named."""
    home = factories.department(term.organization)
    section = factories.section(term, factories.course(home, code), groups=[factories.group(term)])
    section.teachers = [SectionFaculty(faculty_id=(teacher or factories.faculty(home)).faculty_id)]
    return factories.component(section, **{"meetings_per_week": 1, "different_days": False, **fields})


def rule(term: Term, name: str, *components: Component, **fields: object) -> TermRule:
    """A rule about these components, hard unless told otherwise."""
    settings = {"is_enabled": True, "is_hard": True, "weight": None, **fields}
    row = TermRule(
        term_id=term.term_id, code=f"{name} {[one.component_id for one in components]}", rule=name, **settings
    )
    db.session.add(row)
    db.session.flush()
    for position, component in enumerate(components):
        named = {"term_rule_id": row.term_rule_id, "component_id": component.component_id, "position": position}
        db.session.add(TermRuleComponent(**named))
    db.session.flush()
    return row


def told(term: Term, severity: Severity = Severity.BLOCKER) -> list[tuple[str, int, int]]:
    """The sentences and numbers about times; nothing of that severity is told of another kind."""
    found = filter_findings(check_term(term), severity, FindingKind.TIMES)
    assert [one.target.table for one in found] == ["components"] * len(found)
    return [(one.sentence, one.demand, one.supply) for one in found]


def keep_to(component: Component, day: int, *numbers: int) -> None:
    """Let a course be held in these slots of a day alone."""
    for one, number in ((one, number) for one in range(2) for number in range(4)):
        if one != day or number not in numbers:
            slot = factories.slot(component.section.term, one, number)
            factories.availability(slot, section_id=component.section_id)


@pytest.mark.parametrize(("hard", "severity"), [(True, Severity.BLOCKER), (False, Severity.WARNING)])
def test_more_days_than_classes_are_told_and_block_where_the_rule_is_hard(
    term: Term, hard: bool, severity: Severity
) -> None:
    course(term, "CS1", meetings_per_week=2, min_days=2)
    course(term, "CS2", meetings_per_week=1, min_days=2)
    row = db.session.scalars(sa.select(TermRule).filter_by(term_id=term.term_id, rule="min_working_days")).one()
    row.is_hard, row.weight = hard, None if hard else 5
    assert told(term, severity) == [("CS2 A, L: at least 2 days asked for, and its 1 class a week can be on 1.", 2, 1)]


def test_an_order_is_told_where_the_later_class_can_only_be_earlier(term: Term) -> None:
    first, second, third = (course(term, f"CS{number}") for number in (1, 2, 3))
    keep_to(first, 1, 0, 1)
    keep_to(third, 1, 1, 2)
    rule(term, "precedence", first, third)
    assert told(term) == []
    rule(term, "precedence", first, second, third)  # first to 09:00, second to 10:00, third from 10:00
    assert told(term) == []
    fourth = course(term, "CS4")
    rule(term, "precedence", first, second, fourth, third)
    assert told(term) == [
        (
            "CS3 A, L 1 is to come after CS4 A, L 1: that ends on Tuesday 11:00 at the earliest, and CS3 A, L 1 "
            "starts on Tuesday 10:00 at the latest.",
            0,
            0,
        )
    ]


def test_one_start_for_two_classes_of_one_teacher_is_told_with_the_name(term: Term) -> None:
    rao = factories.faculty(factories.department(term.organization), name="Dr Rao")
    together = [course(term, "CS1", rao), course(term, "CS2"), course(term, "CS3", rao)]
    rule(term, "same_time", *together[:2])
    assert told(term) == []
    rule(term, "same_time", *together)
    sentence = "CS1 A, L 1 and CS3 A, L 1 are to start at the same time, and both need Dr Rao."
    assert told(term) == [(sentence, 0, 0)]


def test_one_start_is_told_where_the_classes_are_on_different_days_or_have_no_time_in_common(term: Term) -> None:
    one, other, third = course(term, "CS1"), course(term, "CS2"), course(term, "CS3")
    rule(term, "same_time", one, other)
    apart = rule(term, "different_days", one, other)
    sentence = "CS1 A, L 1 and CS2 A, L 1 are to start at the same time, and to be held on different days."
    assert told(term) == [(sentence, 0, 0)]
    apart.is_enabled = False
    keep_to(one, 0, 0)
    keep_to(third, 0, 1)
    rule(term, "same_time", one, other, third)
    [(sentence, number, possible)] = told(term)
    assert sentence.endswith(
        "3 classes are to start at the same time, and no time is possible for all of them: CS1 A, L 1 and others."
    )
    assert (number, possible) == (3, 0)


def test_a_class_longer_than_somebody_may_have_in_a_row_is_told(term: Term) -> None:
    course(term, "CS1", slots_per_meeting=3)
    assert told(term) == []
    row = db.session.scalars(sa.select(TermRule).filter_by(term_id=term.term_id, rule="max_in_row")).one()
    row.amount = 2
    [(sentence, asked, most)] = told(term)
    assert sentence.startswith("CS1 A, L: one class takes 3 slots in a row, and ")
    assert sentence.endswith(" may have 2 (most in a row).")
    assert (asked, most) == (3, 2)


def test_a_weekly_limit_is_looked_at_in_odd_and_even_weeks_by_themselves(term: Term) -> None:
    odd = factories.week_set(term, "ODD", range(1, term.weeks + 1, 2))
    even = factories.week_set(term, "EVEN", range(2, term.weeks + 1, 2))
    rao = factories.faculty(factories.department(term.organization), name="Dr Rao", max_slots_week=2)
    course(term, "CS1", rao, meetings_per_week=2, week_set_id=odd.week_set_id)
    course(term, "CS2", rao, meetings_per_week=2, week_set_id=even.week_set_id)
    assert filter_findings(check_term(term), Severity.BLOCKER) == []
    course(term, "CS3", rao, week_set_id=odd.week_set_id)
    [found] = filter_findings(check_term(term), Severity.BLOCKER)
    assert found.sentence == "Dr Rao: 3 slots asked in odd weeks, 2 possible (most per week 2)."
    row = db.session.scalars(sa.select(TermRule).filter_by(term_id=term.term_id, rule="max_per_week")).one()
    row.is_enabled = False
    sentences = [one.sentence for one in check_term(term)]
    assert "Dr Rao: 3 slots asked, own limit 2 a week, which the term's rules do not enforce." in sentences
