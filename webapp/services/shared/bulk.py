"""Many rows changed by few statements, so that triggers of a statement (a term's data revision) run seldom."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db

ROWS_OF_STATEMENT = 1000


def update_rows(table: sa.Table, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update rows that all have the same columns, found by their ``key`` among these.

    Objects of the session are not told: whoever calls expires them.
    """
    if not rows:
        return
    names = list(rows[0])
    given = sa.values(*(sa.column(name, table.c[name].type) for name in names), name="given")
    for start in range(0, len(rows), ROWS_OF_STATEMENT):
        some = rows[start : start + ROWS_OF_STATEMENT]
        listed = given.data([tuple(row[name] for name in names) for row in some])
        values = {name: _typed(listed.c[name]) for name in names if name != key}
        db.session.execute(sa.update(table).where(table.c[key] == listed.c[key]).values(values))


def _typed(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The column with its type said, for a list of nothing but NULL has none; texts are not cut to a length."""
    if isinstance(column.type, sa.String):
        return sa.cast(column, sa.Text)
    if isinstance(column.type, sa.ARRAY):
        return sa.cast(column, sa.ARRAY(sa.Text))
    return sa.cast(column, column.type)
