"""All tables, what is referred to before what refers."""

from sqlalchemy.exc import IntegrityError

from webapp.services.schema.baskets import BASKETS
from webapp.services.schema.calendar import TERM, TIME_SLOTS, WEEK_SETS
from webapp.services.schema.columns import Column, Table
from webapp.services.schema.courses import COMPONENTS, COURSES, ENROLLMENTS, REQUESTS, SECTIONS
from webapp.services.schema.dates import HOLIDAYS, MAKEUP_DAYS, TERM_WEEKS
from webapp.services.schema.people import FACULTY, GROUPS, STUDENTS
from webapp.services.schema.places import BUILDINGS, DEPARTMENTS, ROOMS, WALKS
from webapp.services.schema.wishes import AVAILABILITY, ENTRIES, PINS, RULES
from webapp.services.shared.errors import NotFound
from webapp.services.shared.words import _

TABLES: tuple[Table, ...] = (
    TERM,
    DEPARTMENTS,
    BUILDINGS,
    WALKS,
    ROOMS,
    TIME_SLOTS,
    WEEK_SETS,
    TERM_WEEKS,
    MAKEUP_DAYS,
    FACULTY,
    GROUPS,
    HOLIDAYS,
    STUDENTS,
    COURSES,
    SECTIONS,
    COMPONENTS,
    BASKETS,
    ENROLLMENTS,
    REQUESTS,
    AVAILABILITY,
    PINS,
    RULES,
    ENTRIES,
)
"""Every table, in the order in which rows are stored and sheets are written."""

BY_NAME = {table.name: table for table in TABLES}
WITH_PAGES = tuple(table for table in (*TABLES[1:], TERM) if table.has_pages)
"""The tables that have a list and a form, in the order in which one fills them."""
_BY_ADDRESS = {table.address: table for table in WITH_PAGES}


def shared_words() -> tuple[tuple[tuple[str, str], ...], ...]:
    """The columns of words that are spelled alike, each as table and name: those of a vocabulary, else one by one."""
    alike: dict[str, list[tuple[str, str]]] = {}
    for table in TABLES:
        for column in table.file_columns:
            if column.vocabulary or column.is_word:
                key = column.vocabulary or f"{table.name}.{column.name}"
                alike.setdefault(key, []).append((table.name, column.name))
    return tuple(map(tuple, alike.values()))


def find_table(address: str) -> Table:
    """The table whose pages have this name in their addresses; raises NotFound."""
    if address not in _BY_ADDRESS:
        raise NotFound(_("There is no such table."))
    return _BY_ADDRESS[address]


def detail_of(table: Table) -> tuple[Table, Column] | None:
    """The table whose rows a row of this one is edited with, and its column that names that row; None without one."""
    if not table.detail:
        return None
    detail = BY_NAME[table.detail]
    return detail, next(column for column in detail.form_columns if column.refers_to == table.name)


def constraint_in_words(error: IntegrityError) -> tuple[str, str]:
    """The name of the constraint that the database held against a row, and what it says in the words of its table.

    Without words where no table has any: a fault of the program, which its log should name.
    """
    diagnosis = getattr(error.orig, "diag", None)
    constraint = str(getattr(diagnosis, "constraint_name", "") or "")
    table = next((table for table in TABLES if constraint in table.words), None)
    if table is not None:
        return constraint, f"{table.title}: {table.words[constraint][1]}"
    touched = str(getattr(diagnosis, "table_name", "") or "")
    table = next((one for one in TABLES if one.model is not None and one.model.__tablename__ == touched), None)
    return constraint, "" if table is None else _("%(table)s: a row contradicts another one.", table=table.title)
