"""What a table is made of: one declaration that forms, lists, files, templates and docs/data-format.md all read.

A column with a label stands in forms and lists, one with a meaning in files; most have both. Add a column to its table,
and it is everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from webapp.extensions import Model
from webapp.services.schema.scope import Errors, Scope, Values

Words = Any
"""A text to show: a lazy translation."""

Value = str | int | bool | Decimal | date | time | tuple[str, ...] | frozenset[int] | None
"""A value once it is read. Nothing is None, an empty list ()."""

Key = tuple[Value, ...]
"""The codes that name a row: one, or several (course and section)."""

Record = Mapping[str, Value]
"""A row once it is read: value by column name. Where a form was read, a link is the key of the row it names."""

CODE_LENGTH = 64


class Kind(Enum):
    """What a column holds, and with that how it is read, checked, asked for, shown and written."""

    CODE = "code"
    TEXT = "text"
    EMAIL = "e-mail"
    WHOLE = "whole number"
    DECIMAL = "number"
    YES_NO = "yes or no"
    DATE = "date"
    TIME = "time"
    DAY = "day"
    WEEKS = "weeks"
    DAYS = "days"
    CODES = "codes"
    LINK = "one row of another table"
    ROWS = "several rows of another table"


class Reach(Enum):
    """How far a table reaches: the organisation, one term, or what its first link belongs to."""

    ORGANIZATION = "organisation"
    TERM = "term"
    LINK = "link"


@dataclass(frozen=True)
class Link:
    """A foreign key: the model's attribute, and the table whose key the column (or its parts) holds."""

    attribute: str
    table: str


@dataclass(frozen=True)
class Many:
    """Several rows of another table, kept as rows of their own.

    Parameters
    ----------
    model
        The association, with a row per item.
    owner
        Its attribute that points back to the row.
    link
        Its attribute and table of what is listed.
    position
        Its attribute that keeps the order; None where order says nothing.
    second
        A further link, written behind ``@``: a teacher of one batch only.
    """

    model: type[Any]
    owner: str
    link: Link
    position: str | None = None
    second: Link | None = None


@dataclass(frozen=True, eq=False)
class Column:
    """One column, and everything a form, a list, a reader, a writer and a page must know of it.

    Parameters
    ----------
    name
        Its heading in files.
    label
        Its name in forms and lists; None where only files have it.
    meaning, example
        What files and the page say of it; "" where only forms have it.
    default
        What an empty cell or field means, and what a new row's form begins with.
    least, most, length, choices
        Bounds of numbers (``most`` of weeks, too), most characters (of each code), the words that are allowed.
    choice_words
        How forms and lists call the words that are allowed, by word.
    attribute
        The model's attribute and the form's field, where it differs from the name.
    link, many
        What the row points to: one row of another table, or several.
    parts
        Where what a link points to is named by several codes: the columns of the file that hold them.
    typed
        Whether a form takes the code and finds it while it is typed, because there are too many rows to choose from.
    vocabulary
        The words that it shares with every column of the same vocabulary, so that a form offers those in use.
    is_word
        Whether it holds a word that several rows share, so that an import gives it one spelling; every word of a
        vocabulary is one.
    listed, filtered
        Whether lists show it, and whether they can be narrowed by it.
    """

    name: str
    kind: Kind
    label: Words = None
    meaning: str = ""
    example: str = ""
    required: bool = False
    default: Value = None
    least: int | None = None
    most: int | None = None
    length: int = 200
    choices: tuple[str, ...] = ()
    choice_words: Mapping[str, Words] = field(default_factory=dict)
    hint: Words = ""
    attribute: str = ""
    link: Link | None = None
    many: Many | None = None
    parts: tuple[Column, ...] = ()
    typed: bool = False
    vocabulary: str = ""
    is_word: bool = False
    listed: bool = True
    filtered: bool = False

    @property
    def field(self) -> str:
        """The model's attribute, by which forms and addresses call it."""
        return self.attribute or (self.link.attribute if self.link is not None else self.name)

    @property
    def refers_to(self) -> str:
        """Name of the table whose rows the column names, or nothing."""
        if self.many is not None:
            return self.many.link.table
        return self.link.table if self.link is not None else ""

    @property
    def is_found(self) -> bool:
        """Whether a form offers values while one types: rows by code or name, or words that are in use."""
        return self.typed or self.many is not None or bool(self.vocabulary)

    @property
    def is_list(self) -> bool:
        """Whether it holds several values, with commas between them."""
        return self.kind in (Kind.CODES, Kind.ROWS)

    @property
    def numeric(self) -> bool:
        """Whether lists align it to the right."""
        return self.kind in (Kind.WHOLE, Kind.DECIMAL)


Wrong = tuple[str, str, str] | None
"""What is wrong within a row: column, found, expected."""
RowCheck = Callable[[Record], Wrong]
RowQuestion = Callable[[Scope, "Model | None", Values], Errors]
"""What only the database knows, asked before a form's row is stored: what is wrong, by field."""
Hook = Callable[[Scope, Any], None]
Join = tuple[type[Any], sa.ColumnElement[bool]]


