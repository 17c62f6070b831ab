"""Which term a page shows."""

from datetime import date

import pytest
import sqlalchemy as sa

from tests import factories
from tests.university import University, university
from webapp.models import Timetable
from webapp.services.shared.errors import NotFound
from webapp.services.terms import selection
from webapp.services.terms.selection import choose_term, list_terms, shown_term
from webapp.services.timetables.publishing import publish


@pytest.fixture
def uni(app: object) -> University:
    return university()


@pytest.fixture
def published(uni: University) -> Timetable:
    return publish(uni.registrar, uni.timetable(), factories.EVERYTHING)


def test_the_term_asked_for_is_shown_else_the_one_to_come_else_the_latest(app):
    autumn = factories.term()
    org = autumn.organization
    later = factories.term(org, semester=2)
    terms = list_terms(org)
    assert [term.semester for term in terms] == [2, 1]
    assert choose_term(org, terms, str(autumn.term_id)) is autumn
    assert choose_term(org, terms, None) is later, "both are past"
    future = factories.term(org, academic_year="2090-91")
    assert choose_term(org, list_terms(org), "nonsense") is future
    assert choose_term(org, [], None) is None


def test_the_term_asked_for_is_shown_by_key_or_by_name(uni: University, published: Timetable) -> None:
    assert shown_term(uni.organization, str(uni.term.term_id)) is uni.term
    assert shown_term(uni.organization, "2024-25-3") is uni.term
    for wrong in ("2024-25-4", "0", "x", "²", "9" * 30):
        with pytest.raises(NotFound):
            shown_term(uni.organization, wrong)
    with pytest.raises(NotFound):
        shown_term(factories.organization(), str(uni.term.term_id))


def test_the_published_term_of_today_comes_before_the_latest_published(
    uni: University, published: Timetable, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = factories.term(uni.organization, academic_year="2025-26", semester=1)
    factories.timetable(later, status="published", number=1, published_at=sa.func.now() + sa.text("interval '1 hour'"))
    monkeypatch.setattr(selection, "today_in", lambda _organization: date(2030, 1, 1))
    assert shown_term(uni.organization) is later
    monkeypatch.setattr(selection, "today_in", lambda _organization: uni.term.starts_on)
    assert shown_term(uni.organization) is uni.term
