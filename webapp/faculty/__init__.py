"""Pages of the role faculty."""

from flask import Blueprint

from webapp.access import require_role
from webapp.models import Role

bp = Blueprint("faculty", __name__, url_prefix="/faculty")
bp.before_request(require_role(Role.FACULTY))

from webapp.faculty import timetable  # noqa: E402, F401 - the routes register themselves on bp
