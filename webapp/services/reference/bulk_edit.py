"""One column of many rows changed at once: one value for all, or a value a row; previewed, and all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.extensions import db
from webapp.services.reference.commands import write_row
from webapp.services.reference.errors import RecordRefused
from webapp.services.reference.last_change import watch
from webapp.services.reference.queries import find_row, form_values, labels_of, list_query, shown_texts
from webapp.services.reference.row_values import value_of_text
from webapp.services.schema.columns import Column, Table
from webapp.services.schema.scope import Scope
from webapp.services.schema.values import ValueRefused
from webapp.services.shared import optimistic_lock
from webapp.services.shared.errors import Conflict, NotFound, Problem
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _, ngettext

MOST_ROWS = 500
"""How many rows are changed at once: each is read, checked and noted by itself."""


class BulkRefused(Problem):
    """Rows can't be changed together as it was asked."""


class BulkOutdated(Conflict):
    """Some of the rows are not what the preview has shown."""


@dataclass(frozen=True, slots=True)
class RowEdit:
    """What becomes of one row: how it is called, its text before and after, or why it will not do."""

    key: int
    label: str
    before: str
    after: str
    fault: str = ""


@dataclass(frozen=True)
class BulkEdit:
    """A change of one column as it would come out; ``seen`` marks what the rows held."""

    rows: Sequence[RowEdit]
    seen: str

    @property
    def faults(self) -> list[RowEdit]:
        """The rows that will not do: with one of them nothing is changed."""
        return [row for row in self.rows if row.fault]

    @property
    def changed(self) -> list[RowEdit]:
        """The rows that would be another."""
        return [row for row in self.rows if not row.fault and row.before != row.after]

    @property
    def may_apply(self) -> bool:
        """Whether there is something to change and nothing against it."""
        return bool(self.changed) and not self.faults

    @property
    def words(self) -> str:
        """How many rows change, stay and fail, as a sentence."""
        rest = len(self.rows) - len(self.changed) - len(self.faults)
        parts = [ngettext("%(num)d row changes", "%(num)d rows change", len(self.changed))]
        if rest:
            parts.append(ngettext("%(num)d has this value already", "%(num)d have this value already", rest))
        if self.faults:
            parts.append(
                ngettext(
                    "%(num)d can't, so nothing is changed", "%(num)d can't, so nothing is changed", len(self.faults)
                )
            )
        return ", ".join(parts) + "."


def ticked_rows(scope: Scope, table: Table, arguments: Mapping[str, str], ticked: Sequence[str]) -> list[int]:
    """The keys of the rows meant, in the order of the list: those ticked, or (``all``) every row that was found.

    ``arguments`` are those of the list's address. Raises BulkRefused for none or too many.
    """
    query = list_query(scope, table, arguments)
    if not arguments.get("all"):
        keys = [key for text in ticked if (key := whole_number(text)) is not None]
        query = list_query(scope, table, _order_of(arguments)).where(table.primary_key.in_(keys))
    found = list(db.session.scalars(query.with_only_columns(table.primary_key).limit(MOST_ROWS + 1)))
    if not found:
        raise BulkRefused(_("No row is ticked. Tick rows in the list first."))
    if len(found) > MOST_ROWS:
        raise BulkRefused(_("At most %(most)d rows are changed at once. Narrow the list first.", most=MOST_ROWS))
    return found


def _order_of(arguments: Mapping[str, str]) -> dict[str, str]:
    return {name: arguments[name] for name in ("sort", "order") if name in arguments}


def find_column(table: Table, name: str) -> Column:
    """The column of this field; raises NotFound."""
    if name not in table.by_field:
        raise NotFound(_("There is no such column."))
    return table.by_field[name]


def texts_for(keys: Sequence[int], value: str, pasted: str) -> list[str]:
    """A text for each row: the lines of a pasted column, else the one value; raises BulkRefused."""
    if not pasted.strip():
        return [value] * len(keys)
    lines = pasted.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) != len(keys):
        lines_words = ngettext("%(num)d line was pasted", "%(num)d lines were pasted", len(lines))
        rows_words = ngettext("%(num)d row is ticked", "%(num)d rows are ticked", len(keys))
        raise BulkRefused(_("%(lines)s, but %(rows)s: each row needs its line.", lines=lines_words, rows=rows_words))
    return lines


def preview_column(scope: Scope, table: Table, column: Column, keys: Sequence[int], texts: Sequence[str]) -> BulkEdit:
    """What the change would do, row by row, tried out and taken back."""
    trial = db.session.begin_nested()
    try:
        return _edit(scope, table, column, dict(zip(keys, texts, strict=True)))
    finally:
        trial.rollback()
        db.session.expire_all()


def change_column(
    scope: Scope, table: Table, column: Column, keys: Sequence[int], texts: Sequence[str], seen: str
) -> BulkEdit:
    """Change the column of all the rows, each with its audit row; the actor can undo it as a whole.

    Raises BulkRefused where a row will not do, BulkOutdated where one is no longer what the preview has shown.
    """
    optimistic_lock.lock(scope.organization)
    with db.session.begin_nested(), watch(scope, table, keys):
        edit = _edit(scope, table, column, dict(zip(keys, texts, strict=True)))
        if set(edit.seen.split()) != set(seen.split()):
            raise BulkOutdated(_("Some of these rows have changed since the preview; nothing was changed. Look again."))
        if edit.faults:
            raise BulkRefused(edit.words)
    return edit


def _edit(scope: Scope, table: Table, column: Column, texts: Mapping[int, str]) -> BulkEdit:
    labels = labels_of(scope, table, texts)
    rows: list[RowEdit] = []
    seen: dict[str, Any] = {}
    given: dict[str, Any] = {}
    for key, text in texts.items():
        row = find_row(scope, table, key)
        values = form_values(table, row)
        seen[f"{key}"] = values[column.field]
        before = shown_texts(scope, table, column, [row])[0]
        try:
            if text not in given:
                given[text] = value_of_text(scope, column, text)
            changed = write_row(scope, table, key, {**values, column.field: given[text]})
            rows.append(RowEdit(key, labels.get(key, ""), before, shown_texts(scope, table, column, [changed])[0]))
        except ValueRefused as refusal:
            rows.append(RowEdit(key, labels.get(key, ""), before, text, refusal.sentence))
        except RecordRefused as problem:
            rows.append(RowEdit(key, labels.get(key, ""), before, text, " ".join(problem.errors.values())))
    return BulkEdit(rows, optimistic_lock.mark(seen))


def rows_now(scope: Scope, table: Table, column: Column, keys: Sequence[int]) -> list[RowEdit]:
    """The rows as they are, in order, before anything is asked of them."""
    labels = labels_of(scope, table, keys)
    stored = {
        table.id_of(row): row
        for row in db.session.scalars(list_query(scope, table, {}).where(table.primary_key.in_(keys)))
    }
    rows = [stored[key] for key in keys]
    texts = shown_texts(scope, table, column, rows)
    return [RowEdit(key, labels[key], text, "") for key, text in zip(keys, texts, strict=True)]
