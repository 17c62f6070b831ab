"""The usual limits of a day and of a row stay as many hours, whatever the slots are."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, Term, TermRule
from webapp.services.shared.rule_defaults import default_rules
from webapp.services.terms.usual_limits import follows_the_slots, slots_an_hour


def limits(term: Term) -> dict[str, int | None]:
    query = sa.select(TermRule.code, TermRule.amount).where(
        TermRule.term_id == term.term_id, TermRule.code.in_(("max_per_day", "max_in_row"))
    )
    return {code: amount for code, amount in db.session.execute(query)}  # noqa: C416 (rows, not pairs)


@pytest.fixture
def term(app: object) -> Term:
    made = factories.term(days=0)
    db.session.add_all(default_rules(made.term_id))
    db.session.commit()
    return made


@pytest.mark.parametrize(("minutes", "number"), [(90, 1), (50, 1), (45, 1), (30, 2), (20, 3), (15, 4), (5, 12)])
def test_slots_of_an_hour_or_near_it_count_as_one(term: Term, minutes: int, number: int) -> None:
    assert slots_an_hour(term) == 1
    factories.time_slots(term, days=2, slots=4, minutes=minutes)
    assert slots_an_hour(term) == number


def test_usual_limits_follow_the_slots_and_what_was_set_otherwise_stays(term: Term) -> None:
    with follows_the_slots(term, None):
        factories.time_slots(term, days=2, slots=4, minutes=30)
    assert limits(term) == {"max_per_day": 14, "max_in_row": 8}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent).filter_by(action="rule.edit")) == 2
    row = db.session.scalars(sa.select(TermRule).filter_by(term_id=term.term_id, code="max_in_row")).one()
    row.amount = 5
    with follows_the_slots(term, None):
        factories.time_slots(term, days=2, slots=20, shift="B", minutes=60, first_hour=1)
    assert limits(term) == {"max_per_day": 7, "max_in_row": 5}


def test_a_limit_that_a_file_names_is_what_the_file_says(term: Term) -> None:
    with follows_the_slots(term, None, set_otherwise={"max_per_day"}):
        factories.time_slots(term, days=2, slots=4, minutes=30)
    assert limits(term) == {"max_per_day": 7, "max_in_row": 8}
