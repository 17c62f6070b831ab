"""Which section each student attends of the courses asked for: plain Python, the same answer for the same input.

A seat is a section, or one batch of it where it has batches. Students get the emptiest seat that clashes with nothing
of theirs, what must be had first and who has the fewest ways first; then whoever got nothing has others move aside;
then full sections give to empty ones. A student never gets two seats that clash, nor a section more than its places.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ROUNDS = 3
"""So often those without a seat are looked at again, and sections are balanced."""
SCATTER = 2654435761
"""Knuth's multiplier: puts students who are alike in an order that favours none by their keys."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A way to attend a course: a section, in a batch where it has batches."""

    course_id: int
    section_id: int
    batch_id: int | None


@dataclass(frozen=True, slots=True)
class AskedCourse:
    """A course that a student asks for: ``seats`` are the ways to attend it, ``instead`` those of the alternative."""

    student_id: int
    course_id: int
    priority: int
    seats: tuple[int, ...]
    instead: tuple[int, ...] = ()


@dataclass(frozen=True)
class SeatProblem:
    """What is to be decided.

    Attributes
    ----------
    seats
        Numbered through; ``clashes`` has for each the seats that nobody can attend beside it, as bits.
    capacity
        By section: most students, None for any number.
    load
        By section: students who attend anyway.
    asked
        What is open.
    blocked
        By student: the seats, as bits, that clash with what the student attends anyway.
    has_times
        Whether hours are known. Without them students of the same courses are kept together, so that few pairs of
        sections share students.
    """

    seats: Sequence[Seat]
    clashes: Sequence[int]
    capacity: Mapping[int, int | None]
    load: Mapping[int, int]
    asked: Sequence[AskedCourse]
    blocked: Mapping[int, int]
    has_times: bool


def assign(problem: SeatProblem) -> list[int | None]:
    """Per course asked for, the seat given; None where there is none."""
    rolls = _Rolls(problem)
    for index in rolls.in_order():
        rolls.give_best(index)
    for _round in range(ROUNDS):
        waiting = [index for index in rolls.in_order() if rolls.taken[index] is None]
        if not sum(rolls.make_way(index) for index in waiting):
            break
    for _round in range(ROUNDS):
        if not rolls.level():
            break
    return rolls.taken


