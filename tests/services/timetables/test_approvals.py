"""Who says what about a submitted timetable, which status may follow which, and what a word is worth later."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.extensions import db
from webapp.models import AuditEvent, Role, Timetable, TimetableApproval, TimetableComment, TimetableStatus, User
from webapp.services.shared.errors import NotFound
from webapp.services.timetables import approvals, lifecycle, reviews
from webapp.services.timetables.approvals import (
    LONGEST_COMMENT,
    ClassUnknown,
    CommentRefused,
    NotAllApproved,
    NothingToReview,
    StaleReview,
)
from webapp.services.timetables.lifecycle import AlreadyPublished, StatusRefused
from webapp.services.timetables.reviews import NotInReview, ReviewState
from webapp.services.views.audience import NotYours

Db = scoped_session[Session]
DRAFT, SUBMITTED, APPROVED, PUBLISHED, SUPERSEDED = TimetableStatus
ALLOWED = {
    (DRAFT, SUBMITTED): "timetable.submit",
    (DRAFT, PUBLISHED): "timetable.publish",
    (SUBMITTED, DRAFT): "timetable.withdraw",
    (SUBMITTED, APPROVED): "timetable.approve",
    (SUBMITTED, PUBLISHED): "timetable.publish",
    (APPROVED, DRAFT): "timetable.withdraw",
    (APPROVED, PUBLISHED): "timetable.publish",
    (PUBLISHED, SUPERSEDED): "timetable.supersede",
    (PUBLISHED, DRAFT): "timetable.unpublish",
    (SUPERSEDED, PUBLISHED): "timetable.publish",
}


@pytest.fixture
def uni(session: Db) -> University:
    return university()


def head(uni: University, department_id: int) -> User:
    return factories.user(uni.organization, Role.HOD, department_id=department_id)


def submitted(uni: University) -> Timetable:
    return approvals.submit(uni.registrar, uni.timetable())


def states(timetable: Timetable) -> dict[str, ReviewState]:
    return {one.code: one.state for one in reviews.department_reviews(timetable)}


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.audit_event_id)))


@pytest.mark.parametrize("wanted", TimetableStatus)
@pytest.mark.parametrize("status", TimetableStatus)
def test_every_pair_of_statuses_is_allowed_with_an_audit_row_or_refused_in_words(
    session: Db, status: TimetableStatus, wanted: TimetableStatus
) -> None:
    user = factories.user()
    timetable = factories.timetable(factories.term(user.organization), status=status, variant_name="Balanced")
    if (status, wanted) in ALLOWED:
        lifecycle.change(user, timetable, wanted)
        event = db.session.scalars(sa.select(AuditEvent)).one()
        assert (timetable.status, event.action) == (wanted, ALLOWED[status, wanted])
        assert (event.before, event.after) == ({"status": status.value}, {"status": wanted.value})
        return
    with pytest.raises(StatusRefused, match=f"Balanced is {status.value}, so it can't become {wanted.value}") as no:
        lifecycle.change(user, timetable, wanted)
    assert isinstance(no.value, AlreadyPublished) == (status is wanted is PUBLISHED)
    assert timetable.status is status
    assert not actions()


def test_departments_with_classes_are_asked_and_approve_one_by_one(uni: University) -> None:
    factories.department(uni.organization, "ART")
    timetable = submitted(uni)
    assert states(timetable) == {"CSE": ReviewState.SILENT, "MAT": ReviewState.SILENT}
    cse = head(uni, uni.cse.department_id)
    approvals.approve(cse, timetable, uni.cse.department_id, timetable.revision)
    approvals.approve(cse, timetable, uni.cse.department_id, timetable.revision)
    assert states(timetable) == {"CSE": ReviewState.APPROVED, "MAT": ReviewState.SILENT}
    assert actions().count("timetable_approval.give") == 1
    with pytest.raises(NotAllApproved, match="1 department has not approved Balanced") as refused:
        approvals.close_review(uni.registrar, timetable)
    assert refused.value.findings == ("MAT: Maths",)
    maths = head(uni, uni.mat.department_id)
    approvals.approve(maths, timetable, uni.mat.department_id, timetable.revision)
    assert approvals.close_review(uni.registrar, timetable).status is APPROVED
    with pytest.raises(StatusRefused, match="review of Balanced is closed"):
        approvals.take_back(maths, timetable, uni.mat.department_id)


def test_an_approval_is_taken_back_while_the_review_is_open(uni: University) -> None:
    timetable, cse = submitted(uni), head(uni, uni.cse.department_id)
    approvals.approve(cse, timetable, uni.cse.department_id, timetable.revision)
    approvals.take_back(cse, timetable, uni.cse.department_id)
    assert states(timetable)["CSE"] is ReviewState.SILENT
    assert actions()[-1] == "timetable_approval.take_back"


def test_an_approval_is_for_what_was_seen_and_void_when_it_changes(uni: University) -> None:
    timetable, cse = submitted(uni), head(uni, uni.cse.department_id)
    approvals.approve(cse, timetable, uni.cse.department_id, timetable.revision)
    approvals.withdraw(uni.registrar, timetable)
    timetable.revision += 1
    approvals.submit(uni.registrar, timetable)
    own = reviews.department_reviews(timetable, uni.cse.department_id)[0]
    assert (own.state, own.is_outdated) == (ReviewState.SILENT, True)
    with pytest.raises(StaleReview, match="has changed since you looked at it"):
        approvals.approve(cse, timetable, uni.cse.department_id, timetable.revision - 1)
    approvals.approve(cse, timetable, uni.cse.department_id, timetable.revision)
    assert states(timetable)["CSE"] is ReviewState.APPROVED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(TimetableApproval)) == 1


def test_a_comment_is_anchored_to_a_class_and_settled_by_the_registrar(uni: University) -> None:
    timetable, cse = submitted(uni), head(uni, uni.cse.department_id)
    (entry_id, label), *_rest = reviews.classes_of(timetable, uni.cse.department_id)
    for _click in range(2):
        said = approvals.comment(cse, timetable, uni.cse.department_id, "  Too early. \r\nPlease.", entry_id)
    (seen,) = reviews.comments_of(timetable, uni.cse.department_id)
    assert (seen.body, seen.label, seen.entry_id) == ("Too early. \nPlease.", label, entry_id)
    assert label.startswith("CSE301 A, ")
    assert states(timetable) == {"CSE": ReviewState.COMMENTS, "MAT": ReviewState.SILENT}
    assert not reviews.comments_of(timetable, uni.mat.department_id)
    for _click in range(2):
        approvals.resolve_comment(uni.registrar, timetable, said.timetable_comment_id)
    assert states(timetable)["CSE"] is ReviewState.SILENT
    assert actions().count("timetable_comment.resolve") == 1
    with pytest.raises(NotFound):
        approvals.resolve_comment(uni.registrar, uni.timetable("Other"), said.timetable_comment_id)


def test_a_registrar_who_heads_a_department_speaks_for_that_one_alone(uni: University) -> None:
    links = {"department_id": uni.cse.department_id}
    both = factories.user(uni.organization, Role.REGISTRAR, Role.HOD, **links)
    timetable = approvals.submit(both, uni.timetable())
    approvals.comment(both, timetable, uni.cse.department_id, "Too early.")
    approvals.comment(both, timetable, uni.mat.department_id, "Moved.")
    assert {one.code: one.open_comments for one in reviews.department_reviews(timetable)} == {"CSE": 1, "MAT": 0}
    approvals.approve(both, timetable, uni.cse.department_id, timetable.revision)
    for act in (
        lambda: approvals.approve(both, timetable, uni.mat.department_id, timetable.revision),
        lambda: approvals.take_back(both, timetable, uni.mat.department_id),
    ):
        with pytest.raises(NotYours, match="Only the head"):
            act()


def test_an_answer_of_the_registrar_opens_nothing(uni: University) -> None:
    timetable = submitted(uni)
    approvals.comment(uni.registrar, timetable, uni.cse.department_id, "Moved to Friday.")
    assert states(timetable)["CSE"] is ReviewState.SILENT
    assert reviews.comments_of(timetable, uni.cse.department_id)[0].by_registrar


@pytest.mark.parametrize(
    ("body", "words"), [(" \n ", "The comment is empty"), ("x" * (LONGEST_COMMENT + 1), "has 2001 characters")]
)
def test_a_comment_that_says_nothing_or_too_much_is_refused(uni: University, body: str, words: str) -> None:
    timetable, cse = submitted(uni), head(uni, uni.cse.department_id)
    with pytest.raises(CommentRefused, match=words):
        approvals.comment(cse, timetable, uni.cse.department_id, body)
    assert not db.session.scalars(sa.select(TimetableComment)).all()


def test_nobody_speaks_for_another_department_or_about_its_classes(uni: University) -> None:
    timetable, cse = submitted(uni), head(uni, uni.cse.department_id)
    other = uni.timetable("Compact-Week")
    foreign = [reviews.classes_of(timetable, uni.mat.department_id)[0][0]]
    foreign.append(reviews.classes_of(other, uni.cse.department_id)[0][0])
    for entry_id in (*foreign, 0):
        with pytest.raises(ClassUnknown, match="Balanced has no such class of Computing"):
            approvals.comment(cse, timetable, uni.cse.department_id, "Mine.", entry_id)
    for speak in (
        lambda key: approvals.approve(cse, timetable, key, timetable.revision),
        lambda key: approvals.take_back(cse, timetable, key),
        lambda key: approvals.comment(cse, timetable, key, "Mine."),
    ):
        with pytest.raises(NotYours):
            speak(uni.mat.department_id)
        with pytest.raises(NotFound):
            speak(factories.department().department_id)


def test_only_what_is_in_review_can_be_seen_and_spoken_about(uni: University) -> None:
    cse, timetable = head(uni, uni.cse.department_id), uni.timetable()
    for status in TimetableStatus:
        timetable.status = status
        db.session.flush()
        if status in (SUBMITTED, APPROVED):
            assert reviews.in_review(cse, timetable.timetable_id) is timetable
            assert reviews.all_in_review(cse) == [timetable]
            continue
        assert not reviews.all_in_review(cse)
        for act in (
            lambda: reviews.in_review(cse, timetable.timetable_id),
            lambda: approvals.comment(cse, timetable, uni.cse.department_id, "Hello"),
            lambda: approvals.approve(cse, timetable, uni.cse.department_id, timetable.revision),
        ):
            with pytest.raises(NotInReview):
                act()
    timetable.status = SUBMITTED
    db.session.flush()
    with pytest.raises(NotInReview):
        reviews.in_review(factories.user(role=Role.HOD), timetable.timetable_id)


def test_an_empty_timetable_has_nothing_to_review(uni: University) -> None:
    with pytest.raises(NothingToReview):
        approvals.submit(uni.registrar, factories.timetable(uni.term))


def test_a_draft_can_not_be_withdrawn_from_review(uni: University) -> None:
    with pytest.raises(StatusRefused, match="only what is in review can be withdrawn"):
        approvals.withdraw(uni.registrar, uni.timetable())
