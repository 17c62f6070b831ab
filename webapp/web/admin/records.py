"""The data tables: one list and one form for all of them."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.services import reference
from webapp.services.accounts.permissions import Permission
from webapp.services.reference import Kind, RecordChanged, RecordInUse, RecordRefused, Scope, Table
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.forms import record_form
from webapp.web.forms import PageForm
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, posted_term, scope
from webapp.web.params import page_number

NEVER_PRESET = (Kind.DATE, Kind.DECIMAL, Kind.TIME)


def _open(table_key: str, key: int | None = None) -> tuple[Table, Scope]:
    """The table, and where its rows are looked for: in the term of the form that was sent, else in that of the row."""
    table = reference.find_table(table_key)
    if not table.of_term:
        return table, scope(None)
    if request.method == "POST":
        return table, scope(posted_term())
    own = reference.term_of_row(current_user.organization, table, key) if key is not None else None
    return table, scope(own or chosen_term()[1])


@bp.get("/records/<table_key>")
@requires(Permission.EDIT_DATA)
def records(table_key: str) -> ResponseReturnValue:
    table = reference.find_table(table_key)
    terms, term = chosen_term()
    if table.of_term and term is None:
        return render("admin/records_without_term.html", table=table)
    listing = reference.list_rows(scope(term), table, request.args, page_number(request.args.get("page")))
    shown = terms if table.of_term else []
    return render("admin/records.html", "rows", table=table, listing=listing, terms=shown, term=term)


@bp.route("/records/<table_key>/new", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def add_record(table_key: str) -> ResponseReturnValue:
    table, where = _open(table_key)
    form = record_form(where, table, {**reference.form_values(table, None), **_preset(table)})
    if request.method == "POST" and _store(form, where, table, None):
        flash(_("%(table)s added.", table=table.singular), "good")
        if "another" in request.form:
            return redirect_to(url_for("admin.add_record", table_key=table.key))
        return redirect_to(url_for("admin.records", table_key=table.key))
    return render("admin/record.html", table=table, form=form, term=where.term), 422 if form.errors else 200


def _preset(table: Table) -> dict[str, str]:
    """What a link has filled in: fields whose form takes text, and no dates, hours or fractions."""
    found = {name: value for name, value in request.args.items() if name in table.by_name}
    return {name: value for name, value in found.items() if table.by_name[name].kind not in NEVER_PRESET}


@bp.route("/records/<table_key>/<int:key>", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def edit_record(table_key: str, key: int) -> ResponseReturnValue:
    table, where = _open(table_key, key)
    row = reference.find_row(where, table, key)
    label = reference.labels_of(where, table, [key])[key]
    form = record_form(where, table, reference.form_values(table, row))
    seen, changed = request.form.get("seen", "") if request.method == "POST" else reference.mark_of(table, row), None
    try:
        if request.method == "POST" and _store(form, where, table, key, seen):
            flash(_("%(label)s saved.", label=label), "good")
            return redirect_to(url_for("admin.records", table_key=table.key))
    except RecordChanged as problem:
        _blame(form, problem)
        seen, changed = reference.mark_of(table, row), problem
    status = 409 if changed else 422 if form.errors else 200
    page = render(
        "admin/record.html",
        table=table,
        form=form,
        term=where.term,
        key=key,
        label=label,
        seen=seen,
        changed=changed,
    )
    return page, status


@bp.route("/records/<table_key>/<int:key>/delete", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def delete_record(table_key: str, key: int) -> ResponseReturnValue:
    table, where = _open(table_key, key)
    reference.find_row(where, table, key)
    status = 200
    if request.method == "POST":
        try:
            label = reference.delete_row(where, table, key)
        except RecordInUse:
            status = 422
        else:
            flash(_("%(label)s deleted.", label=label), "good")
            return redirect_to(url_for("admin.records", table_key=table.key))
    label = reference.labels_of(where, table, [key])[key]
    uses = reference.used_by(table, key)
    return render("admin/record_delete.html", table=table, term=where.term, key=key, label=label, uses=uses), status


def _store(form: PageForm, where: Scope, table: Table, key: int | None, seen: str | None = None) -> bool:
    """Hand the form to the path; its words, field by field, come back into the form. Raises RecordChanged."""
    if not form.validate_on_submit():
        if not form.errors:
            abort(400)
        return False
    try:
        reference.save_row(where, table, key, form.data, seen)
    except RecordChanged:
        raise
    except RecordRefused as problem:
        _blame(form, problem)
        return False
    return True


def _blame(form: PageForm, problem: RecordRefused) -> None:
    for name, words in problem.errors.items():
        if name in form:
            form[name].errors = [words]
        else:
            form.form_errors = [*form.form_errors, words]
