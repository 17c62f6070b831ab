"""Asking for a run, watching it, ending it; leases and lost workers."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from rq.job import Job
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from webapp.engine.params import guard_seconds
from webapp.extensions import QueueUnavailable, db, queue
from webapp.models import AuditEvent, GenerationJob, JobStatus, Stage, Term, User
from webapp.services.jobs import lease as job_lease
from webapp.services.jobs import requests as job_requests
from webapp.services.jobs.kinds import (
    CheckOptions,
    GenerateFacts,
    GenerateOptions,
    VariantFacts,
    VariantStatus,
    WhatIfOptions,
    options_of,
    stored,
)
from webapp.services.jobs.lease import JobNotFree, LeaseLost, hand_back, lose, sweep, take_lease, write
from webapp.services.jobs.requests import AskedOtherwise, JobEnded, JobRequest, cancel, stop_and_keep_best
from webapp.services.jobs.selection import job_of
from webapp.services.problem.weights import VARIANTS
from webapp.services.runs import requests
from webapp.services.runs.progress import progress_of
from webapp.services.runs.requests import RunSecondsRefused, VariantsRefused
from webapp.services.shared import transaction
from webapp.services.shared.errors import NotFound

Db = scoped_session[Session]


@pytest.fixture
def empty_queue(app: Flask) -> Iterator[None]:
    queue.connection.flushdb()
    yield
    queue.connection.flushdb()


@pytest.fixture
def registrar(session: Db, empty_queue: None) -> User:
    return factories.user()


@pytest.fixture
def term(registrar: User) -> Term:
    return factories.term(registrar.organization, academic_year="2024-25", semester=3)


def request_generation(*asked: Any, **choices: Any) -> GenerationJob:
    """Ask as a page does: the service, then the commit."""
    job = requests.request_generation(*asked, **choices)
    transaction.commit()
    return job


def handed_over() -> list[list[Any]]:
    """The arguments of what Redis carries."""
    carrier = queue.get("generation")
    return [Job.fetch(key, queue.connection, serializer=carrier.serializer).args for key in carrier.get_job_ids()]


def aged(job: GenerationJob, seconds: int, **values: Any) -> None:
    """As if so much time had passed since the last heartbeat and the request."""
    past = datetime.now(UTC) - timedelta(seconds=seconds)
    query = sa.update(GenerationJob).filter_by(job_id=job.job_id).values(heartbeat_at=past, created_at=past, **values)
    db.session.execute(query)
    db.session.commit()
    db.session.refresh(job)


def test_a_request_is_written_down_before_redis_hears_of_it(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3, seconds=30, seed=7)
    assert job_lease.JOB_ID.fullmatch(job.job_id)
    assert (job.status, job.seconds, job.seed, job.created_by_id) == (JobStatus.QUEUED, 30, 7, registrar.user_id)
    assert (job.academic_year, job.semester, job.organization_id) == ("2024-25", 3, registrar.organization_id)
    assert options_of(job, GenerateOptions).profiles == VARIANTS
    assert handed_over() == [[job.job_id]]
    event = db.session.scalars(sa.select(AuditEvent).filter_by(action="run.request")).one()
    assert (event.user_id, event.subject_key) == (registrar.user_id, job.job_id)


def test_a_second_click_returns_the_first_job(term: Term, registrar: User) -> None:
    first = request_generation(registrar, "2024-25", 3, idempotency_key="abc")
    assert request_generation(registrar, "2024-25", 3, idempotency_key="abc") is first
    assert request_generation(registrar, "2024-25", 3) is first
    assert len(handed_over()) == 1


def test_a_form_sent_twice_returns_its_job_even_after_the_end(term: Term, registrar: User) -> None:
    first = request_generation(registrar, "2024-25", 3, idempotency_key="abc")
    cancel(registrar, first)
    assert request_generation(registrar, "2024-25", 3, idempotency_key="abc") is first
    assert request_generation(registrar, "2024-25", 3, idempotency_key="other") is not first


def test_a_key_that_has_made_one_job_makes_no_other_and_never_stands_for_another(term: Term, registrar: User) -> None:
    options = WhatIfOptions(key="1")

    def ask(of: Term = term, seconds: int = 9, **changed: Any) -> GenerationJob:
        wanted = JobRequest(changed.pop("options", options), seconds, "test.request", "abc", **changed)
        return job_requests.write_job(of, registrar, wanted)

    first = ask()
    assert ask() is first
    later = factories.term(term.organization, academic_year="2025-26", semester=3)
    base = factories.timetable(term).timetable_id
    others: list[dict[str, Any]] = [
        {"of": later},
        {"options": CheckOptions()},
        {"seconds": 10},
        {"options": WhatIfOptions(key="2")},
        {"base_timetable_id": base},
    ]
    for other in others:
        with pytest.raises(AskedOtherwise, match="Open it anew"):
            ask(**other)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(GenerationJob)) == 1


def test_of_two_requests_at_once_the_database_lets_one_through(
    term: Term, registrar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = request_generation(registrar, "2024-25", 3)
    seen = iter([None, first])  # as if the first had been committed between look and insert
    monkeypatch.setattr(requests, "active_run", lambda _term: next(seen))
    assert request_generation(registrar, "2024-25", 3) is first
    assert db.session.scalar(sa.select(sa.func.count()).select_from(GenerationJob)) == 1


def test_terms_of_other_organisations_do_not_exist(term: Term) -> None:
    stranger = factories.user()
    with pytest.raises(NotFound):
        request_generation(stranger, "2024-25", 3)
    with pytest.raises(NotFound, match="semester 4 of 2024-25"):
        request_generation(stranger, "2024-25", 4)


def test_runs_of_other_organisations_do_not_exist(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    assert job_of(registrar, job.job_id) is job
    with pytest.raises(NotFound):
        job_of(factories.user(), job.job_id)


@pytest.mark.parametrize("seconds", [0, 4, 21601])
def test_time_limits_out_of_range_are_refused_with_the_range(term: Term, registrar: User, seconds: int) -> None:
    with pytest.raises(RunSecondsRefused, match="5 to 21600"):
        request_generation(registrar, "2024-25", 3, seconds=seconds)


@pytest.mark.parametrize("profiles", [[], ["Balanced", "Best"]])
def test_unknown_variants_are_refused(term: Term, registrar: User, profiles: list[str]) -> None:
    with pytest.raises(VariantsRefused, match="Balanced, Faculty-First"):
        request_generation(registrar, "2024-25", 3, profiles=profiles)


def test_with_redis_away_the_job_waits_and_says_so(
    term: Term, registrar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_options: Any) -> None:
        raise QueueUnavailable("Redis does not answer.")

    monkeypatch.setattr(job_lease.queue, "get", away)
    job = request_generation(registrar, "2024-25", 3)
    assert job.status is JobStatus.QUEUED
    aged(job, 20)
    assert "Redis" in progress_of(job).message
    monkeypatch.undo()
    assert progress_of(job).message == "Waiting for a worker."
    transaction.commit()
    assert handed_over() == [[job.job_id]]


def test_a_queued_run_is_cancelled_at_once(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    cancel(registrar, job)
    assert job.status is JobStatus.CANCELLED
    assert job.completed_at is not None
    with pytest.raises(JobEnded):
        cancel(registrar, job)
    with pytest.raises(JobNotFree):
        take_lease(job.job_id)


def test_a_running_run_is_asked_to_end(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    take_lease(job.job_id)
    stop_and_keep_best(registrar, job)
    assert progress_of(job).message == "Finishing with the best so far."
    cancel(registrar, job)
    assert (job.status, progress_of(job).message) == (JobStatus.RUNNING, "Cancelling.")


def test_one_worker_at_a_time_holds_a_job(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    lease = take_lease(job.job_id)
    assert lease.attempt == 1
    assert job.status is JobStatus.RUNNING
    with pytest.raises(JobNotFree):
        take_lease(job.job_id)


def test_an_orphan_writes_nothing(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    orphan = take_lease(job.job_id)
    aged(job, 31)
    assert sweep(job.job_id) == [job.job_id]
    heir = take_lease(job.job_id)
    with pytest.raises(LeaseLost):
        write(orphan, progress=99)
    write(heir, progress=42)
    db.session.refresh(job)
    assert job.progress == 42


def test_a_lost_worker_is_replaced_once_and_then_the_run_fails_in_words(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    take_lease(job.job_id)
    aged(job, 31, progress=50, stage=Stage.SCHEDULING)
    progress = progress_of(job)
    assert (progress.status, progress.progress, progress.stage) == ("queued", 0, None)
    assert progress.message == "Waiting for a worker to go on: the one before was lost."
    assert take_lease(job.job_id).attempt == 2
    aged(job, 31)
    progress = progress_of(job)
    assert progress.status == "failed"
    assert "lost 2 times" in progress.message


def test_a_worker_that_still_beats_is_left_alone(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    take_lease(job.job_id)
    aged(job, 20)
    assert sweep() == []
    assert job.status is JobStatus.RUNNING


def test_a_lost_run_that_was_to_be_cancelled_is_cancelled(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    take_lease(job.job_id)
    cancel(registrar, job)
    aged(job, 31)
    assert progress_of(job).status == "cancelled"


def test_a_process_seen_to_die_is_settled_at_once(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    take_lease(job.job_id)
    assert lose(os.getpid() + 1) == []
    assert lose(os.getpid()) == [job.job_id]
    db.session.refresh(job)
    assert job.status is JobStatus.QUEUED


def test_a_process_of_the_same_number_on_a_machine_of_the_same_name_keeps_its_lease(
    term: Term, registrar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "timeloom-worker-generation-7f9c8d-x2x4q")
    job = request_generation(registrar, "2024-25", 3)
    take_lease(job.job_id)
    monkeypatch.setattr(job_lease, "THIS_START", "other")
    assert lose(os.getpid()) == []
    db.session.refresh(job)
    assert job.status is JobStatus.RUNNING


def test_a_lease_handed_back_costs_no_attempt(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    hand_back(take_lease(job.job_id))
    assert (job.status, job.attempt, job.lease_token) == (JobStatus.QUEUED, 0, None)
    assert take_lease(job.job_id).attempt == 1


def test_what_redis_has_forgotten_is_handed_over_again_once(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3)
    aged(job, 20)
    assert sweep() == []
    queue.connection.flushdb()
    assert sweep() == [job.job_id]
    transaction.commit()
    assert sweep() == []
    assert handed_over() == [[job.job_id]]


@pytest.mark.parametrize(("reproducible", "most"), [(False, 600), (True, guard_seconds(600))])
def test_the_queue_kills_no_run_before_the_solvers_own_limit(
    term: Term, registrar: User, reproducible: bool, most: int
) -> None:
    request_generation(registrar, "2024-25", 3, seconds=600, reproducible=reproducible)
    carrier = queue.get("generation")
    found = Job.fetch(carrier.get_job_ids()[0], queue.connection, serializer=carrier.serializer)
    assert found.timeout == most + job_lease.MARGIN_SECONDS


def test_progress_shows_facts_and_no_invention(term: Term, registrar: User) -> None:
    job = request_generation(registrar, "2024-25", 3, seconds=60)
    waiting = progress_of(job)
    assert (waiting.status, waiting.progress, waiting.elapsed, waiting.limit) == ("queued", 0, 0.0, 60)
    assert (waiting.variants_done, waiting.variants_total, waiting.best_cost) == (0, 5, None)
    lease = take_lease(job.job_id)
    variants = (
        VariantFacts("Balanced", VariantStatus.DONE, cost=12, quality=91.5, unplaced=0),
        VariantFacts("Compact-Week", VariantStatus.RUNNING, cost=40),
    )
    facts = GenerateFacts(meetings=90, best_cost=40, bound=3, variants=variants)
    write(lease, stage=Stage.CONFLICT_RESOLUTION, progress=75, facts=stored(facts))
    db.session.commit()
    db.session.refresh(job)
    running = progress_of(job)
    assert (running.stage, running.progress) == ("conflict resolution", 75)
    assert (running.variants_done, running.variants_total) == (1, 2)
    assert (running.best_cost, running.bound) == (40, 3)
    assert running.variants[0].quality == 91.5
    assert running.message == "Improving the variant Compact-Week."
    assert running.is_active
