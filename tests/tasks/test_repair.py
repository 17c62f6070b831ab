"""A repair and a re-solve in a real worker."""

import os
import signal
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from tests import factories
from tests.edge import commit
from tests.stored_words import no_sentence_in
from tests.tasks.conftest import WorkerProcess, status_of, wait_for, wait_until
from tests.university import Case, adjustable
from webapp.extensions import db
from webapp.models import GenerationJob, JobStatus, TermRule, Timetable, TimetableEntry, TimetableStatus, WishLevel
from webapp.services.editor import moves
from webapp.services.editor.drafts import why_not_editable
from webapp.services.editor.moves import MoveRequest
from webapp.services.editor.spots import Spot
from webapp.services.jobs.failures import failure_in_words
from webapp.services.jobs.lease import BEAT_SECONDS
from webapp.services.jobs.requests import cancel
from webapp.services.problem.repair_base import SolvedTimetable, read_base
from webapp.services.repair import drafts, requests
from webapp.services.repair.requests import state_of
from webapp.services.timetables.diff import differences
from webapp.tasks.resolve import resolve_rest

pytestmark = pytest.mark.slow

StartWorker = Callable[..., WorkerProcess]


def request_repair(case: Case, *texts: str) -> GenerationJob:
    """Ask as the page does: the service, then the commit."""
    return commit(requests.request_repair, case.user, case.timetable, texts)


def request_resolve(case: Case, seconds: int) -> GenerationJob:
    """Ask as the page does: the service, then the commit."""
    return commit(requests.request_resolve, case.user, case.timetable, seconds)


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
    job = request_repair(case, f"room:{case.rooms[0].room_id}:0:")
    answer = state_of(wait_for(job.job_id, JobStatus.COMPLETED)).repair
    assert answer is not None
    assert (answer.hit, answer.proven, answer.status) == (2, True, "feasible")
    assert answer.rungs[0].moves == 2
    draft = commit(drafts.draft_of_rung, case.user, job, 1)
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
    job = request_repair(case, f"faculty:{rao}::")
    answer = state_of(wait_for(job.job_id, JobStatus.COMPLETED)).repair
    assert answer is not None
    draft = commit(drafts.draft_of_rung, case.user, job, 1)
    reasons = {one.label: one.either.view.reason for one in differences(case.timetable, draft).moved}
    assert set(reasons) == {"ALG A, L 1", "ALG A, L 2"}
    assert all(reason.startswith("Dr Rao is away all week. ") for reason in reasons.values())
    assert all("possible times" in reason for reason in reasons.values())
    assert draft.unplaced == 2
    no_sentence_in(wait_for(job.job_id, JobStatus.COMPLETED), draft)


def test_solving_the_rest_keeps_each_lock_and_the_draft_itself(start_worker: StartWorker, case: Case) -> None:
    commit(moves.unplace, case.user, case.timetable, 1, case.entry("LAB").entry_id)
    commit(
        moves.lock, case.user, case.timetable, 2, [case.entry("BOT", n).entry_id for n in (1, 2)], time=True, room=True
    )
    commit(moves.lock, case.user, case.timetable, 3, [case.entry("ALG").entry_id], time=True, room=None)
    before = standing(case.timetable.timetable_id)
    start_worker("fast")
    job = request_resolve(case, 10)
    done = wait_for(job.job_id, JobStatus.COMPLETED)
    no_sentence_in(done)
    state = state_of(done)
    answer = state.resolve
    assert answer is not None
    assert state.draft is not None
    after = standing(state.draft)
    assert (answer.locked, answer.before.unplaced, answer.after.unplaced) == (3, 1, 0)
    assert [after["BOT", n] for n in (1, 2)] == [before["BOT", n] for n in (1, 2)]
    assert after["ALG", 1][0] == before["ALG", 1][0]
    assert after["LAB", 1][0] is not None
    assert standing(case.timetable.timetable_id) == before
    draft = db.session.get_one(Timetable, state.draft)
    assert draft.based_on_id == case.timetable.timetable_id
    assert why_not_editable(draft) is None
    locked = sa.select(sa.func.count()).where(
        TimetableEntry.timetable_id == draft.timetable_id, TimetableEntry.locked_time
    )
    assert db.session.scalar(locked) == 3


@pytest.mark.parametrize("closeness", [0, 1])
def test_a_lock_of_the_room_leaves_the_terms_pin_of_the_time_standing(case: Case, closeness: int) -> None:
    entry = case.entry("ALG")
    factories.availability(case.slot(0, 0), WishLevel.AVOID, faculty_id=entry.faculty_id)  # or it would rather stay
    factories.pin(entry.component, case.slot(0, 0), ordinal=1)
    db.session.commit()
    commit(moves.lock, case.user, case.timetable, 1, [entry.entry_id], time=None, room=True)
    base = read_base(case.timetable.timetable_id)
    (index,) = base.locks
    assert base.locks[index] == (False, True)
    solution, answer = resolve_rest(base, closeness, 1, 1, lambda: False)
    assert solution.placements[index] == base.solution.placements[index]
    assert answer.after.unplaced == 0


