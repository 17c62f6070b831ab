"""Import from a folder or file: all or nothing, and before it what would be read, what is asked and what is wrong."""

import shlex
import sys
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from webapp.commands.options import BAD_INPUT, FOLDER_OR_FILE, in_term, organization_of, report_problems
from webapp.models import Organization, Term
from webapp.services.imports import destination, uploads
from webapp.services.imports.formats.ctt import is_ctt
from webapp.services.imports.formats.fet import is_fet
from webapp.services.imports.journal import reversal
from webapp.services.imports.layouts.remembered import remember
from webapp.services.imports.layouts.words import (
    change_words,
    found_words,
    note_words,
    question_words,
    times,
    where_words,
)
from webapp.services.imports.path_readings import (
    PathReading,
    answers_to,
    kept_path,
    open_path,
    read_for,
    read_mapping,
    written_mapping,
)
from webapp.services.imports.preview import Preview, RowState
from webapp.services.shared import transaction
from webapp.services.shared.numbers import KEY_MAX
from webapp.services.terms.rule_changes import rule_changes
from webapp.services.terms.selection import find_term

DAY = click.DateTime(formats=["%Y-%m-%d"])
TAKEN_BACK = {RowState.REMOVED: "gone", RowState.CHANGED: "as before", RowState.NEW: "there again"}
"""What becomes of rows when an import is taken back."""
UNANSWERED = 1
"""Exit code where somebody has to say something first; 2 is for what is wrong."""


