"""Pages that anybody may open without a sign-in."""

from flask import Blueprint

bp = Blueprint("public", __name__)
