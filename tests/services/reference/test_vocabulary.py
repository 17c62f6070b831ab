"""Kinds and features as lists of the organisation: complete by themselves, changed everywhere, kept to by forms."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import Room
from webapp.services.reference import commands, queries, vocabulary
from webapp.services.reference.errors import RecordRefused, WordChanged, WordRefused
from webapp.services.schema.places import CLASS_KINDS, ROOM_FEATURES, ROOM_KINDS
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import BY_NAME

ROOMS, COMPONENTS = BY_NAME["rooms"], BY_NAME["components"]


@pytest.fixture
def scope(app):
    term = factories.term(days=1, slots=1)
    return Scope(term.organization, term, factories.user(term.organization))


@pytest.fixture
def component(scope):
    section = factories.section(scope.term, factories.course(factories.department(scope.organization)))
    return factories.component(section, room_kind="computer lab", room_features=["pc", "computers"])


def listed(scope, name):
    return {word.word: word.places for word in vocabulary.listed_words(scope.organization, name)}


def seen(scope, name, word):
    return {one.word: one.seen for one in vocabulary.listed_words(scope.organization, name)}[word]


def rename(scope, name, old, new):
    return vocabulary.rename_word(scope, name, old, new, seen(scope, name, old))


def test_a_new_organisation_has_the_usual_words(scope):
    assert listed(scope, ROOM_KINDS) == {"lab": "", "lecture": ""}
    assert listed(scope, CLASS_KINDS) == {"lab": "", "lecture": "", "tutorial": ""}
    assert listed(scope, ROOM_FEATURES) == {}


def test_every_word_that_a_row_says_is_listed_whoever_wrote_the_row(scope, component):
    """Imports, copies of terms and commands write rows without asking the lists."""
    room = factories.room(scope.organization, kind="studio", features=["piano"])
    factories.room(factories.organization(), kind="foreign")
    db.session.execute(sa.update(Room).where(Room.room_id == room.room_id).values(kind="hall", features=["organ"]))
    assert listed(scope, ROOM_KINDS) == {
        "computer lab": "1 weekly class", "hall": "1 room", "lab": "", "lecture": "", "studio": "",
    }  # fmt: skip
    assert listed(scope, ROOM_FEATURES) == {
        "computers": "1 weekly class", "organ": "1 room", "pc": "1 weekly class", "piano": "",
    }  # fmt: skip


def test_a_word_is_renamed_wherever_it_stands_and_in_its_list(scope, component):
    room = factories.room(scope.organization, kind="computer lab")
    foreign = factories.room(factories.organization(), kind="computer lab")
    assert rename(scope, ROOM_KINDS, "computer lab", " PC  lab ") == 2
    for row in (room, component, foreign):
        db.session.refresh(row)
    assert (room.kind, component.room_kind, foreign.kind) == ("PC lab", "PC lab", "computer lab")
    assert "computer lab" not in listed(scope, ROOM_KINDS)
    assert rename(scope, ROOM_KINDS, "PC lab", "pc lab") == 2
    for new in (" ", "x" * 65, "pc lab", "LECTURE"):
        with pytest.raises(WordRefused):
            rename(scope, ROOM_KINDS, "pc lab", new)
    with pytest.raises(WordRefused):
        rename(scope, ROOM_FEATURES, "pc", "a, b")


def test_two_words_become_one_only_where_that_is_said(scope, component):
    mark = seen(scope, ROOM_FEATURES, "pc")
    for into in ("pc", "ghost", ""):
        with pytest.raises(WordRefused):
            vocabulary.merge_words(scope, ROOM_FEATURES, "pc", into, mark)
    assert vocabulary.merge_words(scope, ROOM_FEATURES, "pc", "computers", mark) == 1
    db.session.refresh(component)
    assert component.room_features == ["computers"]
    assert listed(scope, ROOM_FEATURES) == {"computers": "1 weekly class"}


def test_a_word_is_deleted_only_while_no_row_says_it_and_as_it_was_seen(scope, component):
    with pytest.raises(WordRefused, match="used by 1 weekly class"):
        vocabulary.delete_word(scope, ROOM_KINDS, "computer lab", seen(scope, ROOM_KINDS, "computer lab"))
    mark = seen(scope, ROOM_KINDS, "lab")
    room = factories.room(scope.organization, kind="lab")
    with pytest.raises(WordChanged):
        vocabulary.delete_word(scope, ROOM_KINDS, "lab", mark)
    db.session.delete(room)
    vocabulary.delete_word(scope, ROOM_KINDS, "lab", mark)
    with pytest.raises(WordChanged, match="not in the list any more"):
        vocabulary.delete_word(scope, ROOM_KINDS, "lab", mark)
    assert "lab" not in listed(scope, ROOM_KINDS)


def test_a_form_keeps_to_the_list_and_takes_its_capitals(scope, component):
    room = factories.room(scope.organization, kind="lecture", features=[])
    values = queries.form_values(ROOMS, room)
    commands.save_row(scope, ROOMS, room.room_id, {**values, "kind": "LAB", "features": "PC, computers"})
    assert (room.kind, room.features) == ("lab", ["pc", "computers"])
    with pytest.raises(RecordRefused) as refused:
        commands.save_row(scope, ROOMS, room.room_id, {**values, "kind": "labb", "features": "piano"})
    assert refused.value.errors["kind"].startswith(
        "“labb” does not stand in the list “Kinds of rooms”. Did you mean “lab”?"
    )
    assert set(refused.value.errors) == {"kind", "features"}
    vocabulary.add_word(scope, ROOM_FEATURES, "piano")
    commands.save_row(scope, ROOMS, room.room_id, {**values, "features": "piano"})
    with pytest.raises(WordRefused):
        vocabulary.add_word(scope, ROOM_FEATURES, "Piano")


def test_what_an_empty_field_means_needs_no_place_in_the_list(scope, component):
    vocabulary.delete_word(scope, CLASS_KINDS, "tutorial", seen(scope, CLASS_KINDS, "tutorial"))
    values = queries.form_values(COMPONENTS, component)
    commands.save_row(scope, COMPONENTS, component.component_id, {**values, "kind": "", "room_kind": ""})
    assert (component.kind, component.room_kind) == ("lecture", "")
