"""Where an import goes: the organisation and the term, found or made."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Organization, SetupToken, Term
from webapp.services.imports.faults import ImportConflict
from webapp.services.imports.sheets import Tables
from webapp.services.reference.vocabulary import begin_lists
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Reach
from webapp.services.schema.scope import TermMissing
from webapp.services.schema.values import WEEK_MAX, ValueRefused, check, expected_sentence
from webapp.services.shared.errors import Problem
from webapp.services.shared.optimistic_lock import lock
from webapp.services.shared.rule_defaults import default_rules
from webapp.services.shared.words import _
from webapp.services.terms.selection import find_term


class TermDatesMissing(Problem):
    """A term has to be made, and nothing says when it begins and ends."""


class TermDatesRefused(Problem):
    """A term can't begin and end then."""


class OrganizationTaken(Problem):
    """Another organisation has this code."""


class OrganizationInvalid(Problem):
    """The code or the name of an organisation can't be used."""


def find_organization(code: str) -> Organization | None:
    """The organisation of that code."""
    return db.session.scalars(sa.select(Organization).filter_by(code=code)).one_or_none()


def make_organization(code: str, name: str, timezone: str) -> Organization:
    """Add an organisation; raises `OrganizationTaken` or `OrganizationInvalid`.

    What was printed to set up the first one is of no use from then on.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", code):
        raise OrganizationInvalid(_("%(code)r is no code: letters, digits, . _ and -, at most 64.", code=code))
    if not 0 < len(name.strip()) <= 200:
        raise OrganizationInvalid(
            _("An organisation's name has 1 to 200 characters, found %(name)s.", name=len(name.strip()))
        )
    if find_organization(code) is not None:
        raise OrganizationTaken(_("There is an organisation %(code)s already.", code=code))
    organization = Organization(code=code, name=name.strip(), timezone=timezone)
    db.session.add(organization)
    db.session.flush()
    begin_lists(organization)
    db.session.execute(sa.delete(SetupToken))
    return organization


def make_term(
    organization: Organization,
    academic_year: str,
    semester: int,
    *,
    tables: Tables | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Term:
    """Find the organisation's term, or add it without commit.

    Its dates are those given, else those of the file's `term` table, else the usual ones of semesters
    1 to 3. It begins with the default rules, to which a file's are added.
    Raises `TermDatesMissing`, `TermDatesRefused` or `ImportConflict` (its dates overlap another term's).
    """
    lock(organization)
    term = find_term(organization, academic_year, semester)
    if term is not None:
        return term
    given = _given_term(tables, academic_year, semester)
    usual_start, usual_end = usual_dates(academic_year, semester)
    starts = starts_on or given.get("starts_on") or usual_start
    ends = ends_on or given.get("ends_on") or usual_end
    if starts is None or ends is None:
        raise TermDatesMissing(
            _(
                "Semester %(semester)s of %(academic_year)s needs dates: give its first and its last day.",
                semester=semester,
                academic_year=academic_year,
            )
        )
    if ends <= starts:
        raise TermDatesRefused(_("The term must end after %(starts)s, when it starts.", starts=starts.isoformat()))
    _refuse_far_away(starts, ends)
    term = Term(
        organization_id=organization.organization_id,
        academic_year=academic_year,
        semester=semester,
        name=given.get("name") or f"Semester {semester}, {academic_year}",
        starts_on=starts,
        ends_on=ends,
        weeks=given.get("weeks") or max(1, min(WEEK_MAX, ((ends - starts).days + 1) // 7)),
        break_minutes=given.get("break_minutes", TERM.by_name["break_minutes"].default),
    )
    refuse_overlap(organization, term.name, term.starts_on, term.ends_on)
    db.session.add(term)
    db.session.flush()
    db.session.add_all(default_rules(term.term_id))
    db.session.flush()
    return term


USUAL_DATES: Mapping[int, tuple[int, tuple[int, int], tuple[int, int]]] = {
    1: (0, (8, 1), (12, 31)),
    2: (1, (1, 1), (5, 31)),
    3: (1, (6, 1), (7, 31)),
}
"""Per semester: years after the academic year's first, first day, last day."""


def usual_dates(academic_year: str, semester: int) -> tuple[date | None, date | None]:
    """The usual first and last day of a term; None where its number has none."""
    usual = USUAL_DATES.get(semester)
    if usual is None:
        return None, None
    year = int(academic_year[:4]) + usual[0]
    return date(year, *usual[1]), date(year, *usual[2])


def _given_term(tables: Tables | None, academic_year: str, semester: int) -> Mapping[str, Any]:
    """The file's own words about the term, where it is the one that is asked for."""
    sheet = tables.sheets.get("term") if tables is not None else None
    for row in sheet.rows if sheet is not None else ():
        if (row.record["academic_year"], row.record["semester"]) == (academic_year, semester):
            return {name: value for name, value in row.record.items() if value is not None}
    return {}


def _refuse_far_away(*days: date) -> None:
    """Refuse what no form and no file takes, so that an export of the term can come back."""
    for day in days:
        try:
            check(TERM.by_name["starts_on"], day)
        except ValueRefused as refused:
            raise TermDatesRefused(expected_sentence(refused.expected, day.isoformat())) from refused


def refuse_overlap(organization: Organization, name: str, starts: date, ends: date) -> None:
    """Raise `ImportConflict` where another term of the organisation has some of these dates."""
    query = sa.select(Term).where(
        Term.organization_id == organization.organization_id, Term.starts_on <= ends, Term.ends_on >= starts
    )
    other = db.session.scalars(query).first()
    if other is not None:
        raise ImportConflict(
            _(
                "%(term)s (%(starts)s to %(ends)s) overlaps %(other)s (%(begins)s to %(until)s). Give other dates.",
                term=name,
                starts=starts,
                ends=ends,
                other=other.name,
                begins=other.starts_on,
                until=other.ends_on,
            )
        )


def term_named_in(tables: Tables) -> tuple[str, int] | None:
    """The academic year and the number of the term that a file's own `term` table names."""
    sheet = tables.sheets.get("term")
    if sheet is None or len(sheet.rows) != 1 or sheet.rows[0].refused:
        return None
    record = sheet.rows[0].record
    return str(record["academic_year"]), int(str(record["semester"]))


def term_of(organization: Organization, term: Term | None, tables: Tables) -> Term | None:
    """The term that a file's rows go into: the chosen one, else the one that the file names, None where it is not yet.

    Raises `TermMissing` where the file has rows of a term and none is chosen or named.
    """
    if term is not None:
        return term
    named = term_named_in(tables)
    needing = [name for name, sheet in tables.sheets.items() if sheet.table.reach is not Reach.ORGANIZATION]
    if needing and "term" not in tables.sheets:
        raise TermMissing(
            _("%(needing)s belong to a term: choose one, or add the sheet term.", needing=", ".join(needing))
        )
    return find_term(organization, *named) if named is not None else None
