"""What has changed for a teacher or student with the published version: their own classes, a sentence each."""

from dataclasses import dataclass
from datetime import datetime

from webapp.models import Term, User
from webapp.services.shared.words import _
from webapp.services.timetables.diff import How, Moved, differences_for, where
from webapp.services.timetables.lifecycle import published_timetable
from webapp.services.timetables.publishing import version_before
from webapp.services.views import audience
from webapp.services.views.audience import Lens


@dataclass(frozen=True)
class News:
    """What is otherwise than in the version that everybody saw before; nothing where it is all the same."""

    number: int | None
    until: datetime | None
    """When the version before gave way."""
    sentences: tuple[str, ...]


def news_for(user: User, lens: Lens, term: Term | None) -> News | None:
    """The changes for a teacher or student; None where nothing was published before, or nothing is.

    As a teacher or as a student, see `audience.own_classes`, which refuses what is not theirs.
    """
    now = published_timetable(term)
    before = None if now is None else version_before(now.term)
    if now is None or before is None:
        return None
    moved = differences_for(before, now, audience.own_classes(user, lens, now.term_id))
    return News(before.number, now.published_at, tuple(in_words(move) for move in moved))


def in_words(moved: Moved) -> str:
    """One class that is otherwise, as its teacher or a student reads it."""
    name = f"{moved.title}, {moved.label}"
    before, now = where(moved.before), where(moved.now)
    match moved.how:
        case How.ADDED | How.PLACED:
            return _("%(name)s: new, on %(now)s.", name=name, now=now)
        case How.GONE | How.UNPLACED:
            return _("%(name)s: no longer yours; it was on %(before)s.", name=name, before=before)
        case How.TEACHERS:
            return _("%(name)s: on %(now)s as before.", name=name, now=now) + _taught(moved)
        case How.ROOM if moved.before is not None:
            room = moved.before.view.room_code or _("no room")
            return _("%(name)s: on %(now)s, no longer in %(room)s.", name=name, now=now, room=room) + _taught(moved)
    return _("%(name)s: from %(before)s to %(now)s.", name=name, before=before, now=now) + _taught(moved)


def _taught(moved: Moved) -> str:
    """The teachers of a class now, where that is somebody else."""
    if moved.before is None or moved.now is None or moved.before.faculty_ids == moved.now.faculty_ids:
        return ""
    then, now = (", ".join(side.view.faculty) or _("nobody") for side in (moved.before, moved.now))
    return _(" It is taught by %(now)s, no longer by %(then)s.", now=now, then=then)
