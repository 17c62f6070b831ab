"""`flask import` of a workbook with headings of its own: told how it is read, asked, answered, stored once."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskCliRunner

from tests import factories
from webapp.extensions import db
from webapp.models import Course, Faculty, ImportMapping, Room, Section, TimeSlot

DATA = Path(__file__).parent.parent / "data"
WORKBOOK = DATA / "own-headings.xlsx"
IN_TERM = ["--organization", "LIT", "--year", "2026-27", "--semester", "1"]
ANSWERS = {
    "saturday": "until-lunch",
    "class-size": "skip",
    "teacher:Dr. M. A. Müller": "CSE10",
    "teacher:Dr M. A. Müller": "CSE04",
    "teacher:Dr. P. V. Joshi": "MAT06",
    "teacher:Dr P. V. Joshi": "EEE09",
}


@pytest.fixture
def run(runner: FlaskCliRunner):
    factories.organization("LIT")
    db.session.commit()
    return lambda *arguments: runner.invoke(args=["import", str(arguments[0]), *IN_TERM, *map(str, arguments[1:])])


def number_of(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def answers() -> list[str]:
    return [text for key, value in ANSWERS.items() for text in ("--answer", f"{key}={value}")]


def test_a_dry_run_tells_how_it_is_read_and_what_is_asked_and_stores_nothing(run) -> None:
    result = run(WORKBOOK, "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "Faculty List, Dept.: “Cse” read as CSE" in result.output
    assert "Open questions: 6. Nothing was imported" in result.stderr
    assert "--answer 'teacher:Dr. M. A. Müller=CSE10'" in result.stderr
    assert "Several teachers have this name. Who is meant?" in result.stderr
    assert number_of(Faculty) == number_of(ImportMapping) == 0


def test_open_questions_end_with_1_and_answers_import_all_of_it(run) -> None:
    assert run(WORKBOOK).exit_code == 1
    assert number_of(Faculty) == 0
    wrong = run(WORKBOOK, "--answer", "nobody=asked")
    assert (wrong.exit_code, "Nothing asks for the answer nobody=asked" in wrong.stderr) == (2, True)
    result = run(WORKBOOK, *answers())
    assert result.exit_code == 0, result.stderr
    assert (number_of(Faculty), number_of(Room), number_of(Course), number_of(Section)) == (70, 31, 136, 155)
    assert number_of(TimeSlot) == 5 * 7 + 4
    again = run(WORKBOOK)
    assert again.exit_code == 0, "the answers are remembered"
    assert "Read as on" in again.output
    assert "sections: 155 unchanged" in again.output


def test_a_mapping_is_written_changed_and_read_again(run, tmp_path: Path) -> None:
    file = tmp_path / "mapping.json"
    run(WORKBOOK, "--dry-run", "--write-mapping", file)
    mapping = json.loads(file.read_text())
    kept = [sheet for sheet in mapping["sheets"] if sheet["sheet"] == "Rooms"]
    skipped = [{"sheet": sheet["sheet"], "shape": "skip"} for sheet in mapping["sheets"] if sheet["sheet"] != "Rooms"]
    file.write_text(json.dumps({"sheets": [*kept, *skipped]}))
    assert run(WORKBOOK, "--mapping", file).exit_code == 0
    assert (number_of(Room), number_of(Faculty)) == (31, 0)
    kept[0]["columns"] = ["code", "code"]
    file.write_text(json.dumps({"sheets": [*kept, *skipped]}))
    twice = run(WORKBOOK, "--mapping", file)
    assert (twice.exit_code, "two columns are Code" in twice.stderr) == (2, True)
    file.write_text("[1]")
    assert run(WORKBOOK, "--mapping", file).exit_code == 2


def test_an_import_is_taken_back_by_the_command_that_it_prints(run, runner: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "buildings.csv").write_text("code,name\nB1,Main\n")
    (tmp_path / "rooms.csv").write_text("code,name,building,capacity,kind\nR1,Hall,B1,60,lecture\n")
    result = run(tmp_path)
    assert (result.exit_code, number_of(Room)) == (0, 1), result.stderr
    command = result.output.strip().rpartition("To take it back: flask ")[2].split()
    back = runner.invoke(args=command)
    assert (back.exit_code, number_of(Room)) == (0, 0), back.stderr
    assert "rooms: 1 gone" in back.output
    again = runner.invoke(args=command)
    assert (again.exit_code, "has been taken back meanwhile" in again.stderr) == (2, True)
    assert "There is no import 999." in runner.invoke(args=["take-import-back", "999"]).stderr