@dataclass(frozen=True, eq=False)
class Table:
    """One table: a sheet or CSV file, and, where it has pages, a list and a form.

    Parameters
    ----------
    name
        Its name in files.
    meaning
        What files and the page say of it.
    columns
        In the order in which forms and files have them.
    key
        Names of the file's columns that tell rows apart.
    model
        The table in the database; None for `entries`, which become a timetable.
    checks
        What must hold within a row, of a file or a form.
    title, singular, lead
        What pages call the table and one row of it, and what they say of it.
    has_pages
        Whether it has a list and a form of its own.
    slug
        Its name in addresses, where it differs.
    caption
        How a row is called, as an SQL expression over the model and its ``joins``.
    listed_as
        How lists of codes name a row where its own code does not, as such an expression: "CS301/A" for a section.
    owner
        The column that holds the organisation's or the term's key, where it is not the model's own.
    search, sorts, order
        Columns that are searched; columns that may be sorted by, by field; the order otherwise.
    words
        By constraint of the database: the field at fault and what to say.
    parent
        The column that points to the row above, where rows form a tree; the list is then in its order.
    owned
        Tables whose rows go with a row of this one, or live on without it, and don't keep it from being deleted.
    detail
        The table whose rows a row of this one is edited with, as the weekly classes of a section; its name.
    question
        What a form asks the database before it stores a row.
    after_create
        What is done once a form has added a row.
    assumed
        The records that count as there without a stored row, for a term or (None) for one that is still to be made.
    stays
        Whether a row stays although a file that replaces the table lacks it.
    settled
        A row as it is to be, with what follows from its other values; beside it the values that a file names itself.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    reach: Reach
    model: Any = None
    checks: tuple[RowCheck, ...] = ()
    title: Words = None
    singular: Words = None
    lead: Words = None
    has_pages: bool = True
    slug: str = ""
    caption: Any = None
    listed_as: Any = None
    owner: Any = None
    search: tuple[Any, ...] = ()
    sorts: Mapping[str, Any] = field(default_factory=dict)
    order: tuple[Any, ...] = ()
    joins: tuple[Join, ...] = ()
    words: Mapping[str, tuple[str, Words]] = field(default_factory=dict)
    parent: Any = None
    owned: frozenset[str] = frozenset()
    detail: str = ""
    question: RowQuestion | None = None
    after_create: Hook | None = None
    assumed: Callable[[int | None], Iterable[Record]] | None = None
    stays: Callable[[Record], bool] | None = None
    settled: Callable[[Record, Record], Record] | None = None

    @property
    def address(self) -> str:
        """Its name in addresses and in the audit trail's actions."""
        return self.slug or self.name.replace("_", "-")

    @property
    def list_code(self) -> Any:
        """How lists of codes name a row, as an SQL expression over the model and its ``joins``."""
        return self.model.code if self.listed_as is None else self.listed_as

    @property
    def of_term(self) -> bool:
        """Whether its rows belong to a term."""
        return self.reach is not Reach.ORGANIZATION

    @cached_property
    def form_columns(self) -> tuple[Column, ...]:
        """The columns that forms and lists have."""
        return tuple(column for column in self.columns if column.label is not None)

    @cached_property
    def kept_columns(self) -> tuple[Column, ...]:
        """The columns that a page changes: those of its form, or all of a table whose page is another one."""
        return self.form_columns if self.has_pages else self.columns

    @cached_property
    def in_place(self) -> frozenset[str]:
        """The fields that a list lets one edit in place: all it shows but the row's key and what leads to its form."""
        listed = [column for column in self.form_columns if column.listed]
        keys = {column.field for column in listed if {column.name, *(part.name for part in column.parts)} & {*self.key}}
        return frozenset(column.field for column in listed[1:]) - keys

    @cached_property
    def file_columns(self) -> tuple[Column, ...]:
        """The columns that files have; a link that several codes name is a column for each."""
        return tuple(part for column in self.columns for part in (column.parts or (column,)) if part.meaning)

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        """Columns of forms by their field."""
        return {column.field: column for column in self.form_columns}

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Columns of files by their name."""
        return {column.name: column for column in self.file_columns}

    @cached_property
    def links(self) -> Mapping[Link, tuple[str, ...]]:
        """Per link, the file's columns that hold the codes of what it points to."""
        columns: dict[Link, tuple[str, ...]] = {}
        for column in self.file_columns:
            if column.link is not None:
                columns[column.link] = (*columns.get(column.link, ()), column.name)
        return columns

    @cached_property
    def plain(self) -> tuple[Column, ...]:
        """Columns that are the row's own, neither links nor lists of rows."""
        return tuple(column for column in self.file_columns if column.link is None and column.many is None)

    @cached_property
    def lists(self) -> tuple[Column, ...]:
        """Columns of files that are kept as rows of their own."""
        return tuple(column for column in self.file_columns if column.many is not None)

    @cached_property
    def primary_key(self) -> Any:
        """The model's one key column."""
        return getattr(self.model, sa.inspect(self.model).primary_key[0].name)

    @cached_property
    def owner_column(self) -> Any:
        """The column that holds the organisation's or the term's key."""
        if self.owner is not None:
            return self.owner
        return self.model.term_id if self.of_term else self.model.organization_id

    def id_of(self, row: Model) -> int:
        """A stored row's key in the database."""
        return int(getattr(row, self.primary_key.key))

    def key_of(self, record: Record) -> Key:
        """The codes that name a row."""
        return tuple(record[name] for name in self.key)

    def label(self, key: Key) -> str:
        """The name of a row in sentences: its codes, joined."""
        return "/".join(str(part) for part in key if part is not None) or "(no code)"


def link_key(record: Record, columns: tuple[str, ...]) -> Key | None:
    """The key that link columns hold, or None where they are empty."""
    key = tuple(record[name] for name in columns)
    return None if any(part is None for part in key) else key
