"""The registrar's pages: data, wishes, rules, users, import, and the timetables made of it."""

from flask import Blueprint

from webapp.access import require_role
from webapp.models import Role

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.before_request(require_role(Role.REGISTRAR))

from webapp.admin import (  # noqa: E402, F401 - the routes register themselves on bp
    approvals,
    audit,
    availability,
    comparing,
    dashboard,
    editor,
    findings,
    generate,
    imports,
    publishing,
    records,
    repair,
    reports,
    rules,
    terms,
    timetables,
    users,
    weights,
)
