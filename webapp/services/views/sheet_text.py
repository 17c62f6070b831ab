"""What is printed on a sheet as plain text, and its hash: the same classes give the same in every installation.

`docs/paper.md` describes both, so that anybody can recompute a hash. Nothing of the database (keys, order of rows)
is in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from webapp.services.schema.values import DAY_NAMES
from webapp.services.views.grid import EntryView

FORM = "timeloom sheet 1"
"""The first line: another way to write a sheet down gets another number."""
HASH_DIGITS = 12
"""Hex digits of a hash that are printed: 48 bits, which two sheets share by chance once in 280 million million."""
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class SheetHead:
    """Whose sheet it is: codes of the organisation, the term, and kind and code of what it shows.

    ``viewer`` is the department as whose head one sees it, where other departments' classes are only busy hours.
    """

    organization: str
    academic_year: str
    semester: int
    kind: str
    code: str
    viewer: str = ""


def sheet_text(head: SheetHead, entries: Iterable[EntryView], unplaced: int = 0) -> str:
    """The sheet as lines that end in LF: five of the head, then one a class, sorted by their text."""
    term = f"{head.academic_year} {head.semester}"
    whose = f"{head.kind} {head.code}" + (f" seen by {head.viewer}" if head.viewer else "")
    first = [FORM, _clean(head.organization), term, _clean(whose), f"without a place: {unplaced}"]
    return "".join(f"{line}\n" for line in [*first, *sorted(_line(entry) for entry in entries)])


def _line(entry: EntryView) -> str:
    """A class: days, hours, weeks, course, title, section, kind, teachers, groups, room; tabs between them."""
    if entry.day is None or entry.start is None or entry.end is None:
        day = hours = NOTHING
    else:
        day = "+".join(DAY_NAMES[day] for day in entry.days or (entry.day,))
        hours = f"{entry.start:%H:%M}-{entry.end:%H:%M}"
    if entry.foreign:
        parts = [day, hours, entry.weeks, "busy", entry.department_code, entry.note]
    else:
        teachers, groups = "; ".join(sorted(entry.faculty)), "; ".join(sorted(entry.groups))
        course = (entry.course_code, entry.course_title, entry.section, entry.kind)
        parts = [day, hours, entry.weeks, *course, teachers, groups, entry.room_code or ""]
    return "\t".join(_clean(part) or NOTHING for part in parts)


def _clean(text: str) -> str:
    """A text without tabs and line ends, which part the fields."""
    return " ".join(text.split())


def hash_of(text: str) -> str:
    """The first digits of the SHA-256 of a text in UTF-8."""
    return sha256(text.encode()).hexdigest()[:HASH_DIGITS]
