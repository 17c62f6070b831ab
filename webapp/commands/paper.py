"""Looking up what is printed on paper."""

import re
import sys

import click
from flask.cli import with_appcontext

from webapp.commands.options import organization_of, report_problems
from webapp.services.views.printed_sheets import sheets_with_hash
from webapp.services.views.sheet_text import HASH_DIGITS

NOT_FOUND = 1


@click.command("check-hash")
@click.argument("printed", metavar="HASH")
@click.option("--organization", required=True, help="Code of the organisation.")
@with_appcontext
@report_problems
def check_hash(printed: str, organization: str) -> None:
    """Say which sheet of which version has a hash; exit code 1 where none has it."""
    wanted = re.sub(r"\s", "", printed).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{HASH_DIGITS}}}", wanted):
        raise click.BadParameter(f"{printed!r} is not {HASH_DIGITS} digits from 0 to f.", param_hint="HASH")
    sheets = sheets_with_hash(organization_of(organization), wanted)
    for each in sheets:
        seen = f", as seen by the head of {each.viewer}" if each.viewer else ""
        force = "in force" if each.is_in_force else "no longer in force"
        click.echo(f"{each.term}, version {each.number} ({force}): {each.kind.value} {each.code}{seen}")
    if not sheets:
        click.echo(
            f"No sheet of a version that was published has the hash {wanted}: it is of a draft, of other data, or was "
            "altered.",
            err=True,
        )
        sys.exit(NOT_FOUND)


COMMANDS = (check_hash,)
