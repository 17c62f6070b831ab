"""The extensions, made once here and bound to an application in `create_app`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, cast

import redis
import rq
from flask import Flask, current_app
from flask_babel import Babel
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from rq.serializers import JSONSerializer
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

QueueName = Literal["generation", "fast"]
QUEUE_NAMES: tuple[QueueName, ...] = ("generation", "fast")


class Base(DeclarativeBase):
    """Every table stands in one MetaData, whose constraints are named by convention."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:

    class Model(Base):
        """What a model derives from, told to mypy in its own words (`db.Model` is a value, not a type)."""

        __abstract__ = True

else:
    Model = db.Model


class QueueUnavailable(Exception):
    """Redis does not answer, so no work can be handed to a worker."""


class TaskQueue:
    """The door to RQ: connects on first use, carries JSON only, and names the failure when Redis is away."""

    def init_app(self, app: Flask) -> None:
        app.extensions["queue"] = None

    @property
    def connection(self) -> redis.Redis:
        """The application's connection pool to Redis; nothing is sent before the first command."""
        extensions = current_app.extensions
        if extensions["queue"] is None:
            extensions["queue"] = redis.Redis.from_url(
                current_app.config["REDIS_URL"], socket_connect_timeout=2, socket_timeout=5
            )
        return cast(redis.Redis, extensions["queue"])

    def get(self, name: QueueName) -> rq.Queue:
        """The RQ queue of that name; `generation` holds long solves, `fast` everything short."""
        if name not in QUEUE_NAMES:
            raise ValueError(f"There is no queue {name!r}, only {', '.join(QUEUE_NAMES)}.")
        return rq.Queue(name, connection=self.connection, serializer=JSONSerializer)

    def enqueue(self, name: QueueName, task: str, *ids: str | int, **options: Any) -> rq.job.Job:
        """Queue the function named by its dotted path; raises QueueUnavailable when Redis is away."""
        with self.named_failure():
            return self.get(name).enqueue_call(task, args=ids, **options)

    def ping(self) -> None:
        """Return when Redis answers; raises QueueUnavailable when it does not."""
        with self.named_failure():
            self.connection.ping()

    @contextmanager
    def named_failure(self) -> Iterator[None]:
        """Turn Redis' many errors of connection and time-out into the one that callers know."""
        try:
            yield
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise QueueUnavailable("Redis does not answer.") from error


migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address)
babel = Babel()
compress = Compress()
queue = TaskQueue()
