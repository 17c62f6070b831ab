"""Which terms there are, and which one a page shows: the only way to find a term."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Organization, Term, Timetable, TimetableStatus
from webapp.services.shared.errors import NotFound
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.scoped import Owner, load, rows_of
from webapp.services.shared.words import _

TERM_BY_NUMBER = re.compile(r"(\d{4}-\d{2})[-/.](\d{1,2})", re.ASCII)


def today_in(organization: Organization) -> date:
    """The date of today where the organisation is."""
    return datetime.now(ZoneInfo(organization.timezone)).date()


def list_terms(organization: Organization, *, published_only: bool = False) -> Sequence[Term]:
    """The organisation's terms, latest first; only those with something published for other roles than registrar."""
    query = rows_of(organization, Term)
    if published_only:
        published = sa.select(Timetable.term_id).where(Timetable.status == TimetableStatus.PUBLISHED)
        query = query.where(Term.term_id.in_(published))
    return db.session.scalars(query.order_by(Term.starts_on.desc())).all()


def choose_term(organization: Organization, terms: Sequence[Term], asked: str | int | None) -> Term | None:
    """The term asked for if it is among these, else the current one, else the next to come, else the latest."""
    named = [term for term in terms if str(term.term_id) == str(asked)]
    if named or not terms:
        return named[0] if named else None
    today = today_in(organization)
    to_come = [term for term in terms if term.ends_on >= today]
    return min(to_come, key=lambda term: term.starts_on) if to_come else max(terms, key=lambda term: term.starts_on)


def find_term(owner: Owner, academic_year: str, semester: int) -> Term | None:
    """The organisation's term of that year and number."""
    query = rows_of(owner, Term).where(Term.academic_year == academic_year, Term.semester == semester)
    return db.session.scalar(query)


def load_term(owner: Owner, academic_year: str, semester: int) -> Term:
    """As `find_term`, and raises NotFound where there is none."""
    term = find_term(owner, academic_year, semester)
    if term is None:
        raise NotFound(_("There is no semester %(semester)s of %(year)s.", semester=semester, year=academic_year))
    return term


def shown_term(organization: Organization, asked: str | None = None) -> Term | None:
    """The term that a page shows: the one asked for, else the published one of today, else the latest published.

    ``asked`` is a ``term_id`` or "2024-25-3". None when nothing is published; raises NotFound.
    """
    if asked:
        return _term_asked_for(organization, asked)
    today = today_in(organization)
    published = rows_of(organization, Term).join(Timetable, Timetable.term_id == Term.term_id)
    published = published.where(Timetable.status == TimetableStatus.PUBLISHED)
    is_current = sa.and_(Term.starts_on <= today, Term.ends_on >= today)
    query = published.order_by(is_current.desc(), Timetable.published_at.desc(), Term.starts_on.desc()).limit(1)
    return db.session.scalars(query).first()


def _term_asked_for(organization: Organization, asked: str) -> Term:
    if number := TERM_BY_NUMBER.fullmatch(asked):
        return load_term(organization, number[1], int(number[2]))
    return load(organization, Term, whole_number(asked))


def data_revision_of(term_id: int) -> int:
    """The number of the state that a term's data are in now: another one means that the data have changed.

    Asked of the database, since triggers raise it when any row changes that the term's problem is made from.
    """
    return db.session.scalars(sa.select(Term.data_revision).where(Term.term_id == term_id)).one()
