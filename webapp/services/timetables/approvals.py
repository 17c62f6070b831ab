"""Review before publishing: a timetable is submitted, each department comments on its own classes and approves them.

An approval holds for one revision: what was changed afterwards is to be approved anew.
"""

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
from webapp.services.problem.labels import entry_in_words
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict, NotFound, Problem
from webapp.services.shared.words import _, ngettext
from webapp.services.timetables import lifecycle
from webapp.services.timetables.lifecycle import APPROVED, DRAFT, IN_REVIEW, SUBMITTED, StatusRefused
from webapp.services.views import audience
from webapp.services.views.entries import SeenEntry, read_entries

LONGEST_COMMENT = 2000


class NotInReview(NotFound):
    """Nothing of this number is before the heads of department."""


class NothingToReview(Problem):
    """The timetable has no classes, so there is nothing to say about it."""


class StaleReview(Conflict):
    """The timetable is not what the reader saw when they approved it."""


class NotAllApproved(Problem):
    """Departments have not approved; the findings name them."""


class CommentRefused(Problem):
    """The comment is empty or too long."""


class CommentUnknown(NotFound):
    """The timetable has no such comment."""


class ClassUnknown(NotFound):
    """The department has no such class in this timetable."""


class State(StrEnum):
    """What a department has said about a timetable."""

    APPROVED = "approved"
    COMMENTS = "comments"
    SILENT = "silent"


@dataclass(frozen=True)
class Standing:
    """A department with classes in a timetable, and its word on it."""

    department_id: int
    code: str
    name: str
    classes: int
    state: State
    open_comments: int
    heads: tuple[str, ...]
    """Who can speak for the department; nobody where no account is its head's."""
    approved_by: str | None = None
    approved_at: datetime | None = None
    is_outdated: bool = False
    """Whether the department approved an earlier state of the timetable."""


@dataclass(frozen=True)
class Said:
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
class Review:
    """A timetable with what the departments have said."""

    timetable: Timetable
    standings: list[Standing]

    def count(self, state: str) -> int:
        """How many departments stand so."""
        return sum(one.state == state for one in self.standings)

    @property
    def open_comments(self) -> int:
        """How many comments of departments are not settled."""
        return sum(one.open_comments for one in self.standings)


# What the registrar does


def submit(user: User, timetable: Timetable) -> Timetable:
    """Show a draft to the heads of department, and commit; raises `StatusRefused` or `NothingToReview`."""
    lifecycle.lock(timetable)
    lifecycle.refuse_unless(timetable, SUBMITTED)
    standing = standings(timetable)
    if not standing:
        raise NothingToReview(_("%(name)s has no classes, so there is nothing to review.", name=timetable.variant_name))
    after = {"revision": timetable.revision, "departments": len(standing)}
    lifecycle.change(user, timetable, SUBMITTED, after=after)
    db.session.commit()
    return timetable


def withdraw(user: User, timetable: Timetable) -> Timetable:
    """Take a timetable back from review, and commit; what was said stays, and heads no longer see it."""
    lifecycle.lock(timetable)
    if timetable.status not in IN_REVIEW:
        raise StatusRefused(
            _(
                "%(name)s is %(status)s: only what is in review can be withdrawn from it.",
                name=timetable.variant_name,
                status=timetable.status.value,
            )
        )
    lifecycle.change(user, timetable, DRAFT)
    db.session.commit()
    return timetable


def mark_approved(user: User, timetable: Timetable) -> Timetable:
    """Close the review when every department has approved, and commit.

    Raises `StatusRefused`, or `NotAllApproved` with the names of those who have not.
    """
    lifecycle.lock(timetable)
    lifecycle.refuse_unless(timetable, APPROVED)
    missing = [one for one in standings(timetable) if one.state is not State.APPROVED]
    if missing:
        raise NotAllApproved(
            ngettext("%(num)d department has not approved %(name)s.", "%(num)d departments have not approved %(name)s.",
                     len(missing), name=timetable.variant_name)
            + " " + _("You can publish it all the same, and acknowledge each of them by name there."),
            [f"{one.code}: {one.name}" for one in missing],
        )  # fmt: skip
    lifecycle.change(user, timetable, APPROVED, after={"revision": timetable.revision})
    db.session.commit()
    return timetable


def resolve(user: User, timetable: Timetable, comment_id: int) -> None:
    """Settle a comment, and commit; a second click does nothing. Raises `CommentUnknown`."""
    query = sa.select(TimetableComment).filter_by(timetable_comment_id=comment_id, timetable_id=timetable.timetable_id)
    comment = db.session.scalars(query.with_for_update()).one_or_none()
    if comment is None:
        raise CommentUnknown(_("%(name)s has no such comment.", name=timetable.variant_name))
    if comment.resolved_at is None:
        comment.resolved_at = db.session.scalar(sa.select(sa.func.now()))
        audit.record(timetable.organization_id, user, "timetable_comment.resolve", comment, before={"resolved": False},
                     after={"resolved": True, "timetable_id": timetable.timetable_id})  # fmt: skip
    db.session.commit()


