"""Accounts and API tokens."""

import sys
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from webapp.commands.options import organization_of, told
from webapp.extensions import db
from webapp.models import Department, Faculty, Organization, Role, Student
from webapp.services.accounts import tokens, users
from webapp.services.shared.errors import NotFound


@click.command("create-user")
@click.argument("email")
@click.option("--organization", required=True, metavar="CODE", help="Code of the organisation.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", help="Name; a teacher's or student's own by default, else the e-mail.")
@click.option("--department", metavar="CODE", help="A head's department.")
@click.option("--faculty", metavar="CODE", help="The teacher who this is.")
@click.option("--student", metavar="CODE", help="The student who this is.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is drawn.")
@with_appcontext
@told
def create_user(
    email: str,
    organization: str,
    role: str,
    name: str | None,
    department: str | None,
    faculty: str | None,
    student: str | None,
    password_stdin: bool,
) -> None:
    """Create an account; without --password-stdin a password is drawn and printed this once."""
    owner = organization_of(organization)
    people = {
        "department": _by_code(owner, Department, department),
        "faculty": _by_code(owner, Faculty, faculty),
        "student": _by_code(owner, Student, student),
    }
    person = people["faculty"] or people["student"]
    fields: dict[str, Any] = {"email": email, "name": name or (person.name if person else email), "role": Role(role)}
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        user = users.create_user(owner, password=password, **fields, **people)
        click.echo(f"Created {user.email}, {role} of {organization}.")
        return
    made = users.create_user_with_initial_password(owner, None, **fields, **people)
    click.echo(f"Created {made.user.email}, {role} of {organization}. Password, to be changed: {made.password}")


def _by_code(owner: Organization, table: Any, code: str | None) -> Any:
    if code is None:
        return None
    row = db.session.scalar(sa.select(table).where(table.organization_id == owner.organization_id, table.code == code))
    if row is None:
        raise NotFound(f"{owner.code} has no {table.__name__.lower()} with the code {code}.")
    return row


@click.command("create-token")
@click.argument("email")
@click.option("--name", required=True, help="What it is for.")
@with_appcontext
@told
def create_token(email: str, name: str) -> None:
    """Create an API token of a user and print it, this once."""
    user = users.find_by_email(email)
    if user is None:
        raise NotFound(f"There is no account {email}.")
    click.echo(tokens.create_token(user, name))


COMMANDS = (create_user, create_token)
