"""The data tables: one list and one form for all of them."""

from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.reference import commands, last_change, queries
from webapp.services.reference.errors import DeletionOutdated, RecordChanged, RecordInUse, RecordRefused
from webapp.services.reference.vocabulary import VOCABULARIES
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Table
from webapp.services.schema.dates import CALENDAR_TABLES
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import find_table
from webapp.services.shared import transaction
from webapp.services.shared.words import _
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.data.added_rules import address_of_rule_about
from webapp.web.admin.forms import optional_fields, record_form
from webapp.web.errors import status_of
from webapp.web.forms import PageForm
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me, posted_term, scope
from webapp.web.params import page_number


def open_table(table_key: str, key: int | None = None) -> tuple[Table, Scope]:
    """The table, and where its rows are looked for: in the term of the form that was sent, else in that of the row."""
    table = find_table(table_key)
    if not table.of_term:
        return table, scope(None)
    if request.method == "POST":
        return table, scope(posted_term())
    own = queries.term_of_row(me().organization, table, key) if key is not None else None
    return table, scope(own or chosen_term()[1])


@bp.get("/records/<table_key>")
@requires(Permission.EDIT_DATA)
def records(table_key: str) -> ResponseReturnValue:
    table = find_table(table_key)
    terms, term = chosen_term()
    if table.of_term and term is None:
        return render("admin/records_without_term.html", table=table)
    listing = queries.list_rows(scope(term), table, request.args, page_number(request.args.get("page")))
    last = last_change.last_change_of(me())
    add_url = url_for("admin.begin_term") if table is TERM else url_for("admin.add_record", table_key=table_key)
    lists = {column.vocabulary: VOCABULARIES[column.vocabulary] for column in table.form_columns if column.vocabulary}
    shown = {"terms": terms if table.of_term else [], "term": term, "add_url": add_url, "last": last, "lists": lists}
    return render("admin/records.html", "rows", table=table, listing=listing, **shown)


@bp.route("/records/<table_key>/new", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def add_record(table_key: str) -> ResponseReturnValue:
    table, where = open_table(table_key)
    # What a link has filled in comes from the address.
    preset = {name: value for name, value in request.args.items() if name in table.by_field}
    form = record_form(where, table, {**queries.form_values(table, None), **preset})
    if request.method == "POST" and _store(form, where, table, None):
        flash(_("%(table)s added.", table=table.singular), "good")
        return _back(table, "admin.add_record" if "another" in request.form else "admin.records")
    return _form_page(table, where, form)


@bp.route("/records/<table_key>/<int:key>", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def edit_record(table_key: str, key: int) -> ResponseReturnValue:
    table, where = open_table(table_key, key)
    row = queries.find_row(where, table, key)
    label = queries.labels_of(where, table, [key])[key]
    form = record_form(where, table, queries.form_values(table, row))
    seen, changed = request.form.get("seen", "") if request.method == "POST" else commands.mark_of(table, row), None
    try:
        if request.method == "POST" and _store(form, where, table, key, seen):
            flash(_("%(label)s saved.", label=label), "good")
            return _back(table)
    except RecordChanged as problem:
        _blame(form, problem)
        seen, changed = commands.mark_of(table, row), problem
    return _form_page(table, where, form, key=key, label=label, seen=seen, changed=changed)


@bp.route("/records/<table_key>/<int:key>/delete", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def delete_record(table_key: str, key: int) -> ResponseReturnValue:
    table, where = open_table(table_key, key)
    deletion, refusal = commands.deletion_of(where, table, key), None
    if request.method == "POST":
        try:
            label = commands.delete_row(where, table, key, request.form.get("seen", ""))
        except (RecordInUse, DeletionOutdated) as problem:
            transaction.rollback()
            deletion, refusal = commands.deletion_of(where, table, key), problem
        else:
            transaction.commit()
            flash(_("%(label)s deleted.", label=label), "good")
            return _back(table)
    page = render("admin/record_delete.html", table=table, term=where.term, key=key, deletion=deletion, refusal=refusal)
    return page, status_of(refusal) if refusal else 200


def _store(form: PageForm, where: Scope, table: Table, key: int | None, seen: str | None = None) -> bool:
    """Hand the form to the path; its words, field by field, come back into the form. Raises RecordChanged."""
    if not form.validate_on_submit():
        if not form.errors:
            abort(400)
        return False
    try:
        commands.save_row(where, table, key, form.data, seen)
    except RecordChanged:
        raise
    except RecordRefused as problem:
        _blame(form, problem)
        return False
    transaction.commit()
    return True


def _blame(form: PageForm, problem: RecordRefused) -> None:
    for name, words in problem.errors.items():
        if name in form:
            form[name].errors = [words]
        else:
            form.form_errors = [*form.form_errors, words]


def _back(table: Table, endpoint: str = "admin.records") -> ResponseReturnValue:
    if table in CALENDAR_TABLES and endpoint == "admin.records":
        return redirect_to(url_for("admin.calendar"))
    return redirect_to(url_for(endpoint, table_key=table.address))


def _form_page(
    table: Table, where: Scope, form: PageForm, *, changed: RecordChanged | None = None, **shown: Any
) -> ResponseReturnValue:
    status = 409 if changed else 422 if form.errors else 200
    key = shown.get("key")
    page = render(
        "admin/record.html",
        table=table,
        form=form,
        term=where.term,
        rule_url=address_of_rule_about(table, [key], where.term) if key else None,
        action=url_for("admin.edit_record" if key else "admin.add_record", table_key=table.address, key=key),
        optional=optional_fields(table),
        changed=changed,
        **shown,
    )
    return page, status
