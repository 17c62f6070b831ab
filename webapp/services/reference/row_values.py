"""What a form sent, as values of a row: codes become keys, texts become values, and what won't do is said by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from webapp.extensions import Model, db
from webapp.services.reference.queries import labels_of, rows_in_scope
from webapp.services.reference.vocabulary import as_listed
from webapp.services.schema.columns import Column, Kind, Record, Table, Value
from webapp.services.schema.scope import Errors, Scope, Values
from webapp.services.schema.tables import BY_NAME
from webapp.services.schema.values import ValueRefused, check, expected_sentence, nearest, nothing, read
from webapp.services.shared.numbers import KEY_MAX, whole_number
from webapp.services.shared.words import _, short

CODES_MAX = 5000
LinkedRow = tuple[int, int | None]
"""The key of a row of another table, and of the second one that is written behind ``@``."""


@dataclass
class RowValues:
    """Values and association rows by field, the row as its checks read it, and errors by field."""

    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[LinkedRow]] = field(default_factory=dict)
    record: dict[str, Value] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)


def read_values(scope: Scope, table: Table, row: Model | None, values: Values) -> RowValues:
    """Read a form's values for a row of the table; every error is kept, none is raised."""
    form_row = RowValues()
    for column in table.form_columns:
        try:
            _read_column(scope, column, values.get(column.field), form_row)
            if column.vocabulary:
                _keep_to_list(scope, column, row, form_row)
        except ValueRefused as refusal:
            form_row.errors[column.field] = refusal.sentence
    if not form_row.errors:
        form_row.errors.update(_check_row(table, form_row.record))
    if not form_row.errors and table.question is not None:
        form_row.errors.update(table.question(scope, row, {**form_row.values, **form_row.lists}))
    return form_row


def _read_column(scope: Scope, column: Column, given: Any, form_row: RowValues) -> None:
    if column.many is not None:
        codes = read(column, str(given or ""))
        form_row.record[column.name] = codes
        form_row.lists[column.field] = _linked_rows(scope, column, codes if isinstance(codes, tuple) else ())
        return
    value = _link(scope, column, given) if column.kind is Kind.LINK else _value(column, given)
    form_row.record[column.name] = value
    form_row.values[column.field] = list(value) if isinstance(value, tuple) else value


def _value(column: Column, given: Any) -> Value:
    if column.kind is Kind.YES_NO:
        return bool(given)
    if given is None:
        return nothing(column)
    return read(column, given) if isinstance(given, str) else check(column, given)


def _keep_to_list(scope: Scope, column: Column, row: Model | None, form_row: RowValues) -> None:
    """Take a kind or features as their list has them; what the row says already stands in it."""
    value = form_row.values[column.field]
    if not value or (row is not None and value == getattr(row, column.field)):
        return
    words = as_listed(scope.organization, column, value if isinstance(value, list) else [value])
    form_row.values[column.field] = words if isinstance(value, list) else words[0]
    form_row.record[column.name] = tuple(words) if isinstance(value, list) else words[0]


def value_of_text(scope: Scope, column: Column, text: str) -> Any:
    """What a form would send for a text as files and pasted columns have it: codes of links, yes and no, days.

    Raises `ValueRefused`.
    """
    if column.kind is Kind.LINK:
        return _link(scope, replace(column, typed=True), text)
    return read(column, text) if column.kind in (Kind.YES_NO, Kind.DAY) else text


def _check_row(table: Table, record: Record) -> Errors:
    fields = {column.name: column.field for column in table.form_columns}
    wrong = (check_row(record) for check_row in table.checks)
    return {fields[name]: expected_sentence(expected, given) for name, given, expected in filter(None, wrong)}


def _link(scope: Scope, column: Column, given: Any) -> int | None:
    if given is None or not str(given).strip():
        nothing(column)
        return None
    other = BY_NAME[column.refers_to]
    if column.typed and not isinstance(given, int):
        code = str(given).strip()
        return _keys_by_code(scope, other, [code])[code]
    key = given if isinstance(given, int) else whole_number(given)
    if key is None or not 0 < key <= KEY_MAX or key not in labels_of(scope, other, [key]):
        raise _refusal(_("There is no such row in the table “%(table)s”.", table=other.title))
    return key


def _linked_rows(scope: Scope, column: Column, codes: Sequence[str]) -> list[LinkedRow]:
    if column.many is None:
        return []
    if len(codes) > CODES_MAX:
        raise _refusal(_("%(given)d codes; at most %(most)d are read.", given=len(codes), most=CODES_MAX))
    pairs = [code.partition("@") if column.many.second else (code, "", "") for code in codes]
    firsts = _keys_by_code(scope, BY_NAME[column.many.link.table], [first.strip() for first, _at, _second in pairs])
    seconds: dict[str, int] = {}
    if column.many.second is not None:
        named = [second.strip() for _first, at, second in pairs if at]
        seconds = _keys_by_code(scope, BY_NAME[column.many.second.table], named)
    return [(firsts[first.strip()], seconds[second.strip()] if at else None) for first, at, second in pairs]


def _keys_by_code(scope: Scope, table: Table, codes: list[str]) -> dict[str, int]:
    if not codes:
        return {}
    code = table.list_code
    query = rows_in_scope(scope, table).with_only_columns(code, table.primary_key)
    keys = {str(text): int(key) for text, key in db.session.execute(query.where(code.in_(codes)))}
    missing = [text for text in codes if text not in keys]
    if missing:
        raise _unknown(scope, table, missing)
    return keys


def _unknown(scope: Scope, table: Table, codes: Sequence[str]) -> ValueRefused:
    known = db.session.scalars(rows_in_scope(scope, table).with_only_columns(table.list_code))
    words = _("No row of the table “%(table)s” has the code “%(code)s”.", table=table.title, code=short(codes[0]))
    if near := nearest(codes[0], known):
        words += " " + _("Did you mean %(code)s?", code=near)
    if len(codes) > 1:
        words += " " + _("%(num)d codes are unknown in all.", num=len(codes))
    return _refusal(words)


def _refusal(sentence: str) -> ValueRefused:
    return ValueRefused("link", sentence, sentence)
