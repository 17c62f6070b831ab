"""Reference rows: listed, added, changed and deleted in one's own scope, refused in words."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import Model, db
from webapp.models import AuditEvent, Component, Room, Section, StudentGroup, Term, TermRule, User, WeekSet
from webapp.services.reference import commands, queries, uses
from webapp.services.reference.errors import RecordInUse, RecordRefused
from webapp.services.schema.columns import Kind
from webapp.services.schema.scope import Scope, TermMissing
from webapp.services.schema.tables import BY_NAME, WITH_PAGES, find_table
from webapp.services.shared.errors import NotFound
from webapp.services.shared.rule_defaults import RULE_NAMES


@pytest.fixture
def scope(app):
    term = factories.term(days=2, slots=3)
    org = term.organization
    return Scope(org, term, factories.user(org))


def values(table, **given):
    """What an untouched form of a new row would send, with some fields filled in."""
    return {**queries.form_values(table, None), **given}


def add(scope, key, **given):
    table = find_table(key)
    return commands.save_row(scope, table, None, values(table, **given))


def refused(scope, key, row_key=None, **given):
    table = find_table(key)
    sent = given if row_key is not None else values(table, **given)
    with pytest.raises(RecordRefused) as problem:
        commands.save_row(scope, table, row_key, sent)
    return problem.value.errors


def names(listing):
    return [row.cells[0] for row in listing.rows]


def events():
    return list(db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.audit_event_id)))


# The declarations themselves


@pytest.mark.parametrize("table", WITH_PAGES, ids=lambda table: table.name)
def test_every_constraint_of_the_database_has_words_or_can_not_be_broken_by_a_form(table):
    limits = {
        f"ck_{table.model.__tablename__}_{f.field}_not_negative" for f in table.form_columns if f.least is not None
    }
    limits |= {f"ck_{table.model.__tablename__}_{f.field}_in_range" for f in table.form_columns if f.least is not None}
    limits |= {"ck_terms_request_window_whole", "ck_terms_request_window_ends_after_start"}  # no form of rows has these
    for constraint in table.model.__table__.constraints:
        if isinstance(constraint, sa.PrimaryKeyConstraint | sa.ForeignKeyConstraint):
            continue
        name = str(constraint.name)
        full = name if name.startswith(("uq_", "ex_", "ck_")) else _conventional(constraint)
        assert full in table.words or full in limits, full


def _conventional(constraint):
    table = constraint.table.name
    if isinstance(constraint, sa.UniqueConstraint):
        return f"uq_{table}_" + "_".join(column.name for column in constraint.columns)
    return f"ck_{table}_{constraint.name}"


@pytest.mark.parametrize("table", WITH_PAGES, ids=lambda table: table.name)
def test_every_number_has_bounds_that_the_column_can_hold(table):
    for item in table.form_columns:
        if item.kind in (Kind.WHOLE, Kind.DECIMAL):
            assert None not in (item.least, item.most), item.name


@pytest.mark.parametrize("table", WITH_PAGES, ids=lambda table: table.name)
def test_fields_are_columns_or_associations_of_the_model(table):
    columns = set(table.model.__table__.columns.keys())
    for item in table.form_columns:
        assert item.many is not None or item.field in columns, item.field
        if item.refers_to:
            assert BY_NAME[item.refers_to].title


def test_every_table_that_could_refer_has_a_name_in_used_by():
    models = {table.model.__table__ for table in WITH_PAGES}
    referring = {
        other.name
        for other in Model.metadata.sorted_tables
        for column in other.columns
        for foreign in column.foreign_keys
        if foreign.column.table in models
    }
    owned = {name for table in WITH_PAGES for name in table.owned} | {"availability"}
    timetables = {name for name in referring if uses.is_of_timetables(Model.metadata.tables[name])}
    assert referring - owned - timetables <= set(uses.nouns())


# Adding and changing


def test_a_row_is_added_with_its_audit_row(scope):
    factories.words(scope.organization, "room_features", "projector", "ac")
    room = add(scope, "rooms", code="R1", name="Room 1", capacity=60, features="projector, ac; ac", kind="lab")
    assert (room.organization_id, room.features, room.kind) == (
        scope.organization.organization_id,
        ["projector", "ac"],
        "lab",
    )
    (event,) = events()
    assert (event.action, event.subject, event.subject_key) == ("rooms.create", "rooms", str(room.room_id))
    assert event.user_id == scope.actor.user_id
    assert event.after["capacity"] == "60"


def test_a_change_is_kept_with_what_was_before_and_only_that(scope):
    table = find_table("rooms")
    room = factories.room(scope.organization, code="R1", capacity=60)
    commands.save_row(scope, table, room.room_id, {**queries.form_values(table, room), "capacity": 40})
    (event,) = events()
    assert (event.action, event.before, event.after) == ("rooms.edit", {"capacity": "60"}, {"capacity": "40"})


def test_saving_what_is_there_already_leaves_no_trace(scope):
    table = find_table("rooms")
    room = factories.room(scope.organization)
    commands.save_row(scope, table, room.room_id, queries.form_values(table, room))
    assert events() == []


@pytest.mark.parametrize("table", [t for t in WITH_PAGES if t.name != "pins"], ids=lambda table: table.name)
def test_an_empty_form_is_refused_field_by_field_and_nothing_is_stored(scope, table):
    empty = dict.fromkeys(table.by_field)
    with pytest.raises(RecordRefused) as problem:
        commands.save_row(scope, table, None, empty)
    assert set(problem.value.errors) >= {item.field for item in table.form_columns if item.required}
    assert queries.count_rows(scope, table) == (6 if table.name == "time_slots" else 1 if table.name == "term" else 0)


def test_a_code_that_is_in_use_is_refused_in_words(scope):
    factories.room(scope.organization, code="R1")
    assert "in use" in refused(scope, "rooms", code="R1", name="X", capacity=1)["code"]
    add(Scope(factories.organization(), None, None), "rooms", code="R1", name="X", capacity=1)


@pytest.mark.parametrize(
    ("key", "name", "value", "said"),
    [
        ("rooms", "name", "A\x0bB", "control character"),
        ("rooms", "name", "A\uffffB", "control character"),
        ("rooms", "code", "A,B", "no , ; | or @"),
        ("rooms", "code", "R@1", "no , ; | or @"),
        ("rooms", "features", "beamer, pro\x0bjector", "control character"),
        ("faculty", "email", "a;b@example.org", "not an e-mail address"),
        ("time-slots", "day", 99999, "one of Monday to Sunday"),
        ("courses", "credits", Decimal("1e-999999"), "at most one decimal"),
        ("courses", "credits", Decimal("1e999999"), "a number from 0 to 100"),
        ("terms", "starts_on", date(1, 1, 1), "from 1900 to 2200"),
        ("terms", "ends_on", date(9999, 12, 31), "from 1900 to 2200"),
    ],
)
def test_what_an_import_or_a_column_would_not_take_is_refused_at_its_field(scope, key, name, value, said):
    assert said in refused(scope, key, **{name: value})[name]


def test_a_number_that_only_the_column_refuses_is_refused_in_words_too(scope):
    rooms = find_table("rooms")
    wide = replace(rooms, columns=tuple(replace(item, most=None) for item in rooms.columns))
    with pytest.raises(RecordRefused, match="needs a correction") as problem:
        commands.save_row(scope, wide, None, values(wide, code="R1", name="Hall", capacity=10**12))
    assert "does not fit" in problem.value.errors[""]


def test_numbers_texts_and_addresses_out_of_bounds_are_refused(scope):
    errors = refused(scope, "rooms", code="R" * 65, name="X" * 201, capacity=-1)
    assert set(errors) == {"code", "name", "capacity"}
    dept = factories.department(scope.organization)
    errors = refused(
        scope,
        "faculty",
        code="F",
        name="F",
        department_id=dept.department_id,
        email="nobody",
        leaves_per_month=Decimal("NaN"),
    )
    assert set(errors) == {"email", "leaves_per_month"}


def test_a_reference_to_a_foreign_row_is_refused_like_one_to_no_row(scope):
    foreign = factories.department()
    for key in (foreign.department_id, 10**9, 2**40, -1):
        errors = refused(scope, "courses", code="C", title="C", department_id=key)
        assert "no such row" in errors["department_id"]


def test_a_foreign_row_can_be_neither_read_nor_changed_nor_deleted(scope):
    table = find_table("rooms")
    foreign = factories.room()
    for attempt in (
        lambda: queries.find_row(scope, table, foreign.room_id),
        lambda: commands.save_row(scope, table, foreign.room_id, values(table, code="X", name="X", capacity=1)),
        lambda: commands.delete_row(scope, table, foreign.room_id),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert db.session.get(Room, foreign.room_id).code == foreign.code


def test_a_row_of_another_term_of_the_own_organisation_is_foreign_too(scope):
    other = factories.term(scope.organization, semester=2)
    group = factories.group(other)
    with pytest.raises(NotFound):
        queries.find_row(scope, find_table("groups"), group.student_group_id)
    errors = refused(scope, "groups", code="G", name="G", parent_id=group.student_group_id)
    assert "parent_id" in errors


def test_there_is_no_table_of_another_name():
    with pytest.raises(NotFound):
        find_table("users")


def test_tables_of_a_term_ask_for_a_term(scope):
    without = Scope(scope.organization, None, scope.actor)
    with pytest.raises(TermMissing):
        queries.list_rows(without, find_table("sections"), {})
    assert queries.count_rows(without, find_table("sections")) == 0


class TestTerms:
    def given(self, **other):
        return {
            "name": "Monsoon",
            "academic_year": "2025-26",
            "semester": 1,
            "starts_on": date(2025, 7, 1),
            "ends_on": date(2025, 11, 30),
        } | other

    def test_a_new_term_begins_with_every_rule(self, scope):
        term = add(scope, "terms", **self.given())
        query = sa.select(TermRule.rule).where(TermRule.term_id == term.term_id)
        assert set(db.session.scalars(query)) == set(RULE_NAMES)

    @pytest.mark.parametrize("year", ["2025", "2025-27", "25-26", "2025/26", "2025-2026", "２０２５-２６"])
    def test_an_academic_year_is_two_years_in_a_row(self, scope, year):
        assert year in refused(scope, "terms", **self.given(academic_year=year))["academic_year"]

    def test_the_turn_of_a_century_is_a_year_like_any_other(self, scope):
        assert add(scope, "terms", **self.given(academic_year="2099-00")).academic_year == "2099-00"

    def test_overlapping_dates_are_refused_in_words(self, scope):
        starts, ends = scope.term.starts_on, scope.term.ends_on
        errors = refused(scope, "terms", **self.given(starts_on=ends, ends_on=ends.replace(year=ends.year + 1)))
        assert "overlap" in errors["starts_on"]
        errors = refused(scope, "terms", **self.given(starts_on=ends, ends_on=starts))
        assert "ends_on" in errors

    def test_the_same_semester_twice_is_refused_in_words(self, scope):
        errors = refused(scope, "terms", **self.given(academic_year="2024-25"))
        assert "semester" in errors

    def test_a_term_without_rows_can_be_deleted_with_its_rules(self, scope):
        term = add(scope, "terms", **self.given())
        commands.delete_row(scope, find_table("terms"), term.term_id)
        assert db.session.get(Term, term.term_id) is None


def test_slots_end_after_they_start_and_do_not_start_twice(scope):
    sent = {"code": "X", "day": 0, "start_time": time(8), "end_time": time(7)}
    assert "end_time" in refused(scope, "time-slots", **sent)
    assert "start_time" in refused(scope, "time-slots", **sent | {"end_time": time(9)})
    add(scope, "time-slots", **sent | {"end_time": time(9), "shift": "evening"})


@pytest.mark.parametrize(("text", "weeks"), [("1-8, 10", {*range(1, 9), 10}), ("3", {3}), ("2 – 4,4-5", {2, 3, 4, 5})])
def test_weeks_are_numbers_and_ranges(scope, text, weeks):
    row = add(scope, "week-sets", code="W", name="W", weeks=text)
    assert db.session.get(WeekSet, row.week_set_id).weeks == weeks


@pytest.mark.parametrize("text", ["0", "8-1", "odd", "1-99", "1,,2", "-3"])
def test_what_are_no_weeks_is_refused(scope, text):
    assert "weeks" in refused(scope, "week-sets", code="W", name="W", weeks=text)


class TestGroups:
    def test_members_are_given_by_code_and_stand_in_the_form_again(self, scope):
        for code in ("S1", "S2"):
            factories.student(scope.organization, code=code)
        group = add(scope, "groups", code="A", name="A", members="S2, S1\nS1")
        table = find_table("groups")
        assert queries.form_values(table, group)["members"] == "S1, S2"
        commands.save_row(scope, table, group.student_group_id, {**queries.form_values(table, group), "members": "S2"})
        assert queries.form_values(table, group)["members"] == "S2"
        assert events()[-1].before == {"members": "S1, S2"}

    def test_a_code_that_nobody_has_is_refused_with_the_nearest_one(self, scope):
        factories.student(scope.organization, code="2022CSE001")
        factories.student(code="2022CSE999")
        errors = refused(scope, "groups", code="A", name="A", members="2022CSE01, 2022CSE999")
        assert "“2022CSE01”" in errors["members"]
        assert "Did you mean 2022CSE001?" in errors["members"]
        assert "2 codes" in errors["members"]

    def test_a_group_stands_neither_below_itself_nor_below_its_own_batches(self, scope):
        top = factories.group(scope.term, code="A")
        batch = factories.group(scope.term, code="A1", parent=top)
        table = find_table("groups")
        for parent in (top, batch):
            form = {**queries.form_values(table, top), "parent_id": parent.student_group_id}
            assert "parent_id" in refused(scope, "groups", top.student_group_id, **form)

    def test_a_circle_that_is_stored_already_is_said_and_not_followed_for_ever(self, scope):
        one, other, third = (factories.group(scope.term, code=code) for code in "ABC")
        one.parent_id, other.parent_id = other.student_group_id, one.student_group_id
        db.session.commit()
        form = {**queries.form_values(find_table("groups"), third), "parent_id": one.student_group_id}
        assert "parent_id" in refused(scope, "groups", third.student_group_id, **form)

    def test_the_list_shows_the_tree_in_its_order(self, scope):
        top = factories.group(scope.term, code="Z")
        factories.group(scope.term, code="B", parent=top)
        factories.group(scope.term, code="M")
        listing = queries.list_rows(scope, find_table("groups"), {})
        assert [(row.cells[0], row.depth) for row in listing.rows] == [("M", 0), ("Z", 0), ("B", 1)]


class TestSectionsAndComponents:
    @pytest.fixture
    def section(self, scope):
        dept = factories.department(scope.organization)
        for code in ("RAO", "IYER"):
            factories.faculty(dept, code=code)
        for code in ("A", "B"):
            factories.group(scope.term, code=code)
        course = factories.course(dept, code="CS101")
        return add(
            scope, "sections", course_id=course.course_id, code="1", teachers="IYER, RAO", groups="B,A", expected_size=9
        )

    def test_the_first_teacher_leads(self, scope, section):
        assert [t.faculty.code for t in db.session.get(Section, section.section_id).teachers] == ["IYER", "RAO"]
        assert section.term_id == scope.term.term_id
        (row,) = queries.list_rows(scope, find_table("sections"), {}).rows
        assert row.cells[2:4] == ("IYER, RAO", "A, B")

    def test_a_teacher_may_teach_one_batch_only(self, scope, section):
        component = add(
            scope, "components", section_id=section.section_id, code="P", batches="A, B", teachers="RAO@A, IYER@B, RAO"
        )
        teachers = db.session.get(Component, component.component_id).teachers
        assert [(t.faculty.code, t.student_group_id is not None) for t in teachers] == [
            ("RAO", True),
            ("IYER", True),
            ("RAO", False),
        ]
        table = find_table("components")
        assert queries.form_values(table, component)["teachers"] == "RAO@A, IYER@B, RAO"

    def test_a_batch_that_there_is_not_is_refused(self, scope, section):
        errors = refused(scope, "components", section_id=section.section_id, code="P", teachers="RAO@C")
        assert "“C”" in errors["teachers"]

    def test_an_enrolment_names_the_student_by_code_and_only_once(self, scope, section):
        factories.student(scope.organization, code="S1")
        add(scope, "enrollments", student_id="S1", section_id=section.section_id)
        assert "section_id" in refused(scope, "enrollments", student_id="S1", section_id=section.section_id)
        assert "student_id" in refused(scope, "enrollments", student_id="S9", section_id=section.section_id)

    def test_a_pin_fixes_something_of_a_meeting_that_there_is(self, scope, section):
        component = add(scope, "components", section_id=section.section_id, code="L", meetings_per_week=2)
        room = factories.room(scope.organization)
        sent = {"component_id": component.component_id, "ordinal": 2}
        assert "time_slot_id" in refused(scope, "pins", **sent)
        assert "2 classes" in refused(scope, "pins", **sent | {"ordinal": 3, "room_id": room.room_id})["ordinal"]
        add(scope, "pins", **sent, room_id=room.room_id)
        assert "fixed already" in refused(scope, "pins", **sent, room_id=room.room_id)["ordinal"]


# Deleting


def test_what_is_used_is_not_deleted_and_said_with_counts_and_where_to_look(scope):
    dept = factories.department(scope.organization)
    teacher = factories.faculty(dept)
    component = factories.component(term=scope.term, faculty=[teacher])
    table = find_table("faculty")
    with pytest.raises(RecordInUse, match="1 section taught"):
        commands.delete_row(scope, table, teacher.faculty_id)
    (use,) = uses.used_by(table, teacher.faculty_id)
    assert (use.count, use.table, use.field) == (1, "sections", "teachers")
    shown = queries.list_rows(scope, find_table(use.table), {use.field: str(teacher.faculty_id)})
    assert [row.key for row in shown.rows] == [component.section_id]
    found = {use.table: use.count for use in uses.used_by(find_table("departments"), dept.department_id)}
    assert found == {"faculty": 1}


def test_a_class_is_counted_once_though_it_names_its_first_teacher_and_its_batch_twice(scope):
    teacher = factories.faculty(factories.department(scope.organization))
    batch = factories.group(scope.term)
    component = factories.component(term=scope.term, faculty=[], groups=[])
    factories.entry(
        factories.timetable(scope.term), component, None,
        faculty=[teacher], groups=[batch], student_group_id=batch.student_group_id,
    )  # fmt: skip
    for table, key in (("faculty", teacher.faculty_id), ("groups", batch.student_group_id)):
        found = uses.timetable_uses(find_table(table), [key])
        assert (uses.used_by(find_table(table), key), found.classes, found.words) == ([], 1, "1 draft")


def test_what_is_not_used_is_deleted_with_its_own_links_wishes_and_audit_row(scope):
    student = factories.student(scope.organization, code="S1")
    group = factories.group(scope.term, code="A")
    factories.member(student, group)
    factories.availability(factories.slot(scope.term), student_group_id=group.student_group_id)
    assert commands.delete_row(scope, find_table("groups"), group.student_group_id).startswith("A")
    assert db.session.get(StudentGroup, group.student_group_id) is None
    event = events()[-1]
    assert (event.action, event.before["members"], event.after) == ("groups.delete", "S1", None)


def test_somebody_with_an_account_is_not_deleted(scope):
    teacher = factories.faculty(factories.department(scope.organization))
    db.session.execute(sa.update(User).where(User.user_id == scope.actor.user_id).values(faculty_id=teacher.faculty_id))
    with pytest.raises(RecordInUse, match="1 account"):
        commands.delete_row(scope, find_table("faculty"), teacher.faculty_id)


# Lists


class TestLists:
    @pytest.fixture
    def rooms(self, scope):
        for number in range(60):
            factories.room(
                scope.organization,
                code=f"R{number:02}",
                name=f"50%_{number}",
                capacity=100 - number,
                kind="lab" if number % 2 else "lecture",
            )
        factories.room(code="FOREIGN")
        return find_table("rooms")

    def test_fifty_rows_make_a_page_and_foreign_ones_are_on_none(self, scope, rooms):
        first, second = (queries.list_rows(scope, rooms, {}, page) for page in (1, 2))
        assert (len(first.rows), len(second.rows), first.page.total) == (50, 10, 60)
        assert "FOREIGN" not in names(first) + names(second)

    def test_search_takes_signs_literally(self, scope, rooms):
        assert queries.list_rows(scope, rooms, {"q": "50%_7"}).page.total == 1
        assert queries.list_rows(scope, rooms, {"q": "r0%"}).page.total == 0
        assert queries.list_rows(scope, rooms, {"q": "r0"}).page.total == 10

    def test_sorting_by_what_is_allowed_only(self, scope, rooms):
        by_seats = queries.list_rows(scope, rooms, {"sort": "capacity"})
        assert names(by_seats)[0] == "R59"
        assert names(queries.list_rows(scope, rooms, {"sort": "capacity", "order": "desc"}))[0] == "R00"
        assert names(queries.list_rows(scope, rooms, {"sort": "1; DROP TABLE rooms"}))[0] == "R00"

    def test_filters_narrow_the_list_and_offer_what_there_is(self, scope, rooms):
        listing = queries.list_rows(scope, rooms, {"kind": "lab"})
        assert listing.page.total == 30
        kinds = next(item for item in listing.filters if item.name == "kind")
        assert [value for value, _label in kinds.options] == ["", "lab", "lecture"]
        assert listing.is_filtered
        assert queries.list_rows(scope, rooms, {"building_id": "nonsense"}).page.total == 0
