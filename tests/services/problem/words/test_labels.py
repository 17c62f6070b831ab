"""Where and when a class takes place, in words: one formatter for the engine's placements and for rows."""

from datetime import time

from tests import factories
from webapp.engine.instance import Placement
from webapp.extensions import db
from webapp.services.problem.term_problem import build_problem
from webapp.services.problem.words.labels import entry_in_words, placement_in_words


def test_a_placement_says_days_hours_and_room_and_a_pin_only_what_it_fixes(app):
    home = factories.organization()
    term, room = factories.term(home), factories.room(home, code="LH-2")
    factories.component(factories.section(term))
    db.session.commit()
    problem = build_problem(term)
    there = Placement(problem.instance.meetings[0].times[0].time, problem.room_index[room.room_id])
    when = "Monday 08:00 to 09:00"
    assert placement_in_words(problem, there) == f"{when}, LH-2"
    assert placement_in_words(problem, Placement(there.time)) == when
    assert placement_in_words(problem, Placement(None, there.room)) == "LH-2"
    assert placement_in_words(problem, Placement()) == ""


def test_a_row_says_day_hour_weeks_and_room_or_that_it_has_no_place(app):
    assert entry_in_words([1], time(9), "LH-2", "odd weeks") == "Tuesday 09:00 (odd weeks), LH-2"
    assert entry_in_words([1, 3], time(9), None) == "Tuesday, Thursday 09:00"
    assert entry_in_words([], None, None) == "without a place"
