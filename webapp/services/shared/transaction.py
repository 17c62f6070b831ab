"""The one place where a transaction ends: at the edge, which is a request, a command or a step of a task.

Services change rows and flush; they never commit, so that two of them can be one transaction. What must wait until the
rows are visible to others (handing a job to Redis) is noted with `after_commit`.
"""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from webapp.extensions import db

_AFTER = "after commit"
Action = Callable[[], object]


def commit() -> None:
    """Commit what the services have changed, then do what waited for it, in order."""
    db.session.commit()
    for action in _taken():
        action()


def rollback() -> None:
    """Undo what the services have changed, and forget what waited for it."""
    _taken()
    db.session.rollback()


def after_commit(action: Action) -> None:
    """Do something once the transaction is committed; never where it is rolled back."""
    db.session.info.setdefault(_AFTER, []).append(action)


def defer_constraints() -> None:
    """Let PostgreSQL wait with what it can check later, where rows pass through states that would be refused."""
    db.session.execute(sa.text("SET CONSTRAINTS ALL DEFERRED"))


def check_constraints() -> None:
    """Let PostgreSQL check now what it would check at the commit; raises IntegrityError.

    For a service that can say in words what a deferred constraint refuses.
    """
    db.session.flush()
    db.session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    defer_constraints()


def is_database_away(error: BaseException) -> bool:
    """Return whether an error says that the database can't be asked now, and not that what was asked is wrong.

    A connection lost in the middle of an answer comes as a plain DatabaseError ("server closed the connection
    unexpectedly"), which only SQLAlchemy's own note tells from others.
    """
    if not isinstance(error, DBAPIError):
        return False
    return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated


def _taken() -> list[Action]:
    actions: list[Action] = db.session.info.pop(_AFTER, [])
    return actions
