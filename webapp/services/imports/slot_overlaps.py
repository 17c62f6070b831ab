"""Slots of a file that cross the week a term has already: both would stay, which is said before anybody agrees."""

from collections.abc import Iterator
from datetime import time

from webapp.services.imports.preview import Preview, RowState
from webapp.services.imports.stored import Store
from webapp.services.schema.calendar import TIME_SLOTS
from webapp.services.schema.columns import Record
from webapp.services.shared.words import WEEKDAYS, _, enumerated, ngettext

MOST_NAMED = 3
CHANGING = (RowState.NEW, RowState.CHANGED)


def slot_overlaps(store: Store, preview: Preview) -> str:
    """Which new slots of a file overlap slots that it does not name, and what that means; "" where none does."""
    difference = next((table for table in preview.tables if table.table is TIME_SLOTS), None)
    if difference is None:
        return ""
    named = {row.key for row in difference.rows}
    staying = [record for key, record in store.table(TIME_SLOTS.name).records.items() if key not in named]
    coming = [row.record for row in difference.rows if row.state in CHANGING]
    pairs = [(one, other) for one in coming if (other := next(_crossed(one, staying), None)) is not None]
    if not pairs:
        return ""
    first = [_("%(new)s and %(stored)s", new=_in_words(one), stored=_in_words(other)) for one, other in pairs]
    which = ngettext(
        "%(num)d slot of the file overlaps a slot that the term has and the file does not name: %(pairs)s.",
        "%(num)d slots of the file overlap slots that the term has and the file does not name: %(pairs)s.",
        len(pairs),
        pairs=enumerated(first, MOST_NAMED),
    )
    means = _(
        "Old and new ones would stay: nobody is in two that overlap, and neither follows the other. If the week of the "
        "file is to be the term's, let the file replace the slots, or delete the old ones first."
    )
    return f"{which} {means}"


def _crossed(slot: Record, others: list[Record]) -> Iterator[Record]:
    start, end = slot["start"], slot["end"]
    for other in others:
        is_beside = (slot["shift"], slot["day"]) == (other["shift"], other["day"]) and isinstance(start, time)
        if is_beside and start < other["end"] and other["start"] < end:  # type: ignore[operator]
            yield other


def _in_words(slot: Record) -> str:
    day, start, end = slot["day"], slot["start"], slot["end"]
    return f"{slot['code']} ({WEEKDAYS[int(str(day))]} {start:%H:%M}-{end:%H:%M})"
