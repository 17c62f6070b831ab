"""The registrar's pages: data, wishes, rules, users, import, and the timetables made of it."""

from importlib import import_module
from importlib.util import find_spec

from flask import Blueprint

from webapp.access import require_role
from webapp.models import Role

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.before_request(require_role(Role.REGISTRAR))

PAGES = (
    "dashboard",
    "records",
    "availability",
    "rules",
    "users",
    "imports",
    "findings",
    "generate",
    "timetables",
    "editor",
    "publishing",
)

for name in PAGES:
    if find_spec(f"webapp.admin.{name}"):
        import_module(f"webapp.admin.{name}")
