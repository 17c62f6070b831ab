"""Accounts in bulk: for all teachers or students who have none, for heads, and invitations for who never signed in."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.models import Faculty, Organization, Role, Student, User
from webapp.services.accounts import invitations
from webapp.services.accounts.users import (
    EmailInvalid,
    EmailTaken,
    clean_email,
    email_taken,
    public_values,
)
from webapp.services.shared import audit
from webapp.services.shared.scoped import rows_of
from webapp.services.shared.words import _, ngettext

_TABLES: dict[Role, tuple[type[Any], str]] = {
    Role.FACULTY: (Faculty, "faculty_id"),
    Role.STUDENT: (Student, "student_id"),
}
"""The roles that have accounts in bulk: the table of their people, and the column that links it with users."""


@dataclass(frozen=True, slots=True)
class BulkAccounts:
    """What was done for the people who had no account: new ones, invited, and accounts that have the role now."""

    created: list[User]
    extended: list[User]


def count_without_account(organization: Organization, role: Role) -> int:
    """Count the teachers or students who have an e-mail address and no account."""
    return _count(_without_account(organization, role))


def _without_account(organization: Organization, role: Role) -> sa.Select[Any]:
    table, link = _TABLES[role]
    has_account = sa.exists().where(getattr(User, link) == getattr(table, link))
    return rows_of(organization, table).where(table.email.is_not(None), table.email != "", ~has_account)


def _count(query: sa.Select[Any]) -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0)


def create_accounts(organization: Organization, role: Role, actor: User) -> BulkAccounts:
    """Give each teacher or student with an e-mail address and no account one: all or nothing.

    Whose address has an account of the organisation already, but not as a teacher (or student), gains the role there.
    An account of another organisation, of another person in the same role, or of a registrar (an office's address
    that many rows may name) is not touched: it raises EmailTaken, and a bad address EmailInvalid's words, with
    everybody whose address won't do among the findings.
    """
    table, link = _TABLES[role]
    people = db.session.scalars(_without_account(organization, role).order_by(table.code)).all()
    holders = users_by_email({person.email.strip().lower() for person in people})
    made, refused = BulkAccounts([], []), []
    for person in people:
        try:
            email = clean_email(person.email)
            holder = holders.get(email.lower())
            if holder is not None and not _is_free(holder, organization, link):
                raise email_taken(email)
        except (EmailInvalid, EmailTaken) as problem:
            refused.append(f"{person.code}: {problem}")
            continue
        if holder is None:
            holder = holders[email.lower()] = new_user(organization, email, person.name)
            made.created.append(holder)
        else:
            made.extended.append(holder)
        holder.roles |= {role}
        setattr(holder, link, getattr(person, link))
    if refused:
        raise _refusal(made, refused)
    store(organization, made, role, actor)
    return made


def users_by_email(emails: set[str]) -> dict[str, User]:
    """The accounts that have one of these addresses, which are in small letters, by address."""
    lower = sa.func.lower(User.email)
    return {user.email.lower(): user for user in db.session.scalars(sa.select(User).where(lower.in_(emails)))}


def _is_free(user: User, organization: Organization, link: str) -> bool:
    is_own = user.organization_id == organization.organization_id
    return is_own and Role.REGISTRAR not in user.roles and getattr(user, link) is None


def new_user(organization: Organization, email: str, name: str) -> User:
    """An account without roles or a password, not added yet."""
    return User(organization_id=organization.organization_id, email=email, name=name, roles=frozenset())


def _refusal(made: BulkAccounts, refused: list[str]) -> EmailTaken:
    """Undo what was prepared, and say why."""
    for user in made.extended:
        db.session.expire(user)
    message = ngettext(
        "%(num)d e-mail address can't be used. No account was created.",
        "%(num)d e-mail addresses can't be used. No account was created.",
        len(refused),
    )
    return EmailTaken(message, findings=refused)


def store(organization: Organization, made: BulkAccounts, role: Role, actor: User) -> None:
    """Store many accounts, invite their people, and note all of it in a few statements; raises EmailTaken."""
    try:
        with db.session.begin_nested():
            db.session.add_all(made.created)
    except IntegrityError as error:  # somebody else was quicker
        raise EmailTaken(_("Another account was created meanwhile. No account was created; try again.")) from error
    for user in made.created:
        audit.record(organization, actor, "user.create", user, after=public_values(user))
    for user in made.extended:
        before = [own.value for own in user.roles_in_order if own is not role]
        after = [own.value for own in user.roles_in_order]
        audit.record(organization, actor, "user.edit", user, before={"roles": before}, after={"roles": after})
    invitations.invite(made.created, actor)
    db.session.flush()


def count_unused(organization: Organization, role: Role) -> int:
    """Count the accounts that `invite_unused` would invite."""
    return _count(_unused(organization, role))


def _unused(organization: Organization, role: Role) -> sa.Select[Any]:
    """Enabled accounts that nobody has signed in to, without a password or with one that was drawn for them."""
    return rows_of(organization, User).where(
        User.has_role(role),
        User.is_enabled,
        User.last_sign_in_at.is_(None),
        sa.or_(User.must_change_password, User.password_hash.is_(None)),
    )


def invite_unused(organization: Organization, role: Role, actor: User) -> int:
    """Invite all anew who have an account of this role and never signed in; what they were given before is dead."""
    users = db.session.scalars(_unused(organization, role).order_by(User.email).with_for_update()).all()
    return len(invitations.invite(users, actor))
