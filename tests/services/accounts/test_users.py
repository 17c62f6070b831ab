"""Users: who may have an account, in which roles, and whose it is."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, Role, User
from webapp.services.accounts import users
from webapp.services.accounts.passwords import PasswordRefused
from webapp.services.accounts.users import (
    AccountChanged,
    EmailInvalid,
    EmailTaken,
    Links,
    OwnAccount,
    PersonUnknown,
    RoleIncomplete,
    find_links,
)


def test_an_address_has_one_account_over_all_organisations_whatever_its_case(registrar):
    with pytest.raises(EmailTaken, match=r"reg@example\.edu"):
        users.create_user(factories.organization(), email="reg@example.edu", name="X", roles={Role.REGISTRAR})


@pytest.mark.parametrize("email", ["", "x", "x@", "@y.z", "a b@c.d", "<x@y.z>", "x@y", "x@y.z" * 60])
def test_what_is_no_address_is_refused(org, email):
    with pytest.raises(EmailInvalid):
        users.create_user(org, email=email, name="X", roles={Role.REGISTRAR})


@pytest.mark.parametrize("role", [Role.HOD, Role.FACULTY, Role.STUDENT])
def test_a_role_names_whom_it_is_about(org, role):
    with pytest.raises(RoleIncomplete):
        users.create_user(org, email="x@y.org", name="X", roles={role})


def test_a_head_who_teaches_heads_the_department_of_the_teacher(org):
    teacher = factories.faculty(factories.department(org))
    head = users.create_user(org, email="x@y.org", name="X", roles=[Role.HOD], links=Links(faculty=teacher))
    assert head.department_id == teacher.department_id


@pytest.mark.parametrize("password", ["", "short", "x" * 9, "x" * 201])
def test_a_password_has_ten_to_two_hundred_characters(org, password):
    with pytest.raises(PasswordRefused):
        users.create_user(org, email="x@y.org", name="X", roles={Role.REGISTRAR}, password=password)


def test_the_list_is_filtered_by_text_role_and_state(org, registrar):
    student = factories.student(org)
    users.create_user(org, email="zed@example.edu", name="Zed", roles=[Role.STUDENT], links=Links(student=student))
    assert [u.name for u in users.list_users(org, text="ZE").items] == ["Zed"]
    assert [u.name for u in users.list_users(org, role="registrar").items] == ["R"]
    assert users.list_users(org, state="never").total == 2
    assert users.list_users(org, state="disabled").total == 0


def test_links_by_codes_name_somebody_of_the_own_organisation(org):
    student, department = factories.student(org, code="S1"), factories.department(org)
    found = find_links(org, department=department.department_id, student="S1")
    assert (found.department, found.student, found.faculty) == (department, student, None)
    assert find_links(org, department=department.code).department is department
    for foreign in (
        {"student": factories.student(code="F1").code},
        {"department": factories.department().department_id},
    ):
        with pytest.raises(PersonUnknown):
            find_links(org, **foreign)


def test_an_account_needs_a_role(org):
    with pytest.raises(RoleIncomplete):
        users.create_user(org, email="x@y.org", name="X", roles=[])


def test_whoever_names_the_teacher_or_student_has_the_role(org):
    links = Links(faculty=factories.faculty(factories.department(org)), student=factories.student(org))
    user = users.create_user(org, email="x@y.org", name="X", roles=[Role.HOD], links=links)
    assert user.roles == {Role.HOD, Role.FACULTY, Role.STUDENT}
    assert user.roles_in_order == [Role.HOD, Role.FACULTY, Role.STUDENT]


@pytest.mark.parametrize("roles", ["{}", "{hod,emperor}", "{registrar,registrar}", "{student}"])
def test_the_database_refuses_roles_that_are_none_twice_unknown_or_unlinked(org, roles):
    user = factories.user(org)
    statement = sa.update(User).where(User.user_id == user.user_id).values(roles=sa.text(f"'{roles}'"))
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(statement.execution_options(synchronize_session=False))


class TestChange:
    def change(self, user, actor, *roles, seen=None, **links):
        mark = users.mark_of(user) if seen is None else seen
        users.change_user(user, actor, name="New", roles=roles, links=Links(**links), seen=mark)

    def test_a_head_becomes_a_teacher_as_well_and_stops_again(self, org, registrar):
        head = factories.user(org, Role.HOD)
        teacher = factories.faculty(head.department)
        self.change(head, registrar, Role.HOD, faculty=teacher)
        assert (head.name, head.roles, head.faculty_id) == ("New", {Role.HOD, Role.FACULTY}, teacher.faculty_id)
        self.change(head, registrar, Role.HOD, department=head.department)
        assert (head.roles, head.faculty_id) == ({Role.HOD}, None)
        event = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.audit_event_id.desc())).first()
        assert (event.action, event.before["roles"], event.after["roles"]) == ("user.edit", ["hod", "faculty"], ["hod"])

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, org, registrar):
        user = factories.user(org)
        seen = users.mark_of(user)
        self.change(user, registrar, Role.HOD, department=factories.department(org))
        with pytest.raises(AccountChanged):
            self.change(user, registrar, Role.REGISTRAR, seen=seen)
        assert user.roles == {Role.HOD}

    def test_registrars_cant_take_the_role_from_themselves(self, org, registrar):
        with pytest.raises(OwnAccount):
            self.change(registrar, registrar, Role.HOD, department=factories.department(org))
        self.change(registrar, registrar, Role.REGISTRAR, Role.HOD, department=factories.department(org))
        assert registrar.roles == {Role.REGISTRAR, Role.HOD}
