"""Pages of the role student."""

from flask import Blueprint

from webapp.models import Role
from webapp.web.access import require_role

bp = Blueprint("student", __name__, url_prefix="/student")
bp.before_request(require_role(Role.STUDENT))
