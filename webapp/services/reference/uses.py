"""What refers to rows of a reference table: other data, which keep them, and timetables, which may lose them.

Both are read off the foreign keys. A table whose rows go with a timetable is a timetable's own; any other is data.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from webapp.extensions import Model, db
from webapp.models import GenerationJob, JobKind, Timetable, TimetableEntry
from webapp.services.schema.columns import Table
from webapp.services.schema.tables import WITH_PAGES, detail_of
from webapp.services.shared.words import _, enumerated, ngettext

MOST_VERSIONS = 5


@dataclass(frozen=True, slots=True)
class Reference:
    """Rows of another table that refer to a row: how many, what they are called, and the list that shows them.

    ``table`` is a table's name in addresses and ``field`` its filter; both are empty where no list shows them.
    """

    words: str
    count: int
    table: str
    field: str


@dataclass(frozen=True)
class TimetableUses:
    """The timetables that use rows: those that were ever published, and the others with how many they are.

    ``entries`` are the classes that name one of the rows, and ``rows`` the keys that they name, by timetable.
    """

    versions: tuple[Timetable, ...] = ()
    others: tuple[Timetable, ...] = ()
    runs: int = 0
    variants: int = 0
    entries: Mapping[int, frozenset[int]] = field(default_factory=dict)
    rows: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def classes(self) -> int:
        """How many classes of timetables that were never published name one of the rows."""
        return sum(len(self.entries[timetable.timetable_id]) for timetable in self.others)

    @property
    def words(self) -> str:
        """Where the rows are used of what was never published: "5 variants of 2 runs and 1 draft"; empty if nowhere."""
        drafts = len(self.others) - self.variants
        variants = ngettext("%(num)d variant", "%(num)d variants", self.variants)
        of_runs = ngettext("%(variants)s of %(num)d run", "%(variants)s of %(num)d runs", self.runs, variants=variants)
        parts = [of_runs] if self.variants else []
        parts += [ngettext("%(num)d draft", "%(num)d drafts", drafts)] if drafts else []
        return _(" and ").join(parts)

    @property
    def version_words(self) -> str:
        """In which versions they are used: "version 2 (Balanced)"; empty where in none."""
        names = [
            _("version %(number)s (%(name)s)", number=timetable.number, name=timetable.variant_name)
            for timetable in self.versions
        ]
        return enumerated(names, MOST_VERSIONS)


@dataclass(frozen=True)
class TimetableLink:
    """A column of a timetable's own table that names a row of a reference table.

    ``required`` where a row of it can't be without: the column must not be empty, or is part of what names the row.
    """

    column: sa.Column[Any]
    required: bool


@cache
def _ways() -> Mapping[sa.Table, tuple[sa.Column[Any], ...]]:
    """By table whose rows go with a timetable: the columns that lead there, from its own on."""
    own: sa.Table = sa.inspect(Timetable).local_table  # type: ignore[assignment]
    ways: dict[sa.Table, tuple[sa.Column[Any], ...]] = {}
    for table in Model.metadata.sorted_tables:
        goes_with = [key for key in table.foreign_keys if key.ondelete == "CASCADE"]
        found: list[tuple[sa.Column[Any], ...]] = [(key.parent,) for key in goes_with if key.column.table is own]
        found += [(key.parent, *ways[key.column.table]) for key in goes_with if key.column.table in ways]
        if found:
            ways[table] = min(found, key=len)
    return ways


def is_of_timetables(table: sa.Table) -> bool:
    """Whether the rows of a table go with a timetable."""
    return table in _ways()


def columns_to(table: Table) -> Iterator[sa.Column[Any]]:
    """Every column of the database that names a row of the table."""
    own_key = table.primary_key.property.columns[0]
    for other in Model.metadata.sorted_tables:
        for column in other.columns:
            if any(foreign.column is own_key for foreign in column.foreign_keys):
                yield column


def timetable_links(table: Table) -> list[TimetableLink]:
    """The columns by which timetables name rows of the table."""
    return [
        TimetableLink(column, not column.nullable or _names_its_row(column))
        for column in columns_to(table)
        if is_of_timetables(column.table)
    ]


def _names_its_row(column: sa.Column[Any]) -> bool:
    unique = (one for one in column.table.constraints if isinstance(one, sa.UniqueConstraint))
    return any(column.name in one.columns for one in unique)


def timetable_uses(table: Table, keys: Collection[int]) -> TimetableUses:
    """The timetables that use any of these rows, each once."""
    entries: dict[int, set[int]] = defaultdict(set)
    rows: dict[int, set[int]] = defaultdict(set)
    for link in timetable_links(table):
        for timetable_id, key, entry_id in db.session.execute(_users(link.column, keys)):
            entries[timetable_id] |= {entry_id} - {None}
            rows[timetable_id].add(key)
    if not entries:
        return TimetableUses()
    query = sa.select(Timetable).where(Timetable.timetable_id.in_(entries)).order_by(Timetable.number)
    timetables = db.session.scalars(query.order_by(Timetable.timetable_id)).all()
    others = tuple(timetable for timetable in timetables if timetable.number is None)
    jobs = {timetable.generation_job_id for timetable in others} - {None}
    of_run = sa.select(GenerationJob.job_id).where(
        GenerationJob.job_id.in_(jobs), GenerationJob.kind == JobKind.GENERATE
    )
    runs = set(db.session.scalars(of_run))
    return TimetableUses(
        versions=tuple(timetable for timetable in timetables if timetable.number is not None),
        others=others,
        runs=len(runs),
        variants=sum(timetable.generation_job_id in runs for timetable in others),
        entries={key: frozenset(own) for key, own in entries.items()},
        rows={key: frozenset(own) for key, own in rows.items()},
    )


def _users(column: sa.Column[Any], keys: Collection[int]) -> sa.Select[Any]:
    """The keys of timetable, named row, and class (NULL where it is about none) of what names one of the keys."""
    way = _ways()[column.table]
    source: Any = column.table
    for step in way[:-1]:
        target = next(iter(step.foreign_keys)).column
        source = source.join(target.table, step == target)
    own_entry = sa.inspect(TimetableEntry).local_table
    entry: Any = sa.null()
    if column.table is own_entry or source is not column.table:
        entry = column.table.c.entry_id
    return sa.select(way[-1], column, entry).select_from(source).where(column.in_(list(keys))).distinct()


def used_by(table: Table, key: int) -> list[Reference]:
    """Count the data that refer to a row, table by table; rows that go with it and timetables are not counted."""
    return used_by_each(table, [key]).get(key, [])


def used_by_each(table: Table, keys: Collection[int]) -> dict[int, list[Reference]]:
    """The same for several rows at once, by key; what nothing refers to is not in it."""
    found: dict[int, list[Reference]] = defaultdict(list)
    for column, key, count in data_uses(table, keys):
        shown_in = _shown_in(column.table.name, column.name)
        found[key].append(Reference(use_words(column.table.name, count), count, *shown_in))
    return found


def detail_codes(table: Table, key: int) -> dict[int, str]:
    """The codes of the rows that a row is edited with, by key, in order; none where the table has no detail."""
    found = detail_of(table)
    if found is None:
        return {}
    detail, link = found
    query = sa.select(detail.primary_key, detail.model.code).where(getattr(detail.model, link.field) == key)
    return {int(row): str(code) for row, code in db.session.execute(query.order_by(detail.model.code))}


def used_with_detail(table: Table, key: int) -> list[Reference]:
    """What `used_by` finds of a row and of the rows that it is edited with, which do not count themselves.

    Words about one of those begin with its code, and no list shows them.
    """
    found, codes = detail_of(table), detail_codes(table, key)
    if found is None:
        return used_by(table, key)
    own = [use for use in used_by(table, key) if use.table != found[0].address]
    return own + [
        Reference(f"{codes[row]}: {use.words}", use.count, "", "")
        for row, uses in used_by_each(found[0], codes).items()
        for use in uses
    ]


def data_uses(table: Table, keys: Collection[int]) -> Iterator[tuple[sa.Column[Any], int, int]]:
    """The column of each other table that names one of the rows, which row, and how often."""
    own_lists = {
        (column.many.model.__tablename__, column.many.owner) for column in table.kept_columns if column.many is not None
    }
    for column in columns_to(table):
        name = column.table.name
        if name in table.owned or (name, column.name) in own_lists or is_of_timetables(column.table):
            continue
        query = sa.select(column, sa.func.count()).where(column.in_(list(keys))).group_by(column).order_by(column)
        for key, count in db.session.execute(query):
            yield column, key, count


def _shown_in(other: str, attribute: str) -> tuple[str, str]:
    """The table and the field whose list shows rows that refer by this column of the database; "" where none does."""
    for table in WITH_PAGES:
        for column in table.form_columns:
            many = column.many
            is_own = many is None and table.model.__tablename__ == other and column.field == attribute
            is_listed = many is not None and many.model.__tablename__ == other and many.link.attribute == attribute
            if is_own or is_listed:
                return table.address, column.field
    return "", ""


def use_words(other: str, count: int) -> str:
    """So many rows of a table of the database, as a sentence calls them."""
    singular, plural = nouns().get(other, (_("further row"), _("further rows")))
    return f"{count} {singular if count == 1 else plural}"


def nouns() -> dict[str, tuple[str, str]]:
    """What one row and several rows are called, by table of the database."""
    return {
        "users": (_("account"), _("accounts")),
        "faculty": (_("teacher"), _("teachers")),
        "students": (_("student"), _("students")),
        "rooms": (_("room"), _("rooms")),
        "courses": (_("course"), _("courses")),
        "terms": (_("term"), _("terms")),
        "time_slots": (_("time slot"), _("time slots")),
        "week_sets": (_("week set"), _("week sets")),
        "student_groups": (_("group"), _("groups")),
        "student_group_members": (_("group membership"), _("group memberships")),
        "sections": (_("section"), _("sections")),
        "section_faculty": (_("section taught"), _("sections taught")),
        "section_groups": (_("section attended"), _("sections attended")),
        "components": (_("weekly class"), _("weekly classes")),
        "component_faculty": (_("weekly class taught"), _("weekly classes taught")),
        "component_batches": (_("weekly class with this batch"), _("weekly classes with this batch")),
        "course_enrollments": (_("enrolment"), _("enrolments")),
        "course_requests": (_("course request"), _("course requests")),
        "baskets": (_("basket"), _("baskets")),
        "basket_sections": (_("basket with this option"), _("baskets with this option")),
        "basket_groups": (_("basket to choose from"), _("baskets to choose from")),
        "term_rule_faculty": (_("rule about this teacher"), _("rules about this teacher")),
        "term_rule_groups": (_("rule about this group"), _("rules about this group")),
        "term_rule_slots": (_("rule with this slot"), _("rules with this slot")),
        "term_rule_rooms": (_("rule with this room"), _("rules with this room")),
        "term_weeks": (_("week of the term"), _("weeks of the term")),
        "holidays": (_("holiday"), _("holidays")),
        "makeup_days": (_("make-up day"), _("make-up days")),
        "holiday_departments": (_("day off of this department"), _("days off of this department")),
        "holiday_groups": (_("day off of this group"), _("days off of this group")),
        "building_walks": (_("way between buildings"), _("ways between buildings")),
        "availability": (_("wish"), _("wishes")),
        "pins": (_("fixed class"), _("fixed classes")),
        "generation_jobs": (_("run"), _("runs")),
        "timetables": (_("timetable"), _("timetables")),
        "uploads": (_("upload"), _("uploads")),
    }
