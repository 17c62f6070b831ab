"""What an import would add to the lists of kinds and features, for its preview to say."""

from webapp.models import Organization
from webapp.services.imports.preview import Preview, RowState, TableDifference
from webapp.services.reference.vocabulary import ADDITIONS, VOCABULARIES, unlisted, words_of
from webapp.services.schema.values import nearest
from webapp.services.shared.words import _, enumerated

MOST_NAMED = 10


def word_additions(organization: Organization, preview: Preview) -> list[str]:
    """A sentence for each list that would get words: which, and what stands there already that is nearly the same."""
    sentences = []
    for vocabulary in ADDITIONS:
        listed = words_of(organization, vocabulary)
        words = sorted({word for table in preview.tables for word in _new_words(table, vocabulary, listed)})
        if words:
            named = enumerated([_with_nearest(word, listed) for word in words], MOST_NAMED)
            sentences.append(_("%(list)s: adds %(words)s.", list=VOCABULARIES[vocabulary], words=named))
    return sentences


def _new_words(table: TableDifference, vocabulary: str, listed: list[str]) -> set[str]:
    columns = [column for column in table.table.file_columns if column.vocabulary == vocabulary]
    words: set[str] = set()
    for row in (*table.of(RowState.NEW), *table.of(RowState.CHANGED)):
        for column in columns:
            value = row.record.get(column.name)
            words.update(unlisted(value if isinstance(value, tuple) else (str(value or ""),), column, listed))
    return words


def _with_nearest(word: str, listed: list[str]) -> str:
    near = nearest(word, listed)
    return _("“%(word)s” (near “%(near)s”, which is there)", word=word, near=near) if near else f"“{word}”"
