"""Rows of reference tables as pages show them: found through the scope, labelled, listed, filtered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.extensions import Model, db
from webapp.models import Component, ComponentBatch, Organization, Term
from webapp.services.schema.columns import Column, Kind, Table
from webapp.services.schema.courses import SECTIONS
from webapp.services.schema.scope import Scope, TermMissing
from webapp.services.schema.tables import BY_NAME
from webapp.services.schema.values import write
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.scoped import load, rows_of
from webapp.services.shared.words import WEEKDAYS, _, enumerated, weekly_class_words

PAGE_SIZE = 50
CELL_CODES_MAX = 6


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a list: its key, how it is called, a text for each listed field, and how deep it stands in a tree.

    ``detail`` is what is edited with it, in short.
    """

    key: int
    label: str
    cells: tuple[str, ...]
    depth: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice by which a list can be narrowed."""

    name: str
    label: Any
    options: list[tuple[str, str]]
    value: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a table: rows, what they were filtered by, and where in the whole they are.

    ``detail`` is the heading of what is edited with each row; None where nothing is.
    """

    table: Table
    page: Any
    columns: list[Column]
    rows: list[ListedRow]
    filters: list[Filter]
    is_filtered: bool
    detail: Any = None


def rows_in_scope(scope: Scope, table: Table) -> sa.Select[Any]:
    """Select the model's rows that belong to the scope; raises TermMissing where a term is needed."""
    query = sa.select(table.model)
    for target, condition in table.joins:
        query = query.join(target, condition)
    return query.where(table.owner_column == _owner_key(scope, table))


def _owner_key(scope: Scope, table: Table) -> int:
    if not table.of_term:
        return scope.organization.organization_id
    if scope.term is None:
        raise TermMissing(_("Create a term first: %(table)s belong to a term.", table=str(table.title).lower()))
    return scope.term.term_id


def find_row(scope: Scope, table: Table, key: int) -> Any:
    """A row of the scope by its key, as stored now; raises NotFound where it isn't there or is somebody else's."""
    owner = _owner_key(scope, table)
    conditions = (Term.term_id == owner,) if table.of_term else ()
    return load(scope.organization, table.model, key, *conditions, fresh=True)


def term_of_row(organization: Organization, table: Table, key: int) -> Term | None:
    """The organisation's term that a row of a term's table belongs to; None where there is no such row."""
    query = rows_of(organization, table.model).where(table.primary_key == key)
    return db.session.scalar(query.with_only_columns(Term))


def count_rows(scope: Scope, table: Table) -> int:
    """Count the rows of a table in the scope; 0 where a term is needed and there is none."""
    if table.of_term and scope.term is None:
        return 0
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(rows_in_scope(scope, table).subquery())) or 0)


def labels_of(scope: Scope, table: Table, keys: Iterable[int] | None = None) -> dict[int, str]:
    """The labels of rows by key; all of the scope in order, or the named ones."""
    query = rows_in_scope(scope, table).with_only_columns(table.primary_key, table.caption).order_by(*table.order)
    if keys is not None:
        query = query.where(table.primary_key.in_(list(keys)))
    return {key: str(label) for key, label in db.session.execute(query)}


def options_of(scope: Scope, table: str) -> list[tuple[int, str]]:
    """All rows of the table of this name that a field may refer to, with their labels."""
    return list(labels_of(scope, BY_NAME[table]).items())


def list_rows(scope: Scope, table: Table, arguments: Mapping[str, str], page: int = 1) -> Listing:
    """A page of a table.

    ``arguments`` are those of the address: q, sort, order, and a field's name for a filter; what
    isn't known is left aside.
    """
    columns = [column for column in table.form_columns if column.listed]
    rows_page = db.paginate(list_query(scope, table, arguments), page=page, per_page=PAGE_SIZE, error_out=False)
    is_filtered = any(arguments.get(name, "").strip() for name in ("q", *table.by_field))
    depths = _depths(_tree_of(scope, table, arguments), [table.id_of(row) for row in rows_page.items])
    rows = _listed(scope, table, columns, rows_page.items, depths)
    detail = BY_NAME[table.detail].title if table.detail else None
    return Listing(table, rows_page, columns, rows, _filters(scope, table, arguments), is_filtered, detail)


def listed_row(scope: Scope, table: Table, key: int) -> ListedRow:
    """A row as the list shows it, in its place in the tree where there is one; raises NotFound."""
    row = find_row(scope, table, key)
    columns = [column for column in table.form_columns if column.listed]
    return _listed(scope, table, columns, [row], _depths(_tree_of(scope, table, {}), [key]))[0]


