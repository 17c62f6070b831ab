"""Pages of the role hod."""

from flask import Blueprint

from webapp.access import require_role
from webapp.models import Role

bp = Blueprint("hod", __name__, url_prefix="/hod")
bp.before_request(require_role(Role.HOD))

from webapp.hod import review, timetable  # noqa: E402, F401 - the routes register themselves on bp
