"""A class, or a row of classes, that a hard rule leaves no place is told before any solver looks; else nothing is."""

import pytest

from tests import factories
from tests.services.checks.test_impossible_rules import course, keep_to, rule, told
from tests.services.checks.test_impossible_rules import term as term  # the same two days
from webapp.extensions import db
from webapp.models import TermRuleSlot

TIMES = "CSE101 A, L 1: none of its possible times keeps what is asked: "


@pytest.mark.parametrize(("amount", "found"), [(3, []), (2, [(f"{TIMES}Most slots a day of a set.", 0, 0)])])
def test_a_class_longer_than_a_day_of_its_set_may_be_is_told(term, amount, found):
    one = course(term, "CSE101", slots_per_meeting=3)
    rule(term, "max_day_load", one, course(term, "CSE102"), amount=amount)
    assert told(term) == found


def test_a_class_that_can_stand_only_at_slots_of_which_none_may_be_used_is_told(term):
    one = course(term, "CSE101")
    keep_to(one, 0, 0, 1)
    row = rule(term, "most_slots_of", one, amount=0)
    for number in (0, 1):
        slot = factories.slot(term, 0, number)
        db.session.add(TermRuleSlot(term_rule_id=row.term_rule_id, time_slot_id=slot.time_slot_id))
    db.session.flush()
    assert told(term) == [(f"{TIMES}Most slots out of some.", 0, 0)]
    row.is_hard, row.weight = False, 1
    assert told(term) == []


def test_a_row_longer_than_any_day_is_told(term):
    one = course(term, "CSE101", meetings_per_week=2, slots_per_meeting=2)
    rule(term, "grouped", one)
    assert told(term) == []
    rule(term, "grouped", one, course(term, "CSE102"))
    [(words, asked, possible)] = told(term)
    assert (asked, possible) == (5, 4)
    assert words.endswith("the classes take 5 slots in one row, and no day has more than 4: Grouped.")
