"""Rows to an instance, a solution to rows."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.queries import counted_queries
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Placement
from webapp.engine.params import SolveParams
from webapp.engine.rule import ResourceKind
from webapp.engine.solution import Solution
from webapp.engine.solve import solve
from webapp.engine.timegrid import Time
from webapp.extensions import db
from webapp.models import (
    EntryClaim,
    EntryFaculty,
    EntryGroup,
    Term,
    TermRule,
    TermRuleComponent,
    Timetable,
    TimetableEntry,
    TimetableStatus,
    WishLevel,
)
from webapp.services.problem.calendar import EmptyWeekSet, UnreadableDays, minutes
from webapp.services.problem.data_changes import changed_since
from webapp.services.problem.solutions import (
    NotFeasible,
    TimetableFacts,
    hard_violations,
    replace_timetable,
    solution_from,
    store_timetable,
    trimmed,
)
from webapp.services.problem.term_problem import NothingToPlace, TermProblem, build_problem
from webapp.services.problem.words.labels import names_of
from webapp.services.problem.words.reasons import UnplacedReason, sentence_of
from webapp.services.shared.rule_defaults import default_rules
from webapp.services.terms.selection import data_revision_of
from webapp.services.views.entries import read_entries, read_slot_views
from webapp.services.views.grid import build_grid

Db = scoped_session[Session]


def made_term(**fields: object) -> Term:
    term = factories.term(**fields)  # type: ignore[arg-type]
    db.session.add_all(default_rules(term.term_id))
    db.session.flush()
    return term


def organization_of(term: Term) -> object:
    return term.organization


def instance_resource(problem: TermProblem, name: str) -> int:
    return next(i for i, resource in enumerate(problem.instance.resources) if resource.label == name)


def at(problem: TermProblem, meeting: int, number: int, room: int | None = 0) -> Placement:
    """The meeting at the time option of that number."""
    return Placement(problem.instance.meetings[meeting].times[number].time, room)


def test_a_term_without_meetings_is_refused_in_words(session: Db) -> None:
    with pytest.raises(NothingToPlace, match="has no meetings"):
        build_problem(made_term())


def test_leaves_are_named_by_the_largest_groups_that_they_are(session: Db) -> None:
    """A section is split into lab batches and, beside them, into tutorial groups; its leaves are the four products."""
    term = made_term()
    section = factories.group(term, "A")
    batches = [factories.group(term, code, parent=section, split="lab") for code in ("A-B1", "A-B2")]
    halves = [factories.group(term, code, parent=section, split="tutorial") for code in ("A-T1", "A-T2")]
    hears = factories.section(term, groups=[section])
    for code, parts in (("L", []), ("P", batches), ("T", halves)):
        factories.component(hears, code, meetings_per_week=1, batches=parts)
    problem = build_problem(term)
    lecture, first_batch, *_, tutorial, _other = (row.leaves for row in problem.rows)
    assert len(lecture) == 4
    assert problem.names_of_leaves(lecture) == ["A"]
    assert problem.names_of_leaves(first_batch) == ["A-B1"]
    assert problem.names_of_leaves({*first_batch, *tutorial}) == ["A-T1", "A-B1 + A-T2"]
    assert problem.names_of_leaves(first_batch[:1]) == ["A-B1 + A-T1"]


def test_each_component_batch_and_ordinal_is_a_meeting(session: Db) -> None:
    term = made_term()
    batches = [factories.group(term, "A1"), factories.group(term, "A2")]
    section = factories.section(term)
    factories.component(section, "L", meetings_per_week=3)
    lab = factories.component(section, "P", meetings_per_week=2, slots_per_meeting=2, batches=batches)
    problem = build_problem(term)
    assert len(problem.rows) == 3 + 2 * 2
    of_lab = [row for row in problem.rows if row.key.component_id == lab.component_id]
    assert [(row.key.batch_id, row.key.ordinal) for row in of_lab] == [
        (batches[0].student_group_id, 1),
        (batches[0].student_group_id, 2),
        (batches[1].student_group_id, 1),
        (batches[1].student_group_id, 2),
    ]
    assert of_lab[0].label.endswith("P 1 (A1)")
    assert {time.time.length for time in problem.instance.meetings[problem.index_of[of_lab[0].key]].times} == {2}


def test_teachers_are_the_components_own_else_the_sections(session: Db) -> None:
    term = made_term()
    lecturer, assistant, helper = factories.faculty(), factories.faculty(), factories.faculty()
    batch, other = factories.group(term), factories.group(term)
    section = factories.section(term, faculty=[lecturer])
    lecture = factories.component(section, "L", meetings_per_week=1)
    lab = factories.component(section, "P", meetings_per_week=1, batches=[batch, other])
    factories.component_faculty(lab, assistant)
    factories.component_faculty(lab, helper, batch=batch, position=1)
    for teacher in (assistant, helper):
        teacher.organization_id = lecturer.organization_id = term.organization_id
    db.session.flush()
    rows = {(row.key.component_id, row.key.batch_id): row.faculty_ids for row in build_problem(term).rows}
    assert rows[lecture.component_id, None] == (lecturer.faculty_id,)
    assert rows[lab.component_id, batch.student_group_id] == (assistant.faculty_id, helper.faculty_id)
    assert rows[lab.component_id, other.student_group_id] == (assistant.faculty_id,)


def test_groups_split_twice_meet_as_the_products_of_both_splits(session: Db) -> None:
    term = made_term()
    parent = factories.group(term, "CSE-A")
    labs = [factories.group(term, f"B{n}", parent=parent, split="lab") for n in (1, 2)]
    tutorials = [factories.group(term, f"T{n}", parent=parent, split="tutorial") for n in (1, 2)]
    factories.component(factories.section(term, code="A", groups=[parent]), meetings_per_week=1)
    factories.component(factories.section(term, code="B"), "P", meetings_per_week=1, batches=labs)
    factories.component(factories.section(term, code="C"), "T", meetings_per_week=1, batches=tutorials)
    rows = build_problem(term).rows
    leaves = {row.group_ids: set(row.leaves) for row in rows}
    assert len(leaves[parent.student_group_id,]) == 4
    for lab in labs:
        for tutorial in tutorials:
            shared = leaves[lab.student_group_id,] & leaves[tutorial.student_group_id,]
            assert len(shared) == 1
    assert not leaves[labs[0].student_group_id,] & leaves[labs[1].student_group_id,]


def test_students_who_attend_the_same_are_one_soft_resource_with_their_number(session: Db) -> None:
    term = made_term()
    group = factories.group(term)
    core = factories.section(term, code="A", groups=[group])
    elective = factories.section(term, code="B")
    factories.component(core, meetings_per_week=2)
    factories.component(elective, meetings_per_week=1)
    for _ in range(3):
        student = factories.student(groups=[group])
        student.organization_id = term.organization_id
        factories.enrollment(student, elective)
    problem = build_problem(term)
    sets = [r for r in problem.instance.resources if r.kind is ResourceKind.STUDENTS]
    assert [r.weight for r in sets] == [3]
    students = problem.instance.resources.index(sets[0])
    assert len(problem.instance.meetings_of[students]) == 3


def test_students_of_groups_that_share_no_tree_are_a_soft_resource_and_those_of_one_tree_are_none(session: Db) -> None:
    term = made_term()
    group, elective = factories.group(term, "A"), factories.group(term, "E")
    part = factories.group(term, "A1", parent=group, split="lab")
    for code, attends in (("A", group), ("B", elective), ("C", part)):
        factories.component(factories.section(term, code=code, groups=[attends]), meetings_per_week=1)
    for groups in ([part, elective], [part, elective], [group, part], [group]):
        factories.student(groups=groups)
    problem = build_problem(term)
    sets = [(i, r) for i, r in enumerate(problem.instance.resources) if r.kind is ResourceKind.STUDENTS]
    assert [(r.label, r.weight) for _, r in sets] == [("2 students of A1, E", 2)]
    assert len(problem.instance.meetings_of[sets[0][0]]) == 3


def test_students_take_the_batch_they_enrolled_in_and_no_other(session: Db) -> None:
    term = made_term()
    one, two = factories.group(term, "E1"), factories.group(term, "E2")
    elective = factories.section(term)
    factories.component(elective, "L", meetings_per_week=1)
    factories.component(elective, "P", meetings_per_week=1, batches=[one, two])
    student = factories.student()
    factories.enrollment(student, elective, batch=two)
    problem = build_problem(term)
    students = next(i for i, r in enumerate(problem.instance.resources) if r.kind is ResourceKind.STUDENTS)
    attended = [problem.rows[m].key.batch_id for m in problem.instance.meetings_of[students]]
    assert attended == [None, two.student_group_id]


def test_rooms_suit_by_kind_features_and_being_open(session: Db) -> None:
    term = made_term()
    owner = term.organization
    lab = factories.room(owner, "LAB", kind="lab", features=["pc"])
    factories.room(owner, "SHUT", kind="lab", features=["pc"], is_open=False)
    factories.room(owner, "BARE", kind="lab")
    factories.room(owner, "HALL")
    factories.component(term=term, meetings_per_week=1, room_kind="lab", room_features=["pc"])
    factories.component(term=term, meetings_per_week=1, needs_room=False)
    problem = build_problem(term)
    wanting, roomless = problem.instance.meetings
    assert [problem.room_ids[option.room] for option in wanting.rooms] == [lab.room_id]
    assert not roomless.needs_room
    assert roomless.rooms == ()


@pytest.mark.parametrize(("expected", "size", "enrolled", "seats"), [(50, 30, 1, 50), (10, 30, 1, 30), (0, 0, 2, 2)])
def test_seats_asked_for_are_the_largest_of_the_three_numbers(
    session: Db, expected: int, size: int, enrolled: int, seats: int
) -> None:
    term = made_term()
    section = factories.section(term, groups=[factories.group(term, size=size)], expected_size=expected)
    factories.component(section, meetings_per_week=1)
    for _ in range(enrolled):
        factories.enrollment(factories.student(), section)
    assert build_problem(term).instance.meetings[0].size == seats


def test_wishes_become_constraints_on_the_cells_of_their_slots(session: Db) -> None:
    term = made_term(days=2, slots=3)
    rao = factories.faculty(factories.department(term.organization), name="Dr Rao")
    section = factories.section(term, faculty=[rao])
    factories.component(section, meetings_per_week=2)
    hall = factories.room(term.organization)
    factories.availability(factories.slot(term, 1, 0), faculty_id=rao.faculty_id)
    factories.availability(factories.slot(term, 1, 1), faculty_id=rao.faculty_id)
    factories.availability(factories.slot(term, 0, 2), WishLevel.PREFER, section_id=section.section_id)
    factories.availability(factories.slot(term, 0, 0), room_id=hall.room_id)
    problem = build_problem(term)
    by_rule = {c.rule.name: c for c in problem.instance.constraints if c.cells}
    assert by_rule["unavailable"].cells == {3, 4}
    assert by_rule["unavailable"].hard
    assert by_rule["unavailable"].resources == (instance_resource(problem, "Dr Rao"),)
    assert by_rule["preferred_times"].cells == {2}
    assert by_rule["preferred_times"].meetings == (0, 1)
    assert problem.instance.rooms[problem.room_index[hall.room_id]].closed == (Time(0, 1, 1),)


def test_a_teachers_own_limit_stands_in_place_of_the_terms(session: Db) -> None:
    term = made_term()
    home = factories.department(term.organization)
    rao, iyer = factories.faculty(home, max_slots_day=2), factories.faculty(home)
    factories.component(term=term, meetings_per_week=1, faculty=[rao])
    factories.component(term=term, meetings_per_week=1, faculty=[iyer])
    problem = build_problem(term)
    limits = {c.amount: c.resources for c in problem.instance.constraints if c.rule.name == "max_per_day"}
    assert limits == {
        2: (problem.resource_of_faculty[rao.faculty_id],),
        7: (problem.resource_of_faculty[iyer.faculty_id],),
    }


def test_components_say_which_meetings_stand_on_different_days_together_or_apart(session: Db) -> None:
    term = made_term()
    batches = [factories.group(term), factories.group(term)]
    section = factories.section(term)
    factories.component(section, "L", meetings_per_week=3, min_days=2)
    factories.component(section, "P", meetings_per_week=1, batches=batches, parallel=True)
    factories.component(section, "S", meetings_per_week=2, different_days=False)
    found = [(c.rule.name, c.meetings, c.amount) for c in build_problem(term).instance.constraints if c.meetings]
    assert ("different_days", (0, 1, 2), 0) in found
    assert ("min_working_days", (0, 1, 2), 2) in found
    assert ("same_time", (3, 4), 0) in found
    assert not any(rule == "different_days" and 5 in meetings for rule, meetings, _ in found)


def test_a_rule_about_named_components_pairs_their_nth_meetings_where_it_asks_for_the_same_start(session: Db) -> None:
    term = made_term()
    first, second, third = (
        factories.component(factories.section(term, code=code), meetings_per_week=number)
        for code, number in (("A", 2), ("B", 3), ("C", 1))
    )
    lab = [factories.group(term), factories.group(term)]
    factories.component(factories.section(term, code="D"), "P", meetings_per_week=1, batches=lab, parallel=True)
    own = {row.code: row for row in db.session.scalars(sa.select(TermRule).filter_by(term_id=term.term_id))}
    own["same_time"].components = [first, second, third]
    order = factories.rule(term, "precedence", code="single-first", weight=4)
    for position, component in enumerate((third, second)):
        db.session.add(
            TermRuleComponent(term_rule_id=order.term_rule_id, component_id=component.component_id, position=position)
        )
    own["unavailable"].components = [first]
    factories.availability(factories.slot(term), section_id=third.section_id)
    db.session.flush()
    problem = build_problem(term)
    named = [(c.rule.name, c.meetings, c.weight) for c in problem.instance.constraints if c.meetings]
    together = [meetings for rule, meetings, _ in named if rule == "same_time"]
    assert together == [(0, 2, 5), (1, 3), (6, 7)], "the baskets beside the parallel batches"
    assert ("precedence", (5, 2, 3, 4), 4) in named, "in the order named"
    assert ("unavailable", (5,), None) in named, "whoever has said so, whatever components its row names"
    assert problem.instance.interchangeable == ()


def test_a_double_booking_is_hard_even_where_its_rule_is_switched_off(session: Db) -> None:
    term = factories.term()
    factories.rule(term, "room_clash", is_enabled=False)
    factories.component(term=term, meetings_per_week=1)
    hard = {c.rule.name for c in build_problem(term).instance.constraints if c.hard}
    assert hard == {"all_placed", "room_clash", "instructor_clash", "group_clash", "possible_time", "suitable_room"}


def test_a_week_set_without_weeks_of_the_term_is_refused_by_name(session: Db) -> None:
    term = made_term(weeks=4)
    late = factories.week_set(term, "LATE", weeks=[10, 11])
    factories.component(term=term, meetings_per_week=1, week_set_id=late.week_set_id)
    with pytest.raises(EmptyWeekSet, match="between 1 and 4"):
        build_problem(term)


def test_days_that_nobody_can_read_are_refused_by_name_and_never_taken_for_one_day(session: Db) -> None:
    term = made_term()
    component = factories.component(term=term, meetings_per_week=1)
    component.day_patterns = "Mon-Fri"
    session.flush()
    with pytest.raises(UnreadableDays, match=f"{component.code}: its days “Mon-Fri” can't be read. Correct them"):
        build_problem(term)


def test_the_number_of_queries_does_not_grow_with_the_term(session: Db) -> None:
    def queries(courses: int) -> int:
        term = made_term(academic_year=f"20{30 + courses}-{31 + courses}")
        for _ in range(courses):
            rao = factories.faculty(factories.department(term.organization))
            factories.component(term=term, meetings_per_week=2, faculty=[rao], groups=[factories.group(term)])
        db.session.expire_all()
        term.term_id  # noqa: B018 - read anew before counting
        with counted_queries() as seen:
            build_problem(term)
        return len(seen)

    assert queries(1) == queries(9)


def stored(term: Term) -> tuple[TermProblem, Solution, int]:
    problem = build_problem(term)
    solution = Solution(tuple(at(problem, m, 6 * m) for m in range(len(problem.rows))))
    return problem, solution, store_timetable(problem, solution, TimetableFacts("Balanced"))


def ready_term() -> Term:
    term = made_term()
    hall = factories.room(term.organization, "HALL")
    lab = factories.room(term.organization, "LAB", kind="lab")
    assert (hall.code, lab.code) == ("HALL", "LAB")
    home = factories.department(term.organization)
    teachers = [factories.faculty(home), factories.faculty(home)]
    section = factories.section(term, faculty=teachers, groups=[factories.group(term)])
    factories.component(section, "L", meetings_per_week=2, room_kind="lecture")
    return term


def test_a_stored_timetable_comes_back_as_the_same_solution(session: Db) -> None:
    problem, solution, timetable_id = stored(ready_term())
    assert solution_from(problem, timetable_id) == solution
    timetable = db.session.get_one(Timetable, timetable_id)
    assert timetable.unplaced == 0
    assert timetable.hard_violations == 0
    assert timetable.cost == evaluate(problem.instance, solution).cost
    assert len(timetable.content_hash) == 12
    assert {score.rule for score in timetable.scores} >= {"room_clash", "group_gaps"}


def test_entries_name_slot_end_teachers_groups_and_claims(session: Db) -> None:
    term = ready_term()
    problem, _, timetable_id = stored(term)
    first = db.session.scalars(
        sa.select(TimetableEntry).filter_by(timetable_id=timetable_id).order_by(TimetableEntry.ordinal)
    ).first()
    assert first is not None
    row = problem.rows[0]
    assert first.time_slot_id == factories.slot(term, 0, 0).time_slot_id
    assert (first.day, str(first.start_time), str(first.end_time)) == (0, "08:00:00", "09:00:00")
    assert first.faculty_id == row.faculty_ids[0]
    query = sa.select(EntryFaculty.faculty_id).filter_by(entry_id=first.entry_id).order_by(EntryFaculty.position)
    assert tuple(db.session.scalars(query)) == row.faculty_ids
    groups = db.session.scalars(sa.select(EntryGroup.student_group_id).filter_by(entry_id=first.entry_id))
    assert tuple(groups) == row.group_ids
    claims = db.session.scalars(sa.select(EntryClaim).filter_by(entry_id=first.entry_id)).all()
    assert {claim.resource for claim in claims} == {
        f"room:{first.room_id}",
        *(f"faculty:{key}" for key in row.faculty_ids),
        *row.leaves,
    }
    assert {(c.minutes.lower, c.minutes.upper) for c in claims} == {(480, 540)}
    assert {c.weeks for c in claims} == {frozenset(range(1, 17))}


def test_classes_of_an_hour_and_a_half_on_half_hours_are_placed_stored_and_shown_as_one(session: Db) -> None:
    """Twenty half hours a day: whole cells of three slots each, on hours that people count in, and no rule unseen."""
    term = made_term(slots=0)
    factories.time_slots(term, slots=20, minutes=30)
    home, group = factories.department(term.organization), factories.group(term)
    factories.room(term.organization, "HALL")
    for _ in range(4):
        section = factories.section(term, factories.course(home), faculty=[factories.faculty(home)], groups=[group])
        factories.component(section, meetings_per_week=2, slots_per_meeting=3)
    problem = build_problem(term)
    result = solve(problem.instance, SolveParams(seconds=20.0, reproducible=True, moves=60_000))
    assert (result.hard, result.reason) == (0, "")
    timetable_id = store_timetable(problem, result.solution, TimetableFacts("Balanced"))
    entries = db.session.scalars(sa.select(TimetableEntry).filter_by(timetable_id=timetable_id)).all()
    assert len(entries) == 8
    assert {minutes(e.end_time) - minutes(e.start_time) for e in entries if e.start_time and e.end_time} == {90}
    grid = build_grid(read_slot_views(term.term_id), [seen.view for seen in read_entries(timetable_id)])
    cells = [cell for day in grid.days for row in day.rows for cell in row if cell.entries]
    assert [cell.colspan for cell in cells] == [3] * 8


def test_the_database_itself_refuses_a_double_booking(session: Db) -> None:
    _, _, timetable_id = stored(ready_term())
    one, two = db.session.scalars(
        sa.select(EntryClaim)
        .filter(EntryClaim.timetable_id == timetable_id, EntryClaim.resource.startswith("room:"))
        .order_by(EntryClaim.entry_id)
    )
    two.minutes = one.minutes
    with pytest.raises(IntegrityError, match="no_double_booking"):
        db.session.commit()


def test_a_timetable_that_breaks_a_hard_rule_is_not_stored(session: Db) -> None:
    problem = build_problem(ready_term())
    clash = Solution((at(problem, 0, 0), at(problem, 1, 0)))
    with pytest.raises(NotFeasible) as refused:
        store_timetable(problem, clash, TimetableFacts("Balanced"))
    assert any("HALL is booked twice" in finding for finding in refused.value.findings)
    assert any("Monday" in finding and "08:00" in finding for finding in refused.value.findings)
    assert db.session.scalars(sa.select(Timetable)).all() == []


def test_unplaced_meetings_are_stored_with_their_reason(session: Db) -> None:
    problem = build_problem(ready_term())
    solution = Solution((at(problem, 0, 0), Placement()))
    facts = TimetableFacts("Balanced", reasons={1: UnplacedReason("text", {"text": "No room is free."})})
    timetable_id = store_timetable(problem, solution, facts)
    timetable = db.session.get_one(Timetable, timetable_id)
    assert timetable.unplaced == 1
    assert timetable.hard_violations == 0
    reasons = [sentence_of(entry.unplaced_reason) for entry in sorted(timetable.entries, key=lambda e: e.ordinal)]
    assert reasons == ["", "No room is free."]
    assert solution_from(problem, timetable_id) == solution


def test_a_timetable_says_which_state_of_the_data_it_was_counted_with(session: Db) -> None:
    problem, solution, timetable_id = stored(ready_term())
    timetable = db.session.get_one(Timetable, timetable_id)
    assert timetable.data_revision == problem.data_revision == data_revision_of(problem.term_id)
    factories.room(timetable.term.organization)
    assert timetable.data_revision < data_revision_of(problem.term_id), "it is older than the data now"
    assert replace_timetable(build_problem(timetable.term), solution, TimetableFacts("Balanced"), timetable_id)
    db.session.expire_all()
    assert timetable.data_revision == data_revision_of(problem.term_id)


def test_replacing_leaves_name_and_key_and_changes_all_else(session: Db) -> None:
    problem, _, timetable_id = stored(ready_term())
    db.session.commit()
    other = Solution((at(problem, 0, 12), at(problem, 1, 18)))
    assert replace_timetable(problem, other, TimetableFacts("Balanced"), timetable_id)
    db.session.commit()
    assert solution_from(problem, timetable_id) == other
    timetable = db.session.get_one(Timetable, timetable_id)
    assert (timetable.variant_name, timetable.revision, len(timetable.entries)) == ("Balanced", 2, 2)


@pytest.mark.parametrize(
    "published", [{"status": TimetableStatus.PUBLISHED, "number": 1}, {"status": TimetableStatus.DRAFT, "number": 1}]
)
def test_what_was_published_while_its_run_went_on_is_not_replaced(session: Db, published: dict[str, object]) -> None:
    problem, solution, timetable_id = stored(ready_term())
    db.session.execute(sa.update(Timetable).filter_by(timetable_id=timetable_id).values(**published))
    db.session.commit()
    other = Solution((at(problem, 0, 12), at(problem, 1, 18)))
    assert not replace_timetable(problem, other, TimetableFacts("Balanced"), timetable_id)
    assert solution_from(problem, timetable_id) == solution


def test_trimming_takes_off_only_what_breaks_hard_rules_and_says_why(session: Db) -> None:
    problem = build_problem(ready_term())
    kept, reasons = trimmed(problem, Solution((at(problem, 0, 0), at(problem, 1, 0))))
    assert len(kept.unplaced) == 1
    assert set(reasons) == set(kept.unplaced)
    assert "overlap" in next(iter(reasons.values())).sentence
    assert list(hard_violations(problem, kept)) == []


def test_trimming_ends_where_a_week_has_too_many_slots_and_some_have_no_place(session: Db) -> None:
    term = ready_term()
    rao = factories.faculty(factories.department(term.organization), name="Dr Rao", max_slots_week=2)
    factories.component(term=term, meetings_per_week=6, different_days=False, faculty=[rao])
    problem = build_problem(term)
    own = [i for i, row in enumerate(problem.rows) if rao.faculty_id in row.faculty_ids]
    first, *rest = own
    placed = {meeting: at(problem, meeting, number) for number, meeting in enumerate(rest, start=5)}
    kept, reasons = trimmed(problem, Solution.empty(problem.instance).moved(placed.items()))
    assert len(reasons) == 3
    assert first not in reasons
    assert "Dr Rao: 3 slots too many in a week, at most 2 allowed." in next(iter(reasons.values())).sentence
    assert len([i for i in own if kept.placements[i].time is not None]) == 2


def test_what_has_changed_since_a_timetable_was_made_is_said(session: Db) -> None:
    term = ready_term()
    _, _, timetable_id = stored(term)
    section = db.session.get_one(TimetableEntry, _first_entry(timetable_id)).section
    section.teachers.pop()
    db.session.flush()
    found = changed_since(build_problem(term), timetable_id)
    assert len(found) == 2
    assert all("who teaches it has changed" in change.sentence for change in found)


def _first_entry(timetable_id: int) -> int:
    return db.session.scalars(sa.select(TimetableEntry.entry_id).filter_by(timetable_id=timetable_id).limit(1)).one()


def test_pins_bind_time_and_room(session: Db) -> None:
    term = made_term()
    hall = factories.room(term.organization)
    component = factories.component(term=term, meetings_per_week=2)
    factories.pin(component, factories.slot(term, 2, 3), hall, ordinal=2)
    problem = build_problem(term)
    assert problem.instance.meetings[0].pin is None
    assert problem.instance.meetings[1].pin == Placement(Time(3, 1, 1 << 2), problem.room_index[hall.room_id])
    assert problem.instance.interchangeable == ()


def test_sentences_speak_of_days_hours_and_courses(session: Db) -> None:
    names = names_of(build_problem(ready_term()))
    assert names.time(Time(1, 2, 4)) == "Wednesday, 09:00 to 10:00"
    assert names.room(0) == "HALL"
