"""Timetables that lose rows they use: a class goes, loses its place, or goes on without one of its people.

Only what was never published comes here. Such a timetable is no longer what was counted: its score is dropped, its
revision raised, and it keeps how many classes were cut, for whoever publishes it to read.
"""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import EntryClaim, EntryFaculty, Timetable, TimetableEntry, User
from webapp.services.problem.words.reasons import UnplacedReason
from webapp.services.reference.uses import TimetableUses, timetable_links
from webapp.services.runs.variant_facts import note_cut
from webapp.services.schema.columns import Table
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict
from webapp.services.shared.words import _, enumerated

MOST_NAMED = 3
PLACE = ("time_slot_id", "day", "start_time", "end_time", "room_id")
"""What a class without a place does not have."""


class PublishedMeanwhile(Conflict):
    """A timetable that uses the row has just been published, so that the row stays."""


def release(table: Table, labels: Mapping[int, str], uses: TimetableUses, actor: User | None) -> None:
    """Take rows (keys with their labels) out of the unpublished timetables that use them, and mark those.

    The rows themselves are left to whoever deletes them. Raises `PublishedMeanwhile`.
    """
    if not uses.others:
        return
    _lock(uses)
    gone = enumerated(list(labels.values()), MOST_NAMED)
    named = [entry for timetable in uses.others for entry in uses.entries[timetable.timetable_id]]
    for link in timetable_links(table):
        if link.required:
            db.session.execute(sa.delete(link.column.table).where(link.column.in_(list(labels))))
        elif link.column.table is TimetableEntry.__table__ and link.column.name != "faculty_id":
            _take_off(link.column, labels, UnplacedReason("row_deleted", {"what": gone}))
        else:
            db.session.execute(
                sa.update(link.column.table).where(link.column.in_(list(labels))).values({link.column.name: None})
            )
    _free(table, labels, named)
    _renew_first_teachers(named)
    _mark(uses, gone, actor)
    db.session.expire_all()


def _lock(uses: TimetableUses) -> None:
    """Hold the timetables; what was published since they were looked at keeps its rows."""
    keys = [timetable.timetable_id for timetable in uses.others]
    query = sa.select(Timetable).where(Timetable.timetable_id.in_(keys)).order_by(Timetable.timetable_id)
    held = db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    published = [timetable for timetable in held if timetable.number is not None]
    if published:
        names = ", ".join(timetable.variant_name for timetable in published)
        raise PublishedMeanwhile(_("%(names)s was published in this moment, so nothing was deleted.", names=names))


def _take_off(column: sa.Column[Any], keys: Collection[int], reason: UnplacedReason) -> None:
    """Send the classes that stand by one of these rows to the tray."""
    concerned = sa.select(TimetableEntry.entry_id).where(column.in_(list(keys)))
    entries = list(db.session.scalars(concerned))
    if not entries:
        return
    db.session.execute(sa.delete(EntryClaim).where(EntryClaim.entry_id.in_(entries)))
    nothing: dict[str, Any] = dict.fromkeys((*PLACE, column.name)) | {"days": ()}
    values = nothing | {"unplaced_reason": reason.as_json(), "locked_time": False, "locked_room": False}
    values |= {"override_reason": None, "override_rules": []}
    db.session.execute(sa.update(TimetableEntry).where(TimetableEntry.entry_id.in_(entries)).values(values))


def _free(table: Table, keys: Collection[int], entries: Collection[int]) -> None:
    """Give up what classes that keep their place claim of the rows: a teacher, a leaf group that one is part of."""
    kind = {"faculty": "faculty", "groups": "group"}.get(table.name)
    if kind is None or not entries:
        return
    pattern = rf"^{kind}:([0-9]+\+)*({'|'.join(map(str, keys))})(\+[0-9]+)*$"
    own = EntryClaim.entry_id.in_(list(entries))
    db.session.execute(sa.delete(EntryClaim).where(own, EntryClaim.resource.regexp_match(pattern)))


def _renew_first_teachers(entries: Collection[int]) -> None:
    """Let the first of its teachers be the first again where an entry has lost that one."""
    first = (
        sa.select(EntryFaculty.faculty_id)
        .where(EntryFaculty.entry_id == TimetableEntry.entry_id)
        .order_by(EntryFaculty.position)
        .limit(1)
        .scalar_subquery()
    )
    own = TimetableEntry.entry_id.in_(list(entries))
    lost = sa.and_(own, TimetableEntry.faculty_id.is_(None))
    db.session.execute(sa.update(TimetableEntry).where(lost).values(faculty_id=first))


def _mark(uses: TimetableUses, gone: str, actor: User | None) -> None:
    waiting = (
        sa.select(sa.func.count())
        .where(TimetableEntry.timetable_id == Timetable.timetable_id, TimetableEntry.time_slot_id.is_(None))
        .scalar_subquery()
    )
    for timetable in uses.others:
        number = len(uses.entries[timetable.timetable_id])
        if not number:  # only what was said about it is concerned
            continue
        values = {
            "cut_classes": Timetable.cut_classes + number,
            "revision": Timetable.revision + 1,
            "quality_score": None,
            "unplaced": waiting,
        }
        db.session.execute(sa.update(Timetable).where(Timetable.timetable_id == timetable.timetable_id).values(values))
        db.session.refresh(timetable)
        audit.record(
            timetable.organization_id, actor, "timetable.cut", timetable, after={"lost": gone, "classes": number}
        )
    note_cut(timetable for timetable in uses.others if uses.entries[timetable.timetable_id])
