"""Review before publishing: a timetable is submitted, each department comments on its own classes and approves them.

An approval holds for one revision: what was changed afterwards is to be approved anew.
"""

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Timetable, TimetableApproval, TimetableComment, User
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict, NotFound, Problem
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _, first_of, ngettext
from webapp.services.timetables import lifecycle
from webapp.services.timetables.lifecycle import APPROVED, DRAFT, IN_REVIEW, SUBMITTED, StatusRefused
from webapp.services.timetables.reviews import NotInReview, ReviewState, department_reviews, entries_of_department
from webapp.services.views import audience
from webapp.services.views.entries import read_entries

LONGEST_COMMENT = 2000
MOST_NAMED = 20


class NothingToReview(Problem):
    """The timetable has no classes, so there is nothing to say about it."""


class StaleReview(Conflict):
    """The timetable is not what the reader saw when they approved it."""


class NotAllApproved(Problem):
    """Departments have not approved; the findings name them."""


class CommentRefused(Problem):
    """The comment is empty or too long."""


class ClassUnknown(NotFound):
    """The department has no such class in this timetable."""


# What the registrar does


def submit(user: User, timetable: Timetable) -> Timetable:
    """Show a draft to the heads of department; raises `StatusRefused` or `NothingToReview`."""
    lifecycle.lock(timetable)
    lifecycle.refuse_unless(timetable, SUBMITTED)
    departments = department_reviews(timetable)
    if not departments:
        raise NothingToReview(_("%(name)s has no classes, so there is nothing to review.", name=timetable.variant_name))
    after = {"revision": timetable.revision, "departments": len(departments)}
    lifecycle.change(user, timetable, SUBMITTED, after=after)
    return timetable


def withdraw(user: User, timetable: Timetable) -> Timetable:
    """Take a timetable back from review; what was said stays, and heads no longer see it."""
    lifecycle.lock(timetable)
    if timetable.status not in IN_REVIEW:
        words = _(
            "%(name)s is %(status)s: only what is in review can be withdrawn from it.",
            name=timetable.variant_name,
            status=timetable.status.value,
        )
        raise StatusRefused(words)
    lifecycle.change(user, timetable, DRAFT)
    return timetable


def close_review(user: User, timetable: Timetable) -> Timetable:
    """Mark a timetable as approved when every department has approved it.

    Raises `StatusRefused`, or `NotAllApproved` with the names of those who have not.
    """
    lifecycle.lock(timetable)
    lifecycle.refuse_unless(timetable, APPROVED)
    missing = [review for review in department_reviews(timetable) if review.state is not ReviewState.APPROVED]
    if missing:
        words = ngettext(
            "%(num)d department has not approved %(name)s.",
            "%(num)d departments have not approved %(name)s.",
            len(missing),
            name=timetable.variant_name,
        )
        way = _("You can publish it all the same, and acknowledge each of them by name there.")
        raise NotAllApproved(
            f"{words} {way}", first_of([f"{review.code}: {review.name}" for review in missing], MOST_NAMED)
        )
    lifecycle.change(user, timetable, APPROVED, after={"revision": timetable.revision})
    return timetable


def resolve_comment(user: User, timetable: Timetable, comment_id: int) -> None:
    """Settle a comment; a second click does nothing. Raises NotFound."""
    of_timetable = TimetableComment.timetable_id == timetable.timetable_id
    comment = load(user, TimetableComment, comment_id, of_timetable, lock=True)
    if comment.resolved_at is None:
        comment.resolved_at = db.session.scalar(sa.select(sa.func.now()))
        after = {"resolved": True, "timetable_id": timetable.timetable_id}
        action = "timetable_comment.resolve"
        audit.record(timetable.organization_id, user, action, comment, before={"resolved": False}, after=after)


# What a head of department does


def comment(
    user: User, timetable: Timetable, department_id: int, body: str, entry_id: int | None = None
) -> TimetableComment:
    """Say something for a department about a timetable or one of its classes; a double click says it once.

    Raises `CommentRefused`, `ClassUnknown`, `NotInReview`, and what `audience.department_of` does.
    """
    department = audience.department_of(user, department_id)
    _lock_in_review(timetable)
    text = _checked_text(body)
    of_class = entries_of_department(department_id, *(() if entry_id is None else (entry_id,)))
    if entry_id is not None and not read_entries(timetable.timetable_id, *of_class):
        names = {"name": timetable.variant_name, "department": department.name}
        raise ClassUnknown(_("%(name)s has no such class of %(department)s.", **names))
    about = {"timetable_id": timetable.timetable_id, "department_id": department_id, "entry_id": entry_id}
    same = sa.select(TimetableComment).filter_by(**about, author_id=user.user_id, body=text, resolved_at=None)
    stored = db.session.scalars(same.limit(1)).first()
    if stored is None:
        stored = TimetableComment(**about, author_id=user.user_id, body=text)
        db.session.add(stored)
        db.session.flush()
        after = {**about, "body": text}
        audit.record(timetable.organization_id, user, "timetable_comment.add", stored, after=after)
    return stored


def approve(user: User, timetable: Timetable, department_id: int, revision: int) -> None:
    """Give a department's word that its classes may stand as the reader saw them; a double click gives it once.

    Raises `StaleReview`, `StatusRefused`, `NotInReview`, and what `audience.headed_department` does.
    """
    audience.headed_department(user, department_id)
    _lock_submitted(timetable)
    if revision != timetable.revision:
        words = _(
            "%(name)s has changed since you looked at it, so nothing was approved. Look again.",
            name=timetable.variant_name,
        )
        raise StaleReview(words)
    given = _approval(timetable, department_id)
    if given is None or given.revision != revision:
        before = {"revision": given.revision} if given else None
        given = given or TimetableApproval(timetable_id=timetable.timetable_id, department_id=department_id)
        given.revision, given.approved_by_id, given.created_at = revision, user.user_id, sa.func.now()
        db.session.add(given)
        db.session.flush()
        after = {"timetable_id": timetable.timetable_id, "department_id": department_id, "revision": revision}
        audit.record(timetable.organization_id, user, "timetable_approval.give", given, before=before, after=after)


def take_back(user: User, timetable: Timetable, department_id: int) -> None:
    """Undo a department's approval while the review is open; raises as `approve` does."""
    audience.headed_department(user, department_id)
    _lock_submitted(timetable)
    given = _approval(timetable, department_id)
    if given is not None:
        before = {"timetable_id": given.timetable_id, "department_id": department_id, "revision": given.revision}
        audit.record(timetable.organization_id, user, "timetable_approval.take_back", given, before=before)
        db.session.delete(given)
        db.session.flush()


def _lock_in_review(timetable: Timetable) -> None:
    if lifecycle.lock(timetable).status not in IN_REVIEW:
        raise NotInReview(_("The timetable is not in review any more: it was withdrawn or published meanwhile."))


def _lock_submitted(timetable: Timetable) -> None:
    _lock_in_review(timetable)
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
        sizes = {"length": len(text), "most": LONGEST_COMMENT}
        raise CommentRefused(_("The comment has %(length)s characters; at most %(most)s are kept.", **sizes))
    return text
