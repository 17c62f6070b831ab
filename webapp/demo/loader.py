"""Brings the invented university into a database, as a registrar would: by import, with an account per role."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.demo import catalogue, university
from webapp.extensions import db
from webapp.models import Department, Faculty, Organization, Role, Student
from webapp.services.accounts import credentials, users
from webapp.services.accounts.passwords import password_matches
from webapp.services.accounts.users import Links
from webapp.services.imports import uploads
from webapp.services.imports.destination import find_organization, make_organization
from webapp.services.imports.formats.files import read_upload
from webapp.services.shared import transaction

HEAD, TEACHER, STUDENT = "CSE-01", "CSE-02", "2022CSE001"


@dataclass(frozen=True)
class Account:
    """One line of what the demo prints."""

    role: Role
    email: str
    who: str


def load(password: str, content: bytes | None = None) -> list[Account]:
    """Import the university, or another's tables, if it is absent; give each role an account with the password."""
    code, name, timezone = catalogue.ORGANIZATION
    organization = find_organization(code)
    if organization is None:
        organization = make_organization(code, name, timezone)
        tables = read_upload("saru.zip", university.archive() if content is None else content)
        uploads.confirm(organization, None, tables)
    accounts_made = [_account(organization, role, password) for role in Role]
    transaction.commit()
    return accounts_made


def _account(organization: Organization, role: Role, password: str) -> Account:
    head, teacher = (_of_organization(organization, Faculty, code) for code in (HEAD, TEACHER))
    student = _of_organization(organization, Student, STUDENT)
    department = _of_organization(organization, Department, HEAD.partition("-")[0])
    links_of_role = {
        Role.REGISTRAR: ("Registrar", Links()),
        Role.HOD: (head.name, Links(department=department, faculty=head)),
        Role.FACULTY: (teacher.name, Links(faculty=teacher)),
        Role.STUDENT: (student.name, Links(student=student)),
    }
    name, links = links_of_role[role]
    email = f"{role.value}@{catalogue.DOMAIN}"
    user = users.find_by_email(email)
    if user is None:
        user = users.create_user(organization, email=email, name=name, roles={role}, links=links, password=password)
    elif not password_matches(user.password_hash, password):
        credentials.set_password(user, password, None)
    who = {
        Role.REGISTRAR: organization.name,
        Role.HOD: f"{name}, {department.name}",
        Role.FACULTY: f"{name}, {department.name}",
        Role.STUDENT: f"{name}, {student.code}",
    }
    return Account(role, email, who[role])


def _of_organization(organization: Organization, model: Any, code: str) -> Any:
    query = sa.select(model).filter_by(organization_id=organization.organization_id, code=code)
    return db.session.scalars(query).one()
