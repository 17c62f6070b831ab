"""What stands elsewhere in a draft than in the timetable that it came from, and whom that concerns."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.flow import adjusting
from webapp.models import Component, EntryFaculty, EntryGroup, Faculty, StudentGroup, Timetable, TimetableEntry


@dataclass(frozen=True)
class Moved:
    """A class that stands elsewhere than before, and the teachers and groups that it concerns."""

    entry_id: int
    label: str
    before: str
    now: str
    teachers: tuple[str, ...]
    groups: tuple[str, ...]
    reason: str


def origin_of(timetable: Timetable) -> Timetable | None:
    """The timetable that a draft was made from; None where it has been deleted or there is none."""
    return db.session.get(Timetable, timetable.based_on_id) if timetable.based_on_id is not None else None


def moved_classes(timetable: Timetable) -> list[Moved]:
    """The classes of a draft that stand elsewhere than in its origin; four queries, whatever their number."""
    found = adjusting.differences(timetable)
    keys = [one.entry_id for one in found]
    teachers, groups = _teachers(keys), _groups(keys)
    entry = TimetableEntry
    query = sa.select(entry.entry_id, Component.code, entry.unplaced_reason).join(
        Component, Component.component_id == entry.component_id
    )
    about = {key: (code, reason) for key, code, reason in db.session.execute(query.where(entry.entry_id.in_(keys)))}
    return [
        Moved(
            one.entry_id,
            _label(one.label, about[one.entry_id][0]),
            one.before,
            one.now,
            tuple(teachers[one.entry_id]),
            tuple(groups[one.entry_id]),
            about[one.entry_id][1] or "",
        )
        for one in found
    ]


def _label(label: str, component: str) -> str:
    """The component belongs between section and number: "CSE301 A, L 2"."""
    section, comma, ordinal = label.rpartition(", ")
    return f"{section}{comma}{component} {ordinal}"


def _teachers(keys: Sequence[int]) -> dict[int, list[str]]:
    query = (
        sa.select(EntryFaculty.entry_id, Faculty.name)
        .join(Faculty, Faculty.faculty_id == EntryFaculty.faculty_id)
        .where(EntryFaculty.entry_id.in_(keys))
        .order_by(EntryFaculty.position)
    )
    return _gathered(query)


def _groups(keys: Sequence[int]) -> dict[int, list[str]]:
    query = (
        sa.select(EntryGroup.entry_id, StudentGroup.code)
        .join(StudentGroup, StudentGroup.student_group_id == EntryGroup.student_group_id)
        .where(EntryGroup.entry_id.in_(keys))
        .order_by(StudentGroup.code)
    )
    return _gathered(query)


def _gathered(query: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, name in db.session.execute(query):
        found[key].append(name)
    return found
