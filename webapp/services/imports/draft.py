"""An imported timetable becomes a draft: placed where it can be, the rest in the tray with its reason."""

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import TimetableEntry, User
from webapp.services.imports.preview import RowState, TableDifference
from webapp.services.imports.stored import Store
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.solutions import TimetableFacts, store_timetable, trimmed
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.schema.columns import Record

NOT_IN_THE_FILE = "The imported timetable has no slot for it."


def store_entries(
    store: Store, difference: TableDifference, user: User | None, filename: str, name: str | None = None
) -> int | None:
    """Add a draft of the rows, without commit; return its key, or None where it is all there already.

    Without a name it is called by the moment of the import.
    """
    if not difference.of(RowState.NEW) and not difference.of(RowState.CHANGED):
        return None
    assert store.term is not None  # noqa: S101 (entries come only with a term)
    problem = build_problem(store.term)
    records = {_meeting_key(store, row.record): row.record for row in difference.rows}
    placements = [_placement(store, problem, index, records) for index in range(len(problem.rows))]
    solution, reasons = trimmed(problem, Solution(tuple(placements)))
    reasons |= {index: NOT_IN_THE_FILE for index, placement in enumerate(placements) if placement.time is None}
    now = datetime.now(UTC)
    facts = TimetableFacts(
        variant_name=name or f"Imported {now:%Y-%m-%d %H:%M}",
        created_by_id=user.user_id if user is not None else None,
        result={"status": "imported", "file": filename},
        reasons=reasons,
    )
    timetable_id = store_timetable(problem, solution, facts)
    _lock(timetable_id, records)
    return timetable_id


def _meeting_key(store: Store, record: Record) -> MeetingKey:
    component = store.table("components").ids[record["course"], record["section"], record["component"]]
    batch = record["batch"]
    batch_id = store.table("groups").ids[(batch,)] if batch is not None else None
    return MeetingKey(component, batch_id, int(str(record["number"])))


def _placement(store: Store, problem: TermProblem, index: int, records: Mapping[MeetingKey, Record]) -> Placement:
    row = problem.rows[index]
    record = records.get(row.key)
    if record is None or record["slot"] is None:
        return UNPLACED
    slot_id = store.table("time_slots").ids[(record["slot"],)]
    time = problem.calendar.time_from(slot_id, row.slots, problem.calendar.weeks_mask(row.weeks))
    room = record["room"]
    room_id = store.table("rooms").ids[(room,)] if room is not None else None
    return Placement(time, problem.room_index.get(room_id) if room_id is not None else None)


def _lock(timetable_id: int, records: Mapping[MeetingKey, Record]) -> None:
    """Carry the locks over to what was placed."""
    locks = {key: r for key, r in records.items() if r["locked_time"] or r["locked_room"]}
    if not locks:
        return
    query = sa.select(TimetableEntry).where(
        TimetableEntry.timetable_id == timetable_id, TimetableEntry.time_slot_id.is_not(None)
    )
    for entry in db.session.scalars(query):
        record = locks.get(MeetingKey(entry.component_id, entry.student_group_id, entry.ordinal))
        if record is not None:
            entry.locked_time, entry.locked_room = bool(record["locked_time"]), bool(record["locked_room"])
    db.session.flush()
