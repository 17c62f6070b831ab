"""Each rule that can't hold is named, by itself, with its numbers and price; what is said agrees with trying all."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest

from tests.engine.rules.cases import BOTH, EVEN, FORTNIGHT, HALL, LAB, ODD, PEOPLE, RAO, WEEK
from tests.engine.tried import DOMAINS, drawn, everything, holds
from webapp.engine.domains import pieces
from webapp.engine.evaluate import evaluate
from webapp.engine.explain.explanation import Verdict, explain
from webapp.engine.instance import Constraint, Instance, InstanceRoom, Meeting, RoomOption, TimeOption
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

USUAL = (*DOMAINS, "room_clash", "instructor_clash")
ROOMS = (InstanceRoom("Hall", 60, travel={LAB: 2}, building="Main"), InstanceRoom("Lab", 60, building="Annex"))


def at(day: int, slot: int, length: int = 1, weeks: int = 1) -> Time:
    return Time(slot, length, 1 << day, weeks)


@dataclass(frozen=True)
class Case:
    """Meetings M1, M2, … with one time each that a rule forbids together; in the same room unless told otherwise."""

    rule: str
    times: tuple[Time, ...]
    says: str = ""
    rooms: tuple[int, ...] = ()
    grid: TimeGrid = WEEK
    of: dict[str, Any] = field(default_factory=dict)
    about: str = "M1, M2"
    price: int = 1


MORNING, LATER, NEXT = at(0, 0), at(0, 3), at(0, 1)
OTHER_DAY = at(1, 3)
CASES = (
    Case("same_start", (MORNING, OTHER_DAY)),
    Case("same_time", (MORNING, LATER)),
    Case("same_time_of_day", (MORNING, OTHER_DAY)),
    Case("different_time", (LATER, OTHER_DAY)),
    Case("same_days", (MORNING, OTHER_DAY)),
    Case("different_days", (MORNING, LATER)),
    Case("different_weekdays", (at(0, 0, 1, ODD), at(0, 3, 1, EVEN)), grid=FORTNIGHT),
    Case("same_weeks", (at(0, 0, 1, ODD), at(1, 3, 1, EVEN)), grid=FORTNIGHT),
    Case("different_weeks", (at(0, 0, 1, ODD), at(1, 3, 1, BOTH)), grid=FORTNIGHT),
    Case("overlap", (MORNING, LATER)),
    Case("no_overlap", (MORNING, MORNING), rooms=(HALL, LAB)),
    Case("precedence", (LATER, MORNING)),
    Case("precedence_of_pairs", (OTHER_DAY, MORNING)),
    Case("same_room", (MORNING, OTHER_DAY), rooms=(HALL, LAB)),
    Case("different_room", (MORNING, OTHER_DAY)),
    Case("same_attendees", (MORNING, NEXT), rooms=(HALL, LAB)),
    Case("work_day", (MORNING, LATER), "(3)", of={"amount": 3}),
    Case("min_gap", (MORNING, LATER), "(3)", of={"amount": 3}),
    Case("days_between", (MORNING, OTHER_DAY), "(2)", of={"amount": 2}),
    Case("together_on_a_day", (MORNING, LATER)),
    Case("consecutive", (MORNING, LATER)),
    Case("grouped", (MORNING, LATER)),
    Case("ends_day", (MORNING, LATER)),
    Case("max_days", (MORNING, OTHER_DAY), "(1)", of={"amount": 1}),
    Case("max_day_load", (MORNING, LATER), "(1)", of={"amount": 1}),
    Case("max_breaks", (MORNING, LATER), "(0; a break is longer than 1)", of={"second_amount": 1}),
    Case("max_breaks", (at(0, 0, 1, ODD), at(0, 3, 1, ODD)), "(0)", grid=FORTNIGHT),
    Case("max_block", (MORNING, NEXT), "(1)", of={"amount": 1}),
    Case("most_at_once", (MORNING, MORNING), "(1)", (HALL, LAB), of={"amount": 1}),
    Case("most_slots_of", (MORNING, NEXT), "(1; 2 of 18 slots)", of={"amount": 1, "cells": frozenset({0, 1})}),
    Case("max_rooms", (MORNING, OTHER_DAY), "(1)", (HALL, LAB), of={"amount": 1}),
    Case("begins_by", (LATER, OTHER_DAY), "(2; later days allowed a week: 1)", of={"amount": 2, "second_amount": 1}),
    Case("gaps_a_day", (MORNING, LATER), "(1)", of={"amount": 1}),
    Case("gaps_a_week", (MORNING, LATER), "(0)", price=2),
    Case("interval_days", (MORNING, OTHER_DAY), "(0; 1 of 18 slots)", of={"cells": frozenset({0})}),
    Case("min_per_day", (MORNING, OTHER_DAY), "(2)", of={"amount": 2, "resources": (RAO,)}, about="Dr Rao", price=2),
    Case("building_changes_a_day", (MORNING, NEXT), "(0)", (HALL, LAB)),
    Case("building_changes_a_week", (MORNING, NEXT), "(0)", (HALL, LAB)),
    Case("building_change_gap", (MORNING, NEXT), "(1)", (HALL, LAB), of={"amount": 1}),
    Case("walking_time", (MORNING, NEXT), "", (HALL, LAB), of={"resources": (RAO,)}, about="Dr Rao"),
    Case("max_in_row", (MORNING, NEXT), "(1)", of={"amount": 1, "resources": (RAO,)}, about="Dr Rao"),
)


def planted(case: Case) -> Instance:
    """The term of a case; a third meeting has nothing to do with it."""
    rooms = case.rooms or (HALL, HALL)
    by_person = "resources" in case.of
    meetings = [
        Meeting(f"M{n}", (TimeOption(time),), (RoomOption(room),), (RAO,) if by_person else ())
        for n, (time, room) in enumerate(zip(case.times, rooms, strict=True), 1)
    ]
    free = tuple(TimeOption(at(day, slot, 1, case.grid.all_weeks)) for day in range(3) for slot in range(6))
    meetings.append(Meeting("other", free, (RoomOption(HALL),)))
    only = {} if by_person else {"meetings": (0, 1)}
    added = Constraint(rule_named(case.rule), None, **only, **case.of)
    usual = tuple(Constraint(rule_named(name), None) for name in USUAL)
    return Instance("planted", case.grid, ROOMS, PEOPLE, tuple(meetings), (*usual, added))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_one_rule_that_can_not_hold_is_named_with_its_numbers_and_its_price(case: Case) -> None:
    told = explain(planted(case), 20)
    assert told.verdict is Verdict.IMPOSSIBLE
    (conflict,) = told.conflicts
    assert [member.rule.name for member in conflict.members] == [case.rule]
    assert (conflict.minimal, conflict.verified) == (True, True)
    said = conflict.members[0].sentence
    assert said.startswith(f"{case.about}: ")
    assert case.says in said
    assert case.says or "(" not in said
    (price,) = [price for price in told.prices if price.assumption is not None]
    assert (price.amount, price.proven) == (case.price, True)


def test_a_room_that_no_class_may_leave_for_is_named() -> None:
    case = Case("home_room", (MORNING, OTHER_DAY), of={"rooms": (LAB,)})
    told = explain(planted(case), 20)
    conflict = told.conflicts[0]
    assert [member.rule.name for member in conflict.members] == ["home_room"]
    assert "(Lab)" in conflict.members[0].sentence
    assert told.sentence.startswith("M1: its only room is not left by the rules.")


def test_a_rule_that_one_person_can_not_keep_is_found_before_the_whole_term_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dr Rao has four classes a week, and no day may have fewer than three or more than three."""
    monkeypatch.setattr("webapp.engine.explain.explanation.find_core", lambda *_given: pytest.fail("asked the whole"))
    free = tuple(TimeOption(at(day, slot)) for day in range(3) for slot in range(6))
    rules = [Constraint(rule_named(name), None) for name in USUAL]
    rules += [
        Constraint(rule_named("min_per_day"), None, (RAO,), amount=3),
        Constraint(rule_named("max_per_day"), None, (RAO,), amount=3),
        Constraint(rule_named("gaps_a_day"), None, (RAO,)),
    ]
    meetings = tuple(Meeting(f"M{n}", free, (RoomOption(HALL),), (RAO,)) for n in range(4))
    told = explain(Instance("person", WEEK, ROOMS, PEOPLE, meetings, tuple(rules)), 20)
    (conflict,) = told.conflicts
    assert sorted(member.rule.name for member in conflict.members) == ["instructor_clash", "max_per_day", "min_per_day"]
    assert (conflict.minimal, conflict.verified, conflict.resources) == (True, True, (RAO,))


