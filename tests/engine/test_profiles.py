"""Variant profiles: what they lift, what they leave alone, and the one yardstick for all."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.instances import instances, solutions
from tests.engine.rules.cases import HALL, LAB, PEOPLE, RAO, ROOMS, WEEK, at, meeting
from webapp.engine.evaluate import Score, evaluate
from webapp.engine.instance import Constraint, Instance
from webapp.engine.profiles import (
    PROFILES,
    YARDSTICK,
    criterion,
    measured,
    profile_named,
    profiled,
    quality_score,
    yardstick,
)
from webapp.engine.rules import RULES, rule_named
from webapp.engine.solution import Solution


def weights_for(instance, profile):
    """Weight of every soft rule under a profile; the largest where constraints of a rule differ."""
    found = {}
    for constraint in profiled(instance, profile).constraints:
        if constraint.weight is not None:
            found[constraint.rule.name] = max(found.get(constraint.rule.name, 0), constraint.weight)
    return found


SPECIAL = ("Faculty-First", "Student-First", "Room-Saving", "Compact-Week")


def two_classes(*constraints: Constraint) -> Instance:
    return Instance("two", WEEK, ROOMS, PEOPLE, (meeting("A", size=10), meeting("B", size=10)), constraints)


OWN = (
    Constraint(rule_named("all_placed"), None),
    Constraint(rule_named("group_gaps"), 2),
    Constraint(rule_named("min_working_days"), 5, meetings=(0, 1), amount=2),
    Constraint(rule_named("avoided_times"), 1, resources=(RAO,), cells=frozenset({0})),
    Constraint(rule_named("avoided_times"), 3, resources=(RAO,), cells=frozenset({1})),
    Constraint(rule_named("room_stability"), 0, meetings=(0, 1)),
)


def test_the_five_profiles_have_the_names_of_the_contract_and_put_known_rules_first():
    assert [profile.name for profile in PROFILES] == ["Balanced", *SPECIAL]
    for profile in PROFILES:
        assert profile.sentence.endswith(".")
        for tier in profile.tiers:
            assert all(rule_named(rule).name in (profile.factors or {}) for rule in tier)


def test_balanced_has_the_weights_of_the_instance():
    assert weights_for(two_classes(*OWN), "Balanced") == {"min_working_days": 5, "group_gaps": 2, "avoided_times": 3}


def test_a_profile_lifts_what_it_is_named_for_and_leaves_the_rest():
    weights = weights_for(two_classes(*OWN), "Student-First")
    assert weights == {
        "student_clash": 20,
        "min_working_days": 5,
        "isolated_meetings": 20,
        "group_gaps": 20,
        "avoided_times": 3,
    }


def test_a_lifted_rule_keeps_the_proportions_of_its_weights():
    found = profiled(two_classes(*OWN), "Faculty-First").constraints
    assert [c.weight for c in found if c.rule.name == "avoided_times"] == [7, 20]


def test_room_saving_minds_rooms_before_seats():
    weights = weights_for(two_classes(*OWN), "Room-Saving")
    assert (weights["rooms_in_use"], weights["empty_seats"]) == (200, 1)


def test_hard_rules_stay_hard_and_are_not_added_again():
    instance = two_classes(Constraint(rule_named("group_gaps"), None), Constraint(rule_named("all_placed"), None))
    found = profiled(instance, "Student-First").constraints
    assert [c.weight for c in found if c.rule.name in ("group_gaps", "all_placed")] == [None, None]


def test_wishes_that_nobody_has_are_not_invented():
    assert "avoided_times" not in weights_for(two_classes(), "Faculty-First")


def test_an_instance_without_weights_has_profiles_too():
    assert weights_for(two_classes(), "Compact-Week") == {"group_days": 4}
    assert weights_for(two_classes(), "Balanced") == {}


def test_a_measured_instance_counts_the_yardstick_and_costs_the_same():
    instance = two_classes(*OWN)
    held = Solution((at(0, 0, room=HALL), at(0, 2, room=LAB)))
    plain, score = evaluate(instance, held), evaluate(measured(instance), held)
    assert (score.cost, score.hard) == (plain.cost, plain.hard)
    counts = yardstick(score)
    assert tuple(counts) == YARDSTICK
    assert (counts["group_gaps"], counts["isolated_meetings"], counts["min_working_days"]) == (1, 2, 1)
    assert (counts["rooms_in_use"], counts["empty_seats"], counts["room_stability"]) == (2, 60, 1)
    assert (counts["group_days"], counts["instructor_days"], counts["avoided_times"]) == (1, 1, 1)


def test_the_yardstick_is_in_the_order_of_the_rules():
    order = [rule.name for rule in RULES]
    assert sorted(YARDSTICK, key=order.index) == list(YARDSTICK)


def test_each_profile_prefers_the_timetable_that_is_better_in_what_it_is_named_for():
    instance = two_classes(*OWN, Constraint(rule_named("instructor_gaps"), 1))
    apart = Solution((at(0, 0, room=HALL), at(1, 4, room=LAB)))
    together = Solution((at(0, 2, room=LAB), at(0, 3, room=LAB)))
    for profile in SPECIAL:
        under = profiled(instance, profile)
        assert criterion(profile, evaluate(under, together)) < criterion(profile, evaluate(under, apart))


def test_the_criterion_of_balanced_is_the_cost():
    assert criterion("Balanced", Score({}, {}, 2, 17)) == (2, 17)
    assert criterion("Room-Saving", Score({"rooms_in_use": 3, "empty_seats": 9}, {}, 0, 17)) == (0, 3, 9, 17)


def test_nothing_violated_is_100_and_one_average_violation_a_meeting_is_50():
    instance = two_classes(
        Constraint(rule_named("all_placed"), None),
        Constraint(rule_named("group_gaps"), 1),
        Constraint(rule_named("group_days"), 3),
    )
    assert quality_score(instance, Score({}, {}, 0, 0)) == Decimal("100.00")
    assert quality_score(instance, Score({}, {}, 0, 4)) == Decimal("50.00")
    assert quality_score(instance, Score({}, {}, 1, 0)) == Decimal("50.00")
    assert quality_score(instance, Score({}, {}, 0, 2)) == Decimal("66.66")


def test_almost_100_is_not_shown_as_100():
    many = Instance("many", WEEK, (), (), tuple(meeting(f"M{i}", resources=(), rooms=()) for i in range(30_000)), ())
    assert quality_score(many, Score({}, {}, 0, 1)) == Decimal("99.99")


def test_weights_of_another_unit_give_the_same_quality():
    solution = Solution((at(0, 0), at(0, 3)))
    scores = []
    for unit in (1, 10):
        instance = two_classes(
            Constraint(rule_named("group_gaps"), 2 * unit), Constraint(rule_named("group_days"), unit)
        )
        scores.append(quality_score(instance, evaluate(instance, solution)))
    assert scores[0] == scores[1]


def test_an_instance_without_meetings_is_perfect():
    empty = Instance("empty", WEEK, (), (), (), ())
    assert quality_score(empty, evaluate(empty, Solution(()))) == 100


def test_an_unknown_profile_is_refused_with_the_names_of_the_known():
    with pytest.raises(ValueError, match="no profile 'Cheap'; there are Balanced, Faculty-First"):
        profile_named("Cheap")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_better_timetable_never_has_a_lower_quality(data):
    instance = data.draw(instances(hard=("all_placed", "room_clash")))
    one, two = (evaluate(instance, data.draw(solutions(instance))) for _ in range(2))
    if one.hard <= two.hard and one.cost <= two.cost:
        assert quality_score(instance, one) >= quality_score(instance, two)
    assert 0 <= quality_score(instance, one) <= 100


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_profile_never_weighs_a_rule_less_than_the_instance_does(data):
    instance = data.draw(instances())
    own = weights_for(instance, "Balanced")
    for profile in SPECIAL:
        lifted = weights_for(instance, profile)
        assert all(lifted[rule] >= weight for rule, weight in own.items())
        first = [rule for tier in profile_named(profile).tiers[:1] for rule in tier if rule in lifted]
        assert all(lifted[rule] >= max(own.values(), default=1) for rule in first)
