"""What counts time counts the term's own slots, whatever the grid: held to a count that shares no code with the engine.

The weeks are random: days differ, shifts overlap, slots last half an hour or an hour and a half, breaks are short or
long, and classes are held in all weeks of the term or in some. The other count knows the clock times of the slots of
each class and the numbers of its weeks, and looks at each week of the term by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.engine.cpsat.time_model import solve_times
from webapp.engine.evaluate import ScoredTimetable, evaluate
from webapp.engine.instance import Constraint, Instance, Meeting, Placement, Resource, TimeOption
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.search.compile import compile_instance
from webapp.engine.search.days import MOST_TABLE_PERIODS
from webapp.engine.search.state import best_cost, state_of
from webapp.engine.solution import Solution
from webapp.services.problem.calendar import Calendar, Slot, build_calendar

PEOPLE = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP, ResourceKind.STUDENTS)
OF_DAYS = ("max_per_day", "max_in_row", "isolated_meetings", "lone_meetings", "group_gaps", "instructor_gaps")
OF_WEEKS = ("max_per_week", "min_working_days", "group_days", "instructor_days")

Hours = tuple[int, int]
"""When a slot starts and ends, in minutes since midnight."""


@dataclass(frozen=True)
class Held:
    """A class as people see it: the day, the hours of its slots, the numbers of its weeks, who has it."""

    day: int
    slots: tuple[Hours, ...]
    weeks: frozenset[int]
    people: tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """A week with its classes, and the same as the engine's problem with its rules."""

    days: tuple[tuple[Hours, ...], ...]
    pause: int
    term_weeks: int
    held: tuple[Held, ...]
    instance: Instance
    solution: Solution


@st.composite
def cases(draw) -> Case:
    slots: list[Slot] = []
    for day in range(draw(st.integers(1, 3))):
        for shift in range(draw(st.integers(1, 2))):
            slots += draw(rows(day, str(shift), len(slots)))
    term_weeks, pause = draw(st.sampled_from([1, 5, 16])), draw(st.sampled_from([0, 10, 15, 60]))
    every = frozenset(range(1, term_weeks + 1))
    sets = [every, frozenset(week for week in every if week % 2), frozenset(week for week in every if week >= 3)]
    chosen = draw(st.lists(st.sampled_from([weeks for weeks in sets if weeks]), max_size=2, unique=True))
    calendar = build_calendar(slots, pause, term_weeks, chosen)
    held, options = [], []
    for _ in range(draw(st.integers(1, 6))):
        weeks = draw(st.sampled_from([every, *chosen]))
        people = draw(st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True))
        chains = [*calendar.chains(draw(st.sampled_from([1, 1, 2]))).values()] or [*calendar.chains(1).values()]
        chain = draw(st.sampled_from(chains))
        hours = tuple((slot.start, slot.end) for slot in chain.slots)
        held.append(Held(chain.first.day, hours, weeks, tuple(people)))
        options.append(calendar.time_of(chain, calendar.weeks_mask(weeks)))
    meetings = tuple(
        Meeting(f"M{i}", (TimeOption(time),), resources=one.people, needs_room=False)
        for i, (time, one) in enumerate(zip(options, held, strict=True))
    )
    days = tuple(
        tuple(sorted({(slot.start, slot.end) for slot in slots if slot.day == day}))
        for day in range(max(slot.day for slot in slots) + 1)
    )
    instance = _instance(calendar, meetings, draw(st.integers(0, 3)), draw(st.booleans()))
    return Case(days, pause, term_weeks, tuple(held), instance, Solution(tuple(Placement(time) for time in options)))


@st.composite
def rows(draw, day: int, shift: str, first_key: int) -> list[Slot]:
    """The slots of a shift on a day, of which one may be missing."""
    length, rest = draw(st.sampled_from([30, 50, 60, 90])), draw(st.sampled_from([0, 10, 20, 60]))
    start, number = draw(st.sampled_from([480, 495, 510, 540])), draw(st.integers(1, 5))
    starts = [start + i * (length + rest) for i in range(number)]
    missing = draw(st.sampled_from([None, *starts[1:]]))
    kept = [begins for begins in starts if begins != missing]
    return [Slot(first_key + i, shift, day, begins, begins + length) for i, begins in enumerate(kept)]


def _instance(calendar: Calendar, meetings: tuple[Meeting, ...], amount: int, is_named: bool) -> Instance:
    """Every rule that counts time, about its people; with ``is_named`` about the classes by name instead."""
    named = tuple(range(len(meetings))) if is_named else ()
    constraints = [
        Constraint(
            rule_named(name), 1 + place, meetings=named if named or name == "min_working_days" else (), amount=amount
        )
        for place, name in enumerate((*OF_DAYS, *OF_WEEKS))
    ]
    resources = tuple(Resource(kind.value, kind) for kind in PEOPLE)
    return Instance("case", calendar.grid, (), resources, meetings, tuple(constraints))


