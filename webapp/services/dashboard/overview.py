"""How far a term has come on the path, for the registrar's first page."""

from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, Timetable, TimetableStatus, User
from webapp.services.checks.catalogue import find_blockers
from webapp.services.checks.term_data import read_term_data
from webapp.services.jobs.failures import failure_in_words
from webapp.services.reference.queries import count_rows
from webapp.services.runs.verdict import RunVerdict, verdict_of
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import find_table
from webapp.services.timetables.lifecycle import IN_REVIEW, published_timetable
from webapp.services.timetables.reviews import ReviewState, department_reviews
from webapp.services.timetables.since_published import SincePublished, since_published

STEPS = ("data", "checked", "generated", "approved", "published")
COUNTED = ("sections", "components", "groups", "students", "faculty", "rooms", "courses", "time-slots")
NEEDED = ("time-slots", "rooms", "components")
"""Without a row in each of these there is nothing to generate from."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A term at a glance.

    ``done`` counts the steps of the ladder that are behind it; ``missing`` names the tables that are
    empty and must not be; ``blockers`` say why no timetable can exist.
    """

    counts: dict[str, int]
    missing: list[str]
    done: int
    blockers: list[str]
    timetables: int
    last_run: GenerationJob | None
    published: Timetable | None
    users: int
    approved: bool
    """Whether the heads of all departments with classes have approved what is published, or what is in review."""
    since: SincePublished | None

    @property
    def skipped(self) -> tuple[int, ...]:
        """The steps of the ladder, counted from 0, that were left out on the way to where one is."""
        return () if self.approved or self.done < len(STEPS) else (STEPS.index("approved"),)

    @property
    def last_failure(self) -> str:
        """Why the last run failed, in words; empty where it did not."""
        return failure_in_words(self.last_run) if self.last_run is not None else ""

    @property
    def last_verdict(self) -> RunVerdict | None:
        """What came of the last run; None where it goes on, has failed, or there was none."""
        return verdict_of(self.last_run) if self.last_run is not None else None

    @property
    def is_new(self) -> bool:
        """Whether the organisation has nothing yet but its registrar."""
        return not any(self.counts.values())


def overview_of(scope: Scope) -> Overview:
    """Count what there is in the scope, and find the last run and what is published."""
    counts = {key: count_rows(scope, find_table(key)) for key in COUNTED}
    missing = [key for key in NEEDED if not counts[key]]
    statuses = _statuses(scope)
    # What has led to a timetable needs no look at whether it can.
    blockers = [] if missing or statuses else _blockers(scope)
    last_run, published = _last_run(scope), published_timetable(scope.term)
    approved = _approved(scope, published)
    users = sa.select(sa.func.count()).where(User.organization_id == scope.organization.organization_id)
    return Overview(
        counts=counts,
        missing=missing,
        blockers=blockers,
        done=_done(bool(missing), bool(blockers), statuses, approved=approved),
        timetables=sum(statuses.values()),
        last_run=last_run,
        published=published,
        users=int(db.session.scalar(users) or 0),
        approved=approved,
        since=since_published(scope.term),
    )


def _statuses(scope: Scope) -> dict[TimetableStatus, int]:
    if scope.term is None:
        return {}
    query = sa.select(Timetable.status, sa.func.count()).where(Timetable.term_id == scope.term.term_id)
    return {status: int(count) for status, count in db.session.execute(query.group_by(Timetable.status))}


def _last_run(scope: Scope) -> GenerationJob | None:
    if scope.term is None:
        return None
    query = sa.select(GenerationJob).where(
        GenerationJob.term_id == scope.term.term_id, GenerationJob.kind == JobKind.GENERATE
    )
    return db.session.scalar(query.order_by(GenerationJob.created_at.desc()).limit(1))


def _approved(scope: Scope, published: Timetable | None) -> bool:
    """Ask the heads' word on what everybody sees, or else on whatever is before them."""
    if scope.term is None:
        return False
    query = sa.select(Timetable).where(Timetable.term_id == scope.term.term_id, Timetable.status.in_(IN_REVIEW))
    asked = [published] if published is not None else db.session.scalars(query).all()
    return any(_is_approved(timetable) for timetable in asked)


def _is_approved(timetable: Timetable) -> bool:
    reviews = department_reviews(timetable)
    return bool(reviews) and all(review.state is ReviewState.APPROVED for review in reviews)


def _blockers(scope: Scope) -> list[str]:
    if scope.term is None:
        return []
    return [finding.sentence for finding in find_blockers(read_term_data(scope.term))]


def _done(is_missing: bool, is_blocked: bool, statuses: dict[TimetableStatus, int], *, approved: bool) -> int:
    """Count the steps that are done; a step counts only after all before it, and what is published needed them all."""
    if statuses.get(TimetableStatus.PUBLISHED):
        return len(STEPS)
    reached = (
        not is_missing,
        not is_blocked,
        bool(statuses),
        approved,
    )
    return next((number for number, is_done in enumerate(reached) if not is_done), len(reached))
