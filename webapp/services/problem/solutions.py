"""Solutions to rows of a timetable, and back.

What is stored has been verified by the truth: a timetable with a hard violation, other than meetings without a place,
is refused.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range

from webapp.engine.evaluate import Score, Violation, evaluate, violations
from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.profiles import measured, quality_score
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time
from webapp.extensions import db
from webapp.models import (
    EntryClaim,
    EntryFaculty,
    EntryGroup,
    Term,
    Timetable,
    TimetableEntry,
    TimetableScore,
    TimetableStatus,
)
from webapp.services.problem.calendar import clock
from webapp.services.problem.choice_counts import ChoiceCounts
from webapp.services.problem.results import TimetableResult
from webapp.services.problem.stored_entries import Override, Overrides, entries_of, solution_of
from webapp.services.problem.term_problem import TermProblem
from webapp.services.problem.words.labels import names_of
from webapp.services.problem.words.reasons import NOT_LOOKED_AT, UnplacedReason
from webapp.services.problem.words.statements import told
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.codec import to_json
from webapp.services.shared.day_patterns import Days
from webapp.services.shared.errors import Problem

PLACED_RULE = "all_placed"
MOST_FINDINGS = 20


NOTHING_EXCUSED: Overrides = {}


class NotFeasible(Problem):
    """A timetable breaks hard rules, so it is not stored."""


@dataclass(frozen=True)
class TimetableFacts:
    """What a timetable's row says beside its entries."""

    variant_name: str
    job_id: str | None = None
    created_by_id: int | None = None
    based_on_id: int | None = None
    bound: int | None = None
    rung: int | None = None
    result: TimetableResult = field(default_factory=TimetableResult)
    reasons: Mapping[int, UnplacedReason] = field(default_factory=dict)
    """Why a meeting (index) has no place."""
    locks: Mapping[int, tuple[bool, bool]] = field(default_factory=dict)
    """Whether the time and the room of a meeting are locked."""
    overrides: Overrides = field(default_factory=dict)


def store_timetable(
    problem: TermProblem, solution: Solution, facts: TimetableFacts, *, relaxed: TermProblem | None = None
) -> int:
    """Add a draft with its entries, claims and scores; return its key.

    Raises `NotFeasible` where the truth finds a hard rule broken by what is placed, and no override excuses it. For a
    what-if ``relaxed`` is the problem whose hard rules must hold; it is counted by the term's own all the same.
    """
    score = verified(problem, solution, facts.overrides) if relaxed is None else _counted(problem, solution, relaxed)
    values = _of_timetable(problem, solution, facts, score) | {
        "organization_id": problem.organization_id,
        "term_id": problem.term_id,
        "variant_name": facts.variant_name,
        "generation_job_id": facts.job_id,
        "created_by_id": facts.created_by_id,
        "based_on_id": facts.based_on_id,
        "rung": facts.rung,
    }
    query = sa.insert(Timetable).values(**values).returning(Timetable.timetable_id)
    timetable_id: int = db.session.execute(query).scalar_one()
    _add_rows(problem, solution, facts, score, timetable_id)
    return timetable_id


def replace_timetable(problem: TermProblem, solution: Solution, facts: TimetableFacts, timetable_id: int) -> bool:
    """Put another solution into a draft that is there; name and job stay.

    False where it is no draft any more: what was published stays as it was seen, whatever is found later.
    """
    of_draft = sa.select(Timetable.timetable_id).filter_by(
        timetable_id=timetable_id, status=TimetableStatus.DRAFT, number=None
    )
    if db.session.scalar(of_draft.with_for_update()) is None:
        return False
    score = verified(problem, solution, facts.overrides)
    for table in (TimetableEntry, TimetableScore):
        db.session.execute(sa.delete(table).where(table.timetable_id == timetable_id))
    values = _of_timetable(problem, solution, facts, score)
    changed = {**values, "revision": Timetable.revision + 1}
    db.session.execute(sa.update(Timetable).where(Timetable.timetable_id == timetable_id).values(**changed))
    _add_rows(problem, solution, facts, score, timetable_id)
    return True


