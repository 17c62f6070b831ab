"""All reference tables, in the order in which one fills them."""

from webapp.flow.problems import NotFound
from webapp.flow.records.descriptors import Table
from webapp.flow.records.tables_organization import (
    BUILDINGS,
    COURSES,
    DEPARTMENTS,
    FACULTY,
    ROOMS,
    STUDENTS,
    TERMS,
)
from webapp.flow.records.tables_term import (
    COMPONENTS,
    ENROLLMENTS,
    GROUPS,
    PINS,
    SECTIONS,
    TIME_SLOTS,
    WEEK_SETS,
)
from webapp.flow.words import _

TABLES: tuple[Table, ...] = (
    DEPARTMENTS,
    BUILDINGS,
    ROOMS,
    FACULTY,
    STUDENTS,
    COURSES,
    TERMS,
    TIME_SLOTS,
    WEEK_SETS,
    GROUPS,
    SECTIONS,
    COMPONENTS,
    ENROLLMENTS,
    PINS,
)

_BY_KEY = {table.key: table for table in TABLES}


def find_table(key: str) -> Table:
    """The table of this key; raises NotFound."""
    if key not in _BY_KEY:
        raise NotFound(_("There is no such table."))
    return _BY_KEY[key]
