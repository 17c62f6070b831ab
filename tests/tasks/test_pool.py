"""What a worker keeps of a run does the run again; a repeatable run has one answer, however often it is begun anew."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from tests.engine.receipt.test_replay import load
from webapp.engine.receipt.instance_data import timetable_hash
from webapp.engine.receipt.receipt import unzipped
from webapp.extensions import db
from webapp.models import GenerationJob, JobStatus, RunRecord, Term
from webapp.services.problem.solutions import solution_from
from webapp.services.problem.term_problem import build_problem
from webapp.services.problem.weights import FIRST_TIMETABLE, VARIANTS
from webapp.services.runs.requests import RunRequest, write_run
from webapp.services.shared import transaction
from webapp.services.timetables import receipts
from webapp.services.timetables.quality import least_of
from webapp.tasks import generate, runner

pytestmark = pytest.mark.slow


def ended(term: Term, *, seconds: int, reproducible: bool = False, attempts: int = 1) -> GenerationJob:
    """A run that this process has carried out to its end."""
    job_id = write_run(term, None, RunRequest(seconds, seed=5, reproducible=reproducible)).job_id
    transaction.commit()
    for _ in range(attempts):
        runner.run_job(job_id)
    job = db.session.get_one(GenerationJob, job_id, populate_existing=True)
    assert (job.status, job.attempt) == (JobStatus.COMPLETED, attempts)
    return job


def replayed(content: bytes, folder: Path) -> list[dict[str, Any]]:
    """What the command says of a receipt, in a process of its own on a busy machine."""
    (folder / "receipt.zip").write_bytes(content)
    command = [sys.executable, "-m", "webapp.engine", "replay", str(folder / "receipt.zip")]
    with load():
        done = subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": "5"}, capture_output=True, text=True)
    assert done.stderr == ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, lines
    return lines


@pytest.mark.chaos
def test_every_variant_of_a_run_by_the_clock_is_done_again_from_its_receipt(
    compiled: None, tiny_term: Term, tmp_path: Path
) -> None:
    """The receipt is of the whole run, with what came of the pool, and of one variant with what it needs."""
    job = ended(tiny_term, seconds=5)
    _name, content = receipts.receipt_of_run(job)
    lines = replayed(content, tmp_path)
    named = [line.get("part") or line["variant"] for line in lines]
    assert [name for name in named if not name.endswith(", again")] == [FIRST_TIMETABLE, *VARIANTS, *VARIANTS]
    receipt, instance = unzipped(content)
    problem = build_problem(tiny_term)
    for made, origin in zip(job.timetables, receipt.variants, strict=True):
        assert made.variant_name == origin.name
        assert origin.timetable == timetable_hash(instance, solution_from(problem, made.timetable_id))
        assert receipt.about["hashes_on_paper_now"][origin.name] == made.content_hash
    assert receipt.about["least_costs"] == {t.variant_name: least_of(t) for t in job.timetables if least_of(t)}
    assert {"timeloom", "engine", "ortools", "numba", "numpy", "python"} <= receipt.parts[0].versions.keys()
    name, content = receipts.receipt_of_timetable(job.timetables[3])
    assert name == f"receipt-{job.job_id}-Room-Saving.zip"
    lines = replayed(content, tmp_path)
    assert [line["variant"] for line in lines if "variant" in line] == ["Room-Saving"]
    assert lines[0]["part"] == FIRST_TIMETABLE


@pytest.mark.chaos
def test_a_repeatable_run_that_was_begun_anew_has_the_answer_of_one_that_was_not(
    compiled: None, tiny_term: Term, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found before is taken up again, and each search has the work that it would have had."""
    whole = ended(tiny_term, seconds=5, reproducible=True)
    calls, resolve = [], generate.resolve

    def away_once(*given: Any, **named: Any) -> Any:
        calls.append(None)
        if len(calls) == 3:
            raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))
        return resolve(*given, **named)

    monkeypatch.setattr(generate, "resolve", away_once)
    again = ended(tiny_term, seconds=5, reproducible=True, attempts=2)
    assert len(calls) == 6
    parts = [receipts.parts_of(job.job_id) for job in (whole, again)]
    assert [part.timetable for part in parts[1]] == [part.timetable for part in parts[0]]
    assert [made.content_hash for made in again.timetables] == [made.content_hash for made in whole.timetables]
    assert [part.work for part in parts[1]] == [None] * 6
    assert len(replayed(receipts.receipt_of_run(again)[1], tmp_path)) == 11
    job_id = again.job_id
    db.session.delete(again.timetables[0])
    for made in again.timetables[1:]:
        db.session.delete(made)
    db.session.flush()
    db.session.delete(again)
    transaction.commit()
    assert db.session.query(RunRecord).filter_by(job_id=job_id).count() == 0
