"""What a form offers while somebody types: rows by code or name, words that are in use; the nearest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.services.reference.queries import rows_in_scope
from webapp.services.reference.vocabulary import ADDITIONS, add_word, listed_words, may_add
from webapp.services.schema.columns import Column, Table
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import BY_NAME
from webapp.services.shared.errors import NotFound
from webapp.services.shared.words import _, ngettext

MOST_CHOICES = 20
TEXT_MAX = 100
AT = "@"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a field would hold, and how it is called."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The nearest choices to a text, at most `MOST_CHOICES`; ``note`` says how many more, or that there are none.

    ``addition`` offers the text itself as a new word of a list; "" where that can't be.
    """

    options: Sequence[Choice]
    note: str
    addition: str = ""


def find_choices(scope: Scope, table: Table, name: str, text: str) -> Choices:
    """Find what a field of the table's form may hold by what was typed of its code or name.

    Every word of ``text`` must stand in code or name. Raises NotFound where the field offers nothing.
    """
    column = table.by_field.get(name)
    if column is None or not (column.is_found or column.refers_to):
        raise NotFound(_("There is no such field."))
    text = " ".join(text[:TEXT_MAX].split())
    if column.vocabulary:
        return _words(scope, column, text)
    first, at, second = text.partition(AT)
    if at and column.many is not None and column.many.second is not None:
        return _rows(scope, BY_NAME[column.many.second.table], second.strip(), f"{first.strip()}{AT}")
    return _rows(scope, BY_NAME[column.refers_to], text)


def _rows(scope: Scope, table: Table, text: str, prefix: str = "") -> Choices:
    code, caption = table.list_code, table.caption
    query = rows_in_scope(scope, table).with_only_columns(code, caption, sa.func.count().over())
    for word in text.split():
        query = query.where(sa.or_(*(part.icontains(word, autoescape=True) for part in (code, caption, *table.search))))
    found = db.session.execute(query.order_by(*_nearness(code, caption, text), *table.order).limit(MOST_CHOICES)).all()
    options = [Choice(f"{prefix}{value}", _called(str(value), str(label), prefix)) for value, label, _total in found]
    return Choices(options, _note(text, found[0][2] if found else 0))


def _nearness(code: Any, caption: Any, text: str) -> list[Any]:
    """The code itself first, then codes and words of names that begin so."""
    if not text:
        return []
    begins = sa.or_(caption.istartswith(text, autoescape=True), caption.icontains(f" {text}", autoescape=True))
    return [
        sa.case(
            (sa.func.lower(code) == text.lower(), 0),
            (code.istartswith(text, autoescape=True), 1),
            (begins, 2),
            else_=3,
        )
    ]


def _called(value: str, label: str, prefix: str) -> str:
    """A row as the list calls it: its code stands in it, or before it."""
    if prefix:
        return f"{prefix}{label}"
    same = label.startswith(value) or label.replace(" ", "/") == value
    return label if same else f"{value} · {label}"


def _words(scope: Scope, column: Column, text: str) -> Choices:
    listed = listed_words(scope.organization, column.vocabulary)
    found = [word for word in listed if text.lower() in word.word.lower()]
    found.sort(key=lambda word: (not word.word.lower().startswith(text.lower()), word.word.lower()))
    options = [Choice(word.word, f"{word.word} ({word.places or _('not used')})") for word in found[:MOST_CHOICES]]
    addition = ""
    if may_add(column.vocabulary, text, [word.word for word in listed]):
        addition = str(ADDITIONS[column.vocabulary]) % {"word": text}
    return Choices(options, "" if addition and not found else _note(text, len(found)), addition)


def add_choice(scope: Scope, table: Table, name: str, text: str) -> str:
    """Add what was typed to the list that a field takes its words from; returns the word.

    Raises NotFound where the field has no list, WordRefused.
    """
    column = table.by_field.get(name)
    if column is None or not column.vocabulary:
        raise NotFound(_("There is no such field."))
    return add_word(scope, column.vocabulary, text)


def _note(text: str, total: int) -> str:
    if not total:
        return _("Nothing has “%(text)s” in its code or name.", text=text) if text else _("There are none yet.")
    rest = total - MOST_CHOICES
    return ngettext("%(num)d more: type on.", "%(num)d more: type on.", rest) if rest > 0 else ""
