"""The one door to the engine: rows to an instance, a solution to rows."""

from webapp.flow.bridge.calendar import EmptyWeekSet, NoTimeSlots
from webapp.flow.bridge.meetings import MeetingKey, MeetingRow
from webapp.flow.bridge.naming import names_of
from webapp.flow.bridge.problem import NothingToPlace, TermProblem, build_problem, problem_from
from webapp.flow.bridge.rows import TermRows, read_term
from webapp.flow.bridge.storing import (
    DOUBLE_BOOKINGS,
    NotFeasible,
    Override,
    Overrides,
    TimetableFacts,
    changed_since,
    claims_from,
    content_hash,
    entries_from,
    hard_findings,
    hard_violations,
    replace_timetable,
    solution_from,
    store_timetable,
    trimmed,
    verified,
)

__all__ = [
    "DOUBLE_BOOKINGS",
    "EmptyWeekSet",
    "MeetingKey",
    "MeetingRow",
    "NoTimeSlots",
    "NotFeasible",
    "NothingToPlace",
    "Override",
    "Overrides",
    "TermProblem",
    "TermRows",
    "TimetableFacts",
    "build_problem",
    "changed_since",
    "claims_from",
    "content_hash",
    "entries_from",
    "hard_findings",
    "hard_violations",
    "names_of",
    "problem_from",
    "read_term",
    "replace_timetable",
    "solution_from",
    "store_timetable",
    "trimmed",
    "verified",
]
