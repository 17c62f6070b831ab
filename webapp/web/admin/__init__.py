"""The registrar's pages: data, wishes, rules, users, import, and the timetables made of it."""

from flask import Blueprint

from webapp.models import Role
from webapp.web.access import require_role

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.before_request(require_role(Role.REGISTRAR))
