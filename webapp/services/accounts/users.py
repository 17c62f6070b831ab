"""Users: who may sign in, as what, and with which password."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.models import Department, Faculty, Organization, Role, Student, TokenPurpose, User, UserToken
from webapp.services.accounts.passwords import PasswordRefused, hash_password, initial_password, password_matches
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict, NotFound, Problem
from webapp.services.shared.words import _, ngettext

EMAIL_LENGTH_MAX = 254
Row = TypeVar("Row")
_EMAIL = re.compile(r"[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:.]+")


class EmailInvalid(Problem):
    """The text is no e-mail address."""


class EmailTaken(Problem):
    """Another user already has this e-mail address."""


class RoleIncomplete(Problem):
    """The role needs a department, a teacher or a student that is not named."""


class PersonUnknown(Problem):
    """The teacher, student or department that an account shall belong to does not exist."""


class SignInRefused(Problem):
    """Unknown e-mail or wrong password: the same words for both."""


class AccountDisabled(Problem):
    """The password is right, but the account has been disabled."""


class OwnAccount(Problem):
    """Registrars can't lock themselves out."""


class AccountChanged(Conflict):
    """The account's sessions have ended, perhaps by a new password, since the page was shown."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that has just been made or given a new password, with that password, which is shown this once."""

    user: User
    password: str


def create_user(
    organization: Organization,
    *,
    email: str,
    name: str,
    role: Role,
    password: str | None = None,
    department: Department | None = None,
    faculty: Faculty | None = None,
    student: Student | None = None,
    actor: User | None = None,
) -> User:
    """Create an account and commit; without a password it can't sign in until one is set.

    Raises EmailInvalid, EmailTaken, RoleIncomplete or PasswordRefused.
    """
    stored = hash_password(password) if password is not None else None
    user = _add_user(
        organization,
        email=email,
        name=name,
        role=role,
        password_hash=stored,
        department=department,
        faculty=faculty,
        student=student,
        actor=actor,
    )
    db.session.commit()
    return user


def create_user_with_initial_password(organization: Organization, actor: User | None, **fields: Any) -> NewAccount:
    """Create an account with a drawn password that must be changed at first sign-in; ``fields`` as in create_user."""
    password, stored = initial_password()
    user = _add_user(organization, password_hash=stored, actor=actor, **fields)
    user.must_change_password = True
    db.session.commit()
    return NewAccount(user, password)


def create_user_of(actor: User, *, department_id: int | None, person_code: str, **fields: Any) -> NewAccount:
    """Create an account in the actor's organisation, its department by key and its teacher or student by code.

    ``fields`` are e-mail, name and role. Raises PersonUnknown beside what create_user raises.
    """
    own = actor.organization_id
    link: dict[str, Any] = {}
    if department_id is not None:
        query = sa.select(Department).where(
            Department.organization_id == own, Department.department_id == department_id
        )
        link["department"] = _known(db.session.scalar(query), _("There is no such department."))
    if person_code:
        is_student = fields["role"] is Role.STUDENT
        table: Any = Student if is_student else Faculty
        person = db.session.scalar(sa.select(table).where(table.organization_id == own, table.code == person_code))
        who = _("student") if is_student else _("teacher")
        words = _("There is no %(who)s with the code “%(code)s”.", who=who, code=person_code)
        link["student" if is_student else "faculty"] = _known(person, words)
    return create_user_with_initial_password(actor.organization, actor, **fields, **link)


def _known(row: Row | None, words: str) -> Row:
    if row is None:
        raise PersonUnknown(words)
    return row


def _add_user(
    organization: Organization,
    *,
    email: str,
    name: str,
    role: Role,
    password_hash: str | None,
    department: Department | None = None,
    faculty: Faculty | None = None,
    student: Student | None = None,
    actor: User | None = None,
) -> User:
    email = clean_email(email)
    if find_by_email(email) is not None:
        raise _email_taken(email)
    if role is Role.HOD and department is None and faculty is not None:
        department = faculty.department
    _refuse_incomplete_role(role, department, faculty, student)
    user = User(
        organization_id=organization.organization_id,
        email=email,
        name=name.strip() or email,
        role=role,
        password_hash=password_hash,
        department=department,
        faculty=faculty,
        student=student,
    )
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else was quicker
        db.session.rollback()
        raise _email_taken(email) from error
    audit.record(organization, actor, "user.create", user, after=_public(user))
    return user


def _email_taken(email: str) -> EmailTaken:
    return EmailTaken(_("%(email)s already has an account. An e-mail address can have only one.", email=email))


def _refuse_incomplete_role(
    role: Role, department: Department | None, faculty: Faculty | None, student: Student | None
) -> None:
    if role is Role.HOD and department is None:
        raise RoleIncomplete(_("A head of department needs a department."))
    if role is Role.FACULTY and faculty is None:
        raise RoleIncomplete(_("A teacher's account needs to name the teacher."))
    if role is Role.STUDENT and student is None:
        raise RoleIncomplete(_("A student's account needs to name the student."))


