"""Pages of the role faculty."""

from flask import Blueprint

from webapp.models import Role
from webapp.web.access import require_role

bp = Blueprint("faculty", __name__, url_prefix="/faculty")
bp.before_request(require_role(Role.FACULTY))
