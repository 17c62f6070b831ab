"""Whether the process is up, and whether what it stands on is there."""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from webapp.extensions import QueueUnavailable, db, queue
from webapp.web.access import open_to_all

bp = Blueprint("health", __name__)


@bp.get("/health")
@open_to_all
def health() -> ResponseReturnValue:
    return jsonify(status="ok", version=current_app.config["VERSION"])


@bp.get("/ready")
@open_to_all
def ready() -> ResponseReturnValue:
    states = {"database": _try(_database), "redis": _try(queue.ping), "schema": _try(_schema)}
    is_ready = set(states.values()) == {"ok"}
    return jsonify(status="ok" if is_ready else "unavailable", **states), 200 if is_ready else 503


def _try(check: Callable[[], None]) -> str:
    try:
        check()
    except (QueueUnavailable, SQLAlchemyError):
        return "unavailable"
    except _SchemaBehind as behind:
        return str(behind)
    return "ok"


class _SchemaBehind(Exception):
    """The database's migrations end elsewhere than the program's."""


def _database() -> None:
    db.session.execute(sa.text("SELECT 1"))


def _schema() -> None:
    expected = Path(current_app.root_path, "../migrations/head").read_text(encoding="utf-8").strip()
    got = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    if got != expected:
        raise _SchemaBehind(f"is at {got}, expected {expected}: run flask db upgrade")