def list_query(scope: Scope, table: Table, arguments: Mapping[str, str]) -> sa.Select[Any]:
    """Select the rows that a list with these arguments shows, in its order, over all pages."""
    query = rows_in_scope(scope, table)
    text = arguments.get("q", "").strip()
    if text:
        query = query.where(sa.or_(*(searched.icontains(text, autoescape=True) for searched in table.search)))
    for column in table.form_columns:
        if arguments.get(column.field, ""):
            query = _narrow(query, table, column, arguments[column.field])
    tree = _tree_of(scope, table, arguments)
    if tree is None:
        return query.order_by(*_order(table, arguments))
    return query.join(tree, tree.c.key == table.primary_key).order_by(tree.c.path)


def _tree_of(scope: Scope, table: Table, arguments: Mapping[str, str]) -> sa.CTE | None:
    """The tree whose order a list has, where rows form one and nothing else is asked for."""
    is_tree = table.parent is not None and arguments.get("sort", "") not in table.sorts
    return _tree(scope, table) if is_tree else None


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


def _narrow(query: sa.Select[Any], table: Table, column: Column, value: str) -> sa.Select[Any]:
    if column.many is not None:
        other = getattr(column.many.model, column.many.link.attribute)
        owners = sa.select(getattr(column.many.model, column.many.owner)).where(other == (_key(value)))
        return query.where(table.primary_key.in_(owners))
    attribute = getattr(table.model, column.field)
    if column.kind is Kind.LINK:
        return query.where(attribute == _key(value))
    if column.kind is Kind.YES_NO:
        is_meant = {write(column, one): one for one in (True, False)}.get(value)
        return query if is_meant is None else query.where(attribute.is_(is_meant))
    return query.where(attribute == value) if column.kind is Kind.TEXT else query


def _key(value: str) -> int:
    return whole_number(value) or 0


def _order(table: Table, arguments: Mapping[str, str]) -> list[Any]:
    column = table.sorts.get(arguments.get("sort", ""))
    if column is None:
        return [*table.order, table.primary_key]
    return [column.desc() if arguments.get("order") == "desc" else column.asc(), table.primary_key]


def _filters(scope: Scope, table: Table, arguments: Mapping[str, str]) -> list[Filter]:
    filters = []
    for column in table.form_columns:
        value = arguments.get(column.field, "")
        if column.refers_to and (column.filtered or value):
            options = [(str(key), label) for key, label in options_of(scope, column.refers_to)]
        elif column.kind is Kind.YES_NO and column.filtered:
            options = [(write(column, True), _("yes")), (write(column, False), _("no"))]
        elif column.filtered:
            attribute = getattr(table.model, column.field)
            distinct = rows_in_scope(scope, table).with_only_columns(attribute).where(attribute != "").distinct()
            texts = db.session.scalars(distinct.order_by(attribute))
            options = [(str(text), str(column.choice_words.get(text, text))) for text in texts]
        else:
            continue
        if options:
            filters.append(Filter(column.field, column.label, [("", _("All")), *options], value))
    return filters


def _listed(
    scope: Scope, table: Table, columns: Sequence[Column], rows: Sequence[Any], depths: Mapping[int, int]
) -> list[ListedRow]:
    keys = [table.id_of(row) for row in rows]
    labels = labels_of(scope, table, keys)
    shown = [shown_texts(scope, table, column, rows, is_first=column is columns[0]) for column in columns]
    details = weekly_classes(keys) if table is SECTIONS else {}
    return [
        ListedRow(
            key,
            labels.get(key, ""),
            tuple(texts[position] for texts in shown),
            depths.get(key, 0),
            details.get(key, ""),
        )
        for position, key in enumerate(keys)
    ]


def weekly_classes(sections: Sequence[int]) -> dict[int, str]:
    """What sections have every week, in short: "3 × lecture, 1 × lab of 2 slots"."""
    batches = (
        sa.select(sa.func.count())
        .where(ComponentBatch.component_id == Component.component_id)
        .correlate(Component)
        .scalar_subquery()
    )
    query = (
        sa.select(
            Component.section_id,
            Component.kind,
            Component.meetings_per_week,
            Component.slots_per_meeting,
            batches,
            Component.day_patterns,
        )
        .where(Component.section_id.in_(list(sections)), Component.held)
        .order_by(Component.code)
    )
    classes: dict[int, list[str]] = {}
    for section_id, *numbers in db.session.execute(query):
        classes.setdefault(section_id, []).append(weekly_class_words(*numbers))
    return {key: enumerated(words, CELL_CODES_MAX) for key, words in classes.items()}


