"""Logs: one JSON object a line, each with the id of the request (or run) that it belongs to."""

import logging
import re
import sys
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from structlog.types import Processor

REQUEST_ID = re.compile(r"[\w.-]{8,64}")
QUIET = ("health.health", "static")

log = structlog.get_logger("webapp.request")


SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def init_app(app: Flask) -> None:
    """Give each request an id and one line when it ends."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    if not app.testing:
        _write_to_stderr(readable=app.config["TIMELOOM_ENV"] != "production")
    app.before_request(_begin)
    app.after_request(_end)


def _write_to_stderr(*, readable: bool) -> None:
    """Let our own logs and every library's come out in one form."""
    if readable:
        last: list[Processor] = [
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
        ]
    else:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.began_at = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers["X-Request-ID"] = g.request_id
    if request.endpoint not in QUIET:
        milliseconds = round((time.perf_counter() - g.began_at) * 1000)
        log.info("request", method=request.method, path=_path(), status=response.status_code, ms=milliseconds)
    return response


def _path() -> str:
    """The address, but a secret in it by its name alone: who reads the log may not use the link."""
    rule = request.url_rule
    return rule.rule if rule is not None and "secret" in rule.arguments else request.path
