"""Organisations, import and export."""

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import available_timezones

import click
from flask.cli import with_appcontext

from webapp.commands.options import BAD_INPUT, in_term, organization_of, report_problems, term_of
from webapp.models import Organization
from webapp.services.imports import destination, exports, uploads
from webapp.services.imports.formats.ctt import is_ctt
from webapp.services.imports.formats.files import read_path
from webapp.services.imports.formats.writers import template_workbook
from webapp.services.imports.preview import Preview
from webapp.services.imports.rule_changes import rule_changes
from webapp.services.shared import transaction

FOLDER_OR_FILE = click.Path(path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])


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


@click.command("import")
@click.argument("path", type=FOLDER_OR_FILE)
@in_term
@click.option("--starts", type=DAY, help="First day of a term that is made, such as 2024-08-01.")
@click.option("--ends", type=DAY, help="Last day of it.")
@click.option("--replace", is_flag=True, help="Remove the rows that the file's tables lack.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@with_appcontext
@report_problems
def import_(
    path: Path,
    organization: str,
    year: str,
    semester: int,
    starts: datetime | None,
    ends: datetime | None,
    replace: bool,
    dry_run: bool,
) -> None:
    """Import a folder, ZIP, workbook, CSV table or .ctt file, all or nothing.

    The term is made if absent; for a .ctt file the organisation too.
    """
    tables = read_path(path)
    owner = _owner(organization, path)
    term = destination.make_term(
        owner,
        year,
        semester,
        tables=tables,
        starts_on=starts.date() if starts else None,
        ends_on=ends.date() if ends else None,
    )
    where = f"{organization}, {year} semester {semester}"
    if not dry_run:
        imported = uploads.confirm(owner, term, tables, replace=replace)
        transaction.commit()
        _tell(imported.preview)
        click.echo(f"Imported {tables.filename} into {where}.")
        return
    seen = uploads.preview(owner, term, tables, replace=replace)
    transaction.rollback()
    _tell(seen)
    for fault in seen.faults:
        click.echo(str(fault), err=True)
    if not seen.ok:
        sys.exit(BAD_INPUT)
    click.echo(f"{tables.filename} could be imported into {where}; nothing was changed.")


def _owner(code: str, path: Path) -> Organization:
    if is_ctt(path.name):
        return destination.find_organization(code) or destination.make_organization(code, code, "UTC")
    return organization_of(code)


def _tell(preview: Preview) -> None:
    for table in preview.tables:
        counts = ", ".join(f"{number} {state.value}" for state, number in table.counts.items() if number)
        click.echo(f"{table.name}: {counts or 'no rows'}")
    told = rule_changes(preview)
    if told is not None:
        for change in told.changes:
            click.echo(f"  rule {change.title}: {change.before} -> {change.after}")
        click.echo(f"  {told.rest}")


@click.command("export")
@in_term
@click.option(
    "--format",
    "form",
    type=click.Choice(["folder", "zip", "xlsx", "ctt-solution"]),
    default="folder",
    show_default=True,
    help="ctt-solution writes the published timetable as lines of course, room, day and period.",
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


COMMANDS = (create_organization, import_, export, export_template)