def tell_bound(problem: TermProblem, timetable_ids: Iterable[int], bound: int) -> None:
    """Keep with timetables of a term what no complete one can cost less than, unless the data have changed since.

    PostgreSQL drops it with the next change after which less may be possible.
    """
    today = sa.select(Term.data_revision).where(Term.term_id == Timetable.term_id).scalar_subquery()
    own = Timetable.timetable_id.in_([*timetable_ids])
    is_same = (today == problem.data_revision, Timetable.data_revision == problem.data_revision)
    db.session.execute(sa.update(Timetable).where(own, *is_same).values(bound=bound))


def recount_timetable(problem: TermProblem, timetable_id: int) -> None:
    """Count a stored timetable by the truth with the data of today; where its classes stand, nothing changes.

    What is proven of other timetables, the least possible cost, was proven with the data of then and is dropped.
    """
    solution = solution_from(problem, timetable_id)
    score = count_solution(problem, solution)
    counted = _of_timetable(problem, solution, TimetableFacts(""), score)
    values = {name: value for name, value in counted.items() if name not in ("content_hash", "result", "counted_at")}
    own = Timetable.timetable_id == timetable_id
    db.session.execute(sa.update(Timetable).where(own).values(**values, counted_at=sa.func.now()))
    db.session.execute(sa.delete(TimetableScore).filter_by(timetable_id=timetable_id))
    _insert(TimetableScore, (row | {"timetable_id": timetable_id} for row in scores_from(score)))


def verified(problem: TermProblem, solution: Solution, overrides: Overrides = NOTHING_EXCUSED) -> Score:
    """The truth's score, with everything on the yardstick; raises `NotFeasible` where what is placed breaks a rule.

    What a registrar's word excuses does not count.
    """
    score = count_solution(problem, solution)
    if score.hard > _unplaced_hard(problem, solution):
        findings = [
            told("breach", rule=violation.rule, **violation.values)
            for violation in ChoiceCounts(problem).once(hard_violations(problem, solution))
            if not is_excused(violation, overrides)
        ]
        if findings:
            raise NotFeasible(told("breaks_hard", len(findings)), findings[:MOST_FINDINGS])
    return score


def _counted(problem: TermProblem, solution: Solution, relaxed: TermProblem) -> Score:
    verified(relaxed, solution)
    return count_solution(problem, solution)


def count_solution(problem: TermProblem, solution: Solution) -> Score:
    """The truth's score, with everything on the yardstick, and what a choosing group breaks counted once."""
    return ChoiceCounts(problem).score(solution, evaluate(measured(problem.instance), solution))


def is_excused(violation: Violation, overrides: Overrides) -> bool:
    """Return whether a reason was given for that rule about one of its meetings."""
    given = (overrides[meeting] for meeting in violation.meetings if meeting in overrides)
    return any(override.excuses(violation.rule) for override in given)


def hard_violations(problem: TermProblem, solution: Solution) -> Iterator[Violation]:
    """The truth's violations of hard rules by what is placed; it tells the hard ones first."""
    for violation in violations(problem.instance, solution, names=names_of(problem)):
        if violation.weight is not None:
            return
        if violation.rule != PLACED_RULE:
            yield violation


def _unplaced_hard(problem: TermProblem, solution: Solution) -> int:
    uses = sum(
        1 for constraint in problem.instance.constraints if constraint.rule.name == PLACED_RULE and constraint.hard
    )
    return uses * len(solution.unplaced)


def _of_timetable(problem: TermProblem, solution: Solution, facts: TimetableFacts, score: Score) -> dict[str, Any]:
    return {
        "quality_score": quality_score(problem.instance, score),
        "content_hash": content_hash(problem, solution),
        "cost": score.cost,
        "bound": facts.bound,
        "hard_violations": score.hard - _unplaced_hard(problem, solution),
        "unplaced": len(solution.unplaced),
        "data_revision": problem.data_revision,
        "counted_at": None,
        "rules_off": list(problem.rules_off),
        "result": to_json(facts.result),
    }


