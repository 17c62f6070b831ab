"""A feasibility check in a real worker: its answers, and that it never waits behind a generation."""

import os
import signal
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests import factories
from tests.stored_words import no_sentence_in
from tests.tasks.conftest import WorkerProcess, status_of, wait_for, wait_until
from webapp.extensions import db, queue
from webapp.models import GenerationJob, JobKind, JobStatus, Term, User
from webapp.services.checks import feasibility, what_if
from webapp.services.checks.catalogue import find_blockers
from webapp.services.checks.term_data import read_term_data
from webapp.services.imports.exports import term_contents
from webapp.services.jobs import lease
from webapp.services.jobs.failures import FailureCode, failure_in_words
from webapp.services.jobs.kinds import CheckAnswer, WhatIfAnswer, WhatIfOptions
from webapp.services.jobs.requests import JobRequest, request_job
from webapp.services.problem.results import WHAT_IF_REASON, reason_in_words
from webapp.services.shared import transaction

pytestmark = pytest.mark.slow

StartWorker = Callable[..., WorkerProcess]


def request_check(term: Term, user: User | None) -> GenerationJob:
    """Ask as the page does: the service, then the commit."""
    job = feasibility.request_check(term, user)
    transaction.commit()
    return job


def request_what_if(user: User, check: GenerationJob, number: int, key: str) -> GenerationJob:
    """Ask as the page does: the service, then the commit."""
    job = what_if.request_what_if(user, check, number, key)
    transaction.commit()
    return job


def answer_of(job_id: str) -> CheckAnswer:
    """The answer of a check that must come to its end."""
    answer = feasibility.state_of(wait_for(job_id, JobStatus.COMPLETED)).answer
    assert answer is not None
    return answer


def over_ask(term: Term) -> None:
    """Two batches that must start together, of one teacher: search finds it, no count does."""
    home = factories.department(term.organization)
    for code in ("STUDIO", "STUDIO2"):
        factories.room(term.organization, code, kind="studio")
    section = factories.section(
        term, factories.course(home, "ART100"), faculty=[factories.faculty(home, name="Dr Rao")]
    )
    component = factories.component(section, meetings_per_week=1, room_kind="studio", parallel=True)
    component.batches = [factories.group(term, "X"), factories.group(term, "Y")]
    db.session.commit()


def test_a_term_that_has_a_timetable_is_said_to(start_worker: StartWorker, tiny_term: Term) -> None:
    start_worker("fast")
    job = request_check(tiny_term, None)
    answer = answer_of(job.job_id)
    assert (answer.verdict, answer.classes, answer.placed) == ("possible", 18, 18)
    assert answer.seconds < feasibility.CHECK_SECONDS
    assert job.lease_token is None
    assert job.progress == 100


def test_what_counting_proves_is_explained_with_its_rules_rows_and_prices(
    start_worker: StartWorker, tiny_term: Term
) -> None:
    home = factories.department(tiny_term.organization)
    rao = factories.faculty(home, name="Dr Rao", max_slots_week=2)
    factories.component(term=tiny_term, meetings_per_week=4, faculty=[rao])
    db.session.commit()
    start_worker("fast")
    answer = answer_of(request_check(tiny_term, None).job_id)
    assert answer.verdict == "impossible"
    (clash,) = answer.clashes
    assert "Dr Rao: 4 slots asked, 2 possible" in str(clash.sentence)
    assert any("(2)" in member.sentence.sentence and member.who == "Dr Rao" for member in clash.members)
    assert ("faculty", rao.faculty_id) in [(target.table, target.row_id) for target in clash.targets]
    assert any(way.is_enough for way in answer.relaxations)


def test_what_only_a_search_proves_is_explained_by_rules_that_cannot_hold_together(
    start_worker: StartWorker, tiny_term: Term
) -> None:
    over_ask(tiny_term)
    [blocker] = find_blockers(read_term_data(tiny_term))
    assert blocker.sentence.endswith("are to start at the same time, and both need Dr Rao.")
    start_worker("fast")
    answer = answer_of(request_check(tiny_term, None).job_id)
    assert answer.verdict == "impossible"
    (clash,) = answer.clashes
    assert len(clash.members) >= 2
    assert {target.label for target in clash.targets} >= {"ART100 A, L"}


def test_a_check_does_not_wait_behind_a_generation(
    start_worker: StartWorker, tiny_term: Term, request_run: Callable[..., str]
) -> None:
    start_worker("generation")
    start_worker("fast")
    run_id = request_run(seconds=600)
    wait_for(run_id, JobStatus.RUNNING)
    job = request_check(tiny_term, None)
    assert answer_of(job.job_id).verdict == "possible"
    assert status_of(run_id) is JobStatus.RUNNING


