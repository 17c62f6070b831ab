"""What the heads of department say about the timetables that are in review: approvals, comments, and who is asked."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import (
    Course,
    Department,
    Role,
    Term,
    Timetable,
    TimetableApproval,
    TimetableComment,
    TimetableEntry,
    User,
)
from webapp.services.problem.words.labels import entry_in_words
from webapp.services.shared.errors import NotFound
from webapp.services.shared.scoped import find, rows_of
from webapp.services.shared.words import _
from webapp.services.timetables.lifecycle import IN_REVIEW, SUBMITTED
from webapp.services.views.entries import SeenEntry, read_entries


class NotInReview(NotFound):
    """Nothing of this number is before the heads of department."""


class ReviewState(StrEnum):
    """What a department has said about a timetable."""

    APPROVED = "approved"
    COMMENTS = "comments"
    SILENT = "silent"


@dataclass(frozen=True)
class DepartmentReview:
    """A department with classes in a timetable, and its word on it."""

    department_id: int
    code: str
    name: str
    classes: int
    state: ReviewState
    open_comments: int
    heads: tuple[str, ...]
    """Who can speak for the department; nobody where no account is its head's."""
    approved_by: str | None = None
    approved_at: datetime | None = None
    is_outdated: bool = False
    """Whether the department approved an earlier state of the timetable."""


@dataclass(frozen=True)
class CommentView:
    """A comment as its readers see it; about a class where it has a label."""

    timetable_comment_id: int
    body: str
    author: str
    by_registrar: bool
    department_id: int | None
    department: str
    entry_id: int | None
    label: str
    created_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True)
class TimetableReview:
    """A timetable with what the departments have said."""

    timetable: Timetable
    departments: list[DepartmentReview]

    @property
    def approved(self) -> int:
        """How many departments have approved it."""
        return sum(department.state is ReviewState.APPROVED for department in self.departments)

    @property
    def silent(self) -> int:
        """How many departments have said nothing."""
        return sum(department.state is ReviewState.SILENT for department in self.departments)

    @property
    def open_comments(self) -> int:
        """How many comments of departments are not settled."""
        return sum(department.open_comments for department in self.departments)


def in_review(user: User, timetable_id: int) -> Timetable:
    """A timetable that is before the heads of the user's organisation; raises `NotInReview`."""
    timetable = find(user, Timetable, timetable_id, Timetable.status.in_(IN_REVIEW))
    if timetable is None:
        words = _("No timetable %(number)s is in review. It may have been withdrawn or published.", number=timetable_id)
        raise NotInReview(words)
    return timetable


def all_in_review(user: User, term: Term | None = None) -> Sequence[Timetable]:
    """The timetables before the heads of the user's organisation, latest first; of one term where it is named."""
    query = rows_of(user, Timetable).where(Timetable.status.in_(IN_REVIEW))
    if term is not None:
        query = query.where(Timetable.term_id == term.term_id)
    return db.session.scalars(query.order_by(Timetable.timetable_id.desc())).all()


def reviews_of(user: User, term: Term) -> list[TimetableReview]:
    """The timetables in review of a term, latest first, with what the departments have said."""
    return [TimetableReview(timetable, department_reviews(timetable)) for timetable in all_in_review(user, term)]


def waiting_for(user: User) -> list[Timetable]:
    """The submitted timetables with classes of the head's department that it has not approved as they are now."""
    if user.department_id is None:
        return []
    submitted = [timetable for timetable in all_in_review(user) if timetable.status is SUBMITTED]
    return [
        timetable
        for timetable in submitted
        if any(review.state is not ReviewState.APPROVED for review in department_reviews(timetable, user.department_id))
    ]


def department_reviews(timetable: Timetable, department_id: int | None = None) -> list[DepartmentReview]:
    """The departments with classes in a timetable and what each has said, by code; or the one that is named.

    Four queries, however many departments there are.
    """
    counted = (
        sa.select(Department.department_id, Department.code, Department.name, sa.func.count())
        .join(Course, Course.department_id == Department.department_id)
        .join(TimetableEntry, TimetableEntry.course_id == Course.course_id)
        .where(TimetableEntry.timetable_id == timetable.timetable_id)
        .group_by(Department.department_id)
        .order_by(Department.code)
    )
    if department_id is not None:
        counted = counted.where(Department.department_id == department_id)
    approvals = {
        approval.department_id: (approval, name)
        for approval, name in db.session.execute(
            sa.select(TimetableApproval, User.name)
            .outerjoin(User, User.user_id == TimetableApproval.approved_by_id)
            .where(TimetableApproval.timetable_id == timetable.timetable_id)
        )
    }
    comments, heads = _open_comments(timetable), _heads(timetable.organization_id)
    departments = []
    for key, code, name, classes in db.session.execute(counted):
        approval, by = approvals.get(key, (None, None))
        holds = approval is not None and approval.revision == timetable.revision
        state = ReviewState.APPROVED if holds else ReviewState.COMMENTS if comments[key] else ReviewState.SILENT
        departments.append(
            DepartmentReview(
                department_id=key,
                code=code,
                name=name,
                classes=classes,
                state=state,
                open_comments=comments[key],
                heads=heads.get(key, ()),
                approved_by=by if holds else None,
                approved_at=approval.created_at if approval and holds else None,
                is_outdated=approval is not None and not holds,
            )
        )
    return departments


