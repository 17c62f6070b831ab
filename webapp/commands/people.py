"""Accounts and API tokens."""

import sys
from typing import Any

import click
from flask.cli import with_appcontext

from webapp.commands.options import organization_of, report_problems
from webapp.models import Role
from webapp.services.accounts import tokens, users
from webapp.services.shared import transaction
from webapp.services.shared.errors import NotFound


@click.command("create-user")
@click.argument("email")
@click.option("--organization", required=True, metavar="CODE", help="Code of the organisation.")
@click.option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="May be given several times.",
)
@click.option("--name", help="Name; a teacher's or student's own by default, else the e-mail.")
@click.option("--department", metavar="CODE", help="A head's department; that of the teacher by default.")
@click.option("--faculty", metavar="CODE", help="The teacher who this is.")
@click.option("--student", metavar="CODE", help="The student who this is.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is drawn.")
@with_appcontext
@report_problems
def create_user(
    email: str,
    organization: str,
    roles: tuple[str, ...],
    name: str | None,
    department: str | None,
    faculty: str | None,
    student: str | None,
    password_stdin: bool,
) -> None:
    """Create an account; without --password-stdin a password is drawn and printed this once."""
    owner = organization_of(organization)
    links = users.find_links(owner, department=department, faculty=faculty or "", student=student or "")
    person = links.faculty or links.student
    fields: dict[str, Any] = {
        "email": email,
        "name": name or (person.name if person else email),
        "roles": [Role(role) for role in roles],
        "links": links,
    }
    if password_stdin:
        user = users.create_user(owner, password=sys.stdin.readline().rstrip("\r\n"), **fields)
        ending = ""
    else:
        made = users.create_user_with_initial_password(owner, **fields)
        user, ending = made.user, f" Password, to be changed: {made.password}"
    transaction.commit()
    click.echo(f"Created {user.email}, {' and '.join(user.roles_in_order)} of {organization}.{ending}")


@click.command("create-token")
@click.argument("email")
@click.option("--name", required=True, help="What it is for.")
@with_appcontext
@report_problems
def create_token(email: str, name: str) -> None:
    """Create an API token of a user and print it, this once."""
    user = users.find_by_email(email)
    if user is None:
        raise NotFound(f"There is no account {email}.")
    secret = tokens.create_token(user, name)
    transaction.commit()
    click.echo(secret)


COMMANDS = (create_user, create_token)