def clean_email(text: str) -> str:
    """Trim an address and check its shape; raises EmailInvalid."""
    email = text.strip()
    if len(email) > EMAIL_LENGTH_MAX or not _EMAIL.fullmatch(email):
        raise EmailInvalid(_("“%(email)s” is not an e-mail address such as name@example.org.", email=email[:80]))
    return email


def find_by_email(email: str) -> User | None:
    """The user with this address, whatever the case of its letters."""
    return db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.strip().lower()))


def find_for_session(session_id: str) -> User | None:
    """The user whom a session names, if its key still fits and the account is enabled."""
    user_id, _dot, key = session_id.partition(".")
    if not (user_id.isdecimal() and key.isdecimal()):
        return None
    user = db.session.get(User, int(user_id))
    return user if user is not None and user.is_enabled and user.session_key == int(key) else None


def authenticate(email: str, password: str) -> User:
    """The user with this e-mail and password; notes the time of sign-in and commits.

    Raises SignInRefused in the same words and after the same time for an unknown e-mail and a wrong
    password; AccountDisabled only to those who know the password.
    """
    user = find_by_email(email)
    if not password_matches(user.password_hash if user else None, password) or user is None:
        raise SignInRefused(_("The e-mail address or the password is wrong."))
    if not user.is_enabled:
        raise AccountDisabled(_("This account has been disabled. Ask the registrar's office."))
    user.last_sign_in_at = datetime.now(UTC)
    db.session.commit()
    return user


def change_password(user: User, current: str, new: str) -> None:
    """Replace one's own password; every session that is open elsewhere ends. Raises PasswordRefused."""
    if not password_matches(user.password_hash, current):
        raise PasswordRefused(_("The current password is wrong."))
    if current == new:
        raise PasswordRefused(_("The new password is the same as the current one."))
    set_password(user, new, actor=user)
    db.session.commit()


def set_password(user: User, new: str, actor: User | None) -> None:
    """Set a chosen password; all sessions and reset links end, without commit. Raises PasswordRefused."""
    stored = hash_password(new)
    revoke_tokens(user, TokenPurpose.PASSWORD_RESET)
    user.password_hash = stored
    user.must_change_password = False
    _end_sessions(user)
    audit.record(user.organization, actor, "user.password", user)


def reset_password(user: User, actor: User, seen: int | None = None) -> str:
    """Give a user a drawn password, which must be changed at sign-in; returned this once. Sessions and tokens end.

    Raises AccountChanged where ``seen``, the session key that the page was made with, is another by now: a page that
    is loaded again would replace the password that has just been written down.
    """
    db.session.refresh(user, with_for_update=True)
    if seen not in (None, user.session_key):
        raise AccountChanged(
            _(
                "%(email)s was given a new password, or was signed out, since the page was shown. "
                "Nothing was changed now; if the password is lost, open the account and give another.",
                email=user.email,
            )
        )
    revoke_tokens(user)
    password = _draw_password(user, actor)
    db.session.commit()
    return password


def _draw_password(user: User, actor: User) -> str:
    password, user.password_hash = initial_password()
    user.must_change_password = True
    _end_sessions(user)
    audit.record(user.organization_id, actor, "user.reset_password", user)
    return password


def set_enabled(user: User, enabled: bool, actor: User) -> None:
    """Disable a user, whose sessions and tokens end, or enable them again. Raises OwnAccount."""
    if user.user_id == actor.user_id:
        raise OwnAccount(_("You can't disable your own account. Another registrar can."))
    if user.is_enabled == enabled:
        return
    user.is_enabled = enabled
    _end_sessions(user)
    revoke_tokens(user)
    action = "user.enable" if enabled else "user.disable"
    audit.record(user.organization, actor, action, user, before={"enabled": not enabled}, after={"enabled": enabled})
    db.session.commit()


def sign_out_everywhere(user: User, actor: User) -> None:
    """End every session of a user, and every token."""
    _end_sessions(user)
    revoke_tokens(user)
    audit.record(user.organization, actor, "user.sign_out", user)
    db.session.commit()


def _end_sessions(user: User) -> None:
    user.session_key = User.session_key + 1


def revoke_tokens(user: User, *purposes: TokenPurpose) -> None:
    """Make what was given out for a user useless, without commit.

    All of it unless purposes are named: whoever got in may have made a token to stay.
    """
    live = sa.and_(
        UserToken.user_id == user.user_id,
        UserToken.revoked_at.is_(None),
        UserToken.purpose.in_(purposes or TokenPurpose),
    )
    db.session.execute(sa.update(UserToken).where(live).values(revoked_at=sa.func.now()))


def find_user(organization: Organization, user_id: int) -> User:
    """A user of the organisation; raises NotFound."""
    user: User | None = db.session.scalar(
        sa.select(User).where(User.organization_id == organization.organization_id, User.user_id == user_id)
    )
    if user is None:
        raise NotFound(_("There is no such user."))
    return user


