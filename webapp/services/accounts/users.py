"""Users: the accounts of an organisation, in which roles, and whom each belongs to."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.models import Department, Faculty, Organization, Role, Student, User, UserToken
from webapp.services.accounts.passwords import hash_password, initial_password
from webapp.services.accounts.tokens import open_invitations
from webapp.services.schema.values import EMAIL, EMAIL_LENGTH_MAX
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict, Problem
from webapp.services.shared.optimistic_lock import changed_since, mark
from webapp.services.shared.scoped import rows_of
from webapp.services.shared.words import _

PAGE_SIZE = 50


class EmailInvalid(Problem):
    """The text is no e-mail address."""


class EmailTaken(Problem):
    """Another user already has this e-mail address."""


class RoleIncomplete(Problem):
    """No role is named, or one needs a department, a teacher or a student that is not named."""


class PersonUnknown(Problem):
    """The teacher, student or department that an account shall belong to does not exist."""


class OwnAccount(Problem):
    """Registrars can't lock themselves out."""


class AccountChanged(Conflict):
    """The account has been changed, or its sessions have ended, since the page was shown."""


@dataclass(frozen=True, slots=True)
class Links:
    """Whom an account belongs to: what its roles see follows from it. Naming a teacher or student gives the role."""

    department: Department | None = None
    faculty: Faculty | None = None
    student: Student | None = None


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A user with the password that has just been drawn for them, which is shown this once."""

    user: User
    password: str


def create_user(
    organization: Organization,
    *,
    email: str,
    name: str,
    roles: Collection[Role],
    links: Links = Links(),
    password: str | None = None,
    actor: User | None = None,
) -> User:
    """Create an account; without a password it can't sign in until one is set.

    Raises EmailInvalid, EmailTaken, RoleIncomplete or PasswordRefused.
    """
    password_hash = None if password is None else hash_password(password)
    email = clean_email(email)
    if find_by_email(email) is not None:
        raise email_taken(email)
    user = User(
        organization_id=organization.organization_id,
        email=email,
        name=name.strip() or email,
        password_hash=password_hash,
    )
    _assign(user, roles, links)
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as error:  # somebody else was quicker
        raise email_taken(email) from error
    audit.record(organization, actor, "user.create", user, after=public_values(user))
    return user


def create_user_with_initial_password(organization: Organization, **fields: Any) -> NewPassword:
    """Create an account with a drawn password that must be changed at first sign-in; ``fields`` as in create_user."""
    user = create_user(organization, **fields)
    password, user.password_hash = initial_password()
    user.must_change_password = True
    db.session.flush()
    return NewPassword(user, password)


def find_links(
    organization: Organization, *, department: int | str | None = None, faculty: str = "", student: str = ""
) -> Links:
    """The organisation's department (by key or code), teacher and student (by code); raises PersonUnknown."""
    column = Department.department_id if isinstance(department, int) else Department.code
    return Links(
        _named(organization, Department, column, department, _("There is no such department.")),
        _named(
            organization,
            Faculty,
            Faculty.code,
            faculty,
            _("There is no %(who)s with the code “%(code)s”.", who=_("teacher"), code=faculty),
        ),
        _named(
            organization,
            Student,
            Student.code,
            student,
            _("There is no %(who)s with the code “%(code)s”.", who=_("student"), code=student),
        ),
    )


def _named(organization: Organization, model: type[Any], column: Any, value: int | str | None, missing: str) -> Any:
    if value in (None, ""):
        return None
    row = db.session.scalar(rows_of(organization, model).where(column == value))
    if row is None:
        raise PersonUnknown(missing)
    return row


def _assign(user: User, roles: Collection[Role], links: Links) -> None:
    """Give a user these roles and links, and no others; raises RoleIncomplete."""
    roles = set(roles)
    if links.faculty is not None:
        roles.add(Role.FACULTY)
    if links.student is not None:
        roles.add(Role.STUDENT)
    department = links.department or (links.faculty.department if links.faculty is not None else None)
    if not roles:
        raise RoleIncomplete(_("An account needs a role at least."))
    if Role.HOD in roles and department is None:
        raise RoleIncomplete(_("A head of department needs a department."))
    if Role.FACULTY in roles and links.faculty is None:
        raise RoleIncomplete(_("A teacher's account needs to name the teacher."))
    if Role.STUDENT in roles and links.student is None:
        raise RoleIncomplete(_("A student's account needs to name the student."))
    user.roles = frozenset(roles)
    user.department = department if Role.HOD in roles else None
    user.faculty, user.student = links.faculty, links.student


