"""What a reference table is made of, as far as its pages must know: one descriptor drives list, form and delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from webapp.extensions import Model
from webapp.models import Organization, Term, User
from webapp.services.shared.errors import Conflict, Problem
from webapp.services.shared.words import _

Words = Any
"""A text to show: a lazy translation."""

Values = Mapping[str, Any]
"""What a form sends: by field name, numbers and dates read already, lists of codes as text."""

Errors = dict[str, str]
"""What is wrong, by field name; a field named "" is the row as a whole."""


class Kind(Enum):
    """How a value is asked for and shown."""

    TEXT = "text"
    EMAIL = "e-mail"
    WHOLE = "whole number"
    DECIMAL = "decimal number"
    YES_NO = "yes or no"
    DATE = "date"
    TIME = "time"
    DAY = "day of the week"
    WEEKS = "weeks"
    CODES = "codes"
    REFERENCE = "one row of another table"
    ROWS = "several rows of another table"


@dataclass(frozen=True)
class Many:
    """Several rows of another table, kept in an association.

    ``owner`` and ``other`` are its attributes; ``position`` keeps the order where it matters;
    ``second`` is a further row, written behind ``@`` (a teacher of one batch only).
    """

    model: type[Any]
    owner: str
    other: str
    position: str = ""
    second: str = ""
    second_table: str = ""


@dataclass(frozen=True)
class Field:
    """One value of a row: the model's attribute, what it is called and what it may hold.

    ``table`` is the key of the table that is referred to; a ``typed`` reference is given by its code,
    because there are too many rows to choose from.
    """

    name: str
    label: Words
    kind: Kind = Kind.TEXT
    required: bool = False
    hint: Words = ""
    least: int | None = None
    most: int | None = None
    length: int = 200
    default: Any = None
    table: str = ""
    typed: bool = False
    many: Many | None = None
    listed: bool = True
    filtered: bool = False

    @property
    def refers(self) -> bool:
        """Whether the value names rows of another table."""
        return self.kind in (Kind.REFERENCE, Kind.ROWS)

    @property
    def numeric(self) -> bool:
        """Whether lists align it to the right."""
        return self.kind in (Kind.WHOLE, Kind.DECIMAL)


@dataclass(frozen=True)
class Scope:
    """Whose rows are meant: an organisation, the term that is looked at, and who is asking."""

    organization: Organization
    term: Term | None
    actor: User | None


Check = Callable[[Scope, "Model | None", Values], Errors]
Hook = Callable[[Scope, Any], None]
Join = tuple[type[Any], sa.ColumnElement[bool]]


@dataclass(frozen=True)
class Table:
    """One table.

    Parameters
    ----------
    key
        Its name in addresses.
    label
        How a row is called, as an SQL expression over the model and its ``joins``.
    owner
        The column (of the model or a joined one) that holds the organisation's or the term's key.
    of_term
        Whether its rows belong to a term.
    search, sorts, order
        Columns that are searched; columns that may be sorted by, by field name; the order otherwise.
    words
        By constraint of the database: the field at fault and what to say.
    parent
        The column that points to the row above, where rows form a tree; the list is then in its order.
    owned
        Tables whose rows go with a row of this one and don't keep it from being deleted.
    """

    key: str
    model: type[Any]
    title: Words
    singular: Words
    lead: Words
    fields: tuple[Field, ...]
    label: Any
    owner: Any
    search: tuple[Any, ...]
    sorts: Mapping[str, Any]
    order: tuple[Any, ...]
    joins: tuple[Join, ...] = ()
    of_term: bool = False
    words: Mapping[str, tuple[str, Words]] = field(default_factory=dict)
    parent: Any = None
    owned: frozenset[str] = frozenset()
    check: Check | None = None
    after_create: Hook | None = None

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Fields by their name."""
        return {item.name: item for item in self.fields}

    @cached_property
    def primary_key(self) -> Any:
        """The model's one key column."""
        return getattr(self.model, sa.inspect(self.model).primary_key[0].name)

    def key_of(self, row: Model) -> int:
        """A row's key."""
        return int(getattr(row, self.primary_key.key))


class RecordRefused(Problem):
    """A row can't be stored as it was given; ``errors`` says why, by field."""

    def __init__(self, message: str, errors: Errors) -> None:
        super().__init__(message, findings=list(errors.values()))
        self.errors = errors


class RecordChanged(RecordRefused, Conflict):
    """Somebody else has changed what the form showed; ``errors`` says what it is now, by field."""

    def __init__(self, errors: Errors) -> None:
        words = _(
            "Somebody else has changed this meanwhile; nothing was stored. Saving again puts in what stands here."
        )
        super().__init__(words, errors)


class TermMissing(Problem):
    """A table of a term was asked for, and there is no term."""


class RecordInUse(Problem):
    """A row can't be deleted, because others refer to it."""
