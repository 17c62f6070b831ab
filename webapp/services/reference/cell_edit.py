"""One cell of a list edited in place: its text, as files have it, stored as a form would store the row."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.services.reference.commands import write_row
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.reference.last_change import watch
from webapp.services.reference.queries import find_row, form_values, labels_of, shown_texts, text_of
from webapp.services.reference.row_values import value_of_text
from webapp.services.schema.columns import Column, Table
from webapp.services.schema.scope import Scope
from webapp.services.schema.values import ValueRefused
from webapp.services.shared import optimistic_lock
from webapp.services.shared.errors import NotFound
from webapp.services.shared.words import _


@dataclass(frozen=True, slots=True)
class RecordCell:
    """A cell: of which row and column, the text in it, and ``seen``, which marks this value alone."""

    key: int
    label: str
    column: Column
    text: str
    seen: str


def find_cell(scope: Scope, table: Table, key: int, name: str) -> RecordCell:
    """The cell of a row and field as it is now; raises NotFound, also for a field that is not edited in place."""
    column = _find_column(table, name)
    row = find_row(scope, table, key)
    label = labels_of(scope, table, [key])[key]
    return RecordCell(
        key, label, column, text_of(table, column, row), optimistic_lock.mark({name: form_values(table, row)[name]})
    )


def store_cell(scope: Scope, table: Table, key: int, name: str, text: str, seen: str) -> None:
    """Store a text in a cell, with the row's audit event; the actor can undo it.

    Raises RecordChanged where the cell is not what ``seen`` has marked (other cells of the row may have changed),
    RecordRefused with what is wrong, NotFound.
    """
    optimistic_lock.lock(scope.organization)
    column = _find_column(table, name)
    row = find_row(scope, table, key)
    values = form_values(table, row)
    if optimistic_lock.changed_since(seen, {name: values[name]}):
        raise RecordChanged({name: optimistic_lock.now(shown_texts(scope, table, column, [row])[0])})
    if text == text_of(table, column, row):
        return
    try:
        value = value_of_text(scope, column, text)
    except ValueRefused as refusal:
        raise RecordRefused(refusal.sentence, {name: refusal.sentence}) from refusal
    with watch(scope, table, [key]):
        try:
            write_row(scope, table, key, {**values, name: value})
        except RecordRefused as problem:
            raise _about_the_row(table, name, problem) from problem


def _find_column(table: Table, name: str) -> Column:
    if name not in table.in_place:
        raise NotFound(_("There is no such cell."))
    return table.by_field[name]


def _about_the_row(table: Table, name: str, problem: RecordRefused) -> RecordRefused:
    """A refusal whose sentences say which other column they are about, for only one is seen."""
    errors = {
        field: sentence if field in ("", name) else f"{table.by_field[field].label}: {sentence}"
        for field, sentence in problem.errors.items()
    }
    return RecordRefused(problem.message, errors)
