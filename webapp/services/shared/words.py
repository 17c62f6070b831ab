"""Words that all services share: translation with a type, and lists that end in "and N more"."""

from collections.abc import Iterable, Sequence

import flask_babel
from flask_babel import lazy_gettext as _l

from webapp.models.types import runs

WEEKDAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"))
"""The days of the week in the reader's language, 0 is Monday; files have `webapp.services.schema.values.DAY_NAMES`."""
SHOWN_LENGTH = 80


def _(message: str, **values: object) -> str:
    """The message in the reader's language, with the values filled in."""
    return str(flask_babel.gettext(message, **values))


def marked(message: str) -> str:
    """The message itself, for tables of messages: marked for translation, translated when it is shown."""
    return message


def short(text: str, length: int = SHOWN_LENGTH) -> str:
    """A text in one line, and no longer than is readable within a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def ngettext(single: str, many: str, num: int, **values: object) -> str:
    """The message for that number of things in the reader's language; ``%(num)s`` in it is the number."""
    return str(flask_babel.ngettext(single, many, num, **values))


def first_of(sentences: Sequence[str], most: int, total: int | None = None) -> list[str]:
    """The first sentences, and a last one that counts those left out ("And 3 more.").

    ``total`` is how many there are in all, where ``sentences`` holds only the first of them.
    """
    rest = (len(sentences) if total is None else total) - most
    return [*sentences[:most], *([_("And %(number)s more.", number=rest)] if rest > 0 else [])]


def enumerated(names: Sequence[str], most: int, total: int | None = None) -> str:
    """The first names in one line, and how many are left out ("A, B and 3 more").

    ``total`` is how many there are in all, where ``names`` holds only the first of them.
    """
    shown = ", ".join(names[:most])
    rest = (len(names) if total is None else total) - most
    return _("%(names)s and %(number)s more", names=shown, number=rest) if rest > 0 else shown


def in_runs(numbers: Iterable[int]) -> str:
    """Whole numbers in one line, those that follow each other as one ("1-8, 10")."""
    return ", ".join(f"{first}-{last}" if first != last else str(first) for first, last in runs(numbers))


def weekly_class_words(kind: str, meetings: int, slots: int, batches: int = 0, days: str = "") -> str:
    """What happens every week, in short: "3 × lecture", "1 × lab of 2 slots (3 batches)"."""
    words = f"{meetings} × {kind}"
    if slots > 1:
        words = ngettext("%(class_)s of %(num)d slot", "%(class_)s of %(num)d slots", slots, class_=words)
    if days.isdecimal():
        words = ngettext("%(class_)s on %(num)d day", "%(class_)s on %(num)d days", int(days), class_=words)
    elif days:
        words = _("%(class_)s on %(days)s", class_=words, days=days)
    if batches:
        words = ngettext("%(class_)s (%(num)d batch)", "%(class_)s (%(num)d batches)", batches, class_=words)
    return words
