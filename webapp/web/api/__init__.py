"""The JSON endpoints: the same rules of access as the pages, with a session or a Bearer token."""

from flask import Blueprint, request
from flask_login import current_user

from webapp.extensions import limiter

bp = Blueprint("api", __name__, url_prefix="/api")


def _caller() -> str:
    return f"user:{current_user.user_id}" if current_user.is_authenticated else f"address:{request.remote_addr}"


limiter.limit("300 per minute", key_func=_caller)(bp)
