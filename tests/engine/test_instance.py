"""Ill-formed problems are refused when they are built; infeasible ones are not."""

from dataclasses import replace

import pytest

from webapp.engine.instance import (
    MOST,
    UNPLACED,
    Configuration,
    Constraint,
    CourseStructure,
    Instance,
    InstanceRoom,
    Meeting,
    Placement,
    Resource,
    RoomOption,
    StudentDemand,
    Subpart,
    TimeOption,
)
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

GRID = TimeGrid(days=2, slots_per_day=4, breaks=frozenset({1}))
RAO = Resource("rao", ResourceKind.INSTRUCTOR, "Dr Rao")
FIRST = TimeOption(Time(0, 1, 1))


def instance(**changes) -> Instance:
    fields = {
        "name": "tiny",
        "grid": GRID,
        "rooms": (InstanceRoom("R1", 30),),
        "resources": (RAO,),
        "meetings": (Meeting("A", (FIRST,), (RoomOption(0),), (0,)), Meeting("B", (FIRST,))),
        "constraints": (Constraint(rule_named("group_gaps"), 2), Constraint(rule_named("room_clash"), None)),
    }
    return Instance(**(fields | changes))


def test_a_problem_that_has_no_solution_is_built():
    assert instance(meetings=(Meeting("A", ()),), rooms=()).meetings[0].times == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rooms": (InstanceRoom("R1", 1), InstanceRoom("R1", 2))}, "room R1 is there twice"),
        ({"resources": (RAO, RAO)}, "resource rao is there twice"),
        ({"meetings": (Meeting("A", ()), Meeting("A", ()))}, "meeting A is there twice"),
        ({"meetings": (Meeting("", ()),)}, "a meeting has no code"),
        ({"meetings": (Meeting("A", (TimeOption(Time(3, 2, 1)),)),)}, "meeting A: slots 3 to 5 lie outside the day"),
        ({"meetings": (Meeting("A", (TimeOption(Time(0, 1, 4)),)),)}, "day mask 0b100 lies outside the week of 2"),
        ({"meetings": (Meeting("A", (TimeOption(Time(0, 1, 1, 2)),)),)}, "week mask 0b10 lies outside the 1 weeks"),
        ({"meetings": (Meeting("A", (FIRST,), (RoomOption(1),)),)}, "meeting A, rooms: index 1 is unknown"),
        ({"meetings": (Meeting("A", (FIRST,), (RoomOption(0), RoomOption(0))),)}, "something is named twice"),
        ({"meetings": (Meeting("A", (FIRST,), (), (7,)),)}, "meeting A, resources: index 7 is unknown, there are 1"),
        ({"meetings": (Meeting("A", (), pin=Placement(Time(9, 1, 1))),)}, "meeting A, pin: slots 9 to 10"),
        ({"meetings": (Meeting("A", (), pin=Placement(None, 3)),)}, "meeting A, pin: index 3 is unknown"),
        ({"rooms": (InstanceRoom("R1", 1, closed=(Time(0, 5, 1),)),)}, "room R1: slots 0 to 5 lie outside"),
        (
            {"constraints": (Constraint(rule_named("same_time"), 1, meetings=(0, 2)),)},
            "rule same_time, meetings: index 2 is unknown",
        ),
        (
            {"constraints": (Constraint(rule_named("unavailable"), 1, (9,), label="Dr Rao"),)},
            "unavailable Dr Rao, resources: index 9",
        ),
        (
            {"constraints": (Constraint(rule_named("unavailable"), 1, cells=frozenset({8})),)},
            "cell 8 lies outside the grid of 8 cells",
        ),
        ({"interchangeable": ((0, 5),)}, "interchangeable meetings: index 5 is unknown"),
        ({"reference": (UNPLACED,)}, "reference has 1 placements for 2 meetings"),
        ({"reference": (UNPLACED, Placement(Time(4, 1, 1)))}, "reference: slots 4 to 5 lie outside the day"),
        ({"reference": (UNPLACED, Placement(Time(0, 1, 1), 1))}, "reference: index 1 is unknown, there are 1"),
        ({"rooms": (InstanceRoom("R1", 1, travel={4: 1}),)}, "room R1, travel: index 4 is unknown"),
        ({"meetings": (Meeting("A", (), parent=1),)}, "meeting A, parent: index 1 is unknown"),
        (
            {"courses": (CourseStructure("C", (Configuration("1", (Subpart("s", (7,)),)),)),)},
            "course C, subpart s: index 7",
        ),
        ({"courses": (CourseStructure("C", ()), CourseStructure("C", ()))}, "course C is there twice"),
        ({"students": (StudentDemand("S", (0,)),)}, "student S, courses: index 0 is unknown, there are 0"),
    ],
)
def test_what_is_ill_formed_is_refused_and_named(changes, words):
    with pytest.raises(ValueError, match=words):
        instance(**changes)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: InstanceRoom("R1", -1), "room R1: capacity must lie between 0"),
        (lambda: InstanceRoom("R1", 2.5), "capacity must be a whole number, found 2.5"),
        (lambda: InstanceRoom("R1", float("nan")), "capacity must be a whole number, found nan"),
        (lambda: InstanceRoom("R1", True), "capacity must be a whole number, found True"),
        (lambda: Resource("e", ResourceKind.STUDENTS, weight=0), "resource e: weight must lie between 1"),
        (lambda: Constraint(rule_named("group_gaps"), -1), "rule group_gaps: weight must lie between 0"),
        (
            lambda: Constraint(rule_named("group_gaps"), MOST + 1),
            "weight must lie between 0 and 1000000000, found 1000000001",
        ),
        (lambda: Constraint(rule_named("max_per_day"), 1, amount=-2), "rule max_per_day: amount must lie"),
        (lambda: TimeOption(Time(0, 1, 1), -3), "time option at slot 0: penalty must lie"),
        (lambda: RoomOption(0, -3), "option of room 0: penalty must lie"),
        (lambda: Meeting("A", (), size=-1), "meeting A: size must lie"),
        (lambda: Meeting("A", (), limit=-1), "meeting A: limit must lie"),
        (lambda: InstanceRoom("R1", 1, travel={0: -1}), "room R1: travel must lie"),
        (lambda: Meeting("A", (), resources=(1, 1)), "meeting A: a resource is named twice"),
        (lambda: TimeGrid(0, 4), "days must be a whole number of at least 1, found 0"),
        (lambda: TimeGrid(5, 4, breaks=frozenset({4})), "break after slot 4 lies outside the day of 4 slots"),
    ],
)  # fmt: skip
def test_numbers_that_make_no_sense_are_refused(build, words):
    with pytest.raises(ValueError, match=words):
        build()