def content_hash(problem: TermProblem, solution: Solution) -> str:
    """Twelve hex digits that two timetables share only when every class stands alike, in any installation.

    A line each: what it is called, its weeks, who teaches and attends it, day and hours, room.
    """
    lines = []
    for index, placement in enumerate(solution.placements):
        room = "-" if placement.room is None else problem.instance.rooms[placement.room].code
        lines.append("\t".join((*problem.called(index), _hours(problem, placement.time), room)))
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()[:12]


def _hours(problem: TermProblem, moment: Time | None) -> str:
    """Days and clock times of a meeting."""
    if moment is None:
        return "-"
    pieces = problem.calendar.pieces
    begin, end = pieces[moment.start][0], pieces[moment.start + moment.length - 1][1]
    days = "+".join(DAY_NAMES[day] for day in moment.day_list())
    return f"{days} {clock(begin):%H:%M}-{clock(end):%H:%M}"


def _add_rows(problem: TermProblem, solution: Solution, facts: TimetableFacts, score: Score, timetable_id: int) -> None:
    entries = [
        entry
        | {"timetable_id": timetable_id}
        | dict(zip(("locked_time", "locked_room"), facts.locks.get(index, (False, False)), strict=True))
        | _override_columns(facts.overrides.get(index))
        for index, entry in enumerate(entries_from(problem, solution, facts.reasons))
    ]
    query = sa.insert(TimetableEntry).returning(TimetableEntry.entry_id, sort_by_parameter_order=True)
    keys = list(db.session.scalars(query, entries))
    _insert(EntryFaculty, (row for index, key in enumerate(keys) for row in _teachers(problem, index, key)))
    _insert(EntryGroup, (row for index, key in enumerate(keys) for row in _groups(problem, index, key)))
    _insert(
        EntryClaim,
        (
            claim | {"entry_id": keys[index], "timetable_id": timetable_id}
            for index, placement in enumerate(solution.placements)
            for claim in claims_from(problem, index, placement)
        ),
    )
    _insert(TimetableScore, (row | {"timetable_id": timetable_id} for row in scores_from(score)))


def _override_columns(override: Override | None) -> dict[str, Any]:
    if override is None:
        return {"override_reason": None, "override_rules": []}
    return {"override_reason": override.reason, "override_rules": sorted(override.rules)}


def _insert(table: Any, rows: Iterator[dict[str, Any]]) -> None:
    listed = list(rows)
    if listed:
        db.session.execute(sa.insert(table), listed)


def entries_from(
    problem: TermProblem, solution: Solution, reasons: Mapping[int, UnplacedReason] | None = None
) -> list[dict[str, Any]]:
    """One row of ``timetable_entries`` for each meeting, in the instance's order, without ``timetable_id``."""
    reasons = reasons or {}
    entries = []
    for index, (row, placement) in enumerate(zip(problem.rows, solution.placements, strict=True)):
        entries.append(
            {
                "course_id": row.course_id,
                "section_id": row.section_id,
                "component_id": row.key.component_id,
                "student_group_id": row.key.batch_id,
                "ordinal": row.key.ordinal,
                "week_set_id": row.week_set_id,
                "faculty_id": row.faculty_ids[0] if row.faculty_ids else None,
                "room_id": None if placement.room is None else problem.room_ids[placement.room],
                **when_held(problem, index, placement.time),
                "unplaced_reason": reasons.get(index, NOT_LOOKED_AT).as_json() if placement.time is None else None,
            }
        )
    return entries


