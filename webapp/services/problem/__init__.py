"""The one door to the engine: rows to an instance, a solution to rows."""

from webapp.services.problem.calendar import EmptyWeekSet, NoTimeSlots
from webapp.services.problem.labels import names_of
from webapp.services.problem.meetings import MeetingKey, MeetingRow
from webapp.services.problem.rows import TermRows, read_term
from webapp.services.problem.solutions import (
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
from webapp.services.problem.term_problem import NothingToPlace, TermProblem, build_problem, problem_from

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
