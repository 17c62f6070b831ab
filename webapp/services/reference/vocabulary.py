"""The lists of words of an organisation: kinds and features of rooms, kinds of classes.

Rows say a word as text; the list has every word that a row says (PostgreSQL sees to it) and those that none says yet. A
word is added, renamed wherever it stands, made one with another, and deleted while no row says it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from webapp.extensions import db
from webapp.models import Organization, VocabularyWord
from webapp.services.reference.errors import WordChanged, WordRefused
from webapp.services.reference.uses import use_words
from webapp.services.schema.columns import Column, Kind, Table
from webapp.services.schema.places import CLASS_KINDS, ROOM_FEATURES, ROOM_KINDS
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import WITH_PAGES
from webapp.services.schema.values import ValueRefused, nearest, read
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
ADDITIONS = {
    ROOM_KINDS: _l("Add “%(word)s” as a new kind of room"),
    ROOM_FEATURES: _l("Add “%(word)s” as a new feature of rooms"),
    CLASS_KINDS: _l("Add “%(word)s” as a new kind of class"),
}
"""How adding a word to each is offered."""
USUAL_WORDS = {ROOM_KINDS: ("lab", "lecture"), CLASS_KINDS: ("lab", "lecture", "tutorial")}
"""With which words the lists of a new organisation begin."""


def find_vocabulary(name: str) -> str:
    """What the vocabulary of this name is called; raises NotFound."""
    if name not in VOCABULARIES:
        raise NotFound(_("There is no such list of words."))
    return str(VOCABULARIES[name])


@dataclass(frozen=True, slots=True)
class ListedWord:
    """A word of a list, how many rows of which tables say it ("12 rooms, 30 weekly classes"), and the mark of that."""

    word: str
    places: str

    @property
    def seen(self) -> str:
        """The mark of what was shown, for a change to tell whether it is still so."""
        return optimistic_lock.mark({self.word: self.places})


def columns_of(vocabulary: str) -> Iterator[tuple[Table, Column]]:
    """Every column that takes its words from the vocabulary, with its table."""
    for table in WITH_PAGES:
        for column in table.form_columns:
            if vocabulary and column.vocabulary == vocabulary:
                yield table, column


def begin_lists(organization: Organization) -> None:
    """Give a new organisation the usual words."""
    for vocabulary, words in USUAL_WORDS.items():
        for word in words:
            _insert(organization, vocabulary, word)


def words_of(organization: Organization, vocabulary: str) -> list[str]:
    """The words of a list, in order."""
    query = sa.select(VocabularyWord.word).where(
        VocabularyWord.organization_id == organization.organization_id, VocabularyWord.vocabulary == vocabulary
    )
    return sorted(db.session.scalars(query), key=str.lower)


def all_words(organization: Organization) -> dict[str, list[str]]:
    """The words of every list by its name."""
    return {vocabulary: words_of(organization, vocabulary) for vocabulary in VOCABULARIES}


def words_beside(organization: Organization, listed: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """The words that stand in the lists now and did not, by the name of their list."""
    now = all_words(organization)
    added = {name: [word for word in words if word not in listed[name]] for name, words in now.items()}
    return {name: words for name, words in added.items() if words}


def drop_unused(organization: Organization, words: Mapping[str, Collection[str]]) -> None:
    """Take words off their lists, those that rows still say aside."""
    for vocabulary, some in words.items():
        unused = [one.word for one in listed_words(organization, vocabulary) if one.word in some and not one.places]
        own = VocabularyWord.organization_id == organization.organization_id
        is_named = sa.and_(VocabularyWord.vocabulary == vocabulary, VocabularyWord.word.in_(unused))
        db.session.execute(sa.delete(VocabularyWord).where(own, is_named))


def listed_words(organization: Organization, vocabulary: str) -> list[ListedWord]:
    """The words of a list with where rows of the organisation say them, in order."""
    counts: dict[str, Counter[str]] = {word: Counter() for word in words_of(organization, vocabulary)}
    for table, column in columns_of(vocabulary):
        attribute = getattr(table.model, column.field)
        value = sa.func.unnest(attribute) if column.kind is Kind.CODES else attribute
        own = rows_of(organization, table.model).with_only_columns(value.label("word")).subquery()
        query = sa.select(own.c.word, sa.func.count()).where(own.c.word != "").group_by(own.c.word)
        for word, count in db.session.execute(query):
            counts.setdefault(word, Counter())[table.model.__tablename__] += count
    return [
        ListedWord(word, ", ".join(use_words(name, count) for name, count in counts[word].items()))
        for word in sorted(counts, key=str.lower)
    ]


def unlisted(words: Collection[str], column: Column, listed: Collection[str]) -> list[str]:
    """Those of some words that a column would bring into its list."""
    return [word for word in dict.fromkeys(words) if word and word not in listed and word != column.default]


def as_listed(organization: Organization, column: Column, words: Collection[str]) -> list[str]:
    """Words as the column's list has them, which settles capitals; raises `ValueRefused` for one that it lacks."""
    listed = words_of(organization, column.vocabulary)
    alike = {word.casefold(): word for word in listed}
    spelled = [word if word in listed else alike.get(word.casefold(), word) for word in words]
    for word in unlisted(spelled, column, listed):
        title = str(VOCABULARIES[column.vocabulary])
        sentence = _("“%(word)s” does not stand in the list “%(list)s”.", word=word, list=title)
        if near := nearest(word, listed):
            sentence += " " + _("Did you mean “%(word)s”?", word=near)
        sentence += " " + _("Choose it from the list, or add it there first.")
        raise ValueRefused("word", sentence, sentence)
    return spelled