def test_a_timetable_that_was_deleted_meanwhile_is_told(start_worker: StartWorker, case: Case) -> None:
    job = request_resolve(case, 10)
    db.session.execute(sa.delete(Timetable).filter_by(timetable_id=case.timetable.timetable_id))
    db.session.commit()
    start_worker("fast")
    failed = wait_for(job.job_id, JobStatus.FAILED)
    assert "deleted meanwhile" in failure_in_words(failed)
    no_sentence_in(failed)


def test_a_grown_section_moves_to_where_there_are_seats_enough(start_worker: StartWorker, case: Case) -> None:
    rule = db.session.scalars(sa.select(TermRule).filter_by(term_id=case.term.term_id, rule="room_capacity")).one()
    rule.is_hard, rule.weight = True, None
    db.session.commit()
    section = case.entry("BOT").section_id  # in LH-2, which has 40 seats; LH-1 has 60 and is taken at these hours
    start_worker("fast")
    job = request_repair(case, f"section:{section}:55")
    answer = state_of(wait_for(job.job_id, JobStatus.COMPLETED)).repair
    assert answer is not None
    assert (answer.hit, answer.proven, answer.rungs[0].moves) == (2, True, 2)
    draft = commit(drafts.draft_of_rung, case.user, job, 1)
    moved = differences(case.timetable, draft).moved
    assert {one.label for one in moved} == {"BOT A, L 1", "BOT A, L 2"}
    assert {one.either.view.room_code for one in moved} == {"LH-1"}
    assert draft.unplaced == 0


def test_a_repair_whose_process_is_killed_is_done_again(start_worker: StartWorker, case: Case) -> None:
    job_id = request_repair(case, f"room:{case.rooms[0].room_id}:0:").job_id
    with db.engine.connect() as holder:  # the repair waits for its rooms, so that it is caught at work
        holder.execute(sa.text("LOCK TABLE rooms IN ACCESS EXCLUSIVE MODE"))
        worker = start_worker("fast")
        wait_until(lambda: status_of(job_id) is JobStatus.RUNNING and worker.horse > 0)
        os.kill(worker.horse, signal.SIGKILL)
        holder.rollback()
    job = wait_for(job_id, JobStatus.COMPLETED)
    assert job.attempt == 2
    answer = state_of(job).repair
    assert answer is not None
    assert answer.rungs[0].moves == 2


def test_a_re_solve_that_is_cancelled_makes_no_draft(start_worker: StartWorker, case: Case) -> None:
    job = request_resolve(case, 60)
    with db.engine.connect() as holder:  # it waits for its rooms, or it would have ended before anybody could cancel
        holder.execute(sa.text("LOCK TABLE rooms IN ACCESS EXCLUSIVE MODE"))
        start_worker("fast")
        wait_for(job.job_id, JobStatus.RUNNING)
        commit(cancel, case.user, job)
        time.sleep(BEAT_SECONDS + 1)
        holder.rollback()
    assert wait_for(job.job_id, JobStatus.CANCELLED).completed_at is not None
    assert db.session.scalars(sa.select(Timetable)).all() == [case.timetable]


def test_a_class_locked_where_a_reason_lets_it_stand_stays_there_and_keeps_the_reason(case: Case) -> None:
    away = case.slot(2, 0)
    wish = MoveRequest(
        case.entry("ALG").entry_id, Spot(away.time_slot_id), case.rooms[0].room_id, reason="Dr Rao agreed."
    )
    commit(moves.move, case.user, case.timetable, 1, wish)
    commit(moves.lock, case.user, case.timetable, 2, [case.entry("ALG").entry_id], time=True, room=True)
    base = read_base(case.timetable.timetable_id)
    solution, told = resolve_rest(base, 0, 3, 1, lambda: False)
    stood = base.problem.index_of[
        next(k for k in base.problem.index_of if k.component_id == case.entry("ALG").component_id and k.ordinal == 1)
    ]
    assert solution.placements[stood] == base.solution.placements[stood]
    assert told.after.unplaced == 0
    job = request_resolve(case, 10)
    draft = db.session.get_one(Timetable, drafts.store_draft(base, SolvedTimetable(job, solution), case.user))
    assert [(e.course.code, e.override_reason) for e in draft.entries if e.override_reason] == [
        ("ALG", "Dr Rao agreed.")
    ]
    assert (draft.hard_violations, draft.unplaced) == (1, 0)
