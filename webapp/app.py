"""The application: config, extensions, blueprints, errors, commands, in that order."""

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app, has_request_context, request
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import event
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import commands, config, logs
from webapp.extensions import babel, compress, csrf, db, limiter, login_manager, migrate, queue
from webapp.services.problem.results import reason_in_words, result_of
from webapp.services.shared.words import WEEKDAYS
from webapp.services.timetables.lifecycle import STATUS_WORDS
from webapp.services.timetables.quality import least_of, standing_of
from webapp.web import access, blueprints, errors, headers, health, metrics, presentation


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build the application from the environment; `overrides` are for tests. Raises ConfigError."""
    app = Flask(__name__)
    app.url_map.converters["int"] = access.KeyConverter
    app.config.update(config.from_environment(os.environ))
    app.config.update(overrides or {})
    logs.init_app(app)
    compress.init_app(app)  # before the headers, so that it has the last word on an answer
    headers.init_app(app)
    _trust_proxies(app)
    _bind_extensions(app)
    for views in (health, metrics):
        app.register_blueprint(views.bp)
    blueprints.init_app(app)
    access.guard_views(app)
    errors.init_app(app)
    commands.init_app(app)
    return app


def _trust_proxies(app: Flask) -> None:
    hops = app.config["TIMELOOM_PROXIES"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask documents it


def _bind_extensions(app: Flask) -> None:
    db.init_app(app)
    migrate.init_app(app, db, compare_type=True)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    queue.init_app(app)
    babel.init_app(app, locale_selector=_choose_locale, timezone_selector=_choose_timezone)
    access.init_app(app)
    app.context_processor(lambda: {"locale": get_locale(), "version": app.config["VERSION"]})
    app.jinja_env.globals.update(paper_line=presentation.paper_line, standing_of=standing_of, least_of=least_of)
    app.jinja_env.globals.update(result_of=result_of, reason_in_words=reason_in_words)
    app.jinja_env.globals.update(weekdays=WEEKDAYS, status_words=STATUS_WORDS)
    if not event.contains(db.session, "after_begin", _limit_statements):
        event.listen(db.session, "after_begin", _limit_statements)


def _limit_statements(_session: Any, transaction: Any, connection: Any) -> None:
    """A page may not hold the database for long; migrations, commands and workers may."""
    if has_request_context() and transaction.parent is None:
        seconds = int(current_app.config["TIMELOOM_STATEMENT_SECONDS"])
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{seconds}s'")


def _choose_locale() -> str | None:
    """The best of the translations there are for what the browser prefers."""
    return request.accept_languages.best_match(_languages()) if has_request_context() else None


def _languages() -> list[str]:
    known = current_app.extensions.setdefault("timeloom_languages", [])
    if not known:
        known.extend(str(locale) for locale in babel.list_translations())
    return list(known)


def _choose_timezone() -> str | None:
    """The organisation's own, in which its people read every instant."""
    return current_user.organization.timezone if current_user and current_user.is_authenticated else None
