"""A draft as the engine's truth sees it, kept between requests: whose entry each meeting is, what a move would change.

Building it reads the whole term, so each process keeps the few that were used last. It is never trusted: every request
asks whether the term's data are still those it was built from, and whether the draft is still at its revision.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from threading import Lock, RLock
from typing import Any

import sqlalchemy as sa

from webapp.engine.evaluate import Score, ScoredTimetable, Violation, violation_of
from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.profiles import measured
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import Timetable, TimetableEntry
from webapp.services.problem.labels import names_of, placement_in_words
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.solutions import PLACED_RULE
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.shared.words import _
from webapp.services.terms.selection import data_revision_of

KEPT = 4
"""So many boards a process keeps; one of 1,500 classes takes some 30 MB."""

Changes = Mapping[int, Placement]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an entry stands, and what a registrar has said about it; the unit of undo."""

    time_slot_id: int | None
    room_id: int | None
    locked_time: bool = False
    locked_room: bool = False
    override_reason: str | None = None
    override_rules: tuple[str, ...] = ()
    """The rules that the reason was given for; others ask for one anew."""
    unplaced_reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For the row of a change."""
        return asdict(self) | {"override_rules": list(self.override_rules)}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Standing":
        """As the row of a change, or of an entry, has it."""
        return cls(**{**values, "override_rules": tuple(values.get("override_rules", ()))})


STANDS = tuple(one.name for one in fields(Standing))


@dataclass(frozen=True, slots=True)
class _Read:
    entry_id: int
    key: MeetingKey
    end_minute: int | None
    standing: Standing


class Board:
    """One draft, counted; hold its ``lock`` while asking, since asking moves meetings and puts them back."""

    def __init__(self, problem: TermProblem) -> None:
        self.lock = RLock()
        self.problem = problem
        self.instance = measured(problem.instance)
        self.names = names_of(problem)
        self.counted = ScoredTimetable(self.instance, Solution.empty(self.instance))
        self.revision = 0
        self.standing: dict[int, Standing] = {}
        self.entry_of: dict[int, int] = {}
        self.index_of_entry: dict[int, int] = {}
        self.gone: tuple[int, ...] = ()

    # Keeping up with the rows

    def sync(self, timetable_id: int, revision: int) -> None:
        """Take over the rows of a revision; only what stands elsewhere is counted again."""
        if self.revision == revision:
            return
        entries = _read_entries(timetable_id)
        found = {self.problem.index_of[e.key]: e for e in entries if e.key in self.problem.index_of}
        self.gone = tuple(entry.entry_id for entry in entries if entry.key not in self.problem.index_of)
        self.standing = {index: entry.standing for index, entry in found.items()}
        self.entry_of = {index: entry.entry_id for index, entry in found.items()}
        self.index_of_entry = {entry_id: index for index, entry_id in self.entry_of.items()}
        wanted = [UNPLACED] * len(self.instance.meetings)
        for index, entry in found.items():
            wanted[index] = self._placement(index, entry)
        moved = {i: there for i, there in enumerate(wanted) if there != self.counted.placements[i]}
        if len(moved) > len(wanted) // 4:
            self.counted = ScoredTimetable(self.instance, Solution(tuple(wanted)))
        else:
            for index, there in moved.items():
                self.counted.place(index, there)
        self.revision = revision

    def advance(self, moves: Changes, standings: Mapping[int, Standing], revision: int) -> None:
        """Take over a step that has just been committed by this process, without reading the rows again."""
        for index, placement in moves.items():
            self.counted.place(index, placement)
        self.standing.update(standings)
        self.revision = revision

    def _placement(self, index: int, entry: _Read) -> Placement:
        slot, room = entry.standing.time_slot_id, entry.standing.room_id
        calendar, row = self.problem.calendar, self.problem.rows[index]
        if slot is None or slot not in calendar.by_id:
            return UNPLACED
        moment = calendar.time_from(slot, row.slots, calendar.weeks_mask(row.weeks), entry.end_minute)
        return Placement(moment, None if room is None else self.problem.room_index.get(room))

    # Reading it

    def label(self, index: int) -> str:
        """What people call a meeting."""
        return self.problem.rows[index].label

    def where(self, placement: Placement) -> str:
        """A placement in words, such as "Tuesday 09:00 to 10:00, LH-2"."""
        return placement_in_words(self.problem, placement) or _("the tray")

    def slot_of(self, index: int, placement: Placement) -> int | None:
        """The slot in which a placed meeting begins."""
        if placement.time is None:
            return None
        return self.problem.calendar.chain_of(placement.time, self.problem.rows[index].slots).first.time_slot_id

    @cached_property
    def placed_hard(self) -> int:
        """How many hard rules ask that a meeting be placed."""
        return sum(c.rule.name == PLACED_RULE and c.hard for c in self.instance.constraints)

    def hard_of(self, score: Score) -> int:
        """Hard violations of what is placed."""
        return score.hard - self.placed_hard * len(self.counted.solution.unplaced)

    def taken_by(self, index: int, placement: Placement) -> tuple[int, ...]:
        """The other meetings that share the room, a teacher or a group with this one at that time."""
        mine = self.problem.rows[index]
        teachers, leaves = set(mine.faculty_ids), set(mine.leaves)
        found = []
        for other in self.counted.overlapping(index, placement):
            row, there = self.problem.rows[other], self.counted.placements[other]
            same_room = placement.room is not None and there.room == placement.room
            if same_room or not teachers.isdisjoint(row.faculty_ids) or not leaves.isdisjoint(row.leaves):
                found.append(other)
        return tuple(sorted(found))

    def why_taken(self, index: int, placement: Placement, other: int) -> str:
        """What two meetings share, as a sentence."""
        mine, theirs = self.problem.rows[index], self.problem.rows[other]
        shared = [
            self.instance.resources[self.problem.resource_of_faculty[faculty]].label
            for faculty in mine.faculty_ids
            if faculty in theirs.faculty_ids
        ]
        shared += [
            self.instance.resources[self.problem.resource_of_leaf[leaf]].label
            for leaf in mine.leaves
            if leaf in theirs.leaves
        ]
        room = placement.room
        if room is not None and self.counted.placements[other].room == room:
            shared.append(self.instance.rooms[room].code)
        more = f" and {len(shared) - 3} more" if len(shared) > 3 else ""
        there = self.where(self.counted.placements[other])
        return f"{theirs.label} is at {there}, and needs {', '.join(shared[:3])}{more} too."

    def part_of(self, index: int) -> list[Violation]:
        """The violations that would not be there without this meeting where it stands, hard ones first."""
        here = self.counted.placements[index]
        if here.time is None:
            return []
        self.counted.unplace(index)
        found = [part for part, change in self.counted.changes(index, here) if change > 0]
        self.counted.place(index, here)
        said = [violation_of(self.instance, self.counted.placements, part, self.names) for part in found]
        said = [violation for violation in said if violation.weight != 0]
        return sorted(said, key=lambda violation: (violation.weight is not None, -(violation.weight or 0)))

    @contextmanager
    def trying(self, changes: Changes) -> Iterator[None]:
        """Stand elsewhere for a while; everything is put back at the end."""
        before = {index: self.counted.placements[index] for index in changes}
        try:
            for index, placement in changes.items():
                self.counted.place(index, placement)
            yield
        finally:
            for index, placement in before.items():
                self.counted.place(index, placement)


def _read_entries(timetable_id: int) -> list[_Read]:
    entry = TimetableEntry
    query = sa.select(
        entry.entry_id,
        entry.component_id,
        entry.student_group_id,
        entry.ordinal,
        entry.end_time,
        entry.time_slot_id,
        entry.room_id,
        entry.locked_time,
        entry.locked_room,
        entry.override_reason,
        entry.override_rules,
        entry.unplaced_reason,
    ).where(entry.timetable_id == timetable_id)
    return [
        _Read(
            entry_id,
            MeetingKey(component, batch, ordinal),
            None if end is None else end.hour * 60 + end.minute,
            Standing.of(dict(zip(STANDS, standing, strict=True))),
        )
        for entry_id, component, batch, ordinal, end, *standing in db.session.execute(query)
    ]


class _Kept:
    """The boards used last, by draft and by the state of the term's data."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._boards: OrderedDict[tuple[int, Any], Board] = OrderedDict()

    def get(self, key: tuple[int, Any]) -> Board | None:
        with self._lock:
            board = self._boards.get(key)
            if board is not None:
                self._boards.move_to_end(key)
            return board

    def keep(self, key: tuple[int, Any], board: Board) -> None:
        with self._lock:
            for other in [other for other in self._boards if other[0] == key[0]]:
                del self._boards[other]
            self._boards[key] = board
            while len(self._boards) > KEPT:
                self._boards.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._boards.clear()


_kept = _Kept()


def forget_boards() -> None:
    """Let go of every kept board."""
    _kept.clear()


@contextmanager
def board_of(timetable: Timetable) -> Iterator[Board]:
    """The draft's board at its revision, held by this thread until the end of the block."""
    key = (timetable.timetable_id, (timetable.created_at, data_revision_of(timetable.term_id)))
    board = _kept.get(key)
    if board is None:
        board = Board(build_problem(timetable.term))
        _kept.keep(key, board)
    with board.lock:
        board.sync(timetable.timetable_id, timetable.revision)
        yield board
