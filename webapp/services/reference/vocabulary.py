"""The words that an organisation uses for one thing: kinds and features of rooms, kinds of classes.

They are what the rows say, over all terms: nobody keeps a list, and a word is renamed wherever it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Organization
from webapp.services.reference.uses import use_words
from webapp.services.schema.columns import Column, Kind, Table
from webapp.services.schema.tables import WITH_PAGES
from webapp.services.shared.scoped import rows_of


@dataclass(frozen=True, slots=True)
class WordInUse:
    """A word, and how many rows of which tables say it: "12 rooms, 30 weekly classes"."""

    word: str
    places: str


def columns_of(vocabulary: str) -> Iterator[tuple[Table, Column]]:
    """Every column that takes its words from the vocabulary, with its table."""
    for table in WITH_PAGES:
        for column in table.form_columns:
            if vocabulary and column.vocabulary == vocabulary:
                yield table, column


def words_in_use(organization: Organization, vocabulary: str) -> list[WordInUse]:
    """The words of a vocabulary that rows of the organisation say, with where, in order."""
    counts: dict[str, Counter[str]] = {}
    for table, column in columns_of(vocabulary):
        attribute = getattr(table.model, column.field)
        value = sa.func.unnest(attribute) if column.kind is Kind.CODES else attribute
        own = rows_of(organization, table.model).with_only_columns(value.label("word")).subquery()
        query = sa.select(own.c.word, sa.func.count()).where(own.c.word != "").group_by(own.c.word)
        for word, count in db.session.execute(query):
            counts.setdefault(word, Counter())[table.model.__tablename__] += count
    return [
        WordInUse(word, ", ".join(use_words(name, count) for name, count in counts[word].items()))
        for word in sorted(counts, key=str.lower)
    ]
