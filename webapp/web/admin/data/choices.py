"""What a field offers while one types, as JSON for `static/picker.js`."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.reference import choices as choices_of_fields
from webapp.services.reference.errors import WordRefused
from webapp.services.schema.tables import find_table
from webapp.services.shared import transaction
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.navigation import scope, term_of_address


@bp.get("/records/<table_key>/choices")
@requires(Permission.EDIT_DATA)
def choices(table_key: str) -> ResponseReturnValue:
    table = find_table(table_key)
    term = term_of_address() if table.of_term else None
    found = choices_of_fields.find_choices(scope(term), table, request.args.get("field", ""), request.args.get("q", ""))
    options = [{"value": one.value, "label": one.label} for one in found.options]
    return jsonify(options=options, note=found.note, addition=found.addition)


@bp.post("/records/<table_key>/choices")
@requires(Permission.EDIT_DATA)
def add_choice(table_key: str) -> ResponseReturnValue:
    table, text = find_table(table_key), request.form.get("q", "")
    try:
        word = choices_of_fields.add_choice(scope(None), table, request.args.get("field", ""), text)
    except WordRefused as problem:
        transaction.rollback()
        return jsonify(note=problem.message), 422
    transaction.commit()
    return jsonify(value=word)
