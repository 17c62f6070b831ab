"""Who may come in: each view says what permission it needs, and one guard before all of them asks for it."""

import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.routing import IntegerConverter, Map

from webapp.extensions import csrf, login_manager
from webapp.models import User
from webapp.services.accounts import sessions, tokens
from webapp.services.accounts.permissions import Permission, may
from webapp.services.shared import transaction
from webapp.web.htmx import page_path, redirect_to

API = "api"
SIGN_IN = "auth.sign_in"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
UPLOADS = frozenset({"admin.imports", "admin.heads_in_bulk"})
"""Where a form has a file; a part with a file name is a field's value to Flask-WTF anywhere else, too."""
API_BODY_MAX = 64 * 1024
SESSION_BEGAN = "began"
SESSION_SECONDS = 7 * 86400
"""After so long a session ends although it is in use; one that rests ends far sooner (webapp/config.py)."""

NEEDED = "permissions_needed"
"""The attribute of a view that holds its permissions."""
OPEN: frozenset[Permission] = frozenset()

View = TypeVar("View", bound=Callable[..., Any])


class KeyConverter(IntegerConverter):
    """`<int:...>` in addresses: no row has a key beyond PostgreSQL's integers, so no page has it either."""

    def __init__(self, map: Map, max: int = 2**31 - 1, **options: Any) -> None:
        super().__init__(map, max=max, **options)


def init_app(app: Flask) -> None:
    """Tell Flask-Login who is who, and ask for a CSRF token wherever a cookie could have been sent unasked."""
    login_manager.user_loader(_user_of_session)
    login_manager.request_loader(_user_of_token)
    app.before_request(_refuse_what_no_page_sends)
    app.before_request(_check_csrf)


def requires(permission: Permission, *others: Permission) -> Callable[[View], View]:
    """Decorate a view with what one must be allowed to do; one of the permissions is enough."""

    def note(view: View) -> View:
        setattr(view, NEEDED, frozenset({permission, *others}))
        return view

    return note


def open_to_all(view: View) -> View:
    """Decorate a view that strangers may call, too: signing in, or what sees to its own guard."""
    setattr(view, NEEDED, OPEN)
    return view


def permissions_needed(endpoint: str) -> frozenset[Permission] | None:
    """The permissions of which a view asks one: `OPEN` where it asks for none, None where it says nothing."""
    return getattr(current_app.view_functions[endpoint], NEEDED, None)


def guard_views(app: Flask) -> None:
    """Ask before each view for its permission; to be called after what else stands before all of them."""
    open_to_all(app.view_functions["static"])
    app.before_request(_admit)


def _admit() -> ResponseReturnValue | None:
    """Let in who may: strangers are asked to sign in, all others get 403, and so does a view that says nothing."""
    needed = permissions_needed(request.endpoint) if request.endpoint else OPEN
    if needed is OPEN:
        return None
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if needed is None or not may(current_user, *needed):
        abort(403)
    return None


def ask_to_sign_in() -> ResponseReturnValue:
    """Answer a stranger: 401 from the API, else the sign-in page, which leads back here."""
    if request.blueprint == API:
        abort(401)
    return redirect_to(url_for(SIGN_IN, next=page_path()))


def local_path(path: str | None, default: str = "/") -> str:
    """The path if it stays on this site, else the default: for `next` in a sign-in link."""
    if not path or not path.startswith("/") or path.startswith("//") or any(c in path for c in "\\\r\n\t"):
        return default
    parts = urlsplit(path)
    return default if parts.scheme or parts.netloc else path


def bearer() -> str | None:
    """The token of a request to the API that brings one; it then speaks alone, and no cookie counts."""
    authorization = request.authorization
    if request.blueprint != API or authorization is None or authorization.type != "bearer":
        return None
    return authorization.token or ""


def _user_of_session(session_id: str) -> User | None:
    is_over = time.time() - session.get(SESSION_BEGAN, 0) > SESSION_SECONDS
    return None if is_over or bearer() is not None else sessions.find_for_session(session_id)


def _user_of_token(_request: Any) -> User | None:
    secret = bearer()
    token = tokens.find_token(secret) if secret else None
    if token is None:
        return None
    if tokens.note_use(token):
        transaction.commit()  # stands even if the request is refused
    return token.user


def _refuse_what_no_page_sends() -> None:
    """Refuse JSON and files where Flask-WTF would take them for a form, and NUL, which PostgreSQL can't hold."""
    if request.blueprint == API:
        request.max_content_length = API_BODY_MAX
    elif request.is_json and request.endpoint and request.method not in SAFE_METHODS:
        abort(415)
    if request.files and request.endpoint not in UPLOADS:
        abort(400)
    given = [text for pair in (*request.args.items(multi=True), *request.form.items(multi=True)) for text in pair]
    given += [file.filename or "" for file in request.files.values()] + [request.path]
    if any("\x00" in text for text in given):
        abort(400)


def _check_csrf() -> None:
    if request.method in SAFE_METHODS or not request.endpoint or not current_app.config["WTF_CSRF_ENABLED"]:
        return
    if request.blueprint == API and (bearer() is not None or not current_user.is_authenticated):
        return  # a Bearer token is never sent unasked, and who is nobody to the API gets 401
    csrf.protect()
