"""What a table of the exchange format is made of: columns, and how they lie in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

Value = str | int | bool | Decimal | date | time | tuple[str, ...] | frozenset[int] | None
"""A cell once it is read. An empty cell is None, an empty list ()."""

Key = tuple[Value, ...]
"""The codes that name a row: one, or several (course and section)."""

Record = Mapping[str, Value]
"""A row once it is read: value by column name."""


class Kind(Enum):
    """How a cell is read and written."""

    CODE = "code"
    TEXT = "text"
    WHOLE = "whole number"
    DECIMAL = "number"
    YES_NO = "yes or no"
    DATE = "date"
    TIME = "time"
    DAY = "day"
    WEEKS = "weeks"
    CODES = "codes"
    EMAIL = "e-mail"


class Scope(Enum):
    """How far a table reaches: the organisation, one term, or what its first link belongs to."""

    ORGANIZATION = "organisation"
    TERM = "term"
    LINK = "link"


@dataclass(frozen=True)
class Link:
    """A foreign key: the columns that share a link name the row it points to.

    ``attribute`` is the model's, ``table`` the table whose key the columns hold, in order.
    """

    attribute: str
    table: str


@dataclass(frozen=True)
class Many:
    """A list column kept as rows of its own.

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


@dataclass(frozen=True)
class Column:
    """One column: its name and everything a reader, a writer and a page must know of it.

    ``least`` and ``most`` bound numbers, ``choices`` the words, ``length`` the characters.
    ``default`` stands for an empty cell. ``attribute`` is the model's, where it differs from the name.
    """

    name: str
    kind: Kind
    meaning: str
    example: str
    required: bool = False
    default: Value = None
    least: int | None = None
    most: int | None = None
    length: int = 200
    choices: tuple[str, ...] = ()
    attribute: str = ""
    link: Link | None = None
    many: Many | None = None

    @property
    def field(self) -> str:
        """The model's attribute."""
        return self.attribute or self.name

    @property
    def refers_to(self) -> str:
        """Name of the table whose codes the column holds, or nothing."""
        if self.many is not None:
            return self.many.link.table
        return self.link.table if self.link is not None else ""


RowCheck = Callable[[Record], "tuple[str, str, str] | None"]
"""Says what is wrong within a row: column, found, expected."""


@dataclass(frozen=True)
class Table:
    """One table, a sheet or a CSV file.

    Parameters
    ----------
    key
        The columns that name a row.
    model
        The table in the database; None for `term`, which is the term itself, and `entries`.
    checks
        What must hold within a row.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    scope: Scope
    model: type[Any] | None = None
    checks: tuple[RowCheck, ...] = field(default=())

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Columns by their name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def links(self) -> Mapping[Link, tuple[str, ...]]:
        """Per link, the columns that hold the codes of what it points to."""
        found: dict[Link, tuple[str, ...]] = {}
        for column in self.columns:
            if column.link is not None:
                found[column.link] = (*found.get(column.link, ()), column.name)
        return found

    @cached_property
    def plain(self) -> tuple[Column, ...]:
        """Columns that are the row's own, neither links nor lists of rows."""
        return tuple(c for c in self.columns if c.link is None and c.many is None)

    @cached_property
    def lists(self) -> tuple[Column, ...]:
        """Columns kept as rows of their own."""
        return tuple(c for c in self.columns if c.many is not None)

    def key_of(self, record: Record) -> Key:
        """The codes that name a row."""
        return tuple(record[name] for name in self.key)

    def label(self, key: Key) -> str:
        """How a row is called in sentences: its codes, joined."""
        return "/".join(str(part) for part in key if part is not None) or "(no code)"


def link_key(record: Record, columns: tuple[str, ...]) -> Key | None:
    """The key that link columns hold, or None where they are empty."""
    key = tuple(record[name] for name in columns)
    return None if any(part is None for part in key) else key


CODE_LENGTH = 64
