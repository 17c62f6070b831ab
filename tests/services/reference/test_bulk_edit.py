"""Many rows changed at once, all or nothing, and the last change undone as long as nothing has come after it."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import Availability, Faculty, Room, StudentGroupMember
from webapp.services.reference import bulk_edit, commands, last_change, queries
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import BY_NAME
from webapp.services.shared.errors import NotFound

ROOMS, SECTIONS, FACULTY, GROUPS = (BY_NAME[name] for name in ("rooms", "sections", "faculty", "groups"))


@pytest.fixture
def scope(app):
    term = factories.term(days=1, slots=2)
    return Scope(term.organization, term, factories.user(term.organization))


@pytest.fixture
def teachers(scope):
    department = factories.department(scope.organization)
    return {code: factories.faculty(department, code=code, name=f"Dr {code}") for code in ("RAO", "DAS", "SEN")}


@pytest.fixture
def sections(scope, teachers):
    course = factories.course(factories.department(scope.organization), code="CS1")
    return [factories.section(scope.term, course, code=code, faculty=[teachers["RAO"]]) for code in "ABC"]


def change(scope, table, name, keys, *texts):
    column = bulk_edit.find_column(table, name)
    given = list(texts) if len(texts) == len(keys) else [texts[0]] * len(keys)
    preview = bulk_edit.preview_column(scope, table, column, keys, given)
    return bulk_edit.change_column(scope, table, column, keys, given, preview.seen)


def undo(scope):
    offered = last_change.last_change_of(scope.actor)
    return last_change.undo(scope, offered.mark)


def taught(scope):
    listing = queries.list_rows(scope, SECTIONS, {})
    return [row.cells[2] for row in listing.rows]


def test_the_teacher_of_all_rows_is_changed_and_undone_at_once(scope, sections):
    keys = [section.section_id for section in sections]
    column = bulk_edit.find_column(SECTIONS, "teachers")
    preview = bulk_edit.preview_column(scope, SECTIONS, column, keys, ["DAS", "RAO", "DAS, SEN"])
    assert preview.words == "2 rows change, 1 has this value already."
    assert taught(scope) == ["RAO"] * 3
    change(scope, SECTIONS, "teachers", keys, "DAS, SEN")
    assert taught(scope) == ["DAS, SEN"] * 3
    assert undo(scope) == "Sections: CS1 A, CS1 B, CS1 C changed"
    assert taught(scope) == ["RAO"] * 3
    with pytest.raises(NotFound):
        last_change.undo(scope, "")


def test_one_row_that_will_not_do_changes_none_and_is_named(scope, sections):
    keys = [section.section_id for section in sections]
    column = bulk_edit.find_column(SECTIONS, "teachers")
    texts = ["DAS", "DAZ", "SEN"]
    preview = bulk_edit.preview_column(scope, SECTIONS, column, keys, texts)
    assert [(row.label, "Did you mean DAS?" in row.fault) for row in preview.faults] == [("CS1 B", True)]
    with pytest.raises(bulk_edit.BulkRefused, match="1 can't, so nothing is changed"):
        bulk_edit.change_column(scope, SECTIONS, column, keys, texts, preview.seen)
    assert taught(scope) == ["RAO"] * 3
    assert last_change.last_change_of(scope.actor) is None


def test_what_changed_since_the_preview_is_not_written_over(scope, sections):
    keys = [section.section_id for section in sections]
    column = bulk_edit.find_column(SECTIONS, "expected_size")
    preview = bulk_edit.preview_column(scope, SECTIONS, column, keys, ["60"] * 3)
    sections[0].expected_size = 44
    db.session.flush()
    with pytest.raises(bulk_edit.BulkOutdated):
        bulk_edit.change_column(scope, SECTIONS, column, keys, ["60"] * 3, preview.seen)


def test_a_pasted_column_needs_a_line_a_row_and_may_have_codes_days_and_yes(scope):
    keys = [factories.room(scope.organization, code=code).room_id for code in ("R1", "R2")]
    factories.building(scope.organization, code="SB")
    assert bulk_edit.texts_for(keys, "", "SB\r\n\r\n") == ["SB", ""]
    with pytest.raises(bulk_edit.BulkRefused, match="3 lines were pasted, but 2 rows are ticked"):
        bulk_edit.texts_for(keys, "", "a\nb\nc")
    change(scope, ROOMS, "building_id", keys, "SB", "")
    change(scope, ROOMS, "is_open", keys, "no")
    rooms = db.session.scalars(sa.select(Room).order_by(Room.code)).all()
    assert [(room.building_id is None, room.is_open) for room in rooms] == [(False, False), (True, False)]


def test_rows_of_another_organisation_are_not_ticked(scope):
    own, foreign = factories.room(scope.organization), factories.room(factories.organization())
    keys = [str(own.room_id), str(foreign.room_id), "x"]
    assert bulk_edit.ticked_rows(scope, ROOMS, {}, keys) == [own.room_id]
    assert bulk_edit.ticked_rows(scope, ROOMS, {"all": "1"}, []) == [own.room_id]
    with pytest.raises(bulk_edit.BulkRefused):
        bulk_edit.ticked_rows(scope, ROOMS, {}, [])


def test_a_deleted_row_comes_back_with_its_key_its_lists_and_its_wishes(scope, teachers):
    student = factories.student(scope.organization)
    group = factories.group(scope.term, code="G")
    factories.member(student, group)
    factories.availability(factories.slot(scope.term), faculty_id=teachers["SEN"].faculty_id)
    db.session.flush()
    for table, key, count in (
        (GROUPS, group.student_group_id, StudentGroupMember),
        (FACULTY, teachers["SEN"].faculty_id, Availability),
    ):
        commands.delete_row(scope, table, key)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(count)) == 0
        assert "deleted" in undo(scope)
        assert queries.find_row(scope, table, key) is not None
        assert db.session.scalar(sa.select(sa.func.count()).select_from(count)) == 1


def test_a_renamed_code_goes_back_and_what_has_changed_since_stays(scope, teachers):
    key = teachers["RAO"].faculty_id
    values = queries.form_values(FACULTY, queries.find_row(scope, FACULTY, key))
    commands.save_row(scope, FACULTY, key, {**values, "code": "RAU", "leaves_per_month": "1.5"})
    undo(scope)
    assert queries.find_row(scope, FACULTY, key).code == "RAO"
    commands.save_row(scope, FACULTY, key, {**values, "code": "RAU"})
    db.session.execute(sa.update(Faculty).where(Faculty.faculty_id == key).values(name="Dr Rau"))
    with pytest.raises(last_change.NotUndone, match="RAU · Dr RAO has changed since, so nothing was undone"):
        undo(scope)


def test_a_row_that_was_added_goes_only_while_nothing_uses_it(scope):
    values = queries.form_values(ROOMS, None) | {"code": "NEW", "name": "New", "capacity": "20"}
    room = commands.save_row(scope, ROOMS, None, values)
    section = factories.section(scope.term, factories.course(factories.department(scope.organization)))
    pin = factories.pin(factories.component(section), room=room)
    db.session.flush()
    with pytest.raises(last_change.NotUndone, match="used by 1 fixed class"):
        undo(scope)
    db.session.delete(pin)
    db.session.flush()
    assert undo(scope) == "Rooms: NEW · New added"
    assert db.session.scalar(sa.select(Room.room_id).filter_by(code="NEW")) is None


def test_nobody_undoes_the_change_of_somebody_else_nor_one_that_was_not_shown(scope):
    values = queries.form_values(ROOMS, None) | {"name": "New", "capacity": "20"}
    commands.save_row(scope, ROOMS, None, values | {"code": "N1"})
    shown = last_change.last_change_of(scope.actor).mark
    commands.save_row(scope, ROOMS, None, values | {"code": "N2"})
    with pytest.raises(last_change.NotUndone, match="something else since"):
        last_change.undo(scope, shown)
    other = Scope(scope.organization, scope.term, factories.user(scope.organization))
    assert last_change.last_change_of(other.actor) is None
    with pytest.raises(NotFound):
        last_change.undo(other, shown)
