"""One way to a row: through the organisation of whoever asks."""

import pytest
import sqlalchemy as sa

from tests import factories
from tests.every_row import make_every_row
from webapp.extensions import Model, db
from webapp.models import Organization, Pin, Room, Student, Term, Timetable, User, VocabularyWord
from webapp.services.schema.tables import WITH_PAGES
from webapp.services.shared.errors import NotFound
from webapp.services.shared.scoped import PARENTS, find, load, rows_of


def owned_models() -> list[type[Model]]:
    """The models that a path leads to their organisation from."""
    models = [mapper.class_ for mapper in Model.registry.mappers]
    return [
        model
        for model in models
        if model is not Organization and (hasattr(model, "organization_id") or model in PARENTS)
    ]


@pytest.mark.parametrize("table", WITH_PAGES, ids=lambda table: table.address)
def test_every_table_that_has_pages_is_reached_through_its_organisation_alone(app, table):
    here, there = make_every_row(), make_every_row("Foreign {}")
    assert load(here.organization, table.model, here.keys[table.address])
    with pytest.raises(NotFound):
        load(here.organization, table.model, there.keys[table.address])


def test_a_user_of_another_organisation_is_not_found(app):
    with pytest.raises(NotFound, match="no such user"):
        load(factories.organization(), User, factories.user().user_id)


def test_every_path_ends_at_an_organisation(app):
    here = factories.organization()
    for model in owned_models():
        if model is VocabularyWord:  # of which every organisation has some from its beginning
            assert {row.organization_id for row in db.session.scalars(rows_of(here, model))} == {here.organization_id}
            continue
        assert db.session.scalars(rows_of(here, model)).all() == [], model


def test_an_owner_is_a_user_an_organisation_or_a_term(app):
    here = make_every_row()
    term = db.session.get_one(Term, here.keys["terms"])
    for owner in (here.organization, term, db.session.scalars(sa.select(User)).first()):
        assert load(owner, Timetable, here.timetable.timetable_id) is here.timetable


def test_conditions_narrow_what_is_found(app):
    here = make_every_row()
    key = here.timetable.timetable_id
    assert find(here.organization, Timetable, key, Timetable.variant_name == "Balanced")
    with pytest.raises(NotFound, match=f"no timetable {key}"):
        load(here.organization, Timetable, key, Timetable.variant_name == "Other")


@pytest.mark.parametrize("key", [None, -1, 2**31, 2**70])
def test_a_key_that_no_row_can_have_is_found_nowhere(app, key):
    assert find(factories.organization(), Student, key) is None


def test_a_row_is_read_anew_where_that_is_asked_for(app):
    here = make_every_row()
    room = load(here.organization, Room, here.keys["rooms"])
    db.session.execute(sa.text("UPDATE rooms SET name = 'New'"))
    assert load(here.organization, Room, room.room_id).name == "Room HALL"
    assert load(here.organization, Room, room.room_id, fresh=True).name == "New"


def test_a_lock_takes_the_row_and_not_the_tables_on_the_way_to_it(app):
    here = make_every_row()
    assert load(here.organization, Pin, here.keys["pins"], lock=True)
