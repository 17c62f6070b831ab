"""The registrar's data pages: one list and one form for every table, and what they refuse."""

import pytest

from tests import factories
from tests.pages import Pages, words
from webapp.extensions import db
from webapp.flow.records import TABLES

KEYS = [table.key for table in TABLES]


@pytest.fixture
def registrar(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    return user


@pytest.fixture
def university(registrar):
    """An organisation with a row in every table."""
    org = registrar.organization
    dept = factories.department(org, code="CSE")
    term = factories.term(org, days=2, slots=3)
    teacher = factories.faculty(dept, code="RAO")
    room = factories.room(org, code="R1")
    group = factories.group(term, code="CSE-A")
    component = factories.component(term=term, faculty=[teacher], groups=[group])
    student = factories.student(org, code="S1")
    factories.enrollment(student, component.section)
    factories.pin(component, room=room)
    factories.week_set(term)
    db.session.commit()
    return org


@pytest.mark.parametrize("key", KEYS)
def test_every_table_has_a_list_a_form_and_a_page_that_deletes(pages: Pages, university, key):
    page = pages.get(f"/admin/records/{key}")
    links = [a.get("href") for a in page.iter("a") if (a.get("href") or "").startswith(f"/admin/records/{key}/")]
    pages.get(f"/admin/records/{key}/new")
    row = next((link for link in links if link.rsplit("/", 1)[1].isdecimal()), None)
    if key == "buildings":
        assert row is None
        assert "nothing here yet" in words(page)
        return
    pages.get(row)
    pages.get(row + "/delete")


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/availability",
        "/admin/availability/rooms",
        "/admin/availability/groups",
        "/admin/availability/sections",
        "/admin/rules",
        "/admin/users",
        "/admin/users/new",
        "/admin/import",
        "/profile",
        "/profile/password",
    ],
)
@pytest.mark.parametrize("filled", [True, False])
def test_the_registrars_other_pages_stand_with_and_without_data(pages: Pages, request, registrar, path, filled):
    if filled:
        request.getfixturevalue("university")
    assert words(pages.get(path))