# What a head of department does


def in_review(user: User, timetable_id: int) -> Timetable:
    """A timetable that is before the heads of the user's organisation; raises `NotInReview`."""
    query = sa.select(Timetable).filter_by(organization_id=user.organization_id, timetable_id=timetable_id)
    timetable = db.session.scalars(query.where(Timetable.status.in_(IN_REVIEW))).one_or_none()
    if timetable is None:
        raise NotInReview(_("No timetable %(number)s is in review. It may have been withdrawn or published.",
                            number=timetable_id))  # fmt: skip
    return timetable


def all_in_review(user: User, term: Term | None = None) -> Sequence[Timetable]:
    """What is before the heads of the user's organisation, latest first; of one term where it is named."""
    query = sa.select(Timetable).where(
        Timetable.organization_id == user.organization_id, Timetable.status.in_(IN_REVIEW)
    )
    if term is not None:
        query = query.where(Timetable.term_id == term.term_id)
    return db.session.scalars(query.order_by(Timetable.timetable_id.desc())).all()


def reviews_of(user: User, term: Term) -> list[Review]:
    """What is in review of a term, latest first, with what the departments have said."""
    return [Review(one, standings(one)) for one in all_in_review(user, term)]


def waiting_for(user: User) -> list[Timetable]:
    """What is submitted and has classes of the head's department, which has not approved it as it is now."""
    found = []
    for timetable in all_in_review(user):
        own = standings(timetable, user.department_id) if user.department_id and timetable.status is SUBMITTED else []
        if own and own[0].state is not State.APPROVED:
            found.append(timetable)
    return found


def comment(
    user: User, timetable: Timetable, department_id: int, body: str, entry_id: int | None = None
) -> TimetableComment:
    """Say something for a department about a timetable or one of its classes, and commit; a double click says it once.

    Raises `CommentRefused`, `ClassUnknown`, `NotInReview`, and what `viewing.department_of` does.
    """
    department = audience.department_of(user, department_id)
    _still_in_review(timetable)
    text = _checked_text(body)
    if entry_id is not None and not read_entries(timetable.timetable_id, *_own(department_id, entry_id)):
        raise ClassUnknown(_("%(name)s has no such class of %(department)s.", name=timetable.variant_name,
                             department=department.name))  # fmt: skip
    same = sa.select(TimetableComment).filter_by(
        timetable_id=timetable.timetable_id, department_id=department_id, entry_id=entry_id, author_id=user.user_id,
        body=text, resolved_at=None,
    )  # fmt: skip
    said = db.session.scalars(same.limit(1)).first()
    if said is None:
        said = TimetableComment(
            timetable_id=timetable.timetable_id, department_id=department_id, entry_id=entry_id,
            author_id=user.user_id, body=text,
        )  # fmt: skip
        db.session.add(said)
        db.session.flush()
        after = {"timetable_id": timetable.timetable_id, "department_id": department_id, "entry_id": entry_id}
        audit.record(timetable.organization_id, user, "timetable_comment.add", said, after={**after, "body": text})
    db.session.commit()
    return said


def approve(user: User, timetable: Timetable, department_id: int, revision: int) -> None:
    """A department's word that its classes may stand as the reader saw them, and commit; a double click says it once.

    Raises `StaleReview`, `StatusRefused`, `NotInReview`, and what `viewing.department_of` does.
    """
    audience.department_of(user, department_id)
    _while_submitted(timetable)
    if revision != timetable.revision:
        raise StaleReview(
            _("%(name)s has changed since you looked at it, so nothing was approved. Look again.",
              name=timetable.variant_name)
        )  # fmt: skip
    given = _approval(timetable, department_id)
    if given is None or given.revision != revision:
        before = {"revision": given.revision} if given else None
        given = given or TimetableApproval(timetable_id=timetable.timetable_id, department_id=department_id)
        given.revision, given.approved_by_id, given.created_at = revision, user.user_id, sa.func.now()
        db.session.add(given)
        db.session.flush()
        after = {"timetable_id": timetable.timetable_id, "department_id": department_id, "revision": revision}
        audit.record(timetable.organization_id, user, "timetable_approval.give", given, before=before, after=after)
    db.session.commit()


