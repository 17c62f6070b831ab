"""The demo university is credible, the same every time, and comfortably feasible by arithmetic."""

from collections import Counter
from datetime import date

import pytest

from webapp.demo import catalogue, university
from webapp.engine.counts import shortages
from webapp.engine.rule import ResourceKind
from webapp.models import TermWeekKind
from webapp.services.imports import exports, uploads
from webapp.services.imports.destination import make_organization
from webapp.services.imports.formats.files import read_upload
from webapp.services.imports.preview import RowState
from webapp.services.problem.term_problem import build_problem
from webapp.services.terms.calendar.stored import read_calendar
from webapp.services.terms.selection import find_term


def test_it_is_the_same_every_time() -> None:
    assert university.archive() == university.archive()


def test_it_has_the_size_of_a_small_university() -> None:
    sizes = {name: len(rows) for name, rows in university.build().items()}
    assert {name: sizes[name] for name in ("departments", "faculty", "students", "rooms", "courses")} == {
        "departments": 6,
        "faculty": 60,
        "students": 1200,
        "rooms": 40,
        "courses": 90,
    }
    assert sizes["time_slots"] == 5 * 8 + 4
    assert sizes["enrollments"] == 710


@pytest.mark.usefixtures("app")
def test_a_small_one_has_two_years_of_two_programmes_and_room_for_them() -> None:
    tables = university.build(catalogue.SMALL)
    assert {str(row["course"])[:4] for row in tables["sections"]} == {
        "CSE3", "CSE5", "MEC3", "MEC5", "MA30", "HS50", "ES30", "OE51",
    }  # fmt: skip
    assert {row["course"] for row in tables["sections"]} == {row["code"] for row in tables["courses"]}
    organization = make_organization("SARU", "Saraswati University", "Asia/Kolkata")
    uploads.confirm(organization, None, read_upload("saru.zip", university.archive(catalogue.SMALL)))
    term = find_term(organization, "2024-25", 1)
    assert term is not None
    instance = build_problem(term).instance
    assert len(instance.meetings) == 158
    assert shortages(instance) == []


def test_names_are_not_repeated_and_addresses_neither() -> None:
    tables = university.build()
    people = [*tables["faculty"], *tables["students"]]
    assert max(Counter(person["email"] for person in people).values()) == 1


def test_nobody_teaches_too_much_and_rooms_are_used_to_three_quarters_at_most() -> None:
    tables = university.build()
    teachers_of = {(row["course"], row["section"]): row["faculty"] for row in tables["sections"]}
    load: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for row in tables["components"]:
        slots = int(str(row["meetings_per_week"])) * int(str(row["slots_per_meeting"]))
        batches = len(row["batches"] or ())  # type: ignore[arg-type]
        used[str(row["room_kind"])] += slots * max(1, batches)
        if row["faculty"]:
            for name in row["faculty"]:  # type: ignore[union-attr]
                load[str(name).partition("@")[0]] += slots
        else:
            for name in teachers_of[row["course"], row["section"]]:  # type: ignore[union-attr]
                load[str(name)] += slots * max(1, batches)
    most = {row["code"]: int(str(row["max_slots_week"])) for row in tables["faculty"]}
    assert len(load) == 60
    assert min(load.values()) >= 9
    assert max(load.values()) <= 16
    assert all(number <= most[code] for code, number in load.items())
    rooms = Counter(str(row["kind"]) for row in tables["rooms"])
    for kind, slots in used.items():
        assert slots <= 0.75 * rooms[kind] * 44, kind


@pytest.mark.usefixtures("app")
def test_it_comes_in_through_the_import_and_goes_out_unchanged() -> None:
    organization = make_organization("SARU", "Saraswati University", "Asia/Kolkata")
    imported = uploads.confirm(organization, None, read_upload("saru.zip", university.archive()))
    assert imported.counts[RowState.NEW] > 2500
    term = find_term(organization, "2024-25", 1)
    assert term is not None
    for packed in (exports.export_zip(organization, term), exports.export_workbook(organization, term)):
        again = uploads.preview(organization, term, read_upload("again", packed), replace=True)
        assert again.changes_nothing

    instance = build_problem(term).instance
    assert shortages(instance) == []
    electives = [meeting for meeting in instance.meetings if meeting.pin is not None]
    assert len(electives) == 36
    students = [r.weight for r in instance.resources if r.kind is ResourceKind.STUDENTS]
    assert sum(students) == 710


@pytest.mark.usefixtures("app")
def test_the_demos_term_runs_in_its_sixth_week_with_a_holiday_that_is_made_up_for() -> None:
    organization = make_organization("SARU", "Saraswati University", "Asia/Kolkata")
    today = date(2026, 11, 28)
    uploads.confirm(organization, None, read_upload("saru.zip", university.archive(catalogue.SMALL, today)))
    term = find_term(organization, "2026-27", 1)
    assert term is not None
    calendar = read_calendar(term)
    assert calendar.week_of(today) == calendar.week(6)
    assert calendar.taught_weeks == catalogue.WEEKS
    holiday, made_up = calendar.day(date(2026, 12, 2)), calendar.day(date(2026, 12, 5))
    assert (holiday.weekday, holiday.on.weekday(), made_up.weekday) == (None, 2, 2)
    assert [week.kind for week in calendar.weeks[-3:]] == [TermWeekKind.READING, TermWeekKind.EXAM, TermWeekKind.EXAM]
