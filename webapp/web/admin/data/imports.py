"""Import: upload, see what would change, confirm. Export and the empty template."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO

from flask import Response, flash, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from webapp.models import Organization, Term, Upload
from webapp.services.accounts.permissions import Permission
from webapp.services.imports import exports, readings, uploads
from webapp.services.imports.faults import UploadRefused
from webapp.services.imports.formats.writers import template_workbook
from webapp.services.imports.journal import reversal
from webapp.services.imports.journal.rows import past_imports
from webapp.services.imports.layouts import remembered
from webapp.services.imports.pages import preview_page
from webapp.services.imports.pages.correction_list import correction_lines
from webapp.services.imports.preview import RowDifference, RowState, TableDifference
from webapp.services.imports.readings import Step
from webapp.services.reference.word_additions import word_additions
from webapp.services.schema.tables import TABLES
from webapp.services.shared import transaction
from webapp.services.shared.errors import NotFound, Problem
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _, first_of, ngettext
from webapp.services.terms.rule_changes import rule_changes
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.data.mapping import step_url
from webapp.web.admin.forms import UploadForm
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me, posted_term

MOST_OPEN = 50
MOST_ROWS = 200
MOST_FINDINGS = 100
STATES = {
    RowState.NEW: (_l("New"), "good"),
    RowState.CHANGED: (_l("Changed"), "info"),
    RowState.UNCHANGED: (_l("Unchanged"), ""),
    RowState.REMOVED: (_l("Removed"), "warn"),
    RowState.WRONG: (_l("Wrong"), "bad"),
}
"""How the page calls what becomes of a row, and the badge's kind."""
REVERSED = {
    RowState.REMOVED: (_l("Go"), "warn"),
    RowState.CHANGED: (_l("Become as they were"), "info"),
    RowState.NEW: (_l("Come back"), "good"),
}
"""The same where an import is taken back."""
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORTS: Mapping[str, tuple[Callable[[Organization, Term], bytes], str]] = {
    "zip": (exports.export_zip, "application/zip"),
    "xlsx": (exports.export_workbook, WORKBOOK),
    "fet": (exports.fet_file, "application/xml"),
}
"""What a term can be written as, by ending, and the kind of the answer."""


TITLES = {table.name: table.title for table in TABLES}
"""What pages call the tables, by their names in files."""


@dataclass(frozen=True, slots=True)
class ShownTable:
    """What would become of a table's rows, the first of them, and how many more there are."""

    name: str
    count: int
    rows: list[RowDifference]
    more: str
    is_open: bool
    labels: Mapping[str, str]
    """What each column is called, by its name."""


@bp.route("/import", methods=["GET", "POST"])
@requires(Permission.EXCHANGE_DATA)
def imports() -> ResponseReturnValue:
    terms, term = chosen_term()
    if request.method == "POST":
        term = posted_term()
    form = UploadForm()
    if form.validate_on_submit():
        return _sent(form, term)
    page = render(
        "admin/imports/index.html",
        form=form,
        terms=terms,
        term=term,
        tables=TABLES,
        past=past_imports(me().organization),
        remembered=[(row, remembered.mark_of(row)) for row in remembered.all_remembered(me().organization)],
    )
    return page, 422 if form.errors else 200


def _sent(form: UploadForm, term: Term | None) -> ResponseReturnValue:
    """Keep a file that was sent and lead to what has to be said of it; one that can't be opened is not kept."""
    sent = form.file.data
    upload = uploads.keep_upload(current_user.organization, term, me(), sent.filename or "", sent.read())
    try:
        reading = readings.begin(current_user.organization, upload, replaces=form.replace.data)
    except UploadRefused as problem:
        page = _refused(upload, problem)
        transaction.rollback()
        return page
    transaction.commit()
    return redirect_to(step_url(reading))


@bp.get("/import/<int:upload_id>")
@requires(Permission.EXCHANGE_DATA)
def preview_import(upload_id: int) -> ResponseReturnValue:
    upload = load(me(), Upload, upload_id)
    if upload.confirmed_at is not None:
        return redirect_to(url_for("admin.imported", upload_id=upload_id, term=upload.term_id))
    return _previewed(upload)


