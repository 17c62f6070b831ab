"""The commands for runs: generate, publish, sweep."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from tests import factories
from webapp.extensions import db, queue
from webapp.models import GenerationJob, JobStatus, StudentGroup, Term, Timetable, TimetableStatus
from webapp.services.runs.options import choices_of


@pytest.fixture
def runner(committed_app: Flask) -> FlaskCliRunner:
    return committed_app.test_cli_runner()


@pytest.fixture
def where(tiny_term: Term) -> list[str]:
    return ["--organization", tiny_term.organization.code, "--year", "2024-25", "--semester", "3"]


@pytest.mark.slow
def test_a_run_in_this_process_completes_and_its_variant_is_published(runner: FlaskCliRunner, where: list[str]) -> None:
    done = runner.invoke(args=["generate", *where, "--seconds", "6", "--inline"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("5 variants are stored, every class has its place.")
    command = ["publish", *where, "--variant", "Compact-Week"]
    refused = runner.invoke(args=command)
    assert refused.exit_code == 2
    first, point, how = refused.stderr.splitlines()
    assert first == "1 point is not acknowledged, so nothing was published."
    assert "has not approved it." in point
    assert how.endswith("or all with --acknowledge-all.")
    wrong = runner.invoke(args=[*command, "--acknowledge", "approval-0"])
    assert (wrong.exit_code, "the key approval-0" in wrong.stderr) == (2, True)
    db.session.rollback()
    assert db.session.scalars(sa.select(Timetable).filter_by(status=TimetableStatus.PUBLISHED)).all() == []
    key, _colon, sentence = point.partition(": ")
    published = runner.invoke(args=[*command, "--acknowledge", key])
    assert published.exit_code == 0, published.output
    told, last = published.stdout.splitlines()
    assert told == f"Acknowledged: {sentence}"
    assert last.startswith("Published Compact-Week as version 1 (")
    another = runner.invoke(args=["publish", *where, "--variant", "Balanced", "--acknowledge-all"])
    assert another.stdout.startswith("Acknowledged: ")
    assert "Published Balanced as version 2 (" in another.stdout
    db.session.rollback()
    row = db.session.scalars(sa.select(Timetable).filter_by(status=TimetableStatus.PUBLISHED)).one()
    assert row.variant_name == "Balanced"


def test_a_run_that_can_not_be_exits_with_1_and_the_reason(
    runner: FlaskCliRunner, where: list[str], tiny_term: Term
) -> None:
    rao = factories.faculty(factories.department(tiny_term.organization), name="Dr Rao")
    factories.component(term=tiny_term, meetings_per_week=31, different_days=False, faculty=[rao])
    db.session.commit()
    done = runner.invoke(args=["generate", *where, "--seconds", "60", "--inline"])
    assert done.exit_code == 1
    assert "Dr Rao: 31 slots asked, 30 possible." in done.stderr
    done = runner.invoke(args=["generate", *where, "--seconds", "5", "--inline", "--partial"])
    assert done.exit_code == 0, done.output
    assert "Incomplete: 5 variants are stored, 6 classes have no place in the best of them." in done.stdout


def test_without_waiting_the_run_is_left_to_a_worker(runner: FlaskCliRunner, where: list[str]) -> None:
    done = runner.invoke(args=["generate", *where])
    assert done.exit_code == 0, done.output
    job = db.session.scalars(sa.select(GenerationJob)).one()
    assert done.stdout == f"Run {job.job_id} is queued.\n"
    assert (job.status, job.seconds) == (JobStatus.QUEUED, 120)
    assert queue.get("generation").count == 1


def test_a_part_of_the_term_is_named_by_codes_and_needs_a_timetable_for_the_rest(
    runner: FlaskCliRunner, where: list[str], tiny_term: Term
) -> None:
    code = db.session.scalars(sa.select(StudentGroup.code).filter_by(term_id=tiny_term.term_id)).first() or ""
    refused = runner.invoke(args=["generate", *where, "--group", code, "--group", "NOWHERE"])
    assert (refused.exit_code, "has no group NOWHERE." in refused.stderr) == (2, True)
    refused = runner.invoke(args=["generate", *where, "--group", code])
    assert "Choose a timetable, so that the classes outside the part can stay" in refused.stderr
    base = factories.timetable(tiny_term)
    db.session.commit()
    done = runner.invoke(
        args=[
            "generate",
            *where,
            "--group",
            code,
            "--base",
            str(base.timetable_id),
            "--keep-locks",
            "--close",
            "little",
        ]
    )
    assert done.exit_code == 0, done.output
    job = db.session.scalars(sa.select(GenerationJob)).one()
    choices = choices_of(job)
    assert (job.base_timetable_id, len(choices.part.groups)) == (base.timetable_id, 1)
    assert (choices.keep_locks, choices.close) == (True, "little")


def test_a_run_takes_as_long_as_the_setting_says(
    runner: FlaskCliRunner, where: list[str], committed_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(committed_app.config, "TIMELOOM_DEFAULT_SECONDS", 300)
    assert runner.invoke(args=["generate", *where]).exit_code == 0
    assert db.session.scalars(sa.select(GenerationJob.seconds)).one() == 300


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--organization", "NOBODY", "--year", "2024-25", "--semester", "3"], "no organisation NOBODY"),
        (["--organization", "ORG", "--year", "2024", "--semester", "3"], "'2024' is not an academic year"),
        (["--organization", "ORG", "--year", "9999-00", "--semester", "3"], "'9999-00' is not an academic year"),
        (["--organization", "ORG", "--year", "2024-25", "--semester", "3", "--seed", "4294967296"], "--seed"),
        (["--organization", "ORG", "--year", "2024-25", "--semester", "3", "--seconds", "2"], "5<=x<=21600"),
        (["--organization", "ORG", "--year", "2024-25", "--semester", "3", "--study-semester", "x"], "'x'"),
    ],
)
def test_bad_input_exits_with_2_and_the_reason(runner: FlaskCliRunner, arguments: list[str], reason: str) -> None:
    done = runner.invoke(args=["generate", *arguments])
    assert done.exit_code == 2
    assert reason in done.stderr


def test_an_unknown_variant_exits_with_2_and_names_those_there_are(
    runner: FlaskCliRunner, where: list[str], tiny_term: Term
) -> None:
    factories.timetable(tiny_term, variant_name="Balanced")
    db.session.commit()
    done = runner.invoke(args=["publish", *where, "--variant", "Best"])
    assert (done.exit_code, done.stderr) == (2, "There is no timetable Best; there are: Balanced.\n")


def test_a_sweep_settles_lost_runs(runner: FlaskCliRunner, tiny_term: Term) -> None:
    assert runner.invoke(args=["sweep"]).stdout == "Nothing to settle.\n"
    past = sa.func.now() - sa.text("interval '1 minute'")
    factories.job(tiny_term, status=JobStatus.RUNNING, attempt=2, lease_token="gone", heartbeat_at=past)
    db.session.commit()
    assert runner.invoke(args=["sweep"]).stdout == "1 run settled.\n"
    db.session.rollback()
    assert db.session.scalars(sa.select(GenerationJob.status)).one() is JobStatus.FAILED
