"""Every refusal in words: a page, or JSON from the API, and a clean session behind it."""

from collections.abc import Sequence
from http import HTTPStatus

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from jinja2 import Template
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from webapp.extensions import QueueUnavailable, db
from webapp.services.shared import transaction
from webapp.services.shared.errors import Conflict, Forbidden, NotFound, Problem
from webapp.services.shared.words import _
from webapp.web.headers import is_public
from webapp.web.htmx import is_fragment, with_toast, without_swap

log = structlog.get_logger("webapp.web.errors")

STATUS_OF_PROBLEM: tuple[tuple[type[Problem], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (Problem, 422),
)
# Titles of what has no template of its own in templates/errors/.
TITLES = {
    400: _l("The request was not understood"),
    401: _l("Please sign in"),
    405: _l("This address can't be used that way"),
    413: _l("The file is too large"),
    415: _l("The request was not understood"),
    422: _l("This can't be done"),
    429: _l("Too many requests"),
    500: _l("Something went wrong"),
}
MESSAGES = {
    400: _l("The browser sent something unexpected. Go back, reload the page and try again."),
    401: _l("Sign in, or send a valid token."),
    403: _l("Your role does not allow this."),
    404: _l("Nothing of yours has this address. It may have been deleted, or the address is mistyped."),
    405: _l("The page exists, but not for this kind of request."),
    409: _l("Somebody else changed this in the meantime. Reload the page and look again."),
    429: _l("Too many requests came from here. Wait a minute and try again."),
    500: _l("Something failed on our side; nothing was changed. Try again in a minute."),
    503: _l("A part of Timeloom (its database or its queue) does not answer. Try again in a minute."),
}


def init_app(app: Flask) -> None:
    """Register the handlers; what none of them knows becomes Flask's 500, which the first one words."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(Problem, _problem)
    for unavailable in (QueueUnavailable, DBAPIError):
        app.register_error_handler(unavailable, _unavailable)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error
    code = error.code or 500
    if code < 400:
        return error
    if code == 413:
        most = request.max_content_length or 0
        size = f"{most // 2**20} MB" if most >= 2**20 else f"{most // 2**10} KB"
        return _answer(code, _("It has more than %(most)s.", most=size))
    return _answer(code)


def _stale_form(error: CSRFError) -> ResponseReturnValue:
    log.info("csrf", reason=error.description)
    return _answer(400, _("This page was open for too long, or in another session. Reload it and try again."))


def status_of(problem: Problem) -> int:
    """The status of a refusal, for pages that show it themselves."""
    return next(status for kind, status in STATUS_OF_PROBLEM if isinstance(problem, kind))


def _problem(problem: Problem) -> ResponseReturnValue:
    return _answer(status_of(problem), problem.message, problem.findings)


def _unavailable(error: Exception) -> ResponseReturnValue:
    """Say that a server is away; what else the database says against a request is a fault of ours: 500."""
    if not isinstance(error, QueueUnavailable) and not transaction.is_database_away(error):
        raise error
    log.error("unavailable", exc_info=error)
    _look_as_nobody()
    return _answer(503)


def _look_as_nobody() -> None:
    """Let the page not ask who is looking: where the database is away, and where it is everybody's."""
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 - Flask-Login keeps it there and offers no other way


def _answer(code: int, message: str = "", findings: Sequence[str] = ()) -> ResponseReturnValue:
    """Undo what the request began and say why, in the form that the caller reads."""
    if code >= 500:
        db.session.remove()
        _look_as_nobody()  # who was signed in is a row of the session that is gone
    else:
        transaction.rollback()
    message = message or str(MESSAGES.get(code, MESSAGES[400 if code < 500 else 500]))
    if request.path.startswith("/api/"):
        name = HTTPStatus(code).name.lower()
        return jsonify(error=name, message=message, status=code, findings=list(findings)), code
    if request.endpoint == "static":
        return Response(message, code, mimetype="text/plain")
    if is_public():
        _look_as_nobody()
    templates: list[str | Template] = [f"errors/{code}.html", "errors/error.html"]
    page = render_template(templates, code=code, title=TITLES.get(code), message=message, findings=findings)
    response = make_response(page, code)
    if is_fragment() and code == 422:
        return with_toast(without_swap(response), message, "bad")
    return response
