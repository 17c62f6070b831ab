"""Which terms there are, and which one is looked at."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Organization, Term


def list_terms(organization: Organization) -> Sequence[Term]:
    """The organisation's terms, latest first."""
    query = sa.select(Term).where(Term.organization_id == organization.organization_id)
    return db.session.scalars(query.order_by(Term.starts_on.desc())).all()


def choose_term(organization: Organization, terms: Sequence[Term], wanted: str | int | None) -> Term | None:
    """The wanted term if it is among these, else the current one, else the next to come, else the latest."""
    named = [term for term in terms if str(term.term_id) == str(wanted)]
    if named or not terms:
        return named[0] if named else None
    today = datetime.now(ZoneInfo(organization.timezone)).date()
    to_come = [term for term in terms if term.ends_on >= today]
    return min(to_come, key=lambda term: term.starts_on) if to_come else max(terms, key=lambda term: term.starts_on)


def term_by_key(organization: Organization, term_id: int | None) -> Term | None:
    """The organisation's term of this key."""
    query = sa.select(Term).where(Term.organization_id == organization.organization_id, Term.term_id == term_id)
    return db.session.scalar(query) if term_id is not None else None


def data_revision_of(term_id: int) -> int:
    """The number of the state that a term's data are in now: another one means that the data have changed.

    Asked of the database, since triggers raise it when any row changes that the term's problem is made from.
    """
    return db.session.scalars(sa.select(Term.data_revision).where(Term.term_id == term_id)).one()