class _Rolls:
    """Who has which seat while it is being decided."""

    def __init__(self, problem: SeatProblem) -> None:
        self.problem = problem
        self.taken: list[int | None] = [None] * len(problem.asked)
        self.load = Counter(problem.load)
        self.of_seat: Counter[int] = Counter()
        self.sitting: dict[int, set[int]] = defaultdict(set)
        """By section: what is asked for that has a seat in it."""
        self.of_student: dict[int, list[int]] = defaultdict(list)
        self.mine: dict[int, int] = defaultdict(int)
        """By student: the seats given, as bits."""
        self.together: Counter[tuple[int, int]] = Counter()
        self.demand = Counter(asked.course_id for asked in problem.asked)
        for index, asked in enumerate(problem.asked):
            self.of_student[asked.student_id].append(index)
        self.even = self._even_shares()

    def _even_shares(self) -> dict[int, float]:
        """By section, the students it has where all of its course are alike full."""
        sections: dict[int, set[int]] = defaultdict(set)
        for seat in self.problem.seats:
            sections[seat.course_id].add(seat.section_id)
        shares: dict[int, float] = {}
        for course, own in sections.items():
            room = {section: self.problem.capacity.get(section) for section in own}
            students = self.demand[course] + sum(self.problem.load.get(section, 0) for section in own)
            sizes = {section: room[section] or max(1, students) for section in own}
            total = sum(sizes.values())
            shares |= {section: students * size / total for section, size in sizes.items()}
        return shares

    def in_order(self) -> list[int]:
        """Who comes first: what must be had, then who has the fewest ways; without hours those alike in a row."""
        asked = self.problem.asked
        if self.problem.has_times:
            return sorted(range(len(asked)), key=lambda i: (
                asked[i].priority, len(asked[i].seats), asked[i].student_id * SCATTER % 2**32, i))  # fmt: skip
        wanted = {
            student: tuple(sorted(asked[index].course_id for index in own)) for student, own in self.of_student.items()
        }
        return sorted(range(len(asked)), key=lambda i: (
            asked[i].priority, wanted[asked[i].student_id], asked[i].student_id, i))  # fmt: skip

    def fullness(self, section: int, more: int = 0) -> float:
        """How full a section is, with so many more students."""
        size = self.problem.capacity.get(section) or max(1.0, self.even.get(section, 1.0))
        return (self.load[section] + more) / size

    def has_place(self, section: int) -> bool:
        size = self.problem.capacity.get(section)
        return size is None or self.load[section] < size

    def can_attend(self, student: int, seat: int, without: int = 0) -> bool:
        """Whether nothing of the student's clashes with a seat, the seats of ``without`` left aside."""
        held = self.mine[student] & ~without
        return not (self.problem.blocked.get(student, 0) >> seat & 1 or held & self.problem.clashes[seat])

    def _worth(self, student: int, seat: int) -> tuple[float, ...]:
        section = self.problem.seats[seat].section_id
        if self.problem.has_times:
            return (self.fullness(section, 1), self.of_seat[seat], seat)
        mine = [self.taken[index] for index in self.of_student[student]]
        near = sum(self.together[_pair(seat, other)] for other in mine if other is not None)
        return (self.load[section] >= self.even[section], -near, self.fullness(section, 1), self.of_seat[seat], seat)

    def give_best(self, index: int) -> bool:
        """Give the best seat of the course, else of its alternative; False where there is none."""
        asked = self.problem.asked[index]
        for seats in (asked.seats, asked.instead):
            free = [
                seat
                for seat in seats
                if self.has_place(self.problem.seats[seat].section_id) and self.can_attend(asked.student_id, seat)
            ]
            if free:
                self.give(index, min(free, key=lambda seat: self._worth(asked.student_id, seat)))
                return True
        return False

    def give(self, index: int, seat: int | None) -> None:
        """Let a student have a seat instead of the one there was, or none."""
        student, before = self.problem.asked[index].student_id, self.taken[index]
        for old, sign in ((before, -1), (seat, 1)):
            if old is None:
                continue
            section = self.problem.seats[old].section_id
            self.load[section] += sign
            self.of_seat[old] += sign
            self.mine[student] ^= 1 << old
            (self.sitting[section].add if sign > 0 else self.sitting[section].discard)(index)
            if not self.problem.has_times:
                others = [self.taken[other] for other in self.of_student[student] if other != index]
                for other in others:
                    if other is not None:
                        self.together[_pair(old, other)] += sign
        self.taken[index] = seat

    def make_way(self, index: int) -> bool:
        """Give a seat by moving the student's other seats, or one student out of a full section; False in vain."""
        if self.give_best(index):
            return True
        asked = self.problem.asked[index]
        for seat in (*asked.seats, *asked.instead):
            done: list[tuple[int, int | None]] = []
            if self._free_hours(index, seat, done) and self._free_place(index, seat, done):
                self.give(index, seat)
                return True
            for moved, before in reversed(done):
                self.give(moved, before)
        return False

    def _free_hours(self, index: int, seat: int, done: list[tuple[int, int | None]]) -> bool:
        """Move what the student has at the hours of a seat; what was moved is noted in ``done``."""
        student = self.problem.asked[index].student_id
        if self.problem.blocked.get(student, 0) >> seat & 1:
            return False
        for other in self.of_student[student]:
            held = self.taken[other]
            if held is not None and self.problem.clashes[seat] >> held & 1 and not self._move(other, {seat}, done):
                return False
        return True

    def _free_place(self, index: int, seat: int, done: list[tuple[int, int | None]]) -> bool:
        """Let one student leave a full section for another of the course; what was moved is noted in ``done``."""
        section = self.problem.seats[seat].section_id
        if self.has_place(section):
            return True
        student = self.problem.asked[index].student_id
        others = [i for i in sorted(self.sitting[section]) if self.problem.asked[i].student_id != student]
        return any(self._move(other, (), done) for other in others)

    def _move(self, index: int, beside: Iterable[int], done: list[tuple[int, int | None]]) -> bool:
        """Give another seat of another section, that does not clash with those of ``beside``."""
        asked, before = self.problem.asked[index], self.taken[index]
        if before is None:
            return False
        section = self.problem.seats[before].section_id
        for seat in asked.seats:
            to = self.problem.seats[seat].section_id
            clear = not any(self.problem.clashes[seat] >> other & 1 for other in beside)
            if to != section and clear and self.has_place(to) and self.can_attend(asked.student_id, seat, 1 << before):
                done.append((index, before))
                self.give(index, seat)
                return True
        return False

    def level(self) -> bool:
        """Move students from fuller sections to emptier ones of the course; whether anybody was moved."""
        moved = False
        for index, before in enumerate(self.taken):
            asked = self.problem.asked[index]
            if before is None or before not in asked.seats:
                continue
            section = self.problem.seats[before].section_id
            better = [
                seat
                for seat in asked.seats
                if self.fullness(self.problem.seats[seat].section_id, 1) < self.fullness(section) - 1e-9
                and self.has_place(self.problem.seats[seat].section_id)
                and self.can_attend(asked.student_id, seat, 1 << before)
            ]
            if better:
                self.give(index, min(better, key=lambda seat: self._worth(asked.student_id, seat)))
                moved = True
        return moved


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)
