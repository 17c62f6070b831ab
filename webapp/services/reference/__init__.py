"""Reference rows: list, add, change and delete, with "used by". One descriptor a table drives all of it."""

from webapp.services.reference.commands import Use, delete_row, mark_of, save_row, used_by
from webapp.services.reference.queries import (
    DAYS,
    Listing,
    count_rows,
    find_row,
    form_values,
    labels_of,
    list_rows,
    options_of,
    term_of_row,
)
from webapp.services.schema.descriptors import (
    Field,
    Kind,
    RecordChanged,
    RecordInUse,
    RecordRefused,
    Scope,
    Table,
    TermMissing,
)
from webapp.services.schema.tables import TABLES, find_table

__all__ = [
    "DAYS",
    "TABLES",
    "Field",
    "Kind",
    "Listing",
    "RecordChanged",
    "RecordInUse",
    "RecordRefused",
    "Scope",
    "Table",
    "TermMissing",
    "Use",
    "count_rows",
    "delete_row",
    "find_row",
    "find_table",
    "form_values",
    "labels_of",
    "list_rows",
    "mark_of",
    "options_of",
    "save_row",
    "term_of_row",
    "used_by",
]
