"""Findings: each planted fault is found, named, and leads to its row."""

from datetime import time
from time import process_time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.queries import counted_queries
from tests.university import University, large_term, university
from webapp.extensions import db
from webapp.models import Role, SectionFaculty, TermRule, User
from webapp.services.checks.catalogue import check_term, count_by_severity, filter_findings, find_blockers
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.checks.term_data import read_term_data

Db = scoped_session[Session]


@pytest.fixture
def uni(session: Db) -> University:
    """The small term with nothing to say about it: everybody has an address, an account and a class."""
    made = university()
    factories.student(groups=[made.section_a])
    for teacher in (made.rao, made.iyer, made.sen):
        teacher.email = f"{teacher.code}@example.edu".lower()
        db.session.add(
            User(
                organization_id=made.organization.organization_id,
                email=teacher.email,
                name=teacher.name,
                roles=frozenset({Role.FACULTY}),
                faculty_id=teacher.faculty_id,
            )
        )
    factories.enrollment(factories.student(groups=[made.section_b]), made.logic)
    db.session.flush()
    return made


def only(uni: University, severity: Severity, kind: FindingKind) -> Finding:
    """The one finding of that severity and kind; there is no other blocker."""
    found = check_term(uni.term)
    chosen = filter_findings(found, severity, kind)
    assert len(chosen) == 1, [one.sentence for one in found]
    if severity is Severity.BLOCKER:
        assert find_blockers(read_term_data(uni.term)) == chosen
    else:
        assert find_blockers(read_term_data(uni.term)) == []
    return chosen[0]


def soften(uni: University, rule: str, weight: int = 5) -> None:
    row = db.session.scalars(sa.select(TermRule).filter_by(term_id=uni.term.term_id, rule=rule)).one()
    row.is_hard, row.weight = False, weight


def test_a_sound_term_has_no_findings(uni: University) -> None:
    assert [one.sentence for one in check_term(uni.term)] == []


# Teachers, groups


def test_a_teacher_with_too_many_slots_is_named_with_the_numbers_and_the_limit(uni: University) -> None:
    uni.rao.max_slots_week = 16
    many = factories.section(uni.term, factories.course(uni.cse), faculty=[uni.rao], groups=[uni.section_b])
    factories.component(many, meetings_per_week=15, different_days=False)
    found = only(uni, Severity.BLOCKER, FindingKind.TEACHERS)
    assert found.sentence == "Dr Rao: 18 slots asked, 16 possible (most per week 16)."
    assert (found.target.table, found.target.row_id) == ("faculty", uni.rao.faculty_id)
    assert (found.demand, found.supply) == (18, 16)


def test_a_limit_that_is_not_enforced_is_a_warning(uni: University) -> None:
    soften(uni, "max_per_week")
    uni.sen.max_slots_week = 1
    found = only(uni, Severity.WARNING, FindingKind.TEACHERS)
    assert found.sentence == "Dr Sen: 2 slots asked, own limit 1 a week, which the term's rules do not enforce."


def test_a_teacher_who_needs_every_slot_is_a_warning_and_nearly_every_slot_a_note(uni: University) -> None:
    uni.sen.max_slots_week = 2
    found = only(uni, Severity.WARNING, FindingKind.TEACHERS)
    assert found.sentence == "Dr Sen: 2 slots asked, all of the 2 possible."
    factories.component(
        factories.section(uni.term, factories.course(uni.mat), faculty=[uni.sen], groups=[uni.section_b]),
        meetings_per_week=8,
        different_days=False,
    )
    uni.sen.max_slots_week = 11
    found = only(uni, Severity.NOTE, FindingKind.TEACHERS)
    assert found.sentence == "Dr Sen: 10 slots asked, 11 possible: hardly any room to choose."


def test_a_group_with_more_classes_than_slots_is_named(uni: University) -> None:
    for number in range(4):
        section = factories.section(uni.term, factories.course(uni.mat), str(number), groups=[uni.section_b])
        teacher = factories.faculty(uni.mat, email=f"t{number}@example.edu")
        section.teachers = [SectionFaculty(faculty_id=teacher.faculty_id)]
        factories.component(section, meetings_per_week=8, different_days=False)
    factories.room(uni.organization)
    found = only(uni, Severity.BLOCKER, FindingKind.STUDENTS)
    assert found.sentence.startswith("B: 33 slots asked, 30 possible")
    assert (found.target.table, found.target.row_id) == ("groups", uni.section_b.student_group_id)


