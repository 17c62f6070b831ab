"""How Alembic reaches the database: through the running application."""

from alembic import context
from click import ClickException
from flask import current_app
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

import webapp.models  # noqa: F401  (the tables register themselves in the metadata)

LOCK_TIMEOUT = "10s"
"""A migration that can't get a table within this time gives up, so that it never queues up readers."""

NOT_IN_THE_METADATA = {"alembic_version"}


def include_object(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Leave out what the models can't declare (a comparison would ask to drop it)."""
    return not (kind == "table" and name in NOT_IN_THE_METADATA)


def run_offline() -> None:
    """Write the SQL of the migrations to standard output."""
    extension = current_app.extensions["migrate"]
    context.configure(
        url=extension.db.engine.url,
        target_metadata=extension.db.metadatas[None],
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online(connection: Connection) -> None:
    """Run the migrations, each deployment in one transaction."""
    extension = current_app.extensions["migrate"]
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=extension.db.metadatas[None],
        include_object=include_object,
        compare_type=True,
        compare_server_default=True,
        **{k: v for k, v in extension.configure_args.items() if k not in {"compare_type", "compare_server_default"}},
    )
    with context.begin_transaction():
        context.run_migrations()


def connect() -> Connection:
    """Reach the database, or say in one line why not."""
    try:
        return current_app.extensions["migrate"].db.engine.connect()
    except OperationalError as error:
        raise ClickException(f"The database does not answer: {str(error.orig).splitlines()[0]}.") from None


if context.is_offline_mode():
    run_offline()
else:
    with connect() as connection:
        run_online(connection)
