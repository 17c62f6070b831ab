"""Which term a page shows."""

from tests import factories
from webapp.services.terms.selection import choose_term, list_terms


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
