"""A run in a real worker process: to its end, to no end, and to every kind of bad end."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests import factories
from tests.stored_words import no_sentence_in
from tests.tasks.conftest import WorkerProcess, status_of, wait_for, wait_for_progress, wait_until
from webapp.engine.instance import Instance
from webapp.engine.params import SolveParams
from webapp.engine.result import Result
from webapp.engine.solution import Solution
from webapp.extensions import db, queue
from webapp.models import (
    Course,
    EntryClaim,
    EntryFaculty,
    GenerationJob,
    JobStatus,
    Stage,
    Term,
    Timetable,
    TimetableEntry,
    TimetableStatus,
)
from webapp.services.jobs import lease
from webapp.services.jobs.failures import FailureCode, failure_in_words
from webapp.services.jobs.kinds import GenerateFacts, HeldCounts, facts_of
from webapp.services.jobs.requests import cancel, hand_over, stop_and_keep_best
from webapp.services.jobs.selection import ACTIVE
from webapp.services.problem.holds import RunChoices
from webapp.services.problem.parts import PartOfTerm
from webapp.services.problem.solutions import hard_violations, solution_from
from webapp.services.problem.term_problem import build_problem
from webapp.services.problem.weights import VARIANTS
from webapp.services.problem.words.reasons import sentence_of
from webapp.services.runs.progress import progress_of, variants_stored
from webapp.services.runs.requests import RunRequest, write_run
from webapp.services.shared import transaction
from webapp.services.timetables import publishing, receipts
from webapp.tasks import generate, runner

pytestmark = pytest.mark.slow

StartWorker = Callable[[], WorkerProcess]
RequestRun = Callable[..., str]
MEETINGS = 18


def assert_whole(term: Term, job_id: str) -> None:
    """Five variants, each once and whole, each verified by the truth, each score kept."""
    db.session.rollback()
    timetables = db.session.scalars(sa.select(Timetable).filter_by(generation_job_id=job_id)).all()
    assert Counter(t.variant_name for t in timetables) == Counter(VARIANTS)
    problem = build_problem(term)
    for timetable in timetables:
        assert len(timetable.entries) == MEETINGS
        assert timetable.quality_score is not None
        assert timetable.scores
        assert list(hard_violations(problem, solution_from(problem, timetable.timetable_id))) == []
        claims = sa.select(sa.func.count()).select_from(EntryClaim).filter_by(timetable_id=timetable.timetable_id)
        placed = sum(entry.day is not None for entry in timetable.entries)
        assert db.session.scalar(claims) == 3 * placed  # room, teacher, group


def assert_no_half_variants(job_id: str) -> None:
    db.session.rollback()
    counts = (
        sa.select(Timetable.variant_name, sa.func.count(TimetableEntry.entry_id))
        .outerjoin(TimetableEntry)
        .where(Timetable.generation_job_id == job_id)
        .group_by(Timetable.timetable_id)
    )
    found = db.session.execute(counts).all()
    assert all(number == MEETINGS for _, number in found)
    assert len({name for name, _ in found}) == len(found)


def silence(job_id: str) -> None:
    """As if the lease's time had passed without a heartbeat."""
    past = sa.func.now() - sa.text("interval '31 seconds'")
    query = sa.update(GenerationJob).filter_by(job_id=job_id)
    db.session.execute(query.values(heartbeat_at=past, created_at=past))
    db.session.commit()