def test_meetings_of_a_resource_are_known():
    assert instance().meetings_of == ((0,),)
    assert instance().resources_of_kind(ResourceKind.GROUP) == ()


def test_other_weights_leave_hard_rules_hard():
    assert [c.weight for c in instance().with_weights({"group_gaps": 9, "room_clash": 9}).constraints] == [9, None]


def test_the_label_of_a_resource_is_its_name_or_its_code():
    assert [RAO.label, replace(RAO, name="").label] == ["Dr Rao", "rao"]


def test_times_overlap_in_a_common_slot_of_a_common_day_and_week():
    time = Time(1, 2, 0b01, 0b01)
    assert time.overlaps(Time(2, 1, 0b11, 0b01))
    assert not time.overlaps(Time(3, 1, 0b01, 0b01))
    assert not time.overlaps(Time(1, 2, 0b10, 0b01))
    assert not time.overlaps(Time(1, 2, 0b01, 0b10))


def test_a_time_occupies_its_cells_on_each_of_its_days():
    assert list(Time(1, 2, 0b11).cells(GRID)) == [1, 2, 5, 6]


def test_slots_are_adjacent_unless_a_break_or_the_night_is_between():
    [day] = set(GRID.days_periods)
    assert [day.runs(0b11 << slot) for slot in range(3)] == [(2,), (1, 1), (2,)]


def test_an_unplaced_meeting_has_no_time_to_ask_for():
    with pytest.raises(ValueError, match="no time"):
        UNPLACED.at  # noqa: B018 - asking is the point


def test_a_moved_solution_is_a_copy():
    before = Solution.empty(instance())
    after = before.moved([(1, Placement(FIRST.time, 0))])
    assert (before.unplaced, after.unplaced) == ((0, 1), (0,))
