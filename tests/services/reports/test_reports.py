"""The six reports on a timetable that was counted by hand."""

import pytest

from tests import factories
from webapp.engine.evaluate import evaluate
from webapp.engine.profiles import measured
from webapp.extensions import db
from webapp.models import WishLevel
from webapp.services import reports
from webapp.services.problem.solutions import solution_from
from webapp.services.problem.term_problem import build_problem
from webapp.services.shared.errors import NotFound


@pytest.fixture
def timetable(session):
    """Two days of four periods. Rao: Monday 1 and 4, Tuesday 2 for A; Sen, of another department: Monday 1 for B."""
    org = factories.organization()
    term = factories.term(org, days=2, slots=4)
    cse, mat = factories.department(org, "CSE"), factories.department(org, "MAT")
    rao = factories.faculty(cse, name="Rao", max_slots_week=2, leaves_per_month=3)
    iyer = factories.faculty(cse, name="Iyer", rank="Professor")
    sen = factories.faculty(mat, name="Sen")
    a, b = factories.group(term, "A", size=30), factories.group(term, "B", size=30)
    hall, lab = factories.room(org, "HALL", capacity=60), factories.room(org, "LAB", capacity=30)
    factories.room(org, "SPARE")
    factories.availability(factories.slot(term, 1, 3), room_id=hall.room_id)
    factories.availability(factories.slot(term, 0, 0), faculty_id=iyer.faculty_id)
    factories.availability(factories.slot(term, 0, 3), WishLevel.AVOID, faculty_id=rao.faculty_id)
    for rule in ("instructor_gaps", "group_gaps"):
        factories.rule(term, rule, weight=1)
    of_a = factories.component(factories.section(term, factories.course(cse), faculty=[rao], groups=[a]))
    of_b = factories.component(
        factories.section(term, factories.course(mat), faculty=[sen], groups=[b]), meetings_per_week=1
    )
    made = factories.timetable(term)
    for ordinal, (day, number) in enumerate(((0, 0), (0, 3), (1, 1)), 1):
        factories.entry(made, of_a, factories.slot(term, day, number), hall, ordinal=ordinal)
    factories.entry(made, of_b, factories.slot(term, 0, 0), lab)
    db.session.commit()
    return made


def cells(timetable, key, table=0):
    return [row.cells for row in reports.make(timetable, key).tables[table].rows]


def test_rooms_are_used_as_counted_and_the_unused_one_is_named(timetable):
    report = reports.make(timetable, "rooms")
    by_room = {row.cells[0]: row.cells[4:] for row in report.tables[0].rows}
    assert by_room == {"HALL": (3, 7, 42.9, 50, 4), "LAB": (1, 8, 12.5, 100, 7), "SPARE": (0, 8, 0, 0, 8)}
    assert "SPARE" in report.findings[1]


def test_load_stands_against_the_own_limit_or_the_usual_norm(timetable):
    found = {row[0]: (row[3], row[4], row[7]) for row in cells(timetable, "loads")}
    assert found == {
        "Rao": (3, 2, "1 over the norm"),
        "Iyer": (0, 14, "14 under the norm"),
        "Sen": (1, 16, "15 under the norm"),
    }


def test_gaps_days_and_ends_of_days_are_counted(timetable):
    assert [row[2:] for row in cells(timetable, "gaps")] == [(2, 2, 1, 1), (0, 1, 1, 0)]


def test_gaps_agree_with_the_truth(timetable):
    problem = build_problem(timetable.term)
    counts = evaluate(measured(problem.instance), solution_from(problem, timetable.timetable_id)).counts
    told = [sum(row[2] for row in cells(timetable, "gaps", table)) for table in (0, 1)]
    assert told == [counts["instructor_gaps"], counts["group_gaps"]] == [2, 2]


def test_fairness_names_who_carries_most(timetable):
    found = {row[0]: row[1:] for row in cells(timetable, "fairness")}
    assert found["Gaps"] == (0, 1, 2, 0.5, "Rao")
    assert found["Undesired periods"] == (0, 0.5, 1, 0.5, "Rao")
    assert found["First periods"][3] == 0


def test_groups_have_their_longest_and_free_days(timetable):
    assert [row[2:] for row in cells(timetable, "groups")] == [(2, 1, 3, 2, 2, 0), (1, 0, 1, 1, 1, 1)]


def test_a_class_is_covered_by_a_free_colleague_and_told_why_not(timetable):
    assert cells(timetable, "leaves") == [("MAT", 1, 0, 1, 0), ("CSE", 3, 2, 1, 66.7)]
    assert cells(timetable, "leaves", 1) == [
        ("Rao", "CSE", 3, 2, 1, "1 of 2", "1 of 1"),
        ("Sen", "MAT", 1, 0, 1, "0 of 1", ""),
    ]
    reasons = {row[1]: row[4] for row in cells(timetable, "leaves", 2)}
    assert reasons["Sen"] == "No other teacher is qualified."
    assert reasons["Rao"] == "Of 1 qualified, 0 teach then and 1 are unavailable."
    assert "60 %" in reports.make(timetable, "leaves").findings[0]


def test_an_unknown_report_does_not_exist(timetable):
    with pytest.raises(NotFound):
        reports.make(timetable, "weather")
