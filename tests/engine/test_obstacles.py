"""Why a class has no place names who and what stands against it, and blames no rule for what nobody looked at."""

from dataclasses import replace

import pytest

from webapp.engine import obstacles
from webapp.engine.instance import (
    Constraint,
    Instance,
    InstanceRoom,
    Meeting,
    Placement,
    Resource,
    RoomOption,
    TimeOption,
)
from webapp.engine.obstacles import reasons
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

HARD = ("all_placed", "room_clash", "instructor_clash", "group_clash")
AT = [Time(slot, 1, 1) for slot in range(4)]


def term(*constraints: Constraint, **changed: object) -> Instance:
    """One day of four slots, two rooms of which one suits all, two teachers; the class "NEW" is Dr Rao's."""
    times = tuple(TimeOption(time) for time in AT)
    people = (Resource("rao", ResourceKind.INSTRUCTOR, "Dr Rao"), Resource("iyer", ResourceKind.INSTRUCTOR, "Dr Iyer"))
    classes = [("MATH", 0), ("ART", 0), ("LAW", 1), ("NEW", 0)]
    meetings = [Meeting(code, times, (RoomOption(0),), (who,), size=20) for code, who in classes]
    meetings[3] = replace(meetings[3], **changed)  # type: ignore[arg-type]
    rules = tuple(Constraint(rule_named(name), None) for name in HARD)
    rooms = (InstanceRoom("LH-1", 30), InstanceRoom("LH-2", 10))
    return Instance("term", TimeGrid(1, 4), rooms, people, tuple(meetings), (*rules, *constraints))


def why(instance: Instance, *slots: int | None) -> str:
    """The reason of the last class, where the others stand in these slots."""
    placements = [Placement(None if slot is None else AT[slot], None if slot is None else 0) for slot in slots]
    (found,) = (each for each in reasons(instance, Solution((*placements, Placement()))) if each.meeting == 3)
    return found.reason


def test_people_rooms_and_what_was_not_tried_are_told_apart() -> None:
    assert why(term(), 0, 1, 2) == (
        "Of the 4 possible times of NEW: its people are busy at 2 (Dr Rao at 2, with MATH; ART); "
        "no suitable room is free at 1 (taken: LH-1); "
        "nothing stands against 1, which the search did not try: time was up."
    )


def test_a_rule_is_blamed_with_whom_it_is_about_where_it_stands_against_a_time() -> None:
    two_a_day = Constraint(rule_named("max_per_day"), None, (0,), amount=2)
    assert why(term(two_a_day), 0, 1, 2).endswith(
        "at 1 a rule that must hold would be broken (“Most per day” (Dr Rao) rules out 1)."
    )


def test_a_soft_clash_keeps_nobody_from_anything() -> None:
    lenient = term()
    soft = tuple(replace(c, weight=1) if c.rule.name == "instructor_clash" else c for c in lenient.constraints)
    assert "busy" not in why(replace(lenient, constraints=soft), 0, 1, 2)


def test_what_was_not_asked_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(obstacles, "MOST_ASKED", 0)
    assert why(term(), 0, 1, 2).endswith("1 not looked at: time was up.")


def test_rules_about_the_class_alone_are_named_with_how_much_each_rules_out() -> None:
    away = Constraint(rule_named("unavailable"), None, (0,), cells=frozenset(range(4)))
    assert why(term(away), 0, 1, 2) == (
        "NEW can have none of its 4 possible times: “Unavailable times” (Dr Rao) rules out 4."
    )
    with_rooms = why(term(away, Constraint(rule_named("suitable_room"), None)), 0, 1, 2)
    assert with_rooms == why(term(away), 0, 1, 2), "no room was asked about, so no rule about rooms is to blame"
    seats = Constraint(rule_named("room_capacity"), None)
    small = term(seats, size=50, rooms=(RoomOption(0), RoomOption(1)))
    assert why(small, 0, 1, 2).startswith("No room suits NEW: of 2 rooms “Room capacity” (")
    assert why(term(rooms=()), 0, 1, 2) == "No room suits NEW."
    assert why(term(times=()), 0, 1, 2) == "NEW has no possible time at all."
