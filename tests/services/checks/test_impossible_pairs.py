"""Two classes that rules leave no two places are told by trying their places, and never where some are left."""

import pytest

from tests.services.checks.test_impossible_rules import course, keep_to, rule, told
from tests.services.checks.test_impossible_rules import term as term  # the same two days

TIMES = "CSE101 A, L 1 and CSE102 A, L 1: no two of their possible times keep what is asked: "


def test_same_days_and_different_days_of_two_classes_are_told_by_name(term):
    one, other = course(term, "CSE101"), course(term, "CSE102")
    rule(term, "same_days", one, other)
    assert told(term) == []
    rule(term, "different_weekdays", one, other)
    assert told(term) == [(f"{TIMES}Different weekdays, Same days.", 0, 0)]


def test_an_order_in_a_circle_is_told(term):
    one, other = course(term, "CSE101"), course(term, "CSE102")
    rule(term, "precedence", one, other)
    rule(term, "precedence_of_pairs", other, one)
    assert told(term) == [(f"{TIMES}Order, Order of all pairs.", 0, 0)]


def test_two_orders_against_each_other_are_told_though_each_could_be_kept(term):
    one, other = course(term, "CSE101"), course(term, "CSE102")
    rule(term, "precedence", one, other)
    rule(term, "precedence", other, one)
    assert told(term) == [(f"{TIMES}Order.", 0, 0)]


@pytest.mark.parametrize(("amount", "found"), [(2, []), (3, [(f"{TIMES}Least gap.", 0, 0)])])
def test_a_gap_longer_than_the_day_is_told_where_the_classes_can_be_on_no_other(term, amount, found):
    one, other = course(term, "CSE101"), course(term, "CSE102")
    for each in (one, other):
        keep_to(each, 0, 0, 1, 2, 3)
    rule(term, "min_gap", one, other, amount=amount)
    assert told(term) == found


def test_one_room_and_two_rooms_are_told_and_a_soft_rule_is_not(term):
    one, other = course(term, "CSE101"), course(term, "CSE102")
    rule(term, "same_room", one, other)
    soft = rule(term, "different_room", one, other, is_hard=False, weight=1)
    assert told(term) == []
    soft.is_hard, soft.weight = True, None
    assert told(term) == [(TIMES.replace("times", "rooms") + "Different rooms, Same room.", 0, 0)]


def test_an_order_of_three_in_a_circle_is_told(term):
    one, other, third = (course(term, code) for code in ("CSE101", "CSE102", "CSE103"))
    rule(term, "precedence", one, other)
    rule(term, "precedence_of_pairs", other, third)
    assert told(term) == []
    rule(term, "precedence", third, one)
    [(words, _asked, _possible)] = told(term)
    assert words.endswith("and by other rules of order after it: no timetable keeps both.")