def _previewed(upload: Upload, outdated: Problem | None = None) -> ResponseReturnValue:
    organization = current_user.organization
    try:
        reading = readings.reading_of(organization, upload)
        if reading.step is not Step.PREVIEW:
            return redirect_to(step_url(reading))
        preview = uploads.preview_reading(organization, reading)
    except Problem as problem:
        return _refused(upload, problem)
    faults, read_as = preview_page.fault_lines(reading, preview.faults), reading.converted.changes
    page = render(
        "admin/imports/preview.html",
        upload=upload,
        preview=preview,
        reading=reading,
        faults=faults[: preview_page.MOST_FAULTS_SHOWN],
        more_faults=preview_page.more_faults(faults),
        read_as=preview_page.change_lines(read_as),
        more_changes=preview_page.more_changes(read_as),
        corrections=correction_lines(reading),
        rules=rule_changes(preview),
        words=word_additions(organization, preview),
        changes=[_shown(table) for table in preview.tables if not table.is_unchanged],
        reading_seen=readings.mark_of(upload),
        outdated=outdated,
        states=STATES,
    )
    return page, 409 if outdated is not None else 200


def _shown(table: TableDifference) -> ShownTable:
    rows = [row for row in table.rows if row.state is not RowState.UNCHANGED]
    rest = len(rows) - MOST_ROWS
    more = ngettext("and %(num)d more row", "and %(num)d more rows", rest) if rest > 0 else ""
    labels = {column.name: str(column.label or column.name) for column in table.table.file_columns}
    return ShownTable(
        str(table.table.title), len(rows), rows[:MOST_ROWS], more, is_open=len(rows) <= MOST_OPEN, labels=labels
    )


def _refused(upload: Upload, problem: Problem) -> ResponseReturnValue:
    findings = first_of(problem.findings, MOST_FINDINGS)
    return render("admin/imports/refused.html", upload=upload, problem=problem, findings=findings), 422


@bp.post("/import/<int:upload_id>/confirm")
@requires(Permission.EXCHANGE_DATA)
def confirm_import(upload_id: int) -> ResponseReturnValue:
    upload = load(me(), Upload, upload_id)
    seen, reading_seen = request.form.get("seen", ""), request.form.get("reading", "")
    try:
        uploads.confirm_upload(current_user.organization, upload, me(), seen=seen, reading_seen=reading_seen)
    except uploads.PreviewOutdated as outdated:
        return _previewed(upload, outdated)
    except Problem as problem:
        return _refused(upload, problem)
    transaction.commit()
    flash(_("%(file)s is imported.", file=upload.filename), "good")
    return redirect_to(url_for("admin.imported", upload_id=upload_id, term=upload.term_id))


@bp.get("/import/<int:upload_id>/imported")
@requires(Permission.EXCHANGE_DATA)
def imported(upload_id: int) -> ResponseReturnValue:
    upload = load(me(), Upload, upload_id)
    states = {state.value: label for state, (label, _kind) in STATES.items() if state is not RowState.WRONG}
    return render(
        "admin/imports/result.html",
        upload=upload,
        imported=uploads.imported_before(upload),
        states=states,
        titles=TITLES,
    )


@bp.route("/import/<int:upload_id>/take-back", methods=["GET", "POST"])
@requires(Permission.EXCHANGE_DATA)
def take_back_import(upload_id: int) -> ResponseReturnValue:
    """Show what taking an import back would do and what stands against it; then do it, as a whole or not at all."""
    upload = load(me(), Upload, upload_id)
    refusal: Problem | None = None
    if request.method == "POST":
        try:
            reversal.take_back(current_user.organization, upload, me(), request.form.get("seen", ""))
        except (reversal.NotTakenBack, reversal.TakenBackAlready) as problem:
            transaction.rollback()
            refusal = problem
        else:
            transaction.commit()
            flash(_("%(file)s is taken back: everything is as it was before.", file=upload.filename), "good")
            return redirect_to(url_for("admin.imports"))
    states = {state: label for state, (label, _kind) in REVERSED.items()}
    found = reversal.reversal_of(current_user.organization, upload)
    page = render(
        "admin/imports/take_back.html", upload=upload, reversal=found, refusal=refusal, states=states, titles=TITLES
    )
    return page, status_of(refusal) if refusal else 200


@bp.get("/import/template.xlsx")
@requires(Permission.EXCHANGE_DATA)
def import_template() -> ResponseReturnValue:
    return _download(template_workbook(), "timeloom-template.xlsx", WORKBOOK)


@bp.get("/export.<form>")
@requires(Permission.EXCHANGE_DATA)
def export(form: str) -> ResponseReturnValue:
    _terms, term = chosen_term()
    if term is None or form not in EXPORTS:
        raise NotFound(_("There is no term to export, or no such format."))
    write, kind = EXPORTS[form]
    name = f"{current_user.organization.code}-{term.academic_year}-{term.semester}.{form}"
    return _download(write(current_user.organization, term), name, kind)


def _download(content: bytes, filename: str, kind: str) -> Response:
    return send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=filename)