def department_review(timetable: Timetable, department_id: int) -> DepartmentReview | None:
    """The review of a timetable by a department; None where it has no class in it."""
    return next(iter(department_reviews(timetable, department_id)), None)


def _open_comments(timetable: Timetable) -> Counter[int]:
    """By department, what the department itself has said that is not settled; an answer of the registrar isn't."""
    query = (
        sa.select(TimetableComment.department_id, sa.func.count())
        .outerjoin(User, User.user_id == TimetableComment.author_id)
        .where(
            TimetableComment.timetable_id == timetable.timetable_id,
            TimetableComment.resolved_at.is_(None),
            _from_the_office().is_not(True),
        )
        .group_by(TimetableComment.department_id)
    )
    return Counter({key: number for key, number in db.session.execute(query) if key is not None})


def _from_the_office() -> sa.ColumnElement[bool]:
    """The condition of a comment from the office: a registrar who heads the department speaks for that."""
    heads = sa.and_(User.has_role(Role.HOD), User.department_id == TimetableComment.department_id)
    return sa.and_(User.has_role(Role.REGISTRAR), heads.is_not(True))


def _heads(organization_id: int) -> dict[int, tuple[str, ...]]:
    query = (
        sa.select(User.department_id, User.name)
        .filter_by(organization_id=organization_id, is_enabled=True)
        .where(User.has_role(Role.HOD))
    )
    heads: dict[int, tuple[str, ...]] = {}
    for key, name in db.session.execute(query.order_by(User.name)):
        if key is not None:
            heads[key] = (*heads.get(key, ()), name)
    return heads


def comments_of(
    timetable: Timetable, department_id: int | None = None, *, only_open: bool = False
) -> list[CommentView]:
    """The comments on a timetable, open ones first, then the latest; by one department where it is named."""
    query = (
        sa.select(TimetableComment, User.name, _from_the_office(), Department.name)
        .outerjoin(User, User.user_id == TimetableComment.author_id)
        .outerjoin(Department, Department.department_id == TimetableComment.department_id)
        .where(TimetableComment.timetable_id == timetable.timetable_id)
        .order_by(TimetableComment.resolved_at.is_not(None), TimetableComment.timetable_comment_id.desc())
    )
    if department_id is not None:
        query = query.where(TimetableComment.department_id == department_id)
    if only_open:
        query = query.where(TimetableComment.resolved_at.is_(None))
    rows = db.session.execute(query).all()
    labels = _labels(timetable, {row[0].entry_id for row in rows if row[0].entry_id is not None})
    return [
        CommentView(
            timetable_comment_id=comment.timetable_comment_id,
            body=comment.body,
            author=name or _("Somebody"),
            by_registrar=bool(by_registrar),
            department_id=comment.department_id,
            department=department or "",
            entry_id=comment.entry_id,
            label=labels.get(comment.entry_id or 0, ""),
            created_at=comment.created_at,
            resolved_at=comment.resolved_at,
        )
        for comment, name, by_registrar, department in rows
    ]


def _labels(timetable: Timetable, entry_ids: Iterable[int]) -> dict[int, str]:
    if not entry_ids:
        return {}
    seen = read_entries(timetable.timetable_id, TimetableEntry.entry_id.in_(list(entry_ids)))
    return {entry.view.entry_id: label_of(entry) for entry in seen}


def label_of(entry: SeenEntry) -> str:
    """A class in words: "CSE301 A, Monday 09:00, LH-1"."""
    view = entry.view
    return f"{view.course_code} {view.section}, {entry_in_words(view.days, view.start, view.room_code)}"


def classes_of(timetable: Timetable, department_id: int) -> list[tuple[int, str]]:
    """A department's own classes with their labels, by course."""
    seen = read_entries(timetable.timetable_id, *entries_of_department(department_id))
    return sorted(((entry.view.entry_id, label_of(entry)) for entry in seen), key=lambda pair: pair[1])


def entries_of_department(department_id: int, *entry_ids: int) -> list[sa.ColumnElement[bool]]:
    """Conditions of `read_entries`: the classes of a department's courses, or those of them that are named."""
    of_department = sa.select(Course.course_id).where(Course.department_id == department_id)
    conditions: list[sa.ColumnElement[bool]] = [TimetableEntry.course_id.in_(of_department)]
    return [*conditions, TimetableEntry.entry_id.in_(entry_ids)] if entry_ids else conditions
