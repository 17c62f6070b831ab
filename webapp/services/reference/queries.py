"""Rows of reference tables as pages show them: found through the scope, labelled, listed, filtered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.extensions import Model, db
from webapp.models import Organization, Term
from webapp.models.types import runs
from webapp.services.schema.descriptors import Field, Kind, Scope, Table, TermMissing
from webapp.services.schema.tables import find_table
from webapp.services.shared.errors import NotFound
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _

PAGE_SIZE = 50
CELL_CODES_MAX = 6
DAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"))


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a list: its key, how it is called, a text for each listed field, and how deep it stands in a tree."""

    key: int
    label: str
    cells: tuple[str, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice by which a list can be narrowed."""

    name: str
    label: Any
    options: list[tuple[str, str]]
    value: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a table: rows, what they were filtered by, and where in the whole they are."""

    table: Table
    page: Any
    columns: list[Field]
    rows: list[ListedRow]
    filters: list[Filter]
    is_filtered: bool


def rows_in_scope(scope: Scope, table: Table) -> sa.Select[Any]:
    """Select the model's rows that belong to the scope; raises TermMissing where a term is needed."""
    query = sa.select(table.model)
    for target, condition in table.joins:
        query = query.join(target, condition)
    return query.where(table.owner == _owner_key(scope, table))


def _owner_key(scope: Scope, table: Table) -> int:
    if not table.of_term:
        return scope.organization.organization_id
    if scope.term is None:
        raise TermMissing(_("Create a term first: %(table)s belong to a term.", table=str(table.title).lower()))
    return scope.term.term_id


def find_row(scope: Scope, table: Table, key: int) -> Any:
    """A row of the scope by its key, as stored now; raises NotFound where it isn't there or is somebody else's."""
    query = rows_in_scope(scope, table).where(table.primary_key == key)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(_("This row of the table “%(table)s” does not exist.", table=table.title))
    return row


def term_of_row(organization: Organization, table: Table, key: int) -> Term | None:
    """The organisation's term that a row of a term's table belongs to; None where there is no such row."""
    term_id = sa.select(table.owner).select_from(table.model)
    for target, condition in table.joins:
        term_id = term_id.join(target, condition)
    query = sa.select(Term).where(Term.term_id == term_id.where(table.primary_key == key).scalar_subquery())
    return db.session.scalar(query.where(Term.organization_id == organization.organization_id))


def count_rows(scope: Scope, table: Table) -> int:
    """How many rows of a table are in the scope; 0 where a term is needed and there is none."""
    if table.of_term and scope.term is None:
        return 0
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(rows_in_scope(scope, table).subquery())) or 0)


def labels_of(scope: Scope, table: Table, keys: Iterable[int] | None = None) -> dict[int, str]:
    """How rows are called, by key; all of the scope in order, or the named ones."""
    query = rows_in_scope(scope, table).with_only_columns(table.primary_key, table.label).order_by(*table.order)
    if keys is not None:
        query = query.where(table.primary_key.in_(list(keys)))
    return {key: str(label) for key, label in db.session.execute(query)}


def options_of(scope: Scope, key: str) -> list[tuple[int, str]]:
    """All rows of a table that a field may refer to, with their labels."""
    return list(labels_of(scope, find_table(key)).items())


def list_rows(scope: Scope, table: Table, arguments: Mapping[str, str], page: int = 1) -> Listing:
    """A page of a table.

    ``arguments`` are those of the address: q, sort, order, and a field's name for a filter; what
    isn't known is left aside.
    """
    columns = [item for item in table.fields if item.listed]
    query = rows_in_scope(scope, table)
    text = arguments.get("q", "").strip()
    if text:
        query = query.where(sa.or_(*(column.icontains(text, autoescape=True) for column in table.search)))
    for item in table.fields:
        if arguments.get(item.name, ""):
            query = _narrow(query, table, item, arguments[item.name])
    tree = _tree(scope, table) if table.parent is not None and arguments.get("sort", "") not in table.sorts else None
    if tree is None:
        query = query.order_by(*_order(table, arguments))
    else:
        query = query.join(tree, tree.c.key == table.primary_key).order_by(tree.c.path)
    rows_page = db.paginate(query, page=page, per_page=PAGE_SIZE, error_out=False)
    is_filtered = bool(text) or any(arguments.get(item.name) for item in table.fields)
    depths = _depths(tree, [table.key_of(row) for row in rows_page.items])
    rows = _listed(scope, table, columns, rows_page.items, depths)
    return Listing(table, rows_page, columns, rows, _filters(scope, table, arguments), is_filtered)


def _tree(scope: Scope, table: Table) -> sa.CTE:
    """Every row of a tree with the codes on the way to it, from the top."""
    code = sa.cast(table.model.code, sa.Text)
    top = (
        rows_in_scope(scope, table)
        .with_only_columns(
            table.primary_key.label("key"), sa.func.array_append(sa.text("'{}'::text[]"), code).label("path")
        )
        .where(table.parent.is_(None))
        .cte("tree", recursive=True)
    )
    below = sa.select(table.primary_key, sa.func.array_append(top.c.path, code)).join(top, table.parent == top.c.key)
    return top.union_all(below)


def _depths(tree: sa.CTE | None, keys: Sequence[int]) -> dict[int, int]:
    if tree is None or not keys:
        return {}
    query = sa.select(tree.c.key, sa.func.cardinality(tree.c.path) - 1).where(tree.c.key.in_(keys))
    return {int(key): int(depth) for key, depth in db.session.execute(query)}


