"""`.ctt` files: what each line becomes, and that the term is the file's own problem."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import Availability, Component, Section, Term, TermRule, TimeSlot, TimetableStatus
from webapp.services.imports import exports, uploads
from webapp.services.imports.destination import make_organization, make_term
from webapp.services.imports.faults import UploadRefused
from webapp.services.imports.formats.files import read_upload

BENCHMARKS = Path(os.environ.get("TIMELOOM_BENCHMARKS", Path(__file__).parents[5] / "shared" / "benchmarks"))

TINY = b"""Name: Tiny
Courses: 2
Rooms: 2
Days: 2
Periods_per_day: 2
Curricula: 1
Constraints: 1

COURSES:
c1 ann 2 2 30
c2 bob 1 1 10

ROOMS:
rA 25
rB 40

CURRICULA:
q1 2 c1 c2

UNAVAILABILITY_CONSTRAINTS:
c1 0 1

END.
"""


def imported(content: bytes = TINY) -> Term:
    organization = make_organization("UDINE", "UDINE", "UTC")
    tables = read_upload("tiny.ctt", content)
    term = make_term(organization, "2005-06", 1, tables=tables)
    uploads.confirm(organization, term, tables)
    return term


@pytest.mark.usefixtures("app")
def test_courses_become_sections_that_their_curricula_attend() -> None:
    imported()
    first, second = db.session.scalars(sa.select(Section).join(Section.course).order_by("code")).all()
    assert [group.code for group in first.groups] == [group.code for group in second.groups] == ["q1"]
    assert [teacher.faculty.code for teacher in first.teachers] == ["ann"]
    assert first.expected_size == 30
    lectures = db.session.scalars(sa.select(Component).filter_by(section_id=first.section_id)).one()
    assert (lectures.meetings_per_week, lectures.min_days, lectures.different_days) == (2, 2, False)
    assert first.course.department.name == "Tiny"


@pytest.mark.usefixtures("app")
def test_neighbouring_periods_are_adjacent_and_unavailability_hangs_on_the_section() -> None:
    term = imported()
    slots = db.session.scalars(sa.select(TimeSlot).order_by(TimeSlot.day, TimeSlot.start_time)).all()
    assert [(slot.code, slot.day, f"{slot.start_time:%H:%M}", f"{slot.end_time:%H:%M}") for slot in slots[:2]] == [
        ("D0P0", 0, "08:00", "09:00"),
        ("D0P1", 0, "09:00", "10:00"),
    ]
    wish = db.session.scalars(sa.select(Availability)).one()
    assert (wish.time_slot_id, wish.level) == (slots[1].time_slot_id, "unavailable")
    assert wish.section_id is not None
    assert term.weeks == 21


@pytest.mark.usefixtures("app")
def test_the_term_has_exactly_the_rules_and_weights_of_the_format() -> None:
    imported()
    rules = db.session.scalars(sa.select(TermRule).filter_by(is_enabled=True)).all()
    assert {rule.rule: None if rule.is_hard else rule.weight for rule in rules} == {
        "all_placed": None,
        "room_clash": None,
        "instructor_clash": None,
        "group_clash": None,
        "possible_time": None,
        "suitable_room": None,
        "unavailable": None,
        "room_capacity": 1,
        "min_working_days": 5,
        "isolated_meetings": 2,
        "room_stability": 1,
    }


@pytest.mark.usefixtures("app")
def test_a_wrong_line_is_named() -> None:
    with pytest.raises(UploadRefused) as refusal:
        read_upload("tiny.ctt", TINY.replace(b"c1 0 1", b"c9 0 1"))
    (fault,) = refusal.value.faults
    assert (fault.file, fault.row) == ("tiny.ctt", 21)
    assert "c9" in fault.value


@pytest.mark.parametrize(
    ("line", "other", "column"),
    [
        (b"c1 ann 2 2 30", b"c1 ann 2 2 200000", "expected_size"),
        (b"c1 ann 2 2 30", b"c1 ann 61 2 30", "meetings_per_week"),
        (b"c1 ann 2 2 30", b"c1 ann 2 8 30", "min_days"),
        (b"c1 ann 2 2 30", b"c1 " + b"a" * 65 + b" 2 2 30", "code"),
        (b"rA 25", b"rA 200000", "capacity"),
    ],
)
def test_a_file_brings_no_number_and_no_code_that_a_form_would_refuse(line: bytes, other: bytes, column: str) -> None:
    with pytest.raises(UploadRefused) as refusal:
        read_upload("tiny.ctt", TINY.replace(line, other))
    assert column in {fault.column for fault in refusal.value.faults}


@pytest.mark.usefixtures("app")
def test_a_published_timetable_is_written_as_a_solution() -> None:
    term = imported()
    with pytest.raises(exports.NothingPublished):
        exports.ctt_solution(term.organization, term)
    timetable = factories.timetable(term, status=TimetableStatus.PUBLISHED)
    component = db.session.scalars(sa.select(Component).order_by(Component.component_id)).first()
    assert component is not None
    room = factories.room(term.organization, "rC")
    factories.entry(timetable, component, factories.slot(term, 1, 0), room)
    factories.entry(timetable, component, factories.slot(term, 0, 1), room, ordinal=2)
    factories.entry(timetable, component, None, ordinal=3)
    assert exports.ctt_solution(term.organization, term) == "c1 rC 1 0\nc1 rC 0 1\n"


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("name", ["comp01", "comp07", "comp12"])
def test_a_real_file_becomes_the_problem_that_the_engine_reads_from_it(name: str) -> None:
    path = BENCHMARKS / "ctt" / f"{name}.ctt"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    from webapp.engine.readers import read
    from webapp.services.problem.term_problem import build_problem

    ours, theirs = build_problem(imported(path.read_bytes())).instance, read(path)
    assert len(ours.meetings) == len(theirs.meetings)
    assert sorted(meeting.size for meeting in ours.meetings) == sorted(meeting.size for meeting in theirs.meetings)
    assert (ours.grid.days, ours.grid.slots_per_day, ours.grid.breaks) == (
        theirs.grid.days,
        theirs.grid.slots_per_day,
        frozenset(),
    )
    for rule in ("min_working_days", "isolated_meetings", "room_capacity", "unavailable"):
        assert _cells(ours, rule) == _cells(theirs, rule), rule


def _cells(instance: object, rule: str) -> list[tuple[int | None, int, list[int]]]:
    constraints = instance.constraints  # type: ignore[attr-defined]
    return sorted((c.weight, c.amount, sorted(c.cells)) for c in constraints if c.rule.name == rule)
