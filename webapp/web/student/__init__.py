"""Pages of the role student."""

from flask import Blueprint

bp = Blueprint("student", __name__, url_prefix="/student")
