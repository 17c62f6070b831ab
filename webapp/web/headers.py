"""What every response says to browsers and caches."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
A_YEAR = 365 * 86400
PUBLIC = frozenset({"static", "public", "health", "metrics"})
"""Files and blueprints whose answers are nobody's own: caches may keep them, so no cookie goes with them."""


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, which is not renewed by what is public."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie, and tell caches that the answer follows from it, where an answer is somebody's own."""
        if not is_public():
            super().save_session(app, session, response)


def is_public() -> bool:
    """Return whether what is asked for is the same for everybody."""
    return (request.blueprint or request.endpoint) in PUBLIC


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    app.after_request(_harden)
    app.after_request(_say_how_to_cache)
    app.url_defaults(_name_the_version)


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
    return response


def _say_how_to_cache(response: Response) -> Response:
    """Keep versioned files for a year, other files for an hour, and nothing that may be somebody's own."""
    if request.endpoint == "static" and response.status_code < 400:
        if close := getattr(response.response, "close", None):
            response.call_on_close(close)  # whoever compresses a file leaves it open
        response.cache_control.public = True
        response.cache_control.no_cache = None
        response.cache_control.max_age = A_YEAR if "v" in request.args else 3600
        return response
    response.vary.add("HX-Request")
    if "Cache-Control" not in response.headers:
        response.cache_control.no_store = True
    return response


def _name_the_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values and current_app.static_folder:
        path = Path(current_app.static_folder, values["filename"])
        if path.is_file():
            values.setdefault("v", _content_hash(path, path.stat().st_mtime_ns))


@cache
def _content_hash(path: Path, _changed_at: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