def may_add(vocabulary: str, text: str, listed: Collection[str]) -> bool:
    """Return whether a text can become a word of its own in a list: it has the form of one, and none is alike."""
    try:
        word = _as_word(vocabulary, text)
    except WordRefused:
        return False
    return word.casefold() not in {other.casefold() for other in listed}


def add_word(scope: Scope, vocabulary: str, text: str) -> str:
    """Add a word to a list, with its audit event; returns it. Raises WordRefused, NotFound."""
    title = find_vocabulary(vocabulary)
    word = _as_word(vocabulary, text)
    optimistic_lock.lock(scope.organization)
    alike = [other for other in words_of(scope.organization, vocabulary) if other.casefold() == word.casefold()]
    if alike:
        raise WordRefused(_("“%(word)s” stands in the list already.", word=alike[0]))
    _insert(scope.organization, vocabulary, word)
    _note(scope, "word.create", {}, {"vocabulary": title, "word": word})
    return word


def rename_word(scope: Scope, vocabulary: str, old: str, new: str, seen: str) -> int:
    """Write a word anew wherever rows of the organisation say it, over all terms; returns how many did.

    Raises WordRefused where a column can't hold ``new``, or the list has it (then `merge_words` is meant), WordChanged
    where ``old`` is not what ``seen`` has marked (`ListedWord.seen`), NotFound where there is no such vocabulary.
    """
    title = find_vocabulary(vocabulary)
    word = _as_word(vocabulary, new)
    optimistic_lock.lock(scope.organization)
    _refuse_changed(scope.organization, vocabulary, old, seen)
    if word == old:
        raise WordRefused(_("“%(word)s” is its name already; nothing was renamed.", word=old))
    alike = [
        other
        for other in words_of(scope.organization, vocabulary)
        if other.casefold() == word.casefold() and other != old
    ]
    if alike:
        raise WordRefused(
            _("“%(word)s” stands in the list already. To have one of the two, make “%(old)s” one with it.",
              word=alike[0], old=old)
        )  # fmt: skip
    rows = _replace(scope.organization, vocabulary, old, word)
    _note(scope, "word.rename", {"word": old}, {"vocabulary": title, "word": word, "rows": rows})
    return rows


def merge_words(scope: Scope, vocabulary: str, word: str, into: str, seen: str) -> int:
    """Make a word one with another of its list: rows that said it say the other; returns how many did.

    Raises WordRefused where ``into`` is no other word of the list, WordChanged and NotFound as `rename_word`.
    """
    title = find_vocabulary(vocabulary)
    optimistic_lock.lock(scope.organization)
    _refuse_changed(scope.organization, vocabulary, word, seen)
    if into == word or into not in words_of(scope.organization, vocabulary):
        raise WordRefused(_("Choose another word of the list with which “%(word)s” becomes one.", word=word))
    rows = _replace(scope.organization, vocabulary, word, into)
    _note(scope, "word.merge", {"word": word}, {"vocabulary": title, "word": into, "rows": rows})
    return rows


def delete_word(scope: Scope, vocabulary: str, word: str, seen: str) -> None:
    """Take a word off its list. Raises WordRefused with who says it, WordChanged and NotFound as `rename_word`."""
    title = find_vocabulary(vocabulary)
    optimistic_lock.lock(scope.organization)
    listed = _refuse_changed(scope.organization, vocabulary, word, seen)
    if listed.places:
        raise WordRefused(_("“%(word)s” can't be deleted; it is used by %(uses)s.", word=word, uses=listed.places))
    _delete(scope.organization, vocabulary, word)
    _note(scope, "word.delete", {"vocabulary": title, "word": word}, {})


def _as_word(vocabulary: str, text: str) -> str:
    """A text as one word that every column of the vocabulary can hold; raises WordRefused."""
    try:
        values = [read(column, text) for _table, column in columns_of(vocabulary)]
    except ValueRefused as refusal:
        raise WordRefused(refusal.sentence) from refusal
    word = " ".join(text.split())
    if not word or any(isinstance(value, tuple) and len(value) != 1 for value in values):
        raise WordRefused(_("Give one word, or several without commas."))
    return word


def _refuse_changed(organization: Organization, vocabulary: str, word: str, seen: str) -> ListedWord:
    listed = {one.word: one for one in listed_words(organization, vocabulary)}
    if word not in listed:
        raise WordChanged(_("“%(word)s” is not in the list any more; nothing was changed.", word=word))
    if listed[word].seen != seen:
        raise WordChanged(
            _("“%(word)s” is used by other rows than the page has shown; nothing was changed. Look again.", word=word)
        )
    return listed[word]


def _note(scope: Scope, action: str, before: dict[str, str], after: dict[str, str | int]) -> None:
    audit.record(scope.organization, scope.actor, action, scope.organization, before=before, after=after)


def _insert(organization: Organization, vocabulary: str, word: str) -> None:
    row = {"organization_id": organization.organization_id, "vocabulary": vocabulary, "word": word}
    db.session.execute(insert(VocabularyWord).values(row).on_conflict_do_nothing())


def _delete(organization: Organization, vocabulary: str, word: str) -> None:
    row = {"organization_id": organization.organization_id, "vocabulary": vocabulary, "word": word}
    db.session.execute(sa.delete(VocabularyWord).filter_by(**row))


def _replace(organization: Organization, vocabulary: str, old: str, new: str) -> int:
    """Write one word for another in every row; the list has the new one then, and no longer the old one."""
    rows = sum(_rename(organization, table, column, old, new) for table, column in columns_of(vocabulary))
    _insert(organization, vocabulary, new)
    _delete(organization, vocabulary, old)
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
