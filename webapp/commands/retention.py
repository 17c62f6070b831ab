"""What is kept and what is there: clean, inventory."""

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from webapp.commands.options import report_problems
from webapp.extensions import db
from webapp.models import Organization, Term, Timetable
from webapp.services.shared import transaction
from webapp.services.shared.words import _, ngettext
from webapp.services.timetables import retention

DAYS = click.IntRange(1, 36_500)


@click.command("clean")
@click.option("--drafts", type=DAYS, default=retention.DRAFT_DAYS, show_default=True, help="Days a draft is kept.")
@click.option("--uploads", type=DAYS, default=retention.UPLOAD_DAYS, show_default=True, help="Days a file is kept.")
@click.option("--dry-run", is_flag=True, help="List what would go, and delete nothing.")
@with_appcontext
@report_problems
def clean(drafts: int, uploads: int, dry_run: bool) -> None:
    """Delete drafts that nobody has touched for long, old uploaded files, and records of runs without a timetable.

    Each leaves an audit event.

    What was ever published stays, and so does what was submitted or approved.
    """
    expired = retention.expired(drafts, uploads)
    for draft in expired.drafts:
        click.echo(f"Draft {draft.timetable_id}, {draft.variant_name}, {draft.term.name}, {draft.created_at:%Y-%m-%d}")
    for upload in expired.uploads:
        click.echo(f"File {upload.upload_id}, {upload.filename}, {upload.created_at:%Y-%m-%d}")
    for run in expired.runs:
        click.echo(f"Records of run {run.job_id}, {run.created_at:%Y-%m-%d}")
    counted = _("%(drafts)s, %(files)s and %(records)s",
                drafts=ngettext("%(num)d draft", "%(num)d drafts", len(expired.drafts)),
                files=ngettext("%(num)d file", "%(num)d files", len(expired.uploads)),
                records=ngettext("records of %(num)d run", "records of %(num)d runs", len(expired.runs)))  # fmt: skip
    if dry_run:
        click.echo(f"{counted} would be deleted.")
        return
    for draft in expired.drafts:
        retention.delete_draft(draft)
        transaction.commit()
    for upload in expired.uploads:
        retention.delete_upload(upload)
        transaction.commit()
    for run in expired.runs:
        retention.delete_records(run)
        transaction.commit()
    click.echo(f"{counted} deleted.")


@click.command("inventory")
@with_appcontext
@report_problems
def inventory() -> None:
    """Count the rows of every table, and name every version that was published: to compare a database with its copy."""
    for table in db.metadata.sorted_tables:
        number = db.session.scalar(sa.select(sa.func.count()).select_from(table))
        click.echo(f"{table.name} {number}")
    query = (
        sa.select(Organization.code, Term.academic_year, Term.semester, Timetable.number, Timetable.content_hash)
        .join(Term, Term.organization_id == Organization.organization_id)
        .join(Timetable, Timetable.term_id == Term.term_id)
        .where(Timetable.number.is_not(None))
        .order_by(Organization.code, Term.starts_on, Timetable.number)
    )
    for code, year, semester, number, content_hash in db.session.execute(query):
        click.echo(f"{code} {year} {semester} version {number} {content_hash}")


COMMANDS = (clean, inventory)
