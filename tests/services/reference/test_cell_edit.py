"""A cell edited in place: its value alone is compared, its text is as files have it, refusals name the column."""

import pytest

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, Room, Section
from webapp.services.reference import cell_edit, commands, last_change, queries
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import BY_NAME, WITH_PAGES
from webapp.services.shared.errors import NotFound

ROOMS, SECTIONS, SLOTS = BY_NAME["rooms"], BY_NAME["sections"], BY_NAME["time_slots"]


@pytest.fixture
def scope(app):
    term = factories.term(days=1, slots=2)
    return Scope(term.organization, term, factories.user(term.organization))


@pytest.fixture
def room(scope):
    building = factories.building(scope.organization, code="SB")
    return factories.room(scope.organization, code="R1", capacity=40, building_id=building.building_id)


def store(scope, table, key, name, text):
    cell_edit.store_cell(scope, table, key, name, text, cell_edit.find_cell(scope, table, key, name).seen)
    return queries.listed_row(scope, table, key).cells


def test_numbers_links_lists_and_boxes_are_read_as_files_write_them(scope, room):
    factories.building(scope.organization, code="NB")
    factories.words(scope.organization, "room_features", "audio", "screen")
    key = room.room_id
    given = {"capacity": "70", "building_id": "NB", "features": "audio, screen", "is_open": "no"}
    for name, text in given.items():
        store(scope, ROOMS, key, name, text)
        assert cell_edit.find_cell(scope, ROOMS, key, name).text == text
    assert queries.listed_row(scope, ROOMS, key).cells[2:] == ("70", "lecture", "audio, screen", "NB", "No")
    assert last_change.last_change_of(scope.actor).words == f"Rooms: R1 · {room.name} changed"


def test_every_list_has_cells_to_edit_and_never_its_keys(scope):
    for table in WITH_PAGES:
        assert table.in_place
        assert not {table.by_field[name].name for name in table.in_place} & set(table.key)


def test_a_key_a_form_only_field_and_a_foreign_row_have_no_cell(scope, room):
    foreign = factories.room(factories.organization())
    for key, name in ((room.room_id, "code"), (room.room_id, "department_id"), (foreign.room_id, "kind")):
        with pytest.raises(NotFound):
            cell_edit.find_cell(scope, ROOMS, key, name)
        with pytest.raises(NotFound):
            cell_edit.store_cell(scope, ROOMS, key, name, "x", "")


def test_another_cell_of_the_row_may_change_meanwhile_but_not_this_one(scope, room):
    seen = {name: cell_edit.find_cell(scope, ROOMS, room.room_id, name).seen for name in ("kind", "capacity")}
    values = queries.form_values(ROOMS, room)
    commands.save_row(scope, ROOMS, room.room_id, {**values, "kind": "lab"})
    cell_edit.store_cell(scope, ROOMS, room.room_id, "capacity", "55", seen["capacity"])
    with pytest.raises(RecordChanged) as stale:
        cell_edit.store_cell(scope, ROOMS, room.room_id, "kind", "studio", seen["kind"])
    assert stale.value.errors == {"kind": "Changed meanwhile: it is now “lab”."}
    stored = db.session.get(Room, room.room_id, populate_existing=True)
    assert (stored.kind, stored.capacity) == ("lab", 55)


def test_what_will_not_do_is_said_of_its_column_and_stores_nothing(scope, room):
    with pytest.raises(RecordRefused) as many:
        store(scope, ROOMS, room.room_id, "capacity", "many")
    assert list(many.value.errors) == ["capacity"]
    slot = factories.slot(scope.term)
    with pytest.raises(RecordRefused) as early:
        store(scope, SLOTS, slot.time_slot_id, "start_time", "23:00")
    assert early.value.errors["end_time"].startswith("Ends: ")
    assert last_change.last_change_of(scope.actor) is None


def test_a_cell_stored_as_it_was_changes_nothing(scope):
    """Rows of a list are written anew, by which the term's data would count as changed."""
    teacher = factories.faculty(factories.department(scope.organization), code="RAO")
    section = factories.section(scope.term, factories.course(teacher.department), faculty=[teacher])
    db.session.refresh(scope.term)
    revision = scope.term.data_revision
    store(scope, SECTIONS, section.section_id, "teachers", "RAO")
    db.session.refresh(scope.term)
    assert scope.term.data_revision == revision
    assert db.session.query(AuditEvent).count() == 0
    assert db.session.get(Section, section.section_id) is not None