def change_user(user: User, actor: User, *, name: str, roles: Collection[Role], links: Links, seen: str) -> list[str]:
    """Give a user another name, other roles and links; ``seen`` is the `mark_of` what the page was made with.

    Returns sentences about what it no longer belongs to.

    Raises AccountChanged, OwnAccount or RoleIncomplete.
    """
    db.session.refresh(user, with_for_update=True)
    before = _changeable(user)
    if changed_since(seen, before):
        raise AccountChanged(_("Somebody else has changed this account since the page was shown. Look again."))
    if user.user_id == actor.user_id and Role.REGISTRAR not in roles and Role.REGISTRAR in user.roles:
        raise OwnAccount(_("You can't take the registrar's role from yourself. Another registrar can."))
    earlier = Links(user.department, user.faculty, user.student)
    _assign(user, roles, links)
    user.name = name.strip() or user.email
    db.session.flush()
    after = _changeable(user)
    if changed := [field for field in after if after[field] != before[field]]:
        audit.record(
            user.organization,
            actor,
            "user.edit",
            user,
            before={field: before[field] for field in changed},
            after={field: after[field] for field in changed},
        )
    return _links_lost(user, earlier)


def _links_lost(user: User, earlier: Links) -> list[str]:
    kinds = (
        (_("the teacher"), earlier.faculty, user.faculty),
        (_("the student"), earlier.student, user.student),
        (_("the department"), earlier.department, user.department),
    )
    return [
        _(
            "The account no longer belongs to %(kind)s %(code)s and doesn't see that timetable.",
            kind=kind,
            code=was.code,
        )
        for kind, was, now in kinds
        if was is not None and now is not was
    ]


def mark_of(user: User) -> str:
    """Mark what the page that changes a user was made with, to be sent back with its form."""
    return mark(_changeable(user))


def _changeable(user: User) -> dict[str, Any]:
    links = {name: getattr(user, name) for name in ("department_id", "faculty_id", "student_id")}
    return {"name": user.name, "roles": _values(user)} | links


def public_values(user: User) -> dict[str, Any]:
    """The values that the audit trail keeps of a new account."""
    return {"email": user.email, "name": user.name, "roles": _values(user)}


def _values(user: User) -> list[str]:
    return [role.value for role in user.roles_in_order]


def email_taken(email: str) -> EmailTaken:
    """The refusal of an address that another account has."""
    return EmailTaken(_("%(email)s already has an account. An e-mail address can have only one.", email=email))


def clean_email(text: str) -> str:
    """Trim an address and check its shape; raises EmailInvalid."""
    email = text.strip()
    if len(email) > EMAIL_LENGTH_MAX or not EMAIL.fullmatch(email):
        raise EmailInvalid(_("“%(email)s” is not an e-mail address such as name@example.org.", email=email[:80]))
    return email


def find_by_email(email: str) -> User | None:
    """The user with this address, whatever the case of its letters."""
    return db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.strip().lower()))


def list_users(organization: Organization, *, text: str = "", role: str = "", state: str = "", page: int = 1) -> Any:
    """A page of users by name.

    ``state`` is enabled, disabled, never (has not signed in), invited (and not signed in) or waiting (neither).
    """
    query = rows_of(organization, User)
    if text:
        query = query.where(
            sa.or_(User.name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True))
        )
    if role in set(Role):
        query = query.where(User.has_role(Role(role)))
    if state in ("enabled", "disabled"):
        query = query.where(User.is_enabled.is_(state == "enabled"))
    if state in ("never", "invited", "waiting"):
        query = query.where(User.last_sign_in_at.is_(None))
    if state in ("invited", "waiting"):
        invited = User.user_id.in_(sa.select(UserToken.user_id).where(*open_invitations()))
        query = query.where(User.is_enabled, invited if state == "invited" else sa.not_(invited))
    query = query.order_by(sa.func.lower(User.name), User.user_id)
    return db.paginate(query, page=page, per_page=PAGE_SIZE, error_out=False)
