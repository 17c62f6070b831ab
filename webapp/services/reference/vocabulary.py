"""The words that an organisation uses for one thing: kinds and features of rooms, kinds of classes.

They are what the rows say, over all terms: nobody keeps a list, and a word is renamed wherever it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.extensions import db
from webapp.models import Organization
from webapp.services.reference.errors import RecordRefused
from webapp.services.reference.uses import use_words
from webapp.services.schema.columns import Column, Kind, Table
from webapp.services.schema.places import CLASS_KINDS, ROOM_FEATURES, ROOM_KINDS
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import WITH_PAGES
from webapp.services.schema.values import ValueRefused, read
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import NotFound
from webapp.services.shared.scoped import rows_of
from webapp.services.shared.words import _

VOCABULARIES = {
    ROOM_KINDS: _l("Kinds of rooms"),
    ROOM_FEATURES: _l("Features of rooms"),
    CLASS_KINDS: _l("Kinds of classes"),
}
"""What each vocabulary is called."""


def find_vocabulary(name: str) -> str:
    """What the vocabulary of this name is called; raises NotFound."""
    if name not in VOCABULARIES:
        raise NotFound(_("There is no such list of words."))
    return str(VOCABULARIES[name])


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


def rename_word(scope: Scope, vocabulary: str, old: str, new: str) -> int:
    """Write a word of a vocabulary anew wherever rows of the organisation say it, over all terms; returns how many.

    Two words become one where ``new`` is in use already. Raises RecordRefused where no row says ``old`` (any more), or
    a column can't hold ``new``; NotFound where there is no such vocabulary.
    """
    find_vocabulary(vocabulary)
    columns = list(columns_of(vocabulary))
    optimistic_lock.lock(scope.organization)
    try:
        values = [read(column, new) for _table, column in columns]
    except ValueRefused as refusal:
        raise RecordRefused(refusal.sentence, {"new": refusal.sentence}) from refusal
    word = values[0][0] if isinstance(values[0], tuple) and values[0] else new.strip()
    if not word or any(isinstance(value, tuple) and len(value) != 1 for value in values):
        raise RecordRefused(_("Give one word, or several without commas."), {"new": _("This is needed.")})
    if word == old:
        raise RecordRefused(_("“%(word)s” is its name already; nothing was renamed.", word=old), {})
    rows = sum(_rename(scope.organization, table, column, old, word) for table, column in columns)
    if not rows:
        raise RecordRefused(_("No row says “%(word)s” any more; nothing was renamed.", word=old), {})
    after = {"vocabulary": vocabulary, "word": word, "rows": rows}
    audit.record(scope.organization, scope.actor, "word.rename", scope.organization, before={"word": old}, after=after)
    db.session.expire_all()
    return rows


def _rename(organization: Organization, table: Table, column: Column, old: str, new: str) -> int:
    attribute = getattr(table.model, column.field)
    own = rows_of(organization, table.model).with_only_columns(table.primary_key)
    says = sa.literal(old) == sa.any_(attribute) if column.kind is Kind.CODES else attribute == old
    value: object = new
    if column.kind is Kind.CODES:
        # Where both words stood there, one is enough.
        without = sa.func.array_remove(attribute, new)
        value = sa.func.array_replace(without, old, new)
    changed = sa.update(table.model).where(table.primary_key.in_(own), says).values({column.field: value})
    changed = changed.execution_options(synchronize_session=False).returning(table.primary_key)
    return len(db.session.scalars(changed).all())
