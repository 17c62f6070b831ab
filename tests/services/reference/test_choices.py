"""What a field offers while one types: by code or name, the nearest first, in one's own scope."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import Faculty
from webapp.services.reference.choices import MOST_CHOICES, find_choices
from webapp.services.reference.errors import RecordRefused
from webapp.services.reference.vocabulary import rename_word, words_in_use
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import BY_NAME
from webapp.services.shared.errors import NotFound


@pytest.fixture
def scope(app):
    term = factories.term(days=1, slots=1)
    return Scope(term.organization, term, factories.user(term.organization))


def offered(scope, table, field, text):
    return [choice.value for choice in find_choices(scope, BY_NAME[table], field, text).options]


def test_a_code_comes_first_then_what_begins_so_and_every_word_must_be_there(scope):
    department = factories.department(scope.organization)
    for code, name in (("RAO", "Meera Iyer"), ("RAO2", "Asha Das"), ("X1", "Dr Rao"), ("X2", "Pirao Sen")):
        factories.faculty(department, code=code, name=name)
    factories.faculty(factories.department(), code="RAO", name="Of another house")
    assert offered(scope, "sections", "teachers", "rao") == ["RAO", "RAO2", "X1", "X2"]
    assert offered(scope, "sections", "teachers", "das as") == ["RAO2"]
    assert offered(scope, "sections", "teachers", "100%") == []


def test_of_five_thousand_rows_twenty_are_offered_and_the_rest_is_counted(scope):
    department = factories.department(scope.organization)
    db.session.flush()
    own = {"organization_id": scope.organization.organization_id, "department_id": department.department_id}
    rows = [{"code": f"T{n:04}", "name": f"Teacher {n}", **own} for n in range(5_000)]
    db.session.execute(sa.insert(Faculty), rows)
    found = find_choices(scope, BY_NAME["sections"], "teachers", "teacher")
    assert len(found.options) == MOST_CHOICES
    assert found.note == "4980 more: type on."
    assert offered(scope, "sections", "teachers", "T4711") == ["T4711"]


def test_what_several_codes_name_is_offered_by_all_of_them_and_a_batch_behind_its_teacher(scope):
    course = factories.course(factories.department(scope.organization), code="CS301", title="Systems")
    section = factories.section(scope.term, course, code="A")
    factories.component(section, "L")
    factories.group(scope.term, code="B1", name="Batch 1")
    assert offered(scope, "components", "section_id", "systems") == ["CS301/A"]
    assert offered(scope, "pins", "component_id", "cs301 l") == ["CS301/A/L"]
    assert offered(scope, "components", "teachers", "RAO@batch") == ["RAO@B1"]


def test_words_in_use_are_offered_with_where_they_stand_and_none_of_another_organisation(scope):
    factories.room(scope.organization, kind="lab", features=["fume hood"])
    factories.room(scope.organization, kind="lab")
    factories.room(factories.organization(), kind="laboratory")
    section = factories.section(scope.term, factories.course(factories.department(scope.organization)))
    factories.component(section, room_kind="lab")
    assert [(word.word, word.places) for word in words_in_use(scope.organization, "room_kinds")] == [
        ("lab", "2 rooms, 1 weekly class")
    ]
    assert offered(scope, "components", "room_kind", "LA") == ["lab"]
    assert offered(scope, "components", "room_features", "fume") == ["fume hood"]


def test_a_field_that_offers_nothing_is_not_found(scope):
    for field in ("name", "ghost", ""):
        with pytest.raises(NotFound):
            find_choices(scope, BY_NAME["rooms"], field, "")


def test_a_word_is_renamed_wherever_it_stands_and_two_become_one(scope):
    room = factories.room(scope.organization, kind="computer lab", features=["pc", "beamer"])
    foreign = factories.room(factories.organization(), kind="computer lab", features=["pc"])
    section = factories.section(scope.term, factories.course(factories.department(scope.organization)))
    component = factories.component(section, room_kind="computer lab", room_features=["pc", "computers"])
    assert rename_word(scope, "room_kinds", "computer lab", " PC lab ") == 2
    assert rename_word(scope, "room_features", "pc", "computers") == 2
    for row in (room, component, foreign):
        db.session.refresh(row)
    assert (room.kind, component.room_kind, foreign.kind) == ("PC lab", "PC lab", "computer lab")
    assert (room.features, component.room_features) == (["computers", "beamer"], ["computers"])
    for old, new in (
        ("ghost", "x"),
        ("PC lab", " "),
        ("computers", "a, b"),
        ("PC lab", "PC lab"),
        ("PC lab", "x" * 65),
    ):
        with pytest.raises(RecordRefused):
            rename_word(scope, "room_features" if "," in new else "room_kinds", old, new)
