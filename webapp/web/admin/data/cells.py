"""A cell of a list edited in place, for `static/cells.js`; without script a page with one field."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.reference import cell_edit, last_change, queries
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.columns import Table
from webapp.services.schema.scope import Scope
from webapp.services.shared import transaction
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.data.records import open_table
from webapp.web.admin.forms import cell_form
from webapp.web.errors import status_of
from webapp.web.htmx import is_fragment, redirect_to, render
from webapp.web.navigation import me


@bp.route("/records/<table_key>/<int:key>/cells/<field>", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def edit_cell(table_key: str, key: int, field: str) -> ResponseReturnValue:
    table, where = open_table(table_key, key)
    refused = None
    if request.method == "POST":
        text, seen = request.form.get("value", ""), request.form.get("seen", "")
        try:
            cell_edit.store_cell(where, table, key, field, text, seen)
        except RecordRefused as problem:
            transaction.rollback()
            refused = problem
        else:
            transaction.commit()
            if not is_fragment():
                return redirect_to(url_for("admin.records", table_key=table_key))
            last = last_change.last_change_of(me())
            return render(
                "admin/record_cell.html", "stored", stored=True, last=last, **_shown(where, table, key, field)
            )
    shown = _shown(where, table, key, field, refused)
    return render("admin/record_cell.html", "cell", **shown), status_of(refused) if refused else 200


def _shown(where: Scope, table: Table, key: int, field: str, refused: RecordRefused | None = None) -> dict[str, Any]:
    cell = cell_edit.find_cell(where, table, key, field)
    # A refused value stands beside what its form has shown; after a change by somebody else, beside what is there now.
    seen = cell.seen if refused is None or isinstance(refused, RecordChanged) else request.form.get("seen", "")
    error = {"aria-invalid": "true", "aria-describedby": f"cell-{key}-{field}-error"}
    return {
        "table": table,
        "term": where.term,
        "cell": cell,
        "seen": seen,
        "columns": [column for column in table.form_columns if column.listed],
        "row": queries.listed_row(where, table, key),
        "form": cell_form(table, cell.column, cell.text),
        "refused": refused,
        "changed": isinstance(refused, RecordChanged),
        "described": error if refused else {},
    }
