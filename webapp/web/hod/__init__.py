"""Pages of the role hod."""

from flask import Blueprint

bp = Blueprint("hod", __name__, url_prefix="/hod")