def test_a_check_whose_process_is_killed_is_done_again(start_worker: StartWorker, tiny_term: Term) -> None:
    job_id = request_check(tiny_term, None).job_id
    with db.engine.connect() as holder:  # the check waits for its rooms, so that it is caught at work
        holder.execute(sa.text("LOCK TABLE rooms IN ACCESS EXCLUSIVE MODE"))
        worker = start_worker("fast")
        wait_until(lambda: status_of(job_id) is JobStatus.RUNNING and worker.horse > 0)
        os.kill(worker.horse, signal.SIGKILL)
        holder.rollback()
    assert answer_of(job_id).verdict == "possible"


def test_a_check_that_redis_has_forgotten_is_handed_over_again(start_worker: StartWorker, tiny_term: Term) -> None:
    job = request_check(tiny_term, None)
    queue.connection.flushdb()
    assert lease.enqueue_forgotten(job.job_id, at_once=True) == [job.job_id]
    transaction.commit()
    assert [carried.func_name for carried in queue.get("fast").jobs] == [lease.TASK]
    start_worker()
    assert answer_of(job.job_id).verdict == "possible"


def test_what_is_done_follows_from_the_row_whichever_queue_carries_it(
    start_worker: StartWorker, tiny_term: Term
) -> None:
    start_worker("generation")
    job = factories.job(tiny_term, kind=JobKind.CHECK)
    db.session.commit()
    queue.enqueue("generation", lease.TASK, job.job_id)
    assert answer_of(job.job_id).verdict == "possible"


def rows_of(term: Term) -> dict[str, object]:
    """The term's data as an export would write them, without timetables."""
    return {name: rows for name, rows in term_contents(term.organization, term).items() if name != "entries"}


def test_a_way_out_that_is_tried_gives_a_draft_with_every_class_and_leaves_the_data_alone(
    start_worker: StartWorker, tiny_term: Term
) -> None:
    home = factories.department(tiny_term.organization)
    rao = factories.faculty(home, name="Dr Rao", max_slots_week=2)
    factories.component(term=tiny_term, meetings_per_week=4, faculty=[rao])
    user = factories.user(tiny_term.organization)
    db.session.commit()
    before = rows_of(tiny_term)
    start_worker("fast")
    check = request_check(tiny_term, user)
    ways = feasibility.state_of(wait_for(check.job_id, JobStatus.COMPLETED)).ways_out
    (way_out,) = [one for one in ways if one.relaxation.key and one.relaxation.is_enough and one.can_be_tried]
    way = way_out.relaxation
    assert (str(way.price), way.proven) == ("2 slots too many", True)
    assert ("faculty", rao.faculty_id) in [(target.table, target.row_id) for target in way.targets]
    job = request_what_if(user, check, way_out.number, "click")
    assert request_what_if(user, check, way_out.number, "click").job_id == job.job_id
    state = what_if.state_of_what_if(wait_for(job.job_id, JobStatus.COMPLETED))
    assert state.draft is not None
    assert state.answer == WhatIfAnswer(classes=22, placed=22, broken=2, excused=4)
    assert (state.left_out, state.broken) == (0, "2 slots too many")
    assert (state.draft.status.value, state.draft.unplaced, state.draft.hard_violations) == ("draft", 0, 2)
    assert state.draft.variant_name == "What-if: Dr Rao"
    entries = state.draft.entries
    reasons = {(e.faculty_id == rao.faculty_id, e.override_reason, *e.override_rules) for e in entries}
    assert reasons == {(True, WHAT_IF_REASON, "max_per_week"), (False, None)}
    told = reason_in_words(state.draft, WHAT_IF_REASON)
    assert told == f"What-if: {way.sentence}" == "What-if: Allow 2 slots too many (Dr Rao)."
    no_sentence_in(wait_for(check.job_id, JobStatus.COMPLETED), state.job)
    db.session.expire_all()
    assert rows_of(tiny_term) == before
    assert feasibility.latest_check(tiny_term).job.job_id == check.job_id, "a what-if is no check"


def test_a_way_out_whose_rule_has_changed_since_makes_no_draft(start_worker: StartWorker, tiny_term: Term) -> None:
    user = factories.user(tiny_term.organization)
    options = WhatIfOptions("gone", "max_per_week", "Allow 2.")
    job = request_job(tiny_term, user, JobRequest(options, 5, "check.try"))
    transaction.commit()
    start_worker("fast")
    ended = wait_for(job.job_id, JobStatus.FAILED)
    assert ended.failure_code == FailureCode.RULE_GONE
    assert "data have changed since the check" in failure_in_words(ended)
