"""All reference tables, in the order in which one fills them."""

from webapp.services.schema.descriptors import Table
from webapp.services.schema.tables_organization import (
    BUILDINGS,
    COURSES,
    DEPARTMENTS,
    FACULTY,
    ROOMS,
    STUDENTS,
    TERMS,
)
from webapp.services.schema.tables_term import (
    COMPONENTS,
    ENROLLMENTS,
    GROUPS,
    PINS,
    SECTIONS,
    TIME_SLOTS,
    WEEK_SETS,
)
from webapp.services.shared.errors import NotFound
from webapp.services.shared.words import _

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
