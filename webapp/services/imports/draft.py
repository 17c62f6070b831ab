"""An imported timetable becomes a draft: placed where it can be, the rest in the tray with its reason."""

from datetime import UTC, datetime
from pathlib import PurePath

from webapp.models import User
from webapp.services.imports.preview import RowState, TableDifference
from webapp.services.imports.stored import Store
from webapp.services.problem.drafts import ChosenPlace, store_draft
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.results import TimetableResult
from webapp.services.problem.words.reasons import NOT_IN_FILE
from webapp.services.schema.columns import Record, Value
from webapp.services.shared.day_patterns import parse


def store_entries(
    store: Store, difference: TableDifference, user: User | None, filename: str, name: str | None = None
) -> int | None:
    """Add a draft of the rows; return its key, or None where it is all there already.

    Without a name it is called by its file and the moment of the import.
    """
    if not difference.of(RowState.NEW) and not difference.of(RowState.CHANGED):
        return None
    assert store.term is not None  # noqa: S101 (entries come only with a term)
    return store_draft(
        store.term,
        {_meeting_key(store, row.record): _place(store, row.record) for row in difference.rows},
        name=name or f"{PurePath(filename).name[:80]} {datetime.now(UTC):%Y-%m-%d %H:%M}",
        user_id=user.user_id if user is not None else None,
        result=TimetableResult(status="imported", file=filename),
        no_place=NOT_IN_FILE,
    )


def _meeting_key(store: Store, record: Record) -> MeetingKey:
    component = store.table("components").ids[record["course"], record["section"], record["component"]]
    return MeetingKey(component, _id_of(store, "groups", record["batch"]), int(str(record["number"])))


def _place(store: Store, record: Record) -> ChosenPlace:
    slot_id, room_id = _id_of(store, "time_slots", record["slot"]), _id_of(store, "rooms", record["room"])
    named = parse(str(record["days"] or ""))
    days = named.named[0] if named is not None and named.named else ()
    return ChosenPlace(slot_id, room_id, bool(record["locked_time"]), bool(record["locked_room"]), days)


def _id_of(store: Store, table: str, code: Value) -> int | None:
    return store.table(table).ids[(code,)] if code is not None else None
