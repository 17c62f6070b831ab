"""The page of heads: typed by department, pasted, or from a file."""

import io

import pytest

from tests import factories
from tests.pages import Pages, parse, sent_by, words
from webapp.models import Role
from webapp.services.accounts import users

PATH = "/admin/users/heads"


@pytest.fixture
def registrar(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    return user


def test_heads_are_typed_pasted_and_uploaded(registrar, pages: Pages):
    assert "no department yet" in words(pages.get(PATH))
    for code in ("CSE", "ECE", "MAT"):
        factories.department(registrar.organization, code=code)
    page = pages.get(PATH)
    assert sent_by(page, PATH) == {"department": "MAT", "name": "", "email": ""}
    typed = {"department": ["CSE", "ECE", "MAT"], "name": ["Dr Rao", "", ""], "email": ["rao@x.edu", "", ""]}
    pages.post(PATH, typed)
    assert "1 person is invited" in words(pages.get("/admin/users"))
    pages.post(PATH, {"pasted": "ECE\tDr Sen\tsen@x.edu"})
    pages.post(PATH, {"file": (io.BytesIO(b"department,name,e-mail\nMAT,Dr Das,das@x.edu\n"), "heads.csv")})
    assert [users.find_by_email(f"{name}@x.edu").roles for name in ("rao", "sen", "das")] == [{Role.HOD}] * 3
    assert "Dr Das" in words(pages.get(PATH))
    assert "3 invitations to hand out" in words(pages.get("/admin/users"))


def test_what_can_not_be_used_is_said_and_what_was_typed_stays(registrar, pages: Pages):
    factories.department(registrar.organization, code="CSE")
    page = parse(pages.post(PATH, {"pasted": "CES, Dr Rao, rao@x.edu"}, 422).get_data(as_text=True))
    assert "did you mean 'CSE'" in words(page)
    assert "CES, Dr Rao" in words(page)
    page = parse(pages.post(PATH, {"department": "CSE", "name": "Dr Rao", "email": "rao"}, 422).get_data(as_text=True))
    assert "Dr Rao" in [field.get("value") for field in page.iter("input")]
    pages.post(PATH, {"pasted": ""}, 422)
