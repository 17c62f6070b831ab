"""What a field offers while one types: by code or name, the nearest first, in one's own scope."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import Faculty
from webapp.services.reference.choices import MOST_CHOICES, add_choice, find_choices
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


def test_words_of_the_list_are_offered_with_where_they_stand_and_a_text_that_is_none_as_a_new_one(scope):
    factories.room(scope.organization, kind="lab", features=["fume hood"])
    assert offered(scope, "components", "room_kind", "LA") == ["lab"]
    assert offered(scope, "components", "room_features", "fume") == ["fume hood"]
    found = {text: find_choices(scope, BY_NAME["rooms"], "kind", text) for text in ("", "LAB", "lab 2", "x" * 65)}
    assert [choice.label for choice in found[""].options] == ["lab (1 room)", "lecture (not used)"]
    assert [found[text].addition for text in found] == ["", "", "Add “lab 2” as a new kind of room", ""]
    assert add_choice(scope, BY_NAME["rooms"], "kind", "lab 2") == "lab 2"
    assert offered(scope, "components", "room_kind", "lab") == ["lab", "lab 2"]
    with pytest.raises(NotFound):
        add_choice(scope, BY_NAME["rooms"], "name", "lab 3")


def test_a_field_that_offers_nothing_is_not_found(scope):
    for field in ("name", "ghost", ""):
        with pytest.raises(NotFound):
            find_choices(scope, BY_NAME["rooms"], field, "")
