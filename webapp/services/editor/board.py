"""A draft as the engine's truth sees it: whose entry each meeting is, what it breaks, what a move would change."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from threading import RLock

from webapp.engine.evaluate import Score, ScoredTimetable, Violation, violation_of
from webapp.engine.instance import Placement
from webapp.engine.profiles import measured
from webapp.engine.solution import Solution
from webapp.services.editor.errors import ClassGone, NoSuchPlace
from webapp.services.problem.calendar import clock
from webapp.services.problem.held_times import time_at
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.solutions import PLACED_RULE
from webapp.services.problem.stored_entries import EntryState, read_entries, solution_of
from webapp.services.problem.term_problem import TermProblem
from webapp.services.problem.words.labels import names_of, placement_in_words
from webapp.services.shared.words import _, enumerated

MOST_SHARED = 3
"""So many of what two classes share are named."""

Changes = Mapping[int, Placement]
"""New places by meeting."""


class Board:
    """One draft, counted; hold its ``lock`` while asking, since asking moves meetings and puts them back."""

    def __init__(self, problem: TermProblem) -> None:
        self.lock = RLock()
        self.problem = problem
        self.instance = measured(problem.instance)
        self.names = names_of(problem)
        self.counted = ScoredTimetable(self.instance, Solution.empty(self.instance))
        self.revision = 0
        self.states: dict[int, EntryState] = {}
        self.entry_of: dict[int, int] = {}
        self.index_of_entry: dict[int, int] = {}
        self.gone: tuple[int, ...] = ()

    # Keeping up with the rows

    def sync(self, timetable_id: int, revision: int) -> None:
        """Take over the rows of a revision; only what is elsewhere is counted again."""
        if self.revision == revision:
            return
        known, entries = self.problem.index_of, read_entries(timetable_id)
        by_meeting = {known[entry.key]: entry for entry in entries if entry.key in known}
        self.gone = tuple(entry.entry_id for entry in entries if entry.key not in known)
        self.states = {index: entry.state for index, entry in by_meeting.items()}
        self.entry_of = {index: entry.entry_id for index, entry in by_meeting.items()}
        self.index_of_entry = {entry_id: index for index, entry_id in self.entry_of.items()}
        solution = solution_of(self.problem, by_meeting)
        moved = {i: there for i, there in enumerate(solution.placements) if there != self.counted.placements[i]}
        if len(moved) > len(solution.placements) // 4:
            self.counted = ScoredTimetable(self.instance, solution)
        else:
            for index, there in moved.items():
                self.counted.place(index, there)
        self.revision = revision

    def advance(self, moves: Changes, states: Mapping[int, EntryState], revision: int) -> None:
        """Take over a step that this process has committed, without reading the rows again.

        Does nothing where the board is not at the revision before: then `sync` reads what it missed.
        """
        with self.lock:
            if self.revision != revision - 1:
                return
            for index, placement in moves.items():
                self.counted.place(index, placement)
            self.states.update(states)
            self.revision = revision

    # Finding what a request names

    def index_of(self, entry_id: int) -> int:
        """The meeting of an entry; raises `ClassGone`."""
        if entry_id in self.gone:
            raise ClassGone(_("The term's data no longer ask for this class, so it can't be moved."))
        if entry_id not in self.index_of_entry:
            raise ClassGone(_("This class is not in the timetable any more. It may have been deleted meanwhile."))
        return self.index_of_entry[entry_id]

    def index_of_key(self, key: MeetingKey) -> int:
        """The meeting that a step of the history names; raises `ClassGone`."""
        index = self.problem.index_of.get(key)
        if index is None or index not in self.entry_of:
            raise ClassGone(_("A class of this step is no longer in the timetable, so the step can't be repeated."))
        return index

    def placement_at(self, index: int, time_slot_id: int, room_id: int | None, days: tuple[int, ...] = ()) -> Placement:
        """A slot, the days of a class of several and a room as the engine has them; raises `NoSuchPlace`."""
        calendar, row = self.problem.calendar, self.problem.rows[index]
        slot = calendar.by_id.get(time_slot_id)
        if slot is None:
            raise NoSuchPlace(_("The term has no such slot. Look again and choose another."))
        if room_id is not None and room_id not in self.problem.room_index:
            raise NoSuchPlace(_("There is no such room. Look again and choose another."))
        here = self.counted.placements[index].time
        moment = time_at(self.problem, index, time_slot_id, days, near=0 if here is None else here.days)
        if moment is None and any(c.first.time_slot_id == time_slot_id for c in calendar.chains(row.slots).values()):
            raise NoSuchPlace(
                _(
                    "%(label)s is held on several days (%(days)s), and not all of them have slots from %(start)s on.",
                    label=row.label,
                    days=row.day_patterns,
                    start=f"{clock(slot.start):%H:%M}",
                )
            )
        if moment is None:
            raise NoSuchPlace(
                _(
                    "%(label)s takes %(slots)s slots in a row, and there are not so many from %(start)s on that day.",
                    label=row.label,
                    slots=row.slots,
                    start=f"{clock(slot.start):%H:%M}",
                )
            )
        room = None if room_id is None else self.problem.room_index[room_id]
        return Placement(moment, room)

    # Reading it

    def label(self, index: int) -> str:
        """The name of a meeting."""
        return self.problem.rows[index].label

    def where(self, placement: Placement) -> str:
        """A placement in words, such as "Tuesday 09:00 to 10:00, LH-2"."""
        return placement_in_words(self.problem, placement) or _("no place")

    def slot_of(self, index: int, placement: Placement) -> int | None:
        """The slot in which a placed meeting begins."""
        if placement.time is None:
            return None
        return self.problem.calendar.chain_of(placement.time, self.problem.rows[index].slots).first.time_slot_id

    def slots_of(self, index: int, placement: Placement) -> tuple[int, ...]:
        """The slots in which it begins, one on each of its days."""
        if placement.time is None:
            return ()
        chains = self.problem.calendar.chains_of(placement.time, self.problem.rows[index].slots)
        return tuple(chain.first.time_slot_id for chain in chains)

    @cached_property
    def placed_hard(self) -> int:
        """Count the hard rules that ask that a meeting be placed."""
        return sum(c.rule.name == PLACED_RULE and c.hard for c in self.instance.constraints)

    def hard_of(self, score: Score) -> int:
        """Hard violations of what is placed."""
        return score.hard - self.placed_hard * len(self.counted.solution.unplaced)

    def taken_by(self, index: int, placement: Placement) -> tuple[int, ...]:
        """The other meetings that share the room, a teacher or a group with this one at that time."""
        mine = self.problem.rows[index]
        teachers, leaves = set(mine.faculty_ids), set(mine.leaves)
        others = []
        for other in self.counted.overlapping(index, placement):
            row, there = self.problem.rows[other], self.counted.placements[other]
            same_room = placement.room is not None and there.room == placement.room
            if same_room or not teachers.isdisjoint(row.faculty_ids) or not leaves.isdisjoint(row.leaves):
                others.append(other)
        return tuple(sorted(others))

    def why_taken(self, index: int, placement: Placement, other: int) -> str:
        """Say what two meetings share."""
        problem, resources = self.problem, self.instance.resources
        mine, theirs = problem.rows[index], problem.rows[other]
        shared = [resources[problem.resource_of_faculty[f]].label for f in mine.faculty_ids if f in theirs.faculty_ids]
        both = [leaf for leaf in mine.leaves if leaf in theirs.leaves]
        shared += problem.names_of_leaves(both, whatever_chosen=True)
        room = placement.room
        if room is not None and self.counted.placements[other].room == room:
            shared.append(self.instance.rooms[room].code)
        return _("%(label)s is at %(where)s, and needs %(shared)s too.", label=theirs.label,
                 where=self.where(self.counted.placements[other]), shared=enumerated(shared, MOST_SHARED))  # fmt: skip

    def violations_of(self, index: int) -> list[Violation]:
        """The violations that would not be there without this meeting where it is, hard ones first."""
        here = self.counted.placements[index]
        if here.time is None:
            return []
        self.counted.unplace(index)
        parts = [part for part, change in self.counted.changes(index, here) if change > 0]
        self.counted.place(index, here)
        violations = [violation_of(self.instance, self.counted.placements, part, self.names) for part in parts]
        violations = [violation for violation in violations if violation.weight != 0]
        return sorted(violations, key=lambda violation: (violation.weight is not None, -(violation.weight or 0)))

    @contextmanager
    def trying(self, changes: Changes) -> Iterator[None]:
        """Place meetings elsewhere for a while; everything is put back at the end."""
        before = {index: self.counted.placements[index] for index in changes}
        try:
            for index, placement in changes.items():
                self.counted.place(index, placement)
            yield
        finally:
            for index, placement in before.items():
                self.counted.place(index, placement)
