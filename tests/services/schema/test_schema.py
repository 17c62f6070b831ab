"""One declaration a table: what forms, lists, files and the page say of a column is one object, and stands alone."""

import ast
from pathlib import Path

import pytest

from webapp.services.schema.columns import Column, Kind, Many, Table
from webapp.services.schema.tables import BY_NAME, TABLES, WITH_PAGES

WEBAPP = Path(__file__).parents[3] / "webapp"
DECLARING = WEBAPP / "services" / "schema"
TYPES = ("Column", "Kind", "Link", "Many", "Reach", "Scope", "TermMissing")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_forms_and_files_have_is_the_tables_own_column(table: Table) -> None:
    for column in table.form_columns:
        assert column in table.columns
    for column in table.file_columns:
        assert column in table.columns or any(column in whole.parts for whole in table.columns)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_stands_in_a_form_or_in_a_file(table: Table) -> None:
    for column in table.columns:
        assert column.label is not None or column.meaning, column.name
        assert all(part.meaning and part.link is column.link for part in column.parts), column.name


@pytest.mark.parametrize("table", WITH_PAGES, ids=lambda table: table.name)
def test_what_a_form_can_store_a_file_can_bring(table: Table) -> None:
    """Members of groups alone are listed from the other side: as the groups of students."""
    elsewhere = {column.many.model for other in TABLES for column in other.file_columns if column.many is not None}
    for column in table.form_columns:
        assert column.meaning or column.parts or (column.many is not None and column.many.model in elsewhere), (
            column.name
        )


@pytest.mark.parametrize("table", [table for table in TABLES if table.model is not None], ids=lambda table: table.name)
def test_columns_are_the_models_own_and_no_longer_than_it_holds(table: Table) -> None:
    stored = table.model.__table__.columns
    for column in table.columns:
        if column.many is not None:
            _check_association(table, column.many)
            continue
        length = getattr(stored[column.field].type, "length", None)
        if column.link is None and column.kind in (Kind.CODE, Kind.TEXT, Kind.EMAIL) and not column.choices:
            assert column.length == length, column.name
        is_filled = column.required or table.settled is not None or column.kind in (Kind.TEXT, Kind.DAYS, Kind.CODES)
        is_emptied = not is_filled and column.default is None
        assert stored[column.field].nullable or not is_emptied, column.name


def _check_association(table: Table, many: Many) -> None:
    columns = many.model.__table__.columns
    pointing = [foreign.column.table for foreign in columns[many.owner].foreign_keys]
    assert pointing == [table.model.__table__]
    for link in (many.link, many.second):
        if link is not None:
            assert [foreign.column.table for foreign in columns[link.attribute].foreign_keys] == [
                BY_NAME[link.table].model.__table__
            ]


def test_columns_and_tables_are_declared_in_one_folder_alone() -> None:
    """A second home of a bound, a label or a key would make one of these somewhere else."""
    assert {Column.__module__, Table.__module__} == {"webapp.services.schema.columns"}
    for path in sorted(WEBAPP.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == Column.__module__
            for alias in node.names
        }
        made = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        if path.parent != DECLARING:
            assert not {"Column", "Table"} & named & made, path
        defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        assert not defined & set(TYPES) or path.name in ("columns.py", "scope.py"), path


@pytest.mark.parametrize("room", ["schema", "imports", "reference"])
def test_whoever_calls_ends_the_transaction(room: str) -> None:
    for path in sorted((WEBAPP / "services" / room).rglob("*.py")):
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        ended = [call for call in calls if isinstance(call, ast.Attribute) and call.attr == "commit"]
        assert ended == [], path
