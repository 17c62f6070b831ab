"""Heads in bulk: read from lines and files as offices write them, invited all at once or not at all."""

import io

import openpyxl
import pytest

from tests import factories
from tests.services.accounts.conftest import actions
from webapp.models import Role
from webapp.services.accounts import heads, invitations, users
from webapp.services.accounts.heads import HeadLine, HeadsRefused


@pytest.fixture
def departments(org):
    return {
        code: factories.department(org, code=code, name=name)
        for code, name in (("CSE", "Department of Computer Science"), ("ECE", "Electronics"), ("MAT", "Mathematics"))
    }


def test_lines_are_read_with_tabs_semicolons_or_commas_and_without_their_headings():
    text = 'Department\tHead\tE-mail\nCSE\tDr Rao\trao@x.edu\n\nECE;Dr Sen;sen@x.edu\n"MAT","Das, R",das@x.edu\n'
    assert [(line.place, line.department, line.name, line.email) for line in heads.lines_of_text(text)] == [
        ("Line 2", "CSE", "Dr Rao", "rao@x.edu"),
        ("Line 4", "ECE", "Dr Sen", "sen@x.edu"),
        ("Line 5", "MAT", "Das, R", "das@x.edu"),
    ]


def test_a_workbook_is_read_and_one_without_addresses_is_refused():
    book = openpyxl.Workbook()
    book.active.append(["Heads 2026"])
    book.active.append(["Department", "Name", "E-mail"])
    book.active.append(["CSE", "Dr Rao", "rao@x.edu"])
    bytes_of = io.BytesIO()
    book.save(bytes_of)
    (line,) = heads.lines_of_file("heads.xlsx", bytes_of.getvalue())
    assert (line.place, line.department, line.email) == ("Line 3", "CSE", "rao@x.edu")
    with pytest.raises(HeadsRefused, match="no e-mail address"):
        heads.lines_of_file("heads.csv", b"a,b\nc,d\n")


def test_new_heads_are_invited_and_known_people_gain_the_role(org, registrar, departments):
    teacher = factories.user(org, Role.FACULTY, email="sen@x.edu")
    text = "computer science, Dr Rao, rao@x.edu\nece, Dr Sen, SEN@x.edu\nMathematics, , sen2@x.edu"
    made = heads.make_heads(org, heads.lines_of_text(text), registrar)
    rao, unnamed = made.created
    assert (rao.name, rao.roles, rao.department_id) == ("Dr Rao", {Role.HOD}, departments["CSE"].department_id)
    assert (unnamed.name, made.extended) == ("sen2@x.edu", [teacher])
    assert (teacher.roles, teacher.department_id) == ({Role.HOD, Role.FACULTY}, departments["ECE"].department_id)
    assert {one.user for one in invitations.to_hand_out(org)} == {rao, unnamed}
    assert "user.invite" in actions()
    again = heads.make_heads(org, heads.lines_of_text(text), registrar)
    assert (again.created, again.extended) == ([], []), "who is head already stays so"
    shown = {
        department.code: [user.email for user in own] for department, own in heads.departments_with_heads(org) if own
    }
    assert shown == {"CSE": ["rao@x.edu"], "ECE": ["sen@x.edu"], "MAT": ["sen2@x.edu"]}


def test_one_line_that_will_not_do_means_that_nobody_is_stored(org, registrar, departments):
    elsewhere = factories.user(factories.organization(), Role.STUDENT, email="else@x.edu")
    known = factories.user(org, Role.STUDENT, email="known@x.edu")
    lines = heads.lines_of_text(
        "CSE, A, a@x.edu\nECE, A, a@x.edu\nCSEE, B, b@x.edu\nECE, C, else@x.edu\nMAT, D\nMAT, E, e@\n"
        "MAT, K, known@x.edu"
    )
    with pytest.raises(HeadsRefused) as refused:
        heads.make_heads(org, lines, registrar)
    assert [finding.partition(":")[0] for finding in refused.value.findings] == [f"Line {n}" for n in (2, 3, 4, 5, 6)]
    assert "did you mean 'CSE'" in refused.value.findings[1]
    assert users.find_by_email("a@x.edu") is None
    assert (known.roles, elsewhere.roles) == ({Role.STUDENT}, {Role.STUDENT})


def test_no_line_is_said(org, registrar):
    with pytest.raises(HeadsRefused, match="one line for each head"):
        heads.make_heads(org, [], registrar)
    with pytest.raises(HeadsRefused):
        heads.make_heads(org, [HeadLine("Line 1", "", "", "")], registrar)