def take_back(user: User, timetable: Timetable, department_id: int) -> None:
    """Undo a department's approval while the review is open, and commit; raises as `approve` does."""
    audience.department_of(user, department_id)
    _while_submitted(timetable)
    given = _approval(timetable, department_id)
    if given is not None:
        before = {
            "timetable_id": timetable.timetable_id,
            "department_id": department_id,
            "revision": given.revision,
        }
        audit.record(timetable.organization_id, user, "timetable_approval.take_back", given, before=before)
        db.session.delete(given)
    db.session.commit()


def _still_in_review(timetable: Timetable) -> None:
    if lifecycle.lock(timetable).status not in IN_REVIEW:
        raise NotInReview(_("The timetable is not in review any more: it was withdrawn or published meanwhile."))


def _while_submitted(timetable: Timetable) -> None:
    _still_in_review(timetable)
    if timetable.status is not SUBMITTED:
        raise StatusRefused(
            _("The review of %(name)s is closed: the registrar has marked it as approved.", name=timetable.variant_name)
        )


def _approval(timetable: Timetable, department_id: int) -> TimetableApproval | None:
    query = sa.select(TimetableApproval).filter_by(timetable_id=timetable.timetable_id, department_id=department_id)
    return db.session.scalars(query).one_or_none()


def _checked_text(body: str) -> str:
    text = body.replace("\r\n", "\n").strip()
    if not text:
        raise CommentRefused(_("The comment is empty: write what should be different."))
    if len(text) > LONGEST_COMMENT:
        raise CommentRefused(
            _("The comment has %(length)s characters; at most %(most)s are kept.", length=len(text),
              most=LONGEST_COMMENT)
        )  # fmt: skip
    return text


def _own(department_id: int, *entry_ids: int) -> list[sa.ColumnElement[bool]]:
    of_department = sa.select(Course.course_id).where(Course.department_id == department_id)
    conditions: list[sa.ColumnElement[bool]] = [TimetableEntry.course_id.in_(of_department)]
    if entry_ids:
        conditions.append(TimetableEntry.entry_id.in_(entry_ids))
    return conditions


# What both see


def standings(timetable: Timetable, department_id: int | None = None) -> list[Standing]:
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
    found = []
    for key, code, name, classes in db.session.execute(counted):
        approval, by = approvals.get(key, (None, None))
        holds = approval is not None and approval.revision == timetable.revision
        state = State.APPROVED if holds else State.COMMENTS if comments[key] else State.SILENT
        found.append(
            Standing(
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
    return found


def _open_comments(timetable: Timetable) -> Counter[int]:
    """By department, what the department itself has said that is not settled; an answer of the registrar isn't."""
    query = (
        sa.select(TimetableComment.department_id, sa.func.count())
        .outerjoin(User, User.user_id == TimetableComment.author_id)
        .where(
            TimetableComment.timetable_id == timetable.timetable_id,
            TimetableComment.resolved_at.is_(None),
            User.has_role(Role.REGISTRAR).is_not(True),
        )
        .group_by(TimetableComment.department_id)
    )
    return Counter({key: number for key, number in db.session.execute(query) if key is not None})


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


def comments_of(timetable: Timetable, department_id: int | None = None, *, only_open: bool = False) -> list[Said]:
    """What was said about a timetable, open ones first, then the latest; by one department where it is named."""
    query = (
        sa.select(TimetableComment, User.name, User.has_role(Role.REGISTRAR), Department.name)
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
        Said(
            timetable_comment_id=said.timetable_comment_id,
            body=said.body,
            author=name or _("Somebody"),
            by_registrar=bool(by_registrar),
            department_id=said.department_id,
            department=department or "",
            entry_id=said.entry_id,
            label=labels.get(said.entry_id or 0, ""),
            created_at=said.created_at,
            resolved_at=said.resolved_at,
        )
        for said, name, by_registrar, department in rows
    ]


def _labels(timetable: Timetable, entry_ids: Iterable[int]) -> dict[int, str]:
    if not entry_ids:
        return {}
    seen = read_entries(timetable.timetable_id, TimetableEntry.entry_id.in_(list(entry_ids)))
    return {entry.view.entry_id: label_of(entry) for entry in seen}


def label_of(entry: SeenEntry) -> str:
    """A class in words: "CSE301 A, Monday 09:00, LH-1"."""
    view = entry.view
    return f"{view.course_code} {view.section}, {entry_in_words(view.day, view.start, view.room_code)}"


def classes_of(timetable: Timetable, department_id: int) -> list[tuple[int, str]]:
    """A department's own classes with their labels, by course."""
    seen = read_entries(timetable.timetable_id, *_own(department_id))
    return sorted(((entry.view.entry_id, label_of(entry)) for entry in seen), key=lambda pair: pair[1])
