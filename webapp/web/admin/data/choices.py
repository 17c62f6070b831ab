"""What a field offers while one types, as JSON for `static/picker.js`."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.reference.choices import find_choices
from webapp.services.schema.tables import find_table
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.navigation import scope, term_of_address


@bp.get("/records/<table_key>/choices")
@requires(Permission.EDIT_DATA)
def choices(table_key: str) -> ResponseReturnValue:
    table = find_table(table_key)
    term = term_of_address() if table.of_term else None
    found = find_choices(scope(term), table, request.args.get("field", ""), request.args.get("q", ""))
    return jsonify(options=[{"value": one.value, "label": one.label} for one in found.options], note=found.note)
