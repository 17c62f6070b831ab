"""From draft to published: which status may follow which, and what is checked before everybody sees it."""

from collections.abc import Mapping
from types import MappingProxyType

import sqlalchemy as sa

from webapp.extensions import db
from webapp.flow import audit
from webapp.flow.bridge import (
    MeetingKey,
    TermProblem,
    build_problem,
    changed_since,
    content_hash,
    hard_violations,
    solution_from,
)
from webapp.flow.problems import Conflict, NotFound, Problem
from webapp.flow.words import _
from webapp.models import Term, Timetable, TimetableEntry, TimetableStatus, User

DRAFT, SUBMITTED, APPROVED, PUBLISHED, SUPERSEDED = TimetableStatus

MAY_FOLLOW: Mapping[TimetableStatus, frozenset[TimetableStatus]] = MappingProxyType(
    {
        DRAFT: frozenset({SUBMITTED, PUBLISHED}),
        SUBMITTED: frozenset({DRAFT, APPROVED, PUBLISHED}),
        APPROVED: frozenset({DRAFT, PUBLISHED}),
        PUBLISHED: frozenset({SUPERSEDED, DRAFT}),
        SUPERSEDED: frozenset({PUBLISHED}),
    }
)
"""Which status may follow which; nothing else happens to a timetable's status."""

NEVER_OVERRIDDEN = frozenset({"room_clash", "instructor_clash", "group_clash"})
"""Rules that no reason given by hand excuses."""
MOST_FINDINGS = 20


class TimetableUnknown(NotFound):
    """The organisation has no such timetable."""


class StatusRefused(Conflict):
    """A timetable of this status can't become what was asked for."""


class HasUnplaced(Problem):
    """Meetings have no place, so the timetable can't be published."""


class DataChanged(Conflict):
    """The term's rows say otherwise than the timetable that was made from them."""


class BreaksHardRules(Problem):
    """Hard rules are broken, so the timetable can't be published."""


def timetable_of(user: User, timetable_id: int) -> Timetable:
    """A timetable of the user's own organisation; raises `TimetableUnknown`."""
    query = sa.select(Timetable).filter_by(organization_id=user.organization_id, timetable_id=timetable_id)
    timetable = db.session.scalars(query).one_or_none()
    if timetable is None:
        raise TimetableUnknown(_("There is no timetable %(number)s.", number=timetable_id))
    return timetable


def latest_named(term: Term, name: str) -> Timetable:
    """The newest timetable of a term with a name; raises `TimetableUnknown`."""
    query = sa.select(Timetable).filter_by(term_id=term.term_id)
    newest = query.order_by(Timetable.timetable_id.desc())
    found = db.session.scalars(newest.where(sa.func.lower(Timetable.variant_name) == name.lower()).limit(1)).first()
    if found is None:
        names = db.session.scalars(sa.select(Timetable.variant_name).filter_by(term_id=term.term_id).distinct())
        there = ", ".join(sorted(names)) or _("none")
        raise TimetableUnknown(_("There is no timetable %(name)s; there are: %(there)s.", name=name, there=there))
    return found


def publish(user: User | None, timetable: Timetable) -> Timetable:
    """Show a timetable to everybody in the place of the one before, and commit.

    It is checked again by the truth against the term as it is today. Raises `StatusRefused`, `HasUnplaced`,
    `DataChanged` or `BreaksHardRules`, with the single reasons as findings.
    """
    lock = sa.select(Timetable).where(Timetable.term_id == timetable.term_id).order_by(Timetable.timetable_id)
    of_term = db.session.scalars(lock.with_for_update().execution_options(populate_existing=True)).all()
    _refuse_unless(timetable, PUBLISHED)
    timetable.content_hash = _checked(timetable)
    earlier = next((other for other in of_term if other.status is PUBLISHED), None)
    if earlier is not None:
        earlier.status = SUPERSEDED
        db.session.flush()  # one published timetable a term is a constraint, so the old one goes first
    before = {"status": timetable.status.value, "number": timetable.number}
    if timetable.number is None:
        timetable.number = 1 + max((other.number or 0 for other in of_term), default=0)
    timetable.status = PUBLISHED
    timetable.published_at = sa.func.now()
    timetable.published_by_id = user.user_id if user else None
    after = {
        "status": timetable.status.value,
        "number": timetable.number,
        "hash": timetable.content_hash,
        "supersedes": earlier.timetable_id if earlier else None,
    }
    audit.record(timetable.organization_id, user, "timetable.publish", timetable, before=before, after=after)
    db.session.commit()
    return timetable


