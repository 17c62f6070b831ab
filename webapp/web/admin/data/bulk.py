"""Many rows of a list at once: one column changed, and the last change undone."""

from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.reference import bulk_edit, last_change
from webapp.services.reference.bulk_edit import BulkEdit, BulkOutdated, BulkRefused
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import find_table
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _, ngettext
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.data.records import open_table
from webapp.web.admin.forms import bulk_form
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import posted_term, scope

OWN_FIELDS = ("column", "value", "pasted", "seen", "csrf_token", "apply", "term")


@bp.route("/records/<table_key>/bulk", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def bulk(table_key: str) -> ResponseReturnValue:
    table, where = open_table(table_key)
    sent = request.form if request.method == "POST" else request.args
    column = bulk_edit.find_column(table, sent.get("column") or table.form_columns[0].field)
    form = bulk_form(table, column)
    shown: dict[str, Any] = {"edit": None, "rows": [], "refusal": None}
    try:
        keys = bulk_edit.ticked_rows(where, table, sent, sent.getlist("key"))
        shown["rows"] = bulk_edit.rows_now(where, table, column, keys)
        if request.method == "POST":
            texts = bulk_edit.texts_for(keys, form["value"].data or "", form["pasted"].data or "")
            shown["edit"] = bulk_edit.preview_column(where, table, column, keys, texts)
            if "apply" in sent:
                return _changed(
                    bulk_edit.change_column(where, table, column, keys, texts, sent.get("seen", "")), table_key
                )
    except (BulkRefused, BulkOutdated) as problem:
        transaction.rollback()
        shown["refusal"] = problem
    kept = [(name, text) for name, text in sent.items(multi=True) if name not in OWN_FIELDS]
    columns = [(one.field, one.label) for one in table.form_columns]
    page = render(
        "admin/bulk.html", table=table, term=where.term, column=column, form=form, kept=kept, columns=columns, **shown
    )
    return page, status_of(shown["refusal"]) if shown["refusal"] else 200


def _changed(edit: BulkEdit, table_key: str) -> ResponseReturnValue:
    transaction.commit()
    flash(ngettext("%(num)d row changed.", "%(num)d rows changed.", len(edit.changed)), "good")
    return redirect_to(url_for("admin.records", table_key=table_key))


@bp.post("/records/<table_key>/undo")
@requires(Permission.EDIT_DATA)
def undo_change(table_key: str) -> ResponseReturnValue:
    undo_last(scope(posted_term() if find_table(table_key).of_term else None))
    return redirect_to(url_for("admin.records", table_key=table_key))


def undo_last(where: Scope) -> None:
    """Undo what the signed-in user changed last, if it is what the page has shown, and say so."""
    try:
        words = last_change.undo(where, request.form.get("seen", ""))
    except Problem as problem:
        transaction.rollback()
        flash(str(problem), "bad")
    else:
        transaction.commit()
        flash(_("Undone: %(what)s.", what=words), "good")
