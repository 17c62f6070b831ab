"""Baskets that old rules come to, and the choice of a single student."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, Basket, CourseEnrollment, Term, TermRule
from webapp.services.imports import uploads
from webapp.services.imports.formats.files import read_upload
from webapp.services.problem.rows import read_term
from webapp.services.problem.term_problem import build_problem
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.scope import Scope
from webapp.services.shared.errors import NotFound
from webapp.services.terms.basket_rules import baskets_in_rules, take_over
from webapp.services.terms.baskets import basket_page, choose, list_baskets

DATA = Path(__file__).parents[2] / "data"
Db = scoped_session[Session]


def imported(name: str) -> Scope:
    """A term with the workbook's rows."""
    user = factories.user()
    tables = read_upload(name, (DATA / name).read_bytes())
    uploads.confirm(user.organization, None, tables, user=user)
    db.session.commit()
    return Scope(user.organization, db.session.scalars(sa.select(Term)).one(), user)


@pytest.mark.parametrize(
    ("name", "rules", "spread"), [("with-basket-rules.xlsx", 9, False), ("with-split-baskets.xlsx", 54, True)]
)
def test_the_rules_of_a_college_come_to_nine_baskets_and_go(session: Db, name: str, rules: int, spread: bool) -> None:
    scope = imported(name)
    assert scope.term is not None
    found = baskets_in_rules(read_term(scope.term))
    assert (len(found.found), found.rule_count) == (9, rules)
    first = next(basket for basket in found.found if basket.code == "CSE5")
    assert first.sections == ("CSE5E1/A", "CSE5E2/A", "CSE5E3/A")
    assert (first.groups, first.different_days) == (("CSE5-A", "CSE5-B"), spread)
    take_over(scope, found.mark)
    db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count(Basket.basket_id))) == 9
    named = [rule for rule in db.session.scalars(sa.select(TermRule)) if rule.components]
    assert named == []
    assert baskets_in_rules(read_term(scope.term)).found == ()
    problem = build_problem(scope.term)
    assert sum(c.rule.name == "same_time" and len(c.meetings) == 3 for c in problem.instance.constraints) == 27


def test_what_was_seen_must_still_be_so(session: Db) -> None:
    term = factories.term()
    with pytest.raises(RecordChanged):
        take_over(Scope(term.organization, term, None), "something else")


def test_rules_that_leave_out_a_component_or_hold_one_course_together_are_no_basket(session: Db) -> None:
    term = factories.term()
    department = factories.department(term.organization)
    ai, ml = (factories.section(term, factories.course(department, code)) for code in ("AI", "ML"))
    parts = [factories.component(section) for section in (ai, ml)]
    rule = factories.rule(term, "same_time", code="together")
    rule.components = parts
    db.session.flush()
    assert [basket.sections for basket in baskets_in_rules(read_term(term)).found] == [("AI/A", "ML/A")]
    factories.component(ai, "P", kind="lab")
    assert baskets_in_rules(read_term(term)).found == ()


class Chooser:
    """A basket of two options, and a student of its group."""

    def __init__(self) -> None:
        self.term: Term = factories.term()
        self.scope = Scope(self.term.organization, self.term, factories.user(self.term.organization))
        group = factories.group(self.term, "CSE5")
        department = factories.department(self.term.organization)
        self.ai, self.ml = (factories.section(self.term, factories.course(department, c)) for c in ("AI", "ML"))
        self.basket = factories.basket(self.term, options=[self.ai, self.ml], groups=[group], name="Elective 1")
        self.student = factories.student(code="S1", name="Asha Nair", groups=[group])

    def choose(self, section_id: int | None, seen: str = "") -> str:
        return choose(self.scope, self.basket.basket_id, self.student.student_id, section_id, seen)

    @property
    def taken(self) -> list[int]:
        query = sa.select(CourseEnrollment.section_id).filter_by(student_id=self.student.student_id)
        return list(db.session.scalars(query))


@pytest.fixture
def chooser(session: Db) -> Chooser:
    return Chooser()


def test_a_choice_replaces_the_one_before_and_is_counted(chooser: Chooser) -> None:
    line = list_baskets(chooser.term).lines[0]
    assert (line.options, line.choosing, line.waiting) == ((("AI A", 0), ("ML A", 0)), 1, 1)
    assert chooser.choose(chooser.ai.section_id) == "Asha Nair takes AI A."
    assert chooser.choose(chooser.ml.section_id, str(chooser.ai.section_id)) == "Asha Nair takes ML A."
    assert chooser.taken == [chooser.ml.section_id]
    page = basket_page(chooser.scope, chooser.basket.basket_id, text="asha")
    assert [(student.code, student.labels) for student in page.students] == [("S1", ("ML A",))]
    assert basket_page(chooser.scope, chooser.basket.basket_id, shown="waiting").students == ()
    actions = list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.audit_event_id)))
    assert actions == ["enrollments.create", "enrollments.delete", "enrollments.create"]
    chooser.choose(None, str(chooser.ml.section_id))
    assert chooser.taken == []


def test_a_choice_over_what_was_not_seen_or_of_no_option_is_refused(chooser: Chooser) -> None:
    chooser.choose(chooser.ai.section_id)
    with pytest.raises(RecordChanged, match="nothing was stored") as refusal:
        chooser.choose(chooser.ml.section_id, "")
    assert list(refusal.value.findings) == ["Asha Nair takes AI A now."]
    with pytest.raises(NotFound):
        chooser.choose(factories.section(chooser.term).section_id)


def test_who_takes_more_options_adds_them_until_there_are_so_many(chooser: Chooser) -> None:
    chooser.basket.options_each = 2
    law = factories.section(chooser.term)
    db.session.execute(sa.text("INSERT INTO basket_sections VALUES (:basket, :section)"),
                       {"basket": chooser.basket.basket_id, "section": law.section_id})  # fmt: skip
    chooser.choose(chooser.ai.section_id)
    chooser.choose(chooser.ml.section_id, str(chooser.ai.section_id))
    both = f"{chooser.ai.section_id},{chooser.ml.section_id}"
    with pytest.raises(RecordRefused) as refusal:
        chooser.choose(law.section_id, both)
    assert list(refusal.value.findings) == ["Asha Nair takes 2 options already; choose “none” first."]