# The other count


def together(one: Hours, two: Hours, day: tuple[Hours, ...], pause: int) -> bool:
    """Whether two busy slots overlap, or stand next to each other with a short break that no slot fits into."""
    first, second = sorted((one, two))
    if second[0] < first[1]:
        return True
    between = any(first[1] <= begins and ends <= second[0] for begins, ends in day)
    return second[0] - first[1] <= pause and not between


def rows_of(busy: set[Hours], day: tuple[Hours, ...], pause: int) -> list[set[Hours]]:
    """The busy slots in groups of those that stand together, earliest first."""
    groups: list[set[Hours]] = []
    for slot in sorted(busy):
        near = [group for group in groups if any(together(slot, other, day, pause) for other in group)]
        groups = [group for group in groups if group not in near] + [{slot}.union(*near)]
    return sorted(groups, key=min)


def most_between(begin: int, end: int, day: tuple[Hours, ...]) -> int:
    """The most slots of a day that could be held from one time to another: each choice of them is looked at."""
    inside = [slot for slot in day if begin <= slot[0] and slot[1] <= end]
    for number in range(len(inside), 0, -1):
        for chosen in combinations(inside, number):
            if all(earlier[1] <= later[0] for earlier, later in pairwise(sorted(chosen))):
                return number
    return 0


def count_of_day(rule: str, busy: set[Hours], day: tuple[Hours, ...], pause: int, amount: int) -> int:
    together_now = rows_of(busy, day, pause)
    if rule == "max_per_day":
        return max(0, len(busy) - amount)
    if rule == "lone_meetings":
        return int(len(busy) == 1)
    if rule == "max_in_row":
        return sum(max(0, len(row) - amount) for row in together_now)
    if rule == "isolated_meetings":
        return sum(len(row) == 1 for row in together_now)
    ends = [(max(end for _, end in one), min(two)[0]) for one, two in pairwise(together_now)]
    return sum(most_between(begin, end, day) for begin, end in ends)


def count_of_week(rule: str, loads: list[int], amount: int) -> int:
    used = sum(load > 0 for load in loads)
    if rule == "max_per_week":
        return max(0, sum(loads) - amount)
    if rule == "min_working_days":
        return max(0, amount - used) if used else 0
    return used


def subjects(case: Case, constraint: Constraint) -> Iterator[list[Held]]:
    """The classes of each person, or those that are named."""
    if constraint.meetings or constraint.rule.name == "min_working_days":
        yield list(case.held)
        return
    for person, kind in enumerate(PEOPLE):
        if kind in constraint.rule.kinds:
            yield [one for one in case.held if person in one.people]


def other_count(case: Case, constraint: Constraint) -> int:
    """The mean over the weeks of the term, rounded up: of each day or, where a rule is about weeks, of each subject."""
    rule, found = constraint.rule.name, 0
    for classes in subjects(case, constraint):
        of_days, of_week = [0] * len(case.days), 0
        for week in range(1, case.term_weeks + 1):
            busy = [
                {h for one in classes if one.day == d and week in one.weeks for h in one.slots}
                for d in range(len(case.days))
            ]
            if rule in OF_WEEKS:
                of_week += count_of_week(rule, [len(slots) for slots in busy], constraint.amount)
                continue
            for day, slots in enumerate(busy):
                of_days[day] += count_of_day(rule, slots, case.days[day], case.pause, constraint.amount)
        found += sum(-(-total // case.term_weeks) for total in (of_days if rule in OF_DAYS else [of_week]))
    return found


QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(cases())
def test_every_rule_that_counts_time_counts_what_a_look_at_each_week_and_clock_counts(case: Case) -> None:
    counts = evaluate(case.instance, case.solution).counts
    assert {c.rule.name: other_count(case, c) for c in case.instance.constraints} == dict(counts)
    timetable = ScoredTimetable(case.instance)
    for meeting, placement in enumerate(case.solution.placements):
        before, told = timetable.score(), timetable.delta({meeting: placement})
        timetable.place(meeting, placement)
        assert timetable.score().cost == before.cost + told.cost
    assert timetable.score().counts == counts


@QUICK
@given(cases())
def test_the_search_counts_what_the_truth_counts_on_such_weeks(case: Case) -> None:
    score = evaluate(case.instance, case.solution)
    for table_periods in (MOST_TABLE_PERIODS, 0):
        problem = compile_instance(case.instance, table_periods)
        assert not problem.left_out
        assert best_cost(state_of(problem, case.solution, 1)) == (0, score.cost)


@settings(QUICK, max_examples=25)
@given(cases())
def test_the_exact_model_counts_what_the_truth_counts_on_such_weeks(case: Case) -> None:
    stage = solve_times(case.instance, 20.0)
    assert (stage.left_out, stage.objective) == ((), evaluate(case.instance, case.solution).cost)
