"""Rows as the JSON that callers get."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from webapp.models import Timetable
from webapp.services.runs.progress import Progress
from webapp.services.timetables.quality import is_outdated
from webapp.services.timetables.scores import Variant
from webapp.services.views.grid import EntryView


def entry(view: EntryView, timetable: Timetable) -> dict[str, Any]:
    """One meeting; day 0 is Monday, the first of its ``days``; an unplaced one has neither days nor times."""
    return {
        "entry_id": view.entry_id,
        "course": {"code": view.course_code, "title": view.course_title},
        "section": view.section,
        "kind": view.kind,
        "faculty": list(view.faculty),
        "groups": list(view.groups),
        "room": {"code": view.room_code, "name": view.room_name} if view.room_code else None,
        "day": view.day,
        "days": list(view.days),
        "start_time": _clock(view.start),
        "end_time": _clock(view.end),
        "weeks": view.weeks or "all",
        "timetable_version": timetable.number,
    }


def _clock(moment: time | None) -> str | None:
    return moment.strftime("%H:%M") if moment else None


def progress(known: Progress) -> dict[str, Any]:
    """The progress of a run as JSON."""
    return {
        "job_id": known.job_id,
        "status": known.status,
        "stage": known.stage,
        "progress": known.progress,
        "elapsed": known.elapsed,
        "limit": known.limit,
        "variants_done": known.variants_done,
        "variants_total": known.variants_total,
        "best_cost": known.best_cost,
        "bound": known.bound,
        "message": known.message,
    }


def variant(stored: Variant, entries: list[EntryView], twins: Mapping[int, str]) -> dict[str, Any]:
    """A timetable with its scores and entries; ``same_as`` names an earlier variant that is the same timetable."""
    timetable = stored.timetable
    return {
        "timetable_id": timetable.timetable_id,
        "variant_name": timetable.variant_name,
        "same_as": twins.get(timetable.timetable_id),
        "quality_score": float(timetable.quality_score) if timetable.quality_score is not None else None,
        "is_complete": stored.standing.is_complete,
        "standing": stored.standing.sentence,
        "remarks": list(stored.standing.remarks),
        "rules_off": timetable.rules_off,
        "is_outdated": is_outdated(timetable),
        "status": timetable.status.value,
        "cost": timetable.cost,
        "bound": timetable.bound,
        "hard_violations": timetable.hard_violations,
        "unplaced": timetable.unplaced,
        "scores": [
            {"rule": s.rule, "title": s.title, "is_hard": s.is_hard, "count": s.count, "cost": s.cost}
            for s in stored.scores
        ],
        "entries": [entry(view, timetable) for view in entries],
    }