@click.command("import")
@click.argument("path", type=FOLDER_OR_FILE)
@in_term
@click.option("--starts", type=DAY, help="First day of a term that is made, such as 2024-08-01.")
@click.option("--ends", type=DAY, help="Last day of it.")
@click.option("--replace", is_flag=True, help="Remove the rows that the file's tables lack.")
@click.option("--mapping", type=FOLDER_OR_FILE, help="File that says what the sheets and columns are.")
@click.option(
    "--write-mapping", type=FOLDER_OR_FILE, help="Write how the file is read, to change and give to --mapping."
)
@click.option("--answer", "answers", multiple=True, metavar="KEY=VALUE", help="Answer a question; may be given often.")
@click.option("--dry-run", is_flag=True, help="Say what would be read and changed, and change nothing.")
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
    mapping: Path | None,
    write_mapping: Path | None,
    answers: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Import a workbook (.xlsx, .xls, .ods), CSV table, ZIP, folder, .fet or .ctt file, all or nothing.

    Sheets may have headings of their own. The term is made if absent; for a .fet or .ctt file the organisation too.
    Exit code 1 says that questions are open (answer them with --answer), 2 that something is wrong; nothing is stored
    then.
    """
    opened = open_path(path)
    owner = _owner(organization, path)
    said = read_mapping(mapping) if mapping is not None else None
    reading = read_for(owner, find_term(owner, year, semester), opened, said, answers)
    _tell_reading(reading)
    if write_mapping is not None and reading.mapping is not None:
        write_mapping.write_text(written_mapping(reading.mapping), encoding="utf-8")
        click.echo(f"Wrote {write_mapping}.")
    if reading.is_open:
        _tell_open(reading)
        transaction.rollback()
        sys.exit(BAD_INPUT if reading.objections else 0 if dry_run else UNANSWERED)
    days = {"starts_on": starts.date() if starts else None, "ends_on": ends.date() if ends else None}
    term = destination.make_term(owner, year, semester, tables=reading.converted.tables, **days)
    where = f"{organization}, {year} semester {semester}"
    if dry_run:
        _rehearse(owner, term, reading, where, replace=replace)
    else:
        _store(owner, term, reading, where, path, replace=replace)


def _owner(code: str, path: Path) -> Organization:
    if is_ctt(path.name) or is_fet(path.name):
        return destination.find_organization(code) or destination.make_organization(code, code, "UTC")
    return organization_of(code)


def _rehearse(owner: Organization, term: Term, reading: PathReading, where: str, *, replace: bool) -> None:
    seen = uploads.preview(owner, term, reading.converted.tables, replace=replace)
    transaction.rollback()
    _tell(seen)
    for fault in seen.faults:
        click.echo(str(fault), err=True)
    if not seen.ok:
        sys.exit(BAD_INPUT)
    click.echo(f"{seen.filename} could be imported into {where}; nothing was changed.")


def _store(owner: Organization, term: Term, reading: PathReading, where: str, path: Path, *, replace: bool) -> None:
    upload = kept_path(owner, term, path, reading.mapping)
    imported = uploads.confirm(owner, term, reading.converted.tables, upload=upload, replace=replace)
    if reading.book is not None and reading.mapping is not None:
        remember(owner, None, reading.book, reading.mapping)
    transaction.commit()
    _tell(imported.preview)
    click.echo(f"Imported {imported.preview.filename} into {where}.")
    click.echo(f"To take it back: flask take-import-back {upload.upload_id}")


def _tell_reading(reading: PathReading) -> None:
    """Say how the file was read: what should be known of it, and each change with how often."""
    for code, value in reading.book.notes if reading.book is not None else ():
        click.echo(note_words(code, value))
    if reading.recalled is not None:
        click.echo(f"Read as on {reading.recalled.saved_at:%Y-%m-%d}, {reading.recalled.filename}.")
    for change in reading.converted.changes:
        place = ", ".join(part for part in (change.sheet, change.column) if part)
        click.echo(f"{place}: {change_words(change)}, {times(change.count)}")


def _tell_open(reading: PathReading) -> None:
    """Say what has to be said first, and how, on standard error."""
    for objection in reading.objections:
        click.echo(objection.sentence, err=True)
    if reading.objections:
        click.echo("Write the mapping with --write-mapping FILE, correct it, and give it to --mapping FILE.", err=True)
    questions = reading.converted.questions
    if questions:
        click.echo(f"Open questions: {len(questions)}. Nothing was imported; answer each with one of:", err=True)
    for question in questions:
        place = ", ".join(part for part in (question.sheet, question.column, where_words(question)) if part)
        click.echo(f"\n{place}: {found_words(question)}. {question_words(question)}", err=True)
        for text, label in answers_to(question).items():
            click.echo(f"  --answer {shlex.quote(text)}  {label}", err=True)


def _tell(preview: Preview) -> None:
    for table in preview.tables:
        counts = ", ".join(f"{number} {state.value}" for state, number in table.counts.items() if number)
        click.echo(f"{table.name}: {counts or 'no rows'}")
    if preview.overlaps:
        click.echo(preview.overlaps)
    if preview.not_carried:
        click.echo(f"{preview.carried} constraints of the file are carried whole. Not, or in part:")
        for each in preview.not_carried:
            click.echo(f"  {each.what} ({each.count}){' in part' if each.in_part else ''}: {each.why}")
    told = rule_changes(preview)
    if told is not None:
        for change in told.changes:
            click.echo(f"  rule {change.title}: {change.before} -> {change.after}")
        click.echo(f"  {told.rest}")


@click.command("take-import-back")
@click.argument("upload", type=click.IntRange(1, KEY_MAX))
@with_appcontext
@report_problems
def take_import_back(upload: int) -> None:
    """Put every row back as it was before an import, or none of them, and say what stands against it.

    UPLOAD is the number that the import has printed; imports made in the browser have it in their address.
    """
    owner, kept = reversal.find_import(upload)
    found = reversal.reversal_of(owner, kept)
    reversal.take_back(owner, kept, None, found.seen)
    transaction.commit()
    for name, counts in found.tables.items():
        said = ", ".join(f"{number} {TAKEN_BACK[state]}" for state, number in counts.items() if number)
        click.echo(f"{name}: {said}")
    click.echo(f"{kept.filename} is taken back: everything is as it was before.")


COMMANDS = (import_, take_import_back)