# --- against trying everything ----------------------------------------------------------------------------------------


def least(instance: Instance, of: int, piece: Constraint, timetables: Sequence[Solution]) -> int | None:
    """How often a rule must be broken at least, where all others hold."""
    rest: list[Constraint] = []
    for index, constraint in enumerate(instance.constraints):
        rest += [constraint] if index != of else [each for each in pieces(instance, constraint) if each != piece]
    alone = replace(instance, constraints=(*rest, replace(piece, weight=1)))
    scores = (evaluate(alone, timetable) for timetable in timetables)
    own = piece.rule.name
    shared = sum(each.rule.name == own for each in rest)
    return min((score.counts[own] for score in scores if score.hard == 0), default=None) if not shared else None


@pytest.mark.parametrize("rule", sorted({case.rule for case in CASES} | {"home_room", "unavailable", "room_capacity"}))
def test_what_is_said_of_a_small_term_agrees_with_trying_everything(rule: str) -> None:
    seen: set[bool] = set()
    for seed in range(12):
        instance = drawn(Random(seed), rule)
        timetables = everything(instance)
        is_possible = holds(instance, instance.constraints, timetables)
        if is_possible in seen or not holds(instance, instance.constraints[:-1], timetables):
            continue
        seen.add(is_possible)
        told = explain(instance, 20)
        assert told.verdict is (Verdict.POSSIBLE if is_possible else Verdict.IMPOSSIBLE)
        for conflict in told.conflicts[:1] if not is_possible else ():
            of_domains = [each for each in instance.constraints if each.rule.name in DOMAINS]
            members = [member.constraint for member in conflict.members]
            assert members
            assert conflict.verified
            assert not holds(instance, [*of_domains, *members], timetables)
            for left_out in members if conflict.minimal else ():
                assert holds(instance, [*of_domains, *(m for m in members if m is not left_out)], timetables)
            for price in told.prices:
                if price.assumption is None:
                    continue
                true = least(instance, price.assumption.of, price.assumption.constraint, timetables)
                if true is not None and price.amount is not None:
                    assert price.amount >= true
                    assert not price.proven or price.amount == true
