"""Who gets which seat: sizes, hours, priorities, evenness; counted by hand and over random problems."""

import random
from collections import Counter
from collections.abc import Sequence

from webapp.services.terms.requests.assignment import AskedCourse, Seat, SeatProblem, assign


def problem_of(
    sections: Sequence[tuple[int, int | None, frozenset[int]]],
    asked: Sequence[tuple[int, int, int]],
    *,
    blocked: dict[int, int] | None = None,
    has_times: bool = True,
) -> SeatProblem:
    """Sections as (course, size, hours) and requests as (student, course, priority)."""
    seats = [Seat(course, index, None) for index, (course, _size, _hours) in enumerate(sections)]
    clashes = [
        sum(1 << j for j, (other, _s, hours) in enumerate(sections) if other == course or hours & own)
        for course, _size, own in sections
    ]
    wanted = [
        AskedCourse(student, course, priority, tuple(i for i, seat in enumerate(seats) if seat.course_id == course))
        for student, course, priority in asked
    ]
    sizes = {index: size for index, (_course, size, _hours) in enumerate(sections)}
    return SeatProblem(seats, clashes, sizes, {}, wanted, blocked or {}, has_times)


def at(*hours: int) -> frozenset[int]:
    return frozenset(hours)


def test_sections_are_filled_evenly_and_never_beyond_their_size() -> None:
    found = assign(problem_of([(1, 30, at(1)), (1, 30, at(2)), (1, 30, at(3))], [(s, 1, 1) for s in range(61)]))
    assert sorted(Counter(found).values()) == [20, 20, 21]
    found = assign(problem_of([(1, 10, at(1)), (1, 5, at(2))], [(s, 1, 1) for s in range(20)]))
    assert Counter(found) == {0: 10, 1: 5, None: 5}


def test_nobody_gets_two_classes_at_once_and_others_move_aside_for_who_has_one_way_only() -> None:
    # Course 1 has two sections, course 2 one at the hour of the first: the student goes to the second of course 1.
    assert assign(problem_of([(1, 1, at(1)), (1, 1, at(2)), (2, 1, at(1))], [(7, 1, 1), (7, 2, 2)])) == [1, 2]
    # Student 1 can only be in the first section, student 2 in both: whoever comes first, both get one.
    blocked = {1: 0b10}
    for students in ((1, 2), (2, 1)):
        sections = [(1, 1, at(1)), (1, 1, at(2))]
        found = assign(problem_of(sections, [(student, 1, 1) for student in students], blocked=blocked))
        assert dict(zip(students, found, strict=True)) == {1: 0, 2: 1}


def test_what_must_be_had_comes_first_and_an_alternative_is_taken_where_the_course_is_full() -> None:
    asked = [(student, 1, 2) for student in range(5)] + [(9, 1, 1)]
    found = assign(problem_of([(1, 1, at(1))], asked))
    assert found == [None] * 5 + [0]
    seats = [Seat(1, 0, None), Seat(2, 1, None)]
    wanted = [AskedCourse(student, 1, 1, (0,), (1,)) for student in (1, 2)]
    both = assign(SeatProblem(seats, [0b01, 0b10], {0: 1, 1: None}, {}, wanted, {}, has_times=True))
    assert sorted(both, key=str) == [0, 1]


def test_without_hours_students_of_the_same_courses_stay_together() -> None:
    sections = [(course, 10, at()) for course in (1, 2) for _ in range(2)]
    asked = [(student, course, 1) for student in range(20) for course in (1, 2)]
    found = assign(problem_of(sections, asked, has_times=False))
    assert len({(found[2 * s], found[2 * s + 1]) for s in range(20)}) == 2
    assert set(Counter(found).values()) == {10}


def test_random_assignments_break_no_size_and_no_hour_and_come_out_the_same_again() -> None:
    for seed in range(8):
        draw = random.Random(seed)
        sections = [
            (course, draw.choice([None, 3, 8]), frozenset(draw.sample(range(12), 2)))
            for course in range(6)
            for _ in range(3)
        ]
        asked = [(student, course, draw.randint(1, 3)) for student in range(30) for course in draw.sample(range(6), 4)]
        blocked = {student: 1 << draw.randrange(18) for student in range(30)}
        problem = problem_of(sections, asked, blocked=blocked, has_times=seed % 2 == 0)
        found = assign(problem)
        assert found == assign(problem)
        load, own = Counter(seat for seat in found if seat is not None), dict[int, int]()
        for (student, course, _priority), seat in zip(asked, found, strict=True):
            if seat is None:
                continue
            assert sections[seat][0] == course
            assert not blocked[student] >> seat & 1
            assert not own.get(student, 0) & problem.clashes[seat]
            own[student] = own.get(student, 0) | 1 << seat
        assert all(size is None or load[index] <= size for index, (_c, size, _h) in enumerate(sections))
        for (student, _course, _priority), seat in zip(asked, found, strict=True):
            if seat is None:  # no free place that fits was overlooked
                wanted = next(a for a in problem.asked if (a.student_id, a.course_id) == (student, _course))
                for other in wanted.seats:
                    size = sections[other][1]
                    free = size is None or load[other] < size
                    assert not free or blocked[student] >> other & 1 or own.get(student, 0) & problem.clashes[other]