def when_held(problem: TermProblem, index: int, moment: Time | None) -> dict[str, Any]:
    """The columns of an entry that say when its meeting is held."""
    if moment is None:
        return dict.fromkeys(("time_slot_id", "day", "start_time", "end_time")) | {"days": ()}
    chain = problem.calendar.chain_of(moment, problem.rows[index].slots)
    return {
        "time_slot_id": chain.first.time_slot_id,
        "day": chain.first.day,
        "days": several_days(moment),
        "start_time": clock(chain.first.start),
        "end_time": clock(chain.end),
    }


def several_days(moment: Time) -> Days:
    """All days of a time that has several, as an entry names them; nothing for one day, which it names by itself."""
    days = tuple(moment.day_list())
    return days if len(days) > 1 else ()


def _teachers(problem: TermProblem, index: int, entry_id: int) -> Iterator[dict[str, Any]]:
    for position, faculty_id in enumerate(problem.rows[index].faculty_ids):
        yield {"entry_id": entry_id, "faculty_id": faculty_id, "position": position}


def _groups(problem: TermProblem, index: int, entry_id: int) -> Iterator[dict[str, Any]]:
    for group_id in problem.rows[index].group_ids:
        yield {"entry_id": entry_id, "student_group_id": group_id}


def claims_from(problem: TermProblem, index: int, placement: Placement) -> Iterator[dict[str, Any]]:
    """The claims of a meeting where it stands, for each of its days: its room, its teachers, its leaf groups."""
    if placement.time is None:
        return
    row = problem.rows[index]
    taken = [f"faculty:{faculty_id}" for faculty_id in row.faculty_ids] + list(row.leaves)
    if placement.room is not None:
        taken.append(f"room:{problem.room_ids[placement.room]}")
    for chain in problem.calendar.chains_of(placement.time, row.slots):
        minutes = Range(*chain.minutes)
        for resource in taken:
            yield {"resource": resource, "minutes": minutes, "weeks": row.weeks}


def scores_from(score: Score) -> Iterator[dict[str, Any]]:
    """One row of ``timetable_scores`` for each rule that the term uses."""
    for position, (rule, count) in enumerate(score.counts.items()):
        soft = rule in score.costs
        yield {
            "rule": rule,
            "position": position,
            "is_hard": not soft,
            "count": count,
            "cost": score.costs.get(rule, 0),
        }


def solution_from(problem: TermProblem, timetable_id: int) -> Solution:
    """A stored timetable as the term's meetings of today; those it does not have are unplaced."""
    return solution_of(problem, entries_of(problem, timetable_id))


def trimmed(
    problem: TermProblem, solution: Solution, overrides: Overrides = NOTHING_EXCUSED
) -> tuple[Solution, dict[int, UnplacedReason]]:
    """Take off meetings until what remains breaks no hard rule that no word excuses; say for each what it broke.

    The meeting with most violations goes first, so that few have to; of each violation as many go at once as it counts
    slots, since the whole term is counted each time.
    """
    reasons: dict[int, UnplacedReason] = {}
    while broken := [
        violation for violation in hard_violations(problem, solution) if not is_excused(violation, overrides)
    ]:
        blamed = Counter(meeting for violation in broken for meeting in violation.meetings)
        off: set[int] = set()
        for violation in broken:
            for meeting in sorted(violation.meetings, key=lambda m: (-blamed[m], m)):
                if _is_settled(problem, violation, off):
                    break
                if meeting not in off:
                    off.add(meeting)
                    values = {"rule": violation.rule, **violation.values}
                    reasons[meeting] = UnplacedReason("breaks_rule", values)
        if not off:
            break  # what nothing placed breaks, nothing taken off mends
        solution = solution.moved([(meeting, UNPLACED) for meeting in off])
    return solution, reasons


def _is_settled(problem: TermProblem, violation: Violation, off: set[int]) -> bool:
    """Return whether enough of a violation's meetings are taken off: slots as many as it counts, or all but one."""
    gone = off.intersection(violation.meetings)
    slots = sum(problem.rows[meeting].slots_a_week for meeting in gone)
    return bool(gone) and (slots >= violation.count or len(gone) >= len(set(violation.meetings)) - 1)