def unpublish(user: User | None, timetable: Timetable) -> Timetable:
    """Take a published timetable back to draft, and commit; nobody but the registrar sees the term then.

    Raises `StatusRefused`.
    """
    _refuse_unless(timetable, DRAFT)
    before = {"status": timetable.status.value}
    timetable.status = DRAFT
    after = {"status": timetable.status.value}
    audit.record(timetable.organization_id, user, "timetable.unpublish", timetable, before=before, after=after)
    db.session.commit()
    return timetable


def revert(user: User | None, timetable: Timetable) -> Timetable:
    """Publish an earlier version again; it is checked as if it were new."""
    return publish(user, timetable)


def _refuse_unless(timetable: Timetable, wanted: TimetableStatus) -> None:
    if wanted not in MAY_FOLLOW[timetable.status]:
        raise StatusRefused(
            _(
                "%(name)s is %(status)s, so it can't become %(wanted)s.",
                name=timetable.variant_name,
                status=timetable.status.value,
                wanted=wanted.value,
            )
        )


def _checked(timetable: Timetable) -> str:
    """The hash of what was checked; raises what `publish` says."""
    problem = build_problem(timetable.term)
    solution = solution_from(problem, timetable.timetable_id)
    if solution.unplaced:
        labels = [problem.rows[index].label for index in solution.unplaced]
        raise HasUnplaced(
            _("%(number)s classes have no place yet.", number=len(labels)), _most(_with_reasons(timetable, labels))
        )
    changed = changed_since(problem, timetable.timetable_id)
    if changed:
        raise DataChanged(
            _("The term's data has changed in %(number)s places since it was made.", number=len(changed)),
            _most(changed),
        )
    overridden = _overridden(problem, timetable)
    findings = [
        violation.sentence
        for violation in hard_violations(problem, solution)
        if violation.rule in NEVER_OVERRIDDEN or overridden.isdisjoint(violation.meetings)
    ]
    if findings:
        raise BreaksHardRules(_("%(number)s hard rules are broken.", number=len(findings)), _most(findings))
    return content_hash(problem, solution)


def _overridden(problem: TermProblem, timetable: Timetable) -> frozenset[int]:
    """The meetings that a registrar has put by hand, with a reason, where a rule forbids it."""
    query = sa.select(TimetableEntry.component_id, TimetableEntry.student_group_id, TimetableEntry.ordinal).where(
        TimetableEntry.timetable_id == timetable.timetable_id, TimetableEntry.override_reason.is_not(None)
    )
    keys = (MeetingKey(*key) for key in db.session.execute(query))
    return frozenset(problem.index_of[key] for key in keys if key in problem.index_of)


def _with_reasons(timetable: Timetable, labels: list[str]) -> list[str]:
    query = sa.select(TimetableEntry.unplaced_reason).where(
        TimetableEntry.timetable_id == timetable.timetable_id, TimetableEntry.unplaced_reason.is_not(None)
    )
    reasons = sorted({str(reason) for reason in db.session.scalars(query.limit(MOST_FINDINGS))})
    return [_("Without a place: %(label)s.", label=label) for label in labels] + reasons


def _most(findings: list[str]) -> list[str]:
    more = len(findings) - MOST_FINDINGS
    return findings[:MOST_FINDINGS] + ([_("And %(number)s more.", number=more)] if more > 0 else [])
