"""A repair and a re-solve in a real worker."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.flow.adjusting_cases import Case, adjustable
from tests.jobs.conftest import WorkerProcess, wait_for
from webapp.extensions import db
from webapp.flow import adjusting, redoing
from webapp.flow.differences import differences
from webapp.models import JobStatus, Timetable, TimetableEntry, TimetableStatus

pytestmark = pytest.mark.slow

StartWorker = Callable[..., WorkerProcess]


@pytest.fixture
def case(committed_app: Flask) -> Case:
    return adjustable()


def standing(timetable_id: int) -> dict[tuple[str, int], tuple[int | None, str | None]]:
    """Slot and room of every class of a stored timetable."""
    db.session.expire_all()
    entries = db.session.scalars(sa.select(TimetableEntry).filter_by(timetable_id=timetable_id))
    return {(e.course.code, e.ordinal): (e.time_slot_id, e.room.code if e.room else None) for e in entries}


def test_a_closed_room_moves_the_fewest_classes_and_leaves_none_in_it(start_worker: StartWorker, case: Case) -> None:
    case.timetable.status, case.timetable.number = TimetableStatus.PUBLISHED, 1
    db.session.commit()
    before = standing(case.timetable.timetable_id)
    start_worker("fast")
    job = redoing.request_repair(case.user, case.timetable, [f"room:{case.rooms[0].room_id}:0:"])
    answer = redoing.state_of(wait_for(job.job_id, JobStatus.COMPLETED)).answer
    assert answer is not None
    assert (answer["hit"], answer["proven"], answer["status"]) == (2, True, "feasible")
    assert next(rung["moves"] for rung in answer["rungs"]) == 2
    draft = redoing.draft_of_rung(case.user, job, 1)
    after = standing(draft.timetable_id)
    monday = {case.slot(0, number).time_slot_id for number in range(4)}
    assert [name for name, (slot, room) in after.items() if slot in monday and room == "LH-1"] == []
    assert sorted(name for name in after if after[name] != before[name]) == [("ALG", 1), ("ALG", 2)]
    assert (draft.unplaced, draft.hard_violations) == (0, 0)
    published = db.session.get_one(Timetable, case.timetable.timetable_id)
    assert (published.status, standing(published.timetable_id)) == (TimetableStatus.PUBLISHED, before)


def test_what_has_no_place_goes_to_the_tray_with_the_reason(start_worker: StartWorker, case: Case) -> None:
    rao = case.entry("ALG").faculty_id
    start_worker("fast")
    job = redoing.request_repair(case.user, case.timetable, [f"faculty:{rao}::"])
    answer = redoing.state_of(wait_for(job.job_id, JobStatus.COMPLETED)).answer
    assert answer is not None
    draft = redoing.draft_of_rung(case.user, job, 1)
    reasons = {one.label: one.either.view.reason for one in differences(case.timetable, draft).moved}
    assert set(reasons) == {"ALG A, L 1", "ALG A, L 2"}
    assert all(reason.startswith("Dr Rao is away all week. ") for reason in reasons.values())
    assert all("possible times" in reason for reason in reasons.values())
    assert draft.unplaced == 2


def test_solving_the_rest_keeps_each_lock_and_the_draft_itself(start_worker: StartWorker, case: Case) -> None:
    adjusting.unplace(case.user, case.timetable, 1, case.entry("LAB").entry_id)
    adjusting.lock(case.user, case.timetable, 2, [case.entry("BOT", n).entry_id for n in (1, 2)], time=True, room=True)
    adjusting.lock(case.user, case.timetable, 3, [case.entry("ALG").entry_id], time=True, room=None)
    before = standing(case.timetable.timetable_id)
    start_worker("fast")
    job = redoing.request_resolve(case.user, case.timetable, 10)
    answer = redoing.state_of(wait_for(job.job_id, JobStatus.COMPLETED)).answer
    assert answer is not None
    after = standing(answer["timetable_id"])
    assert (answer["locked"], answer["before"]["unplaced"], answer["after"]["unplaced"]) == (3, 1, 0)
    assert [after["BOT", n] for n in (1, 2)] == [before["BOT", n] for n in (1, 2)]
    assert after["ALG", 1][0] == before["ALG", 1][0]
    assert after["LAB", 1][0] is not None
    assert standing(case.timetable.timetable_id) == before
    draft = db.session.get_one(Timetable, answer["timetable_id"])
    assert draft.based_on_id == case.timetable.timetable_id
    assert adjusting.refusal(draft) is None
    locked = sa.select(sa.func.count()).where(
        TimetableEntry.timetable_id == draft.timetable_id, TimetableEntry.locked_time
    )
    assert db.session.scalar(locked) == 3


def test_a_timetable_that_was_deleted_meanwhile_is_told(start_worker: StartWorker, case: Case) -> None:
    job = redoing.request_resolve(case.user, case.timetable, 10)
    db.session.execute(sa.delete(Timetable).filter_by(timetable_id=case.timetable.timetable_id))
    db.session.commit()
    start_worker("fast")
    assert "deleted meanwhile" in (wait_for(job.job_id, JobStatus.FAILED).failure or "")
