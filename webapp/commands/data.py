"""Organisations, and what is exported."""

from pathlib import Path
from zoneinfo import available_timezones

import click
from flask.cli import with_appcontext

from webapp.commands.options import FOLDER_OR_FILE, in_term, report_problems, term_of
from webapp.services.imports import destination, exports
from webapp.services.imports.formats.writers import template_workbook
from webapp.services.shared import transaction


@click.command("create-organization")
@click.argument("code")
@click.argument("name")
@click.option("--timezone", default="UTC", show_default=True, help="Time zone, such as Asia/Kolkata.")
@with_appcontext
@report_problems
def create_organization(code: str, name: str, timezone: str) -> None:
    """Make an organisation: a university or college with a time zone."""
    if timezone not in available_timezones():
        raise click.BadParameter(f"{timezone!r} is no time zone such as Asia/Kolkata.", param_hint="--timezone")
    destination.make_organization(code, name, timezone)
    transaction.commit()
    click.echo(f"Made organisation {code}, {name}.")


@click.command("export")
@in_term
@click.option(
    "--format",
    "form",
    type=click.Choice(["folder", "zip", "xlsx", "fet", "ctt-solution"]),
    default="folder",
    show_default=True,
    help="fet: a file that FET opens, with the timetable; ctt-solution: the published one, course, room, day, period.",
)
@click.option("--out", required=True, type=FOLDER_OR_FILE, help="File, or folder, to write.")
@with_appcontext
@report_problems
def export(organization: str, year: str, semester: int, form: str, out: Path) -> None:
    """Export a term in the exchange format, or its published timetable as a .ctt solution."""
    owner, term = term_of(organization, year, semester)
    try:
        match form:
            case "folder":
                exports.export_folder(owner, term, out)
            case "zip":
                out.write_bytes(exports.export_zip(owner, term))
            case "xlsx":
                out.write_bytes(exports.export_workbook(owner, term))
            case "fet":
                out.write_bytes(exports.fet_file(owner, term))
            case _:
                out.write_text(exports.ctt_solution(owner, term), encoding="utf-8")
    except OSError as error:
        raise click.FileError(str(out), error.strerror or "it can't be written") from error
    click.echo(f"Wrote {out}.")


@click.command("export-template")
@click.option("--out", required=True, type=FOLDER_OR_FILE, help="Workbook to write.")
def export_template(out: Path) -> None:
    """Write the empty workbook that an import can be filled into."""
    try:
        out.write_bytes(template_workbook())
    except OSError as error:
        raise click.FileError(str(out), error.strerror or "it can't be written") from error
    click.echo(f"Wrote {out}.")


COMMANDS = (create_organization, export, export_template)
