"""Pages of the role faculty."""

from flask import Blueprint

bp = Blueprint("faculty", __name__, url_prefix="/faculty")