def _narrow(query: sa.Select[Any], table: Table, item: Field, value: str) -> sa.Select[Any]:
    if item.many is not None:
        other = getattr(item.many.model, item.many.other)
        owners = sa.select(getattr(item.many.model, item.many.owner)).where(other == (_key(value)))
        return query.where(table.primary_key.in_(owners))
    column = getattr(table.model, item.name)
    if item.kind is Kind.REFERENCE:
        return query.where(column == _key(value))
    return query.where(column == value) if item.kind is Kind.TEXT else query


def _key(value: str) -> int:
    return whole_number(value) or 0


def _order(table: Table, arguments: Mapping[str, str]) -> list[Any]:
    column = table.sorts.get(arguments.get("sort", ""))
    if column is None:
        return [*table.order, table.primary_key]
    return [column.desc() if arguments.get("order") == "desc" else column.asc(), table.primary_key]


def _filters(scope: Scope, table: Table, arguments: Mapping[str, str]) -> list[Filter]:
    found = []
    for item in table.fields:
        value = arguments.get(item.name, "")
        if item.refers and (item.filtered or value):
            options = [(str(key), label) for key, label in options_of(scope, item.table)]
        elif item.filtered:
            column = getattr(table.model, item.name)
            distinct = rows_in_scope(scope, table).with_only_columns(column).where(column != "").distinct()
            options = [(str(text), str(text)) for text in db.session.scalars(distinct.order_by(column))]
        else:
            continue
        if options:
            found.append(Filter(item.name, item.label, [("", _("All")), *options], value))
    return found


def _listed(
    scope: Scope, table: Table, columns: Sequence[Field], rows: Sequence[Any], depths: Mapping[int, int]
) -> list[ListedRow]:
    keys = [table.key_of(row) for row in rows]
    labels = labels_of(scope, table, keys)
    shown = [_texts(scope, table, item, rows, is_first=item is columns[0]) for item in columns]
    return [
        ListedRow(key, labels.get(key, ""), tuple(texts[position] for texts in shown), depths.get(key, 0))
        for position, key in enumerate(keys)
    ]


def _texts(scope: Scope, table: Table, item: Field, rows: Sequence[Any], *, is_first: bool) -> list[str]:
    if item.many is not None:
        codes = codes_of_many(item, [table.key_of(row) for row in rows])
        return [_shortened(codes.get(table.key_of(row), [])) for row in rows]
    values = [getattr(row, item.name) for row in rows]
    if item.kind is Kind.REFERENCE:
        other = find_table(item.table)
        keys = {value for value in values if value is not None}
        labels = labels_of(scope, other, keys) if is_first or other.joins else _codes_of(scope, other, keys)
        return [labels.get(value, "") for value in values]
    return [show(item, value) for value in values]


def _codes_of(scope: Scope, table: Table, keys: Iterable[int]) -> dict[int, str]:
    """Codes alone, so that a list keeps its rows on one line."""
    query = rows_in_scope(scope, table).with_only_columns(table.primary_key, table.model.code)
    return {key: str(code) for key, code in db.session.execute(query.where(table.primary_key.in_(list(keys))))}


def _shortened(codes: Sequence[str]) -> str:
    rest = len(codes) - CELL_CODES_MAX
    return ", ".join(codes[:CELL_CODES_MAX]) + (" " + _("and %(num)d more", num=rest) if rest > 0 else "")


def codes_of_many(item: Field, keys: Sequence[int]) -> dict[int, list[str]]:
    """The codes of the rows that a field lists, in order, by the key of the row that lists them."""
    many = item.many
    if many is None or not keys:
        return {}
    other = find_table(item.table)
    owner = getattr(many.model, many.owner)
    code = other.model.code
    query = sa.select(owner, code).join(other.model, other.primary_key == getattr(many.model, many.other))
    if many.second:
        second = sa.orm.aliased(find_table(many.second_table).model)
        second_key = getattr(second, find_table(many.second_table).primary_key.key)
        query = query.outerjoin(second, second_key == getattr(many.model, many.second))
        query = query.with_only_columns(
            owner, sa.case((second_key.is_(None), code), else_=code + sa.literal("@") + second.code)
        )
    order = [getattr(many.model, many.position)] if many.position else []
    found: dict[int, list[str]] = {}
    for key, text in db.session.execute(query.where(owner.in_(keys)).order_by(*order, code)):
        found.setdefault(key, []).append(text)
    return found


def show(item: Field, value: Any) -> str:
    """A value as text, as lists and the audit trail show it."""
    if value is None:
        return ""
    if item.kind is Kind.YES_NO:
        return _("Yes") if value else _("No")
    if item.kind is Kind.DAY:
        return str(DAYS[value])
    if item.kind is Kind.TIME:
        return str(value.strftime("%H:%M"))
    if item.kind is Kind.DATE:
        return str(value.isoformat())
    if item.kind is Kind.CODES:
        return ", ".join(value)
    if item.kind is Kind.WEEKS:
        return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs(value))
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)


def form_values(table: Table, row: Model | None) -> dict[str, Any]:
    """What a form starts with: the row's values, or a new row's defaults; lists of codes and weeks as text."""
    values: dict[str, Any] = {}
    for item in table.fields:
        if row is None:
            values[item.name] = item.default
        elif item.many is not None:
            key = table.key_of(row)
            values[item.name] = ", ".join(codes_of_many(item, [key]).get(key, []))
        elif item.kind in (Kind.CODES, Kind.WEEKS):
            values[item.name] = show(item, getattr(row, item.name))
        elif item.typed:
            other = db.session.get(find_table(item.table).model, getattr(row, item.name))
            values[item.name] = other.code if other is not None else ""
        else:
            values[item.name] = getattr(row, item.name)
    return values