def test_five_labs_on_four_free_positions_are_a_halls_violator(uni: University) -> None:
    for day in range(5):
        for number in range(6):
            if (day, number) not in ((0, 0), (1, 0), (2, 0), (3, 0)):
                factories.availability(factories.slot(uni.term, day, number), faculty_id=uni.sen.faculty_id)
    for number in range(3):
        section = factories.section(uni.term, factories.course(uni.mat), str(number), groups=[uni.section_b])
        section.teachers = [SectionFaculty(faculty_id=uni.sen.faculty_id)]
        factories.component(section, meetings_per_week=1)
    found = only(uni, Severity.BLOCKER, FindingKind.TEACHERS)
    assert found.sentence == "Dr Sen: 5 slots asked, 4 possible."


# Rooms


def test_too_few_rooms_of_a_kind_are_named_beside_a_teacher_who_is_short(uni: University) -> None:
    uni.rao.max_slots_week = 1
    factories.room(uni.organization, "LAB1", kind="lab")
    for number in range(4):
        section = factories.section(
            uni.term, factories.course(uni.cse), str(number), groups=[factories.group(uni.term)]
        )
        section.teachers = [SectionFaculty(faculty_id=factories.faculty(uni.cse).faculty_id)]
        factories.component(section, meetings_per_week=8, room_kind="lab", different_days=False)
    teacher, rooms = find_blockers(read_term_data(uni.term))
    assert teacher.sentence == "Dr Rao: 3 slots asked, 1 possible (most per week 1)."
    assert rooms.sentence == "Rooms of kind lab: LAB1: 32 classes that suit nowhere else ask for 32 slots, 30 possible."
    assert rooms.target.table == "rooms"
    assert rooms.target.row_id is not None


def test_batches_that_start_together_and_have_one_room_between_them_are_named_with_the_kind(uni: University) -> None:
    lab = factories.room(uni.organization, "LAB1", kind="lab")
    section = factories.section(uni.term, factories.course(uni.cse, "ART100"))
    component = factories.component(section, meetings_per_week=1, room_kind="lab", parallel=True)
    component.batches = [factories.group(uni.term, "X"), factories.group(uni.term, "Y")]
    [found] = find_blockers(read_term_data(uni.term))
    assert found.sentence == (
        "Rooms of kind lab: LAB1: ART100 A, L 1 (X), ART100 A, L 1 (Y) start together and ask for 2 rooms, 1 possible."
    )
    assert (found.target.row_id, found.demand, found.supply) == (lab.room_id, 2, 1)


def test_classes_of_one_day_that_need_more_rooms_than_there_are_on_it(uni: University) -> None:
    groups = [factories.group(uni.term) for _ in range(7)]
    slots = [factories.slot(uni.term, day, number) for day in range(1, 5) for number in range(6)]
    for group in groups:
        section = factories.section(uni.term, factories.course(uni.cse), groups=[group], expected_size=1)
        teacher = factories.faculty(uni.cse, email="x@example.edu")
        section.teachers = [SectionFaculty(faculty_id=teacher.faculty_id)]
        factories.component(section, meetings_per_week=1)
        for slot in slots:
            factories.availability(slot, section_id=section.section_id)
    found = filter_findings(check_term(uni.term), Severity.BLOCKER, FindingKind.ROOMS)
    assert any(
        one.sentence.startswith("Rooms of kind lecture: HALL: 7 classes that suit nowhere else ask for 7 slots, 6")
        for one in found
    ) or any(
        one.sentence == "Monday, HALL: 7 classes that can be held at no other time ask for 7 slots, 6 possible."
        for one in found
    )


def test_a_kind_of_room_that_does_not_exist_is_named_with_those_that_do(uni: University) -> None:
    section = factories.section(uni.term, factories.course(uni.cse, "CSE500"), groups=[uni.section_b])
    section.teachers = [SectionFaculty(faculty_id=uni.iyer.faculty_id)]
    studio = factories.component(section, meetings_per_week=3, room_kind="studio")
    found = only(uni, Severity.BLOCKER, FindingKind.ROOMS)
    assert found.sentence == "CSE500 A, L: no room is of kind studio; the kinds are lecture."
    assert (found.target.table, found.target.row_id) == ("components", studio.component_id)


def test_a_room_without_a_feature_and_rooms_that_are_all_closed_are_told_apart(uni: University) -> None:
    section = factories.section(uni.term, factories.course(uni.cse, "CSE500"), groups=[uni.section_b])
    section.teachers = [SectionFaculty(faculty_id=uni.iyer.faculty_id)]
    component = factories.component(section, meetings_per_week=1, room_features=["gpu"])
    found = only(uni, Severity.BLOCKER, FindingKind.ROOMS)
    assert found.sentence == "CSE500 A, L: the one room does not have gpu."
    component.room_features, component.room_kind = [], "lab"
    factories.room(uni.organization, "LAB1", kind="lab", is_open=False)
    found = only(uni, Severity.BLOCKER, FindingKind.ROOMS)
    assert found.sentence == "CSE500 A, L: the one room that suits it is closed: LAB1."


