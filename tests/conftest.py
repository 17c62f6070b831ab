"""What every test stands on: real servers, one migrated database, and a way to leave no trace in it."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from flask_migrate import upgrade
from psycopg2 import sql
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from tests.pages import Pages
from webapp.app import create_app
from webapp.embedded import servers
from webapp.extensions import db, queue
from webapp.models import User
from webapp.web.access import SESSION_BEGAN

DATABASE = f"timeloom_test_{os.getpid()}"
REDIS_DATABASE = 15 - int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""One for each process of the run, so that none empties another's."""


@pytest.fixture(scope="session")
def environment() -> Iterator[dict[str, str]]:
    """The settings of a database of our own, for this process and for those that it starts."""
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    with _given_or_embedded(given) as urls, _own_database(urls["DATABASE_URL"]) as database_url:
        own = {
            "DATABASE_URL": database_url,
            "REDIS_URL": urls["REDIS_URL"].partition("?")[0] + f"?db={REDIS_DATABASE}",
            "TIMELOOM_ENV": "test",
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in own.items():
                patch.setenv(name, value)
            yield own


@contextmanager
def _given_or_embedded(given: dict[str, str]) -> Iterator[dict[str, str]]:
    if len(given) == 2:
        yield given
        return
    with servers() as started:
        yield started.environment


@contextmanager
def _own_database(url: str) -> Iterator[str]:
    """A database beside the given one, so that nobody's data are ever touched."""
    dsn = url.replace("postgresql+psycopg2://", "postgresql://", 1)
    _administer(dsn, "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0")
    try:
        yield sa.make_url(url).set(database=DATABASE).render_as_string(hide_password=False)
    finally:
        _administer(dsn, "DROP DATABASE {} WITH (FORCE)")


def _administer(dsn: str, statement: str) -> None:
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(DATABASE)))
    connection.close()


@pytest.fixture(scope="session")
def application(environment: dict[str, str]) -> Iterator[Flask]:
    """The one application of the run, on the migrated schema."""
    made = create_app({"TESTING": True, "RATELIMIT_ENABLED": False, "SERVER_NAME": None})
    with made.app_context():
        upgrade(str(Path(__file__).parent.parent / "migrations"))
        yield made
        db.engine.dispose()


@pytest.fixture
def empty_app(environment: dict[str, str]) -> Iterator[Flask]:
    """An application on a database of its own, without any table."""
    url = sa.make_url(environment["DATABASE_URL"])
    name = f"{url.database}_empty"
    server = psycopg2.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    server.autocommit = True
    server.cursor().execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        own = url.set(drivername="postgresql+psycopg2", database=name).render_as_string(hide_password=False)
        app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": own})
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()
    finally:
        server.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


class ApartClient(FlaskClient):
    """A client whose requests have a context and a database session of their own, as in a real server.

    Without it a request would share `g` (and so the signed-in user) with the test and with the request before it.
    The test's own objects are read anew afterwards, so that they show what the request has changed.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.commit()
        try:
            with self.application.app_context():
                return super().open(*args, **kwargs)
        finally:
            db.session.expire_all()


@pytest.fixture
def app(application: Flask) -> Iterator[Flask]:
    """The application in a database whose every change is undone afterwards; `commit` is a savepoint's."""
    with application.app_context(), db.engine.connect() as connection, connection.begin() as outermost:
        engines = db._app_engines[application]
        engine, engines[None] = engines[None], connection
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")
        event.listen(db.session, "before_commit", _check_deferred_constraints)
        application.test_client_class = ApartClient
        try:
            yield application
        finally:
            db.session.remove()
            event.remove(db.session, "before_commit", _check_deferred_constraints)
            db.session.configure(join_transaction_mode="conditional_savepoint")
            engines[None] = engine
            outermost.rollback()
            queue.connection.flushdb()


def _check_deferred_constraints(session: Session) -> None:
    """Refuse at a savepoint's end what PostgreSQL would refuse at the real commit."""
    session.flush()
    session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.execute(sa.text("SET CONSTRAINTS ALL DEFERRED"))


@pytest.fixture
def committed_app(application: Flask) -> Iterator[Flask]:
    """The application with real commits, for what works in other processes: jobs and browsers. Emptied afterwards."""
    application.test_client_class = ApartClient
    with application.app_context():
        try:
            yield application
        finally:
            db.session.remove()
            tables = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
            with db.engine.begin() as connection:
                connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
            queue.connection.flushdb()


@pytest.fixture
def session(app: Flask) -> scoped_session[Session]:
    return db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def pages(client: FlaskClient) -> Pages:
    """A client that checks, on every page it gets, what must hold on all pages."""
    return Pages(client)


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, User], FlaskClient]:
    """`sign_in(client, user)` gives the client the session that a sign-in would leave."""

    def give_session(client: FlaskClient, user: User) -> FlaskClient:
        db.session.commit()
        with client.session_transaction() as session:
            session["_user_id"] = user.get_id()
            session["_fresh"] = True
            session[SESSION_BEGAN] = int(time.time())
        return client

    return give_session