def test_a_run_goes_through_its_stages_and_stores_five_variants(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    start_worker()
    job_id = request_run(seconds=5)
    seen: list[tuple[int, Stage | None]] = []

    def ended() -> bool:
        job = db.session.get_one(GenerationJob, job_id, populate_existing=True)
        seen.append((job.progress, job.stage))
        return job.status not in ACTIVE

    wait_until(ended)
    job = wait_for(job_id, JobStatus.COMPLETED)
    assert_whole(tiny_term, job_id)
    assert [percent for percent, _ in seen] == sorted(percent for percent, _ in seen)
    assert len({percent for percent, _ in seen}) > 2
    assert (job.progress, job.stage, job.lease_token) == (100, Stage.SAVING, None)
    assert [known.status for known in facts_of(job, GenerateFacts).variants] == ["done"] * 5
    assert job.completed_at is not None
    assert job.started_at is not None
    assert (job.completed_at - job.started_at).total_seconds() < 30
    assert progress_of(job).message.startswith("5 variants are stored, every class has its place.")
    made = db.session.scalars(sa.select(Timetable).filter_by(generation_job_id=job_id)).all()
    assert {one.bound for one in made} == {made[0].bound}
    assert 0 <= made[0].bound <= min(one.cost for one in made)
    balanced = publishing.latest_named(tiny_term, "Balanced")
    assert publishing.publish(None, balanced, factories.EVERYTHING).status is TimetableStatus.PUBLISHED


def test_a_term_that_counting_refuses_fails_at_once_and_names_who_is_short(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    rao = factories.faculty(factories.department(tiny_term.organization), name="Dr Rao")
    for _ in range(4):
        factories.component(term=tiny_term, meetings_per_week=10, different_days=False, faculty=[rao])
    db.session.commit()
    start_worker()
    job = wait_for(request_run(seconds=600), JobStatus.FAILED)
    assert job.failure_code == FailureCode.IMPOSSIBLE
    assert failure_in_words(job) == "There can be no timetable:\nDr Rao: 40 slots asked, 30 possible."
    no_sentence_in(job)
    assert db.session.scalars(sa.select(Timetable)).all() == []


def test_a_term_that_counting_refuses_gives_what_can_be_placed_to_who_asks_for_it(
    start_worker: StartWorker, tiny_term: Term
) -> None:
    rao = factories.faculty(factories.department(tiny_term.organization), name="Dr Rao")
    for _ in range(4):
        factories.component(term=tiny_term, meetings_per_week=10, different_days=False, faculty=[rao])
    db.session.commit()
    start_worker()
    wanted = RunRequest(5, ("Balanced", "Compact-Week"), choices=RunChoices(partial=True))
    job = write_run(tiny_term, None, wanted)
    transaction.commit()
    hand_over(job.job_id)
    ended = wait_for(job.job_id, JobStatus.COMPLETED)
    assert "Dr Rao: 40 slots asked, 30 possible." in map(str, facts_of(ended, GenerateFacts).blockers)
    no_sentence_in(ended)
    stored = db.session.scalars(sa.select(Timetable).filter_by(generation_job_id=job.job_id)).all()
    assert len(stored) == 2
    for timetable in stored:
        tray = [entry for entry in timetable.entries if entry.day is None]
        assert len(tray) == timetable.unplaced == 40 - 5 * 5  # five days, and five classes a day at most
        assert timetable.hard_violations == 0
        assert any("Dr Rao" in sentence_of(entry.unplaced_reason) for entry in tray)
    for known in facts_of(ended, GenerateFacts).variants:
        assert known.hard == 15
        assert known.curve
        assert known.weighed is None


def test_a_cancelled_run_ends_within_seconds(start_worker: StartWorker, request_run: RequestRun) -> None:
    start_worker()
    job_id = request_run(seconds=600)
    wait_for_progress(job_id, 1)
    cancel(None, db.session.get_one(GenerationJob, job_id))
    transaction.commit()
    asked = time.monotonic()
    job = wait_for(job_id, JobStatus.CANCELLED)
    assert time.monotonic() - asked < 15
    assert job.completed_at is not None
    assert_no_half_variants(job_id)


def test_a_run_told_to_stop_keeps_the_best(start_worker: StartWorker, request_run: RequestRun, tiny_term: Term) -> None:
    start_worker()
    job_id = request_run(seconds=600)
    wait_for_progress(job_id, 70)
    stop_and_keep_best(None, db.session.get_one(GenerationJob, job_id))
    transaction.commit()
    wait_for(job_id, JobStatus.COMPLETED)
    assert_whole(tiny_term, job_id)


def test_a_killed_job_process_is_replaced_by_the_same_worker(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    worker = start_worker()
    job_id = request_run(seconds=5)
    wait_for_progress(job_id, 1)
    os.kill(worker.horse, signal.SIGKILL)
    job = wait_for(job_id, JobStatus.COMPLETED)
    assert job.attempt == 2
    assert_whole(tiny_term, job_id)


def test_an_orphan_whose_worker_was_killed_goes_on_and_nobody_doubles_its_work(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    worker = start_worker()
    job_id = request_run(seconds=5)
    wait_for_progress(job_id, 1)
    worker.kill()
    start_worker()
    job = wait_for(job_id, JobStatus.COMPLETED)
    assert job.attempt == 1
    assert_whole(tiny_term, job_id)


@pytest.mark.chaos
def test_an_orphan_that_lost_its_lease_stores_nothing(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    worker = start_worker()
    job_id = request_run(seconds=8)
    wait_for_progress(job_id, 1)
    horse = worker.horse
    worker.kill()
    os.kill(horse, signal.SIGSTOP)
    silence(job_id)
    assert progress_of(db.session.get_one(GenerationJob, job_id)).status == "queued"
    transaction.commit()
    start_worker()
    wait_for(job_id, JobStatus.COMPLETED)
    os.kill(horse, signal.SIGCONT)
    wait_until(lambda: not _runs(horse))
    assert_whole(tiny_term, job_id)
    assert status_of(job_id) is JobStatus.COMPLETED


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split()[2] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.chaos
def test_when_worker_and_job_process_are_killed_the_next_worker_goes_on(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    worker = start_worker()
    job_id = request_run(seconds=5)
    wait_for_progress(job_id, 1)
    horse = worker.horse
    worker.kill()
    os.kill(horse, signal.SIGKILL)
    silence(job_id)
    start_worker()
    wait_for(job_id, JobStatus.COMPLETED)
    assert_whole(tiny_term, job_id)


@pytest.mark.chaos
def test_a_run_lost_twice_fails_in_words(start_worker: StartWorker, request_run: RequestRun) -> None:
    worker = start_worker()
    job_id = request_run(seconds=600)
    for attempt in (1, 2):
        wait_until(
            lambda attempt=attempt: db.session.get_one(GenerationJob, job_id, populate_existing=True).attempt == attempt  # type: ignore[misc]
        )
        wait_until(lambda: worker.horse > 0)
        os.kill(worker.horse, signal.SIGKILL)
    job = wait_for(job_id, JobStatus.FAILED)
    assert job.failure_code == FailureCode.LOST
    assert "lost 2 times" in failure_in_words(job)
    assert_no_half_variants(job_id)


def test_a_queue_that_was_flushed_forgets_no_run(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    job_id = request_run(seconds=5)
    queue.connection.flushdb()
    silence(job_id)
    start_worker()  # its sweep hands the run over again
    wait_for(job_id, JobStatus.COMPLETED)
    assert_whole(tiny_term, job_id)


@pytest.mark.chaos
def test_a_run_survives_a_queue_flushed_in_its_middle(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    start_worker()
    job_id = request_run(seconds=5)
    wait_for_progress(job_id, 1)
    queue.connection.flushdb()
    wait_for(job_id, JobStatus.COMPLETED)
    assert_whole(tiny_term, job_id)


@pytest.mark.chaos
def test_a_database_that_is_away_for_seconds_costs_no_variant(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    start_worker()
    job_id = request_run(seconds=12)
    wait_for_progress(job_id, 20)
    term_id = tiny_term.term_id
    url = db.engine.url
    db.session.remove()
    db.engine.dispose()
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false'))
        try:
            gone = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
            connection.execute(gone, {"name": url.database})
            time.sleep(5)
        finally:
            connection.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true'))
    job = wait_for(job_id, JobStatus.COMPLETED)
    assert job.attempt == 1
    assert_whole(db.session.get_one(Term, term_id), job_id)


def test_what_a_variant_leaves_of_its_time_goes_to_one_that_may_still_gain(
    compiled: None, tiny_term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    search = generate.resolve

    def hurried(instance: Instance, start: Solution, params: SolveParams, *rest: Any, **named: Any) -> Result:
        asked.append(params.seconds)
        found = search(instance, start, replace(params, seconds=0.2), *rest, **named)
        return replace(found, limit="time" if len(asked) == 1 else "optimal")

    monkeypatch.setattr(generate, "resolve", hurried)
    job_id = write_run(tiny_term, None, RunRequest(60, ("Balanced", "Compact-Week"))).job_id
    transaction.commit()
    runner.run_job(job_id)
    job = db.session.get_one(GenerationJob, job_id, populate_existing=True)
    assert job.status is JobStatus.COMPLETED
    names = ["(first timetable)", "Balanced", "Compact-Week", "Balanced, again"]
    assert [part.name for part in receipts.parts_of(job_id)] == names
    assert len(asked) == 3


def test_a_commit_whose_word_was_lost_stores_its_variant_once(
    compiled: None, tiny_term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[int] = []
    lost: list[int] = []
    store, commit = generate.store_timetable, db.session.commit

    def noted(*given: Any) -> int:
        stored.append(store(*given))
        return stored[-1]

    def commit_and_go_away() -> None:
        commit()
        if stored and not lost:
            lost.append(stored[-1])
            raise OperationalError("COMMIT", {}, Exception("the server closed the connection"))

    monkeypatch.setattr(generate, "store_timetable", noted)
    monkeypatch.setattr(db.session, "commit", commit_and_go_away)
    job_id = write_run(tiny_term, None, RunRequest(5, ("Balanced",))).job_id
    transaction.commit()
    runner.run_job(job_id)
    job = db.session.get_one(GenerationJob, job_id, populate_existing=True)
    assert lost == stored
    assert (job.status, job.attempt, job.failure_code) == (JobStatus.COMPLETED, 1, None)
    assert [timetable.timetable_id for timetable in job.timetables] == stored


def test_a_run_that_reads_from_a_database_that_is_away_is_tried_once_more_and_then_says_so(
    request_run: RequestRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_run: generate.Generation) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    monkeypatch.setattr(generate.Generation, "carry_out", away)
    job_id = request_run(seconds=5)
    found = []
    for _attempt in range(2):
        runner.run_job(job_id)
        job = db.session.get_one(GenerationJob, job_id, populate_existing=True)
        found.append((job.status, job.attempt, job.failure_code))
    assert found == [(JobStatus.QUEUED, 1, None), (JobStatus.FAILED, 2, FailureCode.DATABASE_AWAY)]


def test_a_run_whose_rows_were_deleted_meanwhile_says_so(
    request_run: RequestRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store_what_is_gone(_run: generate.Generation) -> None:
        db.session.execute(sa.insert(EntryFaculty).values(entry_id=1, faculty_id=1))
        db.session.commit()

    monkeypatch.setattr(generate.Generation, "carry_out", store_what_is_gone)
    job_id = request_run(seconds=5)
    runner.run_job(job_id)
    job = db.session.get_one(GenerationJob, job_id, populate_existing=True)
    assert (job.status, job.failure_code) == (JobStatus.FAILED, FailureCode.DATA_GONE)


def test_two_workers_share_no_run(start_worker: StartWorker, request_run: RequestRun, tiny_term: Term) -> None:
    start_worker()
    start_worker()
    job_id = request_run(seconds=5)
    for copy in range(3):
        queue.enqueue("generation", lease.TASK, job_id, job_id=f"{job_id}-copy-{copy}")
    job = wait_for(job_id, JobStatus.COMPLETED)
    assert job.attempt == 1
    assert_whole(tiny_term, job_id)


def test_a_worker_told_to_end_hands_its_run_back(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    worker = start_worker()
    job_id = request_run(seconds=8)
    wait_for_progress(job_id, 70)
    worker.stop()
    job = wait_for(job_id, JobStatus.QUEUED)
    assert (job.attempt, job.lease_token) == (0, None)
    assert_no_half_variants(job_id)
    start_worker()
    assert wait_for(job_id, JobStatus.COMPLETED).attempt == 1
    assert_whole(tiny_term, job_id)


def test_functions_that_are_no_jobs_of_ours_are_refused(start_worker: StartWorker, request_run: RequestRun) -> None:
    worker = start_worker()
    refused = [
        queue.get("generation").enqueue_call("os.system", args=("true",)),
        queue.get("generation").enqueue_call(lease.TASK, args=("not an id",)),
    ]
    job_id = request_run(seconds=5)
    wait_for(job_id, JobStatus.COMPLETED)
    assert all(job.get_status(refresh=True) == "failed" for job in refused)
    assert "'os.system' is not a job of Timeloom" in worker.log.read_text()


def test_a_job_that_an_earlier_version_handed_over_by_another_name_is_not_lost(
    start_worker: StartWorker, tiny_term: Term
) -> None:
    job = write_run(tiny_term, None, RunRequest(5, ("Balanced",)))
    job.handed_over = 1
    transaction.commit()
    old = "webapp.jobs.execute_run"
    refused = queue.get("generation").enqueue_call(old, args=(job.job_id,), job_id=f"{job.job_id}-1")
    silence(job.job_id)
    worker = start_worker()
    assert wait_for(job.job_id, JobStatus.COMPLETED).attempt == 1
    assert refused.get_status(refresh=True) == "failed"
    assert f"'{old}' is not a job of Timeloom" in worker.log.read_text()


def test_a_run_of_one_department_leaves_all_other_classes_where_they_stood(
    start_worker: StartWorker, request_run: RequestRun, tiny_term: Term
) -> None:
    start_worker()
    first = request_run(seconds=5)
    wait_for(first, JobStatus.COMPLETED)
    base = db.session.scalars(sa.select(Timetable).filter_by(generation_job_id=first).limit(1)).one()
    problem = build_problem(tiny_term)
    stood = solution_from(problem, base.timetable_id).placements
    away = factories.department(tiny_term.organization)
    moved = db.session.scalars(sa.select(Course).order_by(Course.course_id).limit(1)).one()
    moved.department_id = away.department_id
    db.session.commit()
    choices = RunChoices(PartOfTerm((away.department_id,)), base_id=base.timetable_id)
    weights = {"Mine": {"group_days": 50, "group_gaps": 0}}
    wanted = RunRequest(5, ("Compact-Week", "Mine"), choices=choices, weights=weights)
    job = write_run(tiny_term, None, wanted)
    transaction.commit()
    hand_over(job.job_id)
    ended = wait_for(job.job_id, JobStatus.COMPLETED)
    assert facts_of(ended, GenerateFacts).held == HeldCounts(frozen=15, free=3)
    stored = variants_stored(ended)
    assert set(stored) == {"Compact-Week", "Mine"}
    problem = build_problem(tiny_term)
    for key in stored.values():
        stands = solution_from(problem, key).placements
        kept = [i for i, row in enumerate(problem.rows) if row.department_id != away.department_id]
        assert len(kept) == 15
        assert [stands[i] for i in kept] == [stood[i] for i in kept]
        assert all(placement.time is not None for placement in stands)
