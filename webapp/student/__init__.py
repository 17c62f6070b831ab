"""Pages of the role student."""

from flask import Blueprint

from webapp.access import require_role
from webapp.models import Role

bp = Blueprint("student", __name__, url_prefix="/student")
bp.before_request(require_role(Role.STUDENT))

from webapp.student import timetable  # noqa: E402, F401 - the routes register themselves on bp
