"""What becomes public, what does not, and why."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.extensions import db
from webapp.models import AuditEvent, Role, Timetable, TimetableEntry, TimetableStatus, User
from webapp.services.timetables import approvals, publishing
from webapp.services.timetables.lifecycle import MAY_FOLLOW, AlreadyPublished, StatusRefused
from webapp.services.timetables.publishing import (
    BreaksHardRules,
    DataChanged,
    HasUnplaced,
    NotAcknowledged,
    PreviewStale,
    Seen,
    TimetableUnknown,
    unpublish,
)

Db = scoped_session[Session]


@pytest.fixture
def uni(session: Db) -> University:
    return university()


def publish(user: User | None, timetable: Timetable) -> Timetable:
    """Publish past what only needs an acknowledgement."""
    return publishing.publish(user, timetable, factories.EVERYTHING)


def keys_of(timetable: Timetable) -> list[str]:
    return [point.key for point in publishing.readiness(timetable).open_points()]


def test_publishing_numbers_hashes_and_notes_who_did_it(uni: University) -> None:
    timetable = publish(uni.registrar, uni.timetable())
    assert (timetable.status, timetable.number) == (TimetableStatus.PUBLISHED, 1)
    assert len(timetable.content_hash) == 12
    assert timetable.published_by_id == uni.registrar.user_id
    event = db.session.scalars(sa.select(AuditEvent).filter_by(action="timetable.publish")).one()
    assert event.after is not None
    assert (event.user_id, event.after["number"]) == (uni.registrar.user_id, 1)


def test_one_timetable_a_term_is_published_and_the_old_one_is_superseded(uni: University) -> None:
    first, second = uni.timetable("Balanced"), uni.timetable("Compact-Week", shift=1)
    publish(uni.registrar, first)
    publish(uni.registrar, second)
    assert (first.status, second.status) == (TimetableStatus.SUPERSEDED, TimetableStatus.PUBLISHED)
    assert (first.number, second.number) == (1, 2)
    assert first.content_hash != second.content_hash
    publishing.publish(uni.registrar, first)
    assert (first.status, second.status) == (TimetableStatus.PUBLISHED, TimetableStatus.SUPERSEDED)
    assert (first.number, second.number) == (1, 2)


def test_the_database_itself_holds_one_published_timetable_a_term(uni: University) -> None:
    uni.timetable("Balanced")
    uni.timetable("Compact-Week", shift=1)
    with pytest.raises(sa.exc.IntegrityError, match="one_published"):
        db.session.execute(sa.update(Timetable).values(status=TimetableStatus.PUBLISHED))


def test_a_timetable_with_unplaced_classes_is_refused_with_their_names(uni: University) -> None:
    timetable = uni.timetable(unplaced=2)
    with pytest.raises(HasUnplaced, match="2 classes have no place yet") as refused:
        publish(uni.registrar, timetable)
    assert any("MAT205 A, L 1" in finding for finding in refused.value.findings)
    assert timetable.status is TimetableStatus.DRAFT


def test_a_timetable_that_a_later_wish_forbids_is_refused_with_the_reason(uni: University) -> None:
    timetable = uni.timetable()
    entry = db.session.scalars(sa.select(TimetableEntry).filter_by(faculty_id=uni.sen.faculty_id).limit(1)).one()
    assert entry.time_slot is not None
    factories.availability(entry.time_slot, faculty_id=uni.sen.faculty_id)
    with pytest.raises(BreaksHardRules, match="1 rule that must hold") as refused:
        publish(uni.registrar, timetable)
    assert refused.value.findings[0].startswith("Dr Sen is not available for MAT")
    assert timetable.status is TimetableStatus.DRAFT


def test_a_reason_excuses_the_rules_that_it_was_given_for_and_no_later_one(uni: University) -> None:
    timetable = uni.timetable()
    entry = db.session.scalars(sa.select(TimetableEntry).filter_by(faculty_id=uni.sen.faculty_id).limit(1)).one()
    assert entry.time_slot is not None
    factories.availability(entry.time_slot, faculty_id=uni.sen.faculty_id)
    entry.override_reason, entry.override_rules = "Agreed with Dr Sen.", ["unavailable"]
    factories.availability(entry.time_slot, room_id=entry.room_id)
    db.session.flush()
    with pytest.raises(BreaksHardRules, match="1 rule that must hold") as refused:
        publish(uni.registrar, timetable)
    (said,) = refused.value.findings
    assert "HALL is closed" in said
    entry.override_rules = ["room_closed", "unavailable"]
    db.session.flush()
    assert publish(uni.registrar, timetable).status is TimetableStatus.PUBLISHED


def test_a_reason_given_by_hand_excuses_a_wish_but_no_double_booking(uni: University) -> None:
    timetable = uni.timetable()
    entry = db.session.scalars(sa.select(TimetableEntry).filter_by(faculty_id=uni.sen.faculty_id).limit(1)).one()
    assert entry.time_slot is not None
    factories.availability(entry.time_slot, faculty_id=uni.sen.faculty_id)
    entry.override_reason, entry.override_rules = "Agreed with Dr Sen.", ["unavailable"]
    db.session.flush()
    assert publish(uni.registrar, timetable).status is TimetableStatus.PUBLISHED
    unpublish(uni.registrar, timetable)
    for one in timetable.entries:
        one.override_reason, one.override_rules = "So be it.", ["unavailable", "room_clash"]
        one.time_slot_id, one.day = entry.time_slot_id, entry.day
        one.start_time, one.end_time = entry.start_time, entry.end_time
    db.session.flush()
    with pytest.raises(BreaksHardRules) as refused:
        publish(uni.registrar, timetable)
    assert any("HALL is booked twice" in finding for finding in refused.value.findings)


def test_a_timetable_that_says_otherwise_than_the_data_of_today_is_refused(uni: University) -> None:
    timetable = uni.timetable()
    uni.logic.teachers[0].faculty_id = uni.iyer.faculty_id
    db.session.flush()
    with pytest.raises(DataChanged) as refused:
        publish(uni.registrar, timetable)
    assert refused.value.findings == ("MAT205 A, L 1: who teaches it has changed since.",)


def test_a_timetable_whose_time_slots_have_moved_is_refused(uni: University) -> None:
    timetable = uni.timetable()
    entry = db.session.scalars(sa.select(TimetableEntry).filter_by(timetable_id=timetable.timetable_id)).first()
    assert entry is not None
    slot = entry.time_slot
    assert slot is not None
    slot.start_time = (datetime.combine(date(2024, 1, 1), slot.start_time) + timedelta(minutes=5)).time()
    db.session.flush()
    with pytest.raises(DataChanged) as refused:
        publish(uni.registrar, timetable)
    assert any("the hours of its time slot have changed" in finding for finding in refused.value.findings)


@pytest.mark.parametrize("status", TimetableStatus)
def test_a_status_becomes_nothing_but_what_the_table_says(uni: University, status: TimetableStatus) -> None:
    timetable = uni.timetable()
    timetable.status = status
    db.session.flush()
    if TimetableStatus.PUBLISHED in MAY_FOLLOW[status]:
        assert publish(uni.registrar, timetable).status is TimetableStatus.PUBLISHED
    else:
        with pytest.raises(StatusRefused, match=f"is {status.value}, so it can't become published"):
            publish(uni.registrar, timetable)


def test_unpublishing_leaves_the_term_without_a_published_timetable(uni: University) -> None:
    timetable = publish(uni.registrar, uni.timetable())
    assert unpublish(uni.registrar, timetable).status is TimetableStatus.DRAFT
    with pytest.raises(StatusRefused):
        unpublish(uni.registrar, timetable)


def test_a_variant_is_found_by_name_and_others_are_listed(uni: University) -> None:
    uni.timetable("Balanced")
    newer = uni.timetable("Balanced", shift=1)
    assert publishing.latest_named(uni.term, "balanced") is newer
    with pytest.raises(TimetableUnknown, match="there are: Balanced"):
        publishing.latest_named(uni.term, "Best")


def test_each_department_that_has_not_approved_is_acknowledged_by_name(uni: University) -> None:
    timetable = approvals.submit(uni.registrar, uni.timetable())
    maths = factories.user(uni.organization, Role.HOD, department_id=uni.mat.department_id)
    approvals.approve(maths, timetable, uni.mat.department_id, timetable.revision)
    with pytest.raises(NotAcknowledged, match="1 point is not acknowledged") as refused:
        publishing.publish(uni.registrar, timetable)
    assert refused.value.findings == ("Computing (CSE) has not approved it.",)
    assert timetable.status is TimetableStatus.SUBMITTED
    publishing.publish(uni.registrar, timetable, [f"approval-{uni.cse.department_id}"])
    event = db.session.scalars(sa.select(AuditEvent).filter_by(action="timetable.publish")).one()
    assert event.after is not None
    facts = {"department": "CSE", "approved_earlier_state": False}
    assert event.after["acknowledged"] == {f"approval-{uni.cse.department_id}": facts}, "no sentence is stored"


def test_what_is_new_since_the_page_was_shown_is_not_acknowledged(uni: University) -> None:
    timetable = approvals.submit(uni.registrar, uni.timetable())
    shown = keys_of(timetable)
    entry = timetable.entries[0]
    assert entry.time_slot is not None
    cse = factories.user(uni.organization, Role.HOD, department_id=uni.cse.department_id)
    approvals.comment(cse, timetable, uni.cse.department_id, "Not on Monday, please.")
    factories.availability(entry.time_slot, faculty_id=entry.faculty_id)
    entry.override_reason, entry.override_rules = "Agreed.", ["unavailable"]
    db.session.flush()
    with pytest.raises(NotAcknowledged, match="2 points are not acknowledged") as refused:
        publishing.publish(uni.registrar, timetable, shown)
    broken, said = refused.value.findings
    assert "is not available" in broken
    assert broken.endswith("The reason given: Agreed.")
    assert said == "Computing: Not on Monday, please."
    assert publishing.publish(uni.registrar, timetable, keys_of(timetable)).number == 1


def test_what_was_acknowledged_for_a_version_needs_no_word_when_it_comes_back(uni: University) -> None:
    first, second = uni.timetable("Balanced"), uni.timetable("Compact-Week", shift=1)
    publish(uni.registrar, first)
    publish(uni.registrar, second)
    assert publishing.version_before(uni.term) is first
    assert publishing.publish(uni.registrar, first).status is TimetableStatus.PUBLISHED
    assert publishing.version_before(uni.term) is second


def test_a_version_that_no_longer_fits_the_data_does_not_come_back(uni: University) -> None:
    first = publish(uni.registrar, uni.timetable("Balanced"))
    second = publish(uni.registrar, uni.timetable("Compact-Week", shift=1))
    uni.logic.teachers[0].faculty_id = uni.iyer.faculty_id
    db.session.flush()
    with pytest.raises(DataChanged):
        publishing.publish(uni.registrar, first)
    assert (first.status, second.status) == (TimetableStatus.SUPERSEDED, TimetableStatus.PUBLISHED)


def test_a_page_that_is_not_true_any_more_publishes_nothing(uni: University) -> None:
    first, second = uni.timetable("Balanced"), uni.timetable("Compact-Week", shift=1)
    seen = Seen(second.revision, None)
    publish(uni.registrar, first)
    with pytest.raises(PreviewStale, match=r"Version 1 \(Balanced\) was published since the page was shown"):
        publishing.publish(uni.registrar, second, factories.EVERYTHING, seen)
    with pytest.raises(PreviewStale, match="has changed since the page was shown"):
        publishing.publish(uni.registrar, second, factories.EVERYTHING, Seen(second.revision - 1, first.timetable_id))
    with pytest.raises(AlreadyPublished):
        publish(uni.registrar, first)
    assert first.status is TimetableStatus.PUBLISHED