def shown_texts(
    scope: Scope, table: Table, column: Column, rows: Sequence[Any], *, is_first: bool = False
) -> list[str]:
    """What a list shows of a column, row by row; the first column of a list calls what it links to by its name."""
    if column.many is not None:
        codes = codes_of_many(column, [table.id_of(row) for row in rows])
        return [enumerated(codes.get(table.id_of(row), []), CELL_CODES_MAX) for row in rows]
    values = [getattr(row, column.field) for row in rows]
    if column.kind is Kind.LINK:
        other = BY_NAME[column.refers_to]
        keys = {value for value in values if value is not None}
        labels = labels_of(scope, other, keys) if is_first or other.joins else _codes_of(scope, other, keys)
        return [labels.get(value, "") for value in values]
    return [show(column, value) for value in values]


def _codes_of(scope: Scope, table: Table, keys: Iterable[int]) -> dict[int, str]:
    """Codes alone, so that a list keeps its rows on one line."""
    query = rows_in_scope(scope, table).with_only_columns(table.primary_key, table.model.code)
    return {key: str(code) for key, code in db.session.execute(query.where(table.primary_key.in_(list(keys))))}


def codes_of_many(column: Column, keys: Sequence[int]) -> dict[int, list[str]]:
    """The codes of the rows that a field lists, in order, by the key of the row that lists them."""
    many = column.many
    if many is None or not keys:
        return {}
    other = BY_NAME[column.refers_to]
    owner = getattr(many.model, many.owner)
    code = other.list_code
    query = sa.select(owner, code).join(other.model, other.primary_key == getattr(many.model, many.link.attribute))
    for joined, condition in other.joins:
        query = query.join(joined, condition)
    if many.second is not None:
        second = sa.orm.aliased(BY_NAME[many.second.table].model)
        second_key = getattr(second, BY_NAME[many.second.table].primary_key.key)
        query = query.outerjoin(second, second_key == getattr(many.model, many.second.attribute))
        query = query.with_only_columns(
            owner, sa.case((second_key.is_(None), code), else_=code + sa.literal("@") + second.code)
        )
    order = [getattr(many.model, many.position)] if many.position else []
    codes: dict[int, list[str]] = {}
    for key, text in db.session.execute(query.where(owner.in_(keys)).order_by(*order, code)):
        codes.setdefault(key, []).append(text)
    return codes


def show(column: Column, value: Any) -> str:
    """A value as text, as lists and the audit trail show it."""
    if value is None:
        return ""
    if column.kind is Kind.YES_NO:
        return _("Yes") if value else _("No")
    if column.choices:
        return str(column.choice_words.get(str(value), value))
    return str(WEEKDAYS[value]) if column.kind is Kind.DAY else write(column, value)


def form_values(table: Table, row: Model | None) -> dict[str, Any]:
    """The values a form starts with: the row's values, or a new row's defaults; keys of links, all else as text."""
    if row is None:
        return {column.field: column.default for column in table.form_columns}
    return {column.field: _form_value(table, column, row) for column in table.form_columns}


def _form_value(table: Table, column: Column, row: Model) -> Any:
    if column.many is not None:
        key = table.id_of(row)
        return ", ".join(codes_of_many(column, [key]).get(key, []))
    value = getattr(row, column.field)
    if column.typed:
        return _code_of(BY_NAME[column.refers_to], value)
    if value is None or column.kind in (Kind.LINK, Kind.DAY, Kind.YES_NO):
        return value
    return write(column, value)


def text_of(table: Table, column: Column, row: Model) -> str:
    """A value as files and pasted columns have it: codes of links, yes and no, days in English."""
    if column.many is None and column.kind is Kind.LINK:
        return _code_of(BY_NAME[column.refers_to], getattr(row, column.field))
    if column.many is not None:
        return str(_form_value(table, column, row))
    return write(column, getattr(row, column.field))


def _code_of(table: Table, key: int | None) -> str:
    """The code by which a form names a row, nothing where there is none."""
    if key is None:
        return ""
    query = sa.select(table.list_code).select_from(table.model)
    for target, condition in table.joins:
        query = query.join(target, condition)
    return str(db.session.scalar(query.where(table.primary_key == key)) or "")
