"""Counting finds who asks for more than there is, with the numbers, and never cries wolf."""

from dataclasses import replace
from random import Random

from tests.engine.planted import KINDS, ROOMS, base, chain_of_pins, overbooked_teacher, overfull_group, too_few_labs
from webapp.engine.counts import ShortageKind, shortages
from webapp.engine.domains import Domains
from webapp.engine.instance import Constraint, Meeting, Placement, RoomOption
from webapp.engine.matching import match, violator
from webapp.engine.rules import rule_named
from webapp.engine.timegrid import Time


def test_an_overbooked_teacher_is_named_with_demand_and_supply() -> None:
    planted = overbooked_teacher(Random(0))
    [found] = shortages(planted.instance)
    assert found.kind is ShortageKind.SLOTS
    assert set(found.resources) == planted.resources
    assert found.demand == found.supply + 1
    assert found.sentence == f"{found.label}: {found.demand} slots asked, {found.supply} possible."
    assert set(found.constraints) == planted.constraints


def test_too_few_labs_are_named_as_a_set_of_rooms() -> None:
    planted = too_few_labs(Random(0))
    [found] = shortages(planted.instance)
    assert (found.kind, set(found.rooms), found.demand, found.supply) == (ShortageKind.ROOMS, planted.rooms, 33, 32)


def test_meetings_that_start_together_and_suit_one_room_only_are_named_once_for_the_room() -> None:
    instance = base(Random(0))
    lab = (RoomOption(ROOMS),)
    extra = tuple(Meeting(f"X{i}", instance.meetings[0].times, lab, (), 20) for i in range(4))
    number = len(instance.meetings)
    together = [Constraint(rule_named("same_time"), None, (), (number + i, number + i + 1)) for i in (0, 2)]
    grown = replace(instance, meetings=instance.meetings + extra, constraints=instance.constraints + tuple(together))
    [found] = shortages(grown)
    assert (found.kind, found.rooms, found.demand, found.supply) == (ShortageKind.ROOMS, (ROOMS,), 2, 1)
    assert (
        found.sentence
        == "LAB0: X0, X1 start together and ask for 2 rooms, 1 possible. The same holds for 1 more such set."
    )
    assert found.meetings == tuple(range(number, number + 4))
    assert set(found.constraints) == {1, len(instance.constraints)}
    both = replace(grown, meetings=instance.meetings + tuple(replace(m, rooms=(*lab, RoomOption(4))) for m in extra))
    assert shortages(both) == []


def test_an_overfull_group_is_named() -> None:
    planted = overfull_group(Random(0))
    assert any(
        set(found.resources) == planted.resources and found.demand == 17 for found in shortages(planted.instance)
    )


def test_a_feasible_term_and_conflicts_beyond_counting_give_nothing() -> None:
    for seed in range(10):
        assert shortages(base(Random(seed))) == []
        assert shortages(chain_of_pins(Random(seed)).instance) == []


def test_two_meetings_of_one_teacher_pinned_to_one_slot_are_matched_and_named() -> None:
    instance = base(Random(4))
    teacher = max(range(5), key=lambda r: len(instance.meetings_of[r]))
    pinned = instance.meetings_of[teacher][:2]
    pin = Placement(Time(1, 1, 4))
    meetings = tuple(replace(m, pin=pin) if i in pinned else m for i, m in enumerate(instance.meetings))
    found = [s for s in shortages(replace(instance, meetings=meetings)) if teacher in s.resources]
    assert len(found) == 1
    assert found[0].meetings == pinned
    assert (found[0].demand, found[0].supply) == (2, 1)
    assert found[0].sentence.endswith("ask for 2 slots, 1 possible: day 3, slot 2.")


def test_most_per_day_and_most_per_week_lower_the_supply() -> None:
    instance = base(Random(5))
    teacher = max(range(5), key=lambda r: len(instance.meetings_of[r]))
    number = len(instance.meetings_of[teacher])
    week = replace(
        instance,
        constraints=(
            *instance.constraints,
            Constraint(rule_named("max_per_week"), None, (teacher,), amount=number - 1),
        ),
    )
    [found] = shortages(week)
    assert (found.demand, found.supply, found.resources) == (number, number - 1, (teacher,))
    assert len(week.constraints) - 1 in found.constraints
    day = replace(
        instance,
        constraints=(
            *instance.constraints,
            Constraint(rule_named("max_per_day"), None, (teacher,), amount=1),
            Constraint(rule_named("unavailable"), None, (teacher,), cells=frozenset(range(4 * max(0, 5 - number), 4))),
        ),
    )
    assert all(found.resources == (teacher,) for found in shortages(day))


def test_more_meetings_on_different_days_than_days_are_named() -> None:
    instance = base(Random(6))
    grown = replace(
        instance,
        constraints=(*instance.constraints, Constraint(rule_named("different_days"), None, (), (0, 1, 2, 3, 4))),
    )
    [found] = shortages(grown)
    assert (found.kind, found.demand, found.supply) == (ShortageKind.DAYS, 5, 4)


def test_a_soft_rule_never_makes_a_shortage() -> None:
    for kind in KINDS:
        planted = kind(Random(8))
        soft = tuple(replace(c, weight=1) for c in planted.instance.constraints)
        assert shortages(replace(planted.instance, constraints=soft)) == []


def test_domains_leave_what_the_hard_rules_leave() -> None:
    instance = base(Random(0))
    teacher = instance.meetings[0].resources[0]
    closed = (Time(0, 4, 0b1110), Time(0, 3, 0b0001))
    rooms = tuple(replace(room, closed=closed) for room in instance.rooms)
    narrowed = replace(
        instance,
        rooms=rooms,
        constraints=(
            *instance.constraints,
            Constraint(rule_named("room_closed"), None),
            Constraint(rule_named("unavailable"), None, (teacher,), cells=frozenset({3})),
        ),
    )
    domains = Domains(narrowed)
    assert [o.time for o in domains.times(0)] == []
    other = next(m for m, meeting in enumerate(instance.meetings) if teacher not in meeting.resources)
    assert [o.time for o in domains.times(other)] == [Time(3, 1, 1)]
    assert domains.closed_cells[0] == frozenset(range(16)) - {3}


def test_a_violator_is_the_askers_who_want_too_few_places() -> None:
    wants = {"a": [1], "b": [1, 2], "c": [2], "d": [2, 3, 4]}
    assert len(match(wants)) == 3
    found = violator(wants)
    assert found is not None
    assert (set(found.askers), set(found.places)) == ({"a", "b", "c"}, {1, 2})
    assert violator({"a": [1], "b": [1, 2]}) is None