def list_users(organization: Organization, *, text: str = "", role: str = "", state: str = "", page: int = 1) -> Any:
    """A page of 50 users by name; ``state`` is enabled, disabled or never (has not signed in yet)."""
    query = sa.select(User).where(User.organization_id == organization.organization_id)
    if text:
        query = query.where(
            sa.or_(User.name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True))
        )
    if role in set(Role):
        query = query.where(User.role == Role(role))
    if state in ("enabled", "disabled"):
        query = query.where(User.is_enabled.is_(state == "enabled"))
    if state == "never":
        query = query.where(User.last_sign_in_at.is_(None))
    query = query.order_by(sa.func.lower(User.name), User.user_id)
    return db.paginate(query, page=page, per_page=50, error_out=False)


def people_without_account(organization: Organization, role: Role) -> list[Faculty] | list[Student]:
    """Teachers or students with an e-mail address and no account, by code."""
    if role is Role.FACULTY:
        return _without_account(organization, Faculty, User.faculty_id == Faculty.faculty_id)
    return _without_account(organization, Student, User.student_id == Student.student_id)


def _without_account(organization: Organization, table: Any, same_person: sa.ColumnElement[bool]) -> list[Any]:
    return list(db.session.scalars(_waiting(organization, table, same_person).order_by(table.code)))


def _waiting(organization: Organization, table: Any, same_person: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(table)
        .where(table.organization_id == organization.organization_id, table.email.is_not(None), table.email != "")
        .where(~sa.exists().where(same_person))
    )


def count_without_account(organization: Organization, role: Role) -> int:
    """How many teachers or students have an e-mail address and no account."""
    table, same_person = (
        (Faculty, User.faculty_id == Faculty.faculty_id)
        if role is Role.FACULTY
        else (Student, User.student_id == Student.student_id)
    )
    waiting = _waiting(organization, table, same_person).subquery()
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0)


def create_users_for(organization: Organization, role: Role, actor: User) -> list[NewAccount]:
    """Create an account for each teacher or student who has an e-mail address and none yet: all or nothing.

    Raises EmailInvalid or EmailTaken with everybody whose address won't do among its findings.
    """
    people = people_without_account(organization, role)
    taken = _taken({(person.email or "").strip().lower() for person in people})
    made: list[NewAccount] = []
    refused: list[str] = []
    for person in people:
        try:
            email = clean_email(person.email or "")
            if email.lower() in taken:
                raise _email_taken(email)
        except (EmailInvalid, EmailTaken) as problem:
            refused.append(f"{person.code}: {problem}")
            continue
        taken.add(email.lower())
        made.append(_account_of(person, email, role))
    if refused:
        db.session.rollback()
        message = ngettext(
            "%(num)d e-mail address can't be used. No account was created.",
            "%(num)d e-mail addresses can't be used. No account was created.",
            len(refused),
        )
        raise EmailTaken(message, findings=refused)
    _add_all(organization, [account.user for account in made], actor)
    return made


def _unused(organization: Organization, role: Role) -> sa.Select[Any]:
    """Enabled accounts that nobody has signed in to, without a password or with one that was drawn for them."""
    return sa.select(User).where(
        User.organization_id == organization.organization_id,
        User.role == role,
        User.is_enabled,
        User.last_sign_in_at.is_(None),
        sa.or_(User.must_change_password, User.password_hash.is_(None)),
    )


def count_unused(organization: Organization, role: Role) -> int:
    """How many accounts `renew_passwords` would give a new password."""
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(_unused(organization, role).subquery())) or 0)


def renew_passwords(organization: Organization, role: Role, actor: User) -> list[NewAccount]:
    """Give all who have an account of this role and never signed in a new drawn password, and commit.

    The first ones may be lost: the answer that held them is the only place where they stood.
    """
    users = db.session.scalars(_unused(organization, role).order_by(User.email).with_for_update())
    renewed = [NewAccount(user, _draw_password(user, actor)) for user in users]
    db.session.commit()
    return renewed


def _taken(emails: set[str]) -> set[str]:
    lower = sa.func.lower(User.email)
    return set(db.session.scalars(sa.select(lower).where(lower.in_(emails))))


def _account_of(person: Faculty | Student, email: str, role: Role) -> NewAccount:
    password, stored = initial_password()
    user = User(
        organization_id=person.organization_id,
        email=email,
        name=person.name,
        role=role,
        password_hash=stored,
        must_change_password=True,
        faculty_id=person.faculty_id if isinstance(person, Faculty) else None,
        student_id=person.student_id if isinstance(person, Student) else None,
    )
    return NewAccount(user, password)


def _add_all(organization: Organization, users: list[User], actor: User) -> None:
    """Store many accounts with their audit rows in a few statements, and commit."""
    db.session.add_all(users)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else was quicker
        db.session.rollback()
        raise EmailTaken(_("Another account was created meanwhile. No account was created; try again.")) from error
    for user in users:
        audit.record(organization, actor, "user.create", user, after=_public(user))
    db.session.commit()


def _public(user: User) -> dict[str, Any]:
    return {"email": user.email, "name": user.name, "role": user.role.value}
