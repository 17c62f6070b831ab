"""The JSON endpoints: the same rules of access as the pages, with a session or a Bearer token."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.extensions import limiter
from webapp.models import Role

View = Callable[..., Any]

bp = Blueprint("api", __name__, url_prefix="/api")

ALLOWED: dict[str, frozenset[Role]] = {}
"""Which roles may call an endpoint; one that is not named here is open to nobody."""


def roles(*allowed: Role) -> Callable[[View], View]:
    """Name the roles that may call an endpoint, and no others."""

    def note(view: View) -> View:
        ALLOWED[f"api.{view.__name__}"] = frozenset(allowed)
        return view

    return note


@bp.before_request
def admit() -> ResponseReturnValue | None:
    """Let in whom the endpoint names: 401 for a stranger or a dead token, 403 for every other role."""
    if not current_user.is_authenticated:
        abort(401)
    if current_user.role not in ALLOWED.get(request.endpoint or "", frozenset()):
        abort(403)
    return None


def _caller() -> str:
    return f"user:{current_user.user_id}" if current_user.is_authenticated else f"address:{request.remote_addr}"


limiter.limit("300 per minute", key_func=_caller)(bp)