@pytest.mark.parametrize(("soft", "severity"), [(False, Severity.BLOCKER), (True, Severity.WARNING)])
def test_a_group_larger_than_every_room_blocks_only_where_seats_are_a_hard_rule(
    uni: University, soft: bool, severity: Severity
) -> None:
    if soft:
        soften(uni, "room_capacity")
    uni.logic.expected_size = 75
    found = only(uni, severity, FindingKind.ROOMS)
    assert found.sentence == ("MAT205 A, L: 75 students, and the largest of 1 suitable rooms, HALL, has 60 seats.")


# Times


def test_a_double_period_that_fits_no_two_slots_is_named(uni: University) -> None:
    for day in range(5):
        for number in range(6):
            slot = factories.slot(uni.term, day, number)
            slot.end_time = time(slot.start_time.hour, 40)
    section = factories.section(uni.term, factories.course(uni.cse, "CSE500"), groups=[uni.section_b])
    section.teachers = [SectionFaculty(faculty_id=uni.iyer.faculty_id)]
    factories.component(section, "P", meetings_per_week=1, slots_per_meeting=2)
    found = only(uni, Severity.BLOCKER, FindingKind.TIMES)
    assert found.sentence == (
        "CSE500 A, P: 2 slots in a row asked for, and at most 1 follow each other with breaks of 15 minutes or less."
    )


def test_a_class_that_is_never_possible_names_the_rules_at_work(uni: University) -> None:
    for day in range(5):
        for number in range(6):
            factories.availability(factories.slot(uni.term, day, number), section_id=uni.logic.section_id)
    found = only(uni, Severity.BLOCKER, FindingKind.TIMES)
    assert found.sentence.startswith("MAT205 A, L 1: none of its 30 times is left by the rules.")
    assert "Unavailable times (MAT205 A)" in found.sentence


# Pins


def pinned(uni: University, code: str, teacher: object, day: int = 0, number: int = 0, **more: object):
    section = factories.section(uni.term, factories.course(uni.cse, code), groups=[factories.group(uni.term)])
    section.teachers = [SectionFaculty(faculty_id=teacher.faculty_id)]  # type: ignore[attr-defined]
    component = factories.component(section, meetings_per_week=1)
    return factories.pin(component, factories.slot(uni.term, day, number), **more)


def test_two_pins_at_one_time_that_need_one_teacher_are_named(uni: University) -> None:
    pinned(uni, "CSE501", uni.rao)
    second = pinned(uni, "CSE502", uni.rao)
    found = only(uni, Severity.BLOCKER, FindingKind.PINS)
    assert found.sentence == (
        "CSE501 A, L 1 and CSE502 A, L 1 are both fixed at Monday 08:00 to 09:00 and both need Dr Rao."
    )
    assert (found.target.table, found.target.row_id) == ("pins", second.pin_id)


def test_two_pins_in_one_room_at_one_time_are_named(uni: University) -> None:
    room = factories.room(uni.organization, "R9")
    pinned(uni, "CSE501", uni.rao, room=room)
    pinned(uni, "CSE502", uni.iyer, room=room)
    found = only(uni, Severity.BLOCKER, FindingKind.PINS)
    assert found.sentence.endswith("and both need room R9.")


def test_pins_give_way_where_their_rule_is_soft(uni: University) -> None:
    soften(uni, "pinned")
    pinned(uni, "CSE501", uni.rao)
    pinned(uni, "CSE502", uni.rao)
    only(uni, Severity.WARNING, FindingKind.PINS)


def test_a_pin_on_a_time_when_the_teacher_cannot_is_named(uni: University) -> None:
    pinned(uni, "CSE501", uni.rao, 2, 3)
    factories.availability(factories.slot(uni.term, 2, 3), faculty_id=uni.rao.faculty_id)
    found = only(uni, Severity.BLOCKER, FindingKind.PINS)
    assert found.sentence == ("CSE501 A, L 1 is fixed at Wednesday 11:00 to 12:00: Dr Rao is not available then.")


def test_a_pin_to_an_unsuitable_small_or_closed_room_says_which(uni: University) -> None:
    room = factories.room(uni.organization, "R9", capacity=10, is_open=False)
    factories.availability(factories.slot(uni.term), room_id=room.room_id)
    pinned(uni, "CSE501", uni.rao, room=room)
    found = only(uni, Severity.BLOCKER, FindingKind.PINS)
    for reason in ("the room is closed for classes", "30 students for 10 seats", "the room is closed then"):
        assert reason in found.sentence


def test_a_pin_of_a_class_that_is_not_there_is_a_warning(uni: University) -> None:
    pinned(uni, "CSE501", uni.rao, ordinal=4)
    found = only(uni, Severity.WARNING, FindingKind.PINS)
    assert found.sentence == "CSE501 A, L: a fixed time names class 4, and there is none; it is ignored."


