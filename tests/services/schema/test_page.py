"""The format's page says what the declarations say."""

from pathlib import Path

from webapp.services.schema.page import data_format_page
from webapp.services.schema.tables import BY_NAME, TABLES

PAGE = Path(__file__).parents[3] / "docs" / "data-format.md"


def test_the_page_is_written_from_the_declarations() -> None:
    assert PAGE.read_text(encoding="utf-8") == data_format_page(), "run python -m webapp.services.schema.page"


def test_what_is_referred_to_is_stored_before_what_refers() -> None:
    seen: list[str] = []
    for table in TABLES:
        seen.append(table.name)
        for column in table.file_columns:
            assert not column.refers_to or column.refers_to in seen, (table.name, column.name)


def test_every_list_names_a_table_and_every_key_is_a_column() -> None:
    for table in TABLES:
        assert set(table.key) <= set(table.by_name)
        assert all(column.many is None or column.many.link.table in BY_NAME for column in table.file_columns)
