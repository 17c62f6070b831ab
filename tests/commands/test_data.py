"""Commands for data: they say what they did, and their faults are lines with exit code 2."""

from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from tests import factories
from webapp.extensions import db
from webapp.models import Organization, Room, Term, Upload
from webapp.services.imports.destination import find_organization
from webapp.services.imports.formats.files import read_upload
from webapp.services.shared.rule_defaults import RULE_NAMES

IN_TERM = ["--organization", "SARU", "--year", "2024-25", "--semester", "1"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "rooms.csv").write_text("code,name,capacity\nR1,Hall,60\n")
    return tmp_path / "in"


def test_an_organisation_is_made_once(runner: FlaskCliRunner) -> None:
    arguments = ["create-organization", "SARU", "Saraswati University", "--timezone", "Asia/Kolkata"]
    assert runner.invoke(args=arguments).output == "Made organisation SARU, Saraswati University.\n"
    made = db.session.query(Organization).one()
    assert (made.code, made.name, made.timezone) == ("SARU", "Saraswati University", "Asia/Kolkata")
    again = runner.invoke(args=arguments)
    assert (again.exit_code, again.stderr) == (2, "There is an organisation SARU already.\n")


@pytest.mark.parametrize(
    ("code", "name", "timezone", "words"),
    [
        ("SA RU", "x", "UTC", "no code"),
        ("SARU", " ", "UTC", "1 to 200 characters"),
        ("SARU", "x", "Mars/Base", "no time zone"),
    ],
)
def test_an_impossible_organisation_is_refused(
    runner: FlaskCliRunner, code: str, name: str, timezone: str, words: str
) -> None:
    result = runner.invoke(args=["create-organization", code, name, "--timezone", timezone])
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_folder_is_imported_into_a_term_that_is_made(runner: FlaskCliRunner, folder: Path) -> None:
    factories.organization("SARU")
    result = runner.invoke(args=["import", str(folder), *IN_TERM])
    upload = db.session.query(Upload).one().upload_id
    assert result.output == (
        f"rooms: 1 new\nImported in into SARU, 2024-25 semester 1.\nTo take it back: flask take-import-back {upload}\n"
    )
    assert db.session.query(Room).one().capacity == 60
    assert str(db.session.query(Term).one().starts_on) == "2024-08-01"


def test_a_dry_run_changes_nothing(runner: FlaskCliRunner, folder: Path) -> None:
    factories.organization("SARU")
    db.session.commit()
    result = runner.invoke(args=["import", str(folder), *IN_TERM, "--dry-run"])
    assert result.exit_code == 0
    assert "nothing was changed" in result.output
    assert db.session.query(Room).count() == db.session.query(Term).count() == 0


def test_an_import_says_of_each_rule_that_it_changes_how_it_is_used_before_and_after(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    factories.organization("SARU")
    path = tmp_path / "rules.csv"
    path.write_text("code,rule,hard,weight\ngroup_gaps,group_gaps,no,9\n", encoding="utf-8")
    result = runner.invoke(args=["import", str(path), *IN_TERM])
    assert "  rule Group gaps: wish, weight 2 -> wish, weight 9\n" in result.output
    assert f"  {len(RULE_NAMES) - 1} other rules of the term stay as they are.\n" in result.output


@pytest.mark.parametrize("extra", [[], ["--dry-run"]])
def test_every_fault_is_a_line_on_standard_error(runner: FlaskCliRunner, folder: Path, extra: list[str]) -> None:
    factories.organization("SARU")
    db.session.commit()
    (folder / "rooms.csv").write_text("code,name,capacity\nR1,Hall,many\nR2,Hall,-1\n")
    result = runner.invoke(args=["import", str(folder), *IN_TERM, *extra])
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    lines = result.stderr.splitlines()
    assert "rooms.csv, row 2, column capacity: found 'many', expected a whole number from 0 to 100000." in lines
    assert "rooms.csv, row 3, column capacity: found '-1', expected a whole number from 0 to 100000." in lines
    assert db.session.query(Room).count() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "nowhere.zip", *IN_TERM], "nowhere.zip can't be read"),
        (["export", *IN_TERM, "--out", "x"], "There is no organisation SARU"),
        (["export", "--organization", "X", "--year", "2024", "--semester", "1", "--out", "x"], "academic year"),
        (["import", "x", "--organization", "X", "--year", "2024-25", "--semester", "0"], "0 is not in the range"),
    ],
)
def test_wrong_words_are_refused_without_a_traceback(runner: FlaskCliRunner, arguments: list[str], words: str) -> None:
    result = runner.invoke(args=arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("form", ["folder", "zip", "xlsx"])
def test_what_is_exported_imports_again_without_change(
    runner: FlaskCliRunner, folder: Path, tmp_path: Path, form: str
) -> None:
    factories.organization("SARU")
    runner.invoke(args=["import", str(folder), *IN_TERM])
    out = tmp_path / f"out.{form}"
    assert runner.invoke(args=["export", *IN_TERM, "--format", form, "--out", str(out)]).exit_code == 0
    result = runner.invoke(args=["import", str(out), *IN_TERM, "--replace", "--dry-run"])
    assert result.exit_code == 0
    assert "rooms: 1 unchanged" in result.output
    assert all(word not in result.output for word in (" new", "changed,", "removed"))


def test_the_template_is_written_and_reads_as_empty(runner: FlaskCliRunner, tmp_path: Path) -> None:
    out = tmp_path / "empty.xlsx"
    assert runner.invoke(args=["export-template", "--out", str(out)]).exit_code == 0
    assert read_upload(out.name, out.read_bytes()).faults == ()


def test_a_ctt_file_makes_its_organisation(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "tiny.ctt"
    file.write_text(
        "Name: Tiny\nCourses: 1\nRooms: 1\nDays: 1\nPeriods_per_day: 2\nCurricula: 0\nConstraints: 0\n\n"
        "COURSES:\nc1 ann 1 1 10\n\nROOMS:\nrA 20\n\nCURRICULA:\n\nUNAVAILABILITY_CONSTRAINTS:\n\nEND.\n"
    )
    arguments = ["--organization", "UDINE", "--year", "2005-06", "--semester", "1"]
    result = runner.invoke(args=["import", str(file), *arguments])
    assert result.exit_code == 0, result.stderr
    assert find_organization("UDINE") is not None
    wrong = runner.invoke(args=["export", *arguments, "--format", "ctt-solution", "--out", str(tmp_path / "x.sol")])
    assert (wrong.exit_code, wrong.stderr) == (2, "Semester 1, 2005-06 has no published timetable.\n")
