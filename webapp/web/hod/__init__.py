"""Pages of the role hod."""

from flask import Blueprint

from webapp.models import Role
from webapp.web.access import require_role

bp = Blueprint("hod", __name__, url_prefix="/hod")
bp.before_request(require_role(Role.HOD))
