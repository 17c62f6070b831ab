"""The registrar's pages: data, wishes, rules, users, import, and the timetables made of it."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")