def test_students_enrolled_twice_at_pinned_times_are_counted(uni: University) -> None:
    factories.room(uni.organization)
    first, second = pinned(uni, "CSE501", uni.rao), pinned(uni, "CSE502", uni.iyer)
    for _number in range(3):
        student = factories.student(uni.organization, groups=[uni.section_b])
        for pin in (first, second):
            factories.enrollment(student, pin.component.section)
    found = only(uni, Severity.WARNING, FindingKind.PINS)
    assert found.sentence.endswith("are both fixed at Monday 08:00 to 09:00; 3 students are enrolled in both.")


# Missing and unused


def test_sections_without_teacher_group_or_component_are_named(uni: University) -> None:
    bare = factories.section(uni.term, factories.course(uni.cse, "CSE600"), "Z")
    found = [one.sentence for one in filter_findings(check_term(uni.term), Severity.WARNING)]
    assert found == ["CSE600 Z has no weekly class: nothing of it is placed."]
    factories.component(bare, meetings_per_week=1)
    found = [one.sentence for one in filter_findings(check_term(uni.term), Severity.WARNING, FindingKind.MISSING)]
    assert sorted(found) == [
        "CSE600 Z has neither a group nor an enrolment: nobody attends it.",
        "CSE600 Z has no teacher.",
    ]


def test_many_sections_of_one_fault_are_told_together_after_the_first_five(uni: University) -> None:
    for number in range(10):
        factories.section(uni.term, factories.course(uni.cse, f"CSE6{number}0"), "Z")
    found = filter_findings(check_term(uni.term), Severity.WARNING, FindingKind.MISSING)
    assert len(found) == 6
    assert any(one.sentence.startswith("5 more sections have no weekly class") for one in found)


def test_students_and_groups_that_nothing_is_for_are_found(uni: University) -> None:
    lost = factories.student(uni.organization, "S-LOST")
    idle = factories.group(uni.term, "IDLE", size=12)
    found = check_term(uni.term)
    assert [one.sentence for one in found] == [
        "Student S-LOST is in no group and takes no section.",
        "Group IDLE (12 students) has no class.",
    ]
    assert [one.target.row_id for one in found] == [lost.student_id, idle.student_group_id]
    for _number in range(5):
        factories.student(uni.organization)
    assert check_term(uni.term)[0].sentence.startswith("6 students are in no group and take no section: ")


def test_teachers_without_address_or_account_are_a_note(uni: University) -> None:
    uni.rao.email = None
    new = factories.faculty(uni.mat, "NEW", name="Dr New", email="new@example.edu")
    uni.logic.teachers = [SectionFaculty(faculty_id=new.faculty_id)]
    found = filter_findings(check_term(uni.term), Severity.NOTE, FindingKind.MISSING)
    assert sorted(one.sentence for one in found) == [
        "Dr New has no account, and so cannot see an own timetable.",
        "Dr Rao has no e-mail address.",
    ]


def test_a_term_without_slots_or_classes_is_blocked(session: Db) -> None:
    bare = factories.term(slots=0)
    (found,) = find_blockers(read_term_data(bare))
    assert (found.kind, found.target.table) == (FindingKind.MISSING, "time-slots")
    assert "no time slots" in found.sentence
    (found,) = find_blockers(read_term_data(factories.term()))
    assert "has no meetings" in found.sentence


# Order and cost


def test_blockers_come_first_and_are_counted(uni: University) -> None:
    uni.rao.email = None
    factories.section(uni.term, factories.course(uni.cse, "CSE600"), "Z")
    uni.logic.expected_size = 75
    found = check_term(uni.term)
    assert [one.severity for one in found] == [Severity.BLOCKER, Severity.WARNING, Severity.NOTE]
    assert list(count_by_severity(found).values()) == [1, 1, 1]


def test_the_number_of_queries_is_the_same_for_a_large_term(uni: University) -> None:
    def queries() -> int:
        db.session.flush()
        db.session.expire_all()
        _ = uni.term.name
        with counted_queries() as seen:
            check_term(uni.term)
        return len(seen)

    before = queries()
    for number in range(30):
        section = factories.section(uni.term, factories.course(uni.cse, f"CSE7{number:02}"), groups=[uni.section_b])
        factories.component(section, meetings_per_week=2)
        pin = factories.component(section, "T", meetings_per_week=1)
        factories.pin(pin, factories.slot(uni.term))
    assert queries() == before


@pytest.mark.slow
def test_findings_about_fifteen_hundred_classes_take_less_than_three_seconds(session: Db) -> None:
    term = large_term(1500)
    db.session.commit()
    db.session.expire_all()
    began = process_time()  # of this process alone, however busy the machine is
    found = check_term(term)
    assert process_time() - began < 3
    assert len(found) == 2
