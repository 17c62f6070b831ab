"""The truth counts a timetable the same way from nothing, as sentences, and move by move."""

from random import Random
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.drawn import drawn, scattered
from tests.engine.instances import instances, placements, solutions
from webapp.engine.evaluate import ScoredTimetable, evaluate, violations
from webapp.engine.touched import Aspect


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_timetable_agrees_with_a_count_from_nothing_after_any_moves(data):
    instance = data.draw(instances())
    timetable = ScoredTimetable(instance, data.draw(solutions(instance)))
    assert timetable.score() == evaluate(instance, timetable.solution)
    for _ in range(data.draw(st.integers(1, 4))):
        meeting = data.draw(st.integers(0, len(instance.meetings) - 1))
        timetable.place(meeting, data.draw(placements(instance, meeting)))
        assert timetable.score() == evaluate(instance, timetable.solution)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_delta_says_what_moves_would_change_and_leaves_no_trace(data):
    instance = data.draw(instances())
    before = data.draw(solutions(instance))
    timetable = ScoredTimetable(instance, before)
    which = data.draw(st.lists(st.integers(0, len(instance.meetings) - 1), min_size=1, max_size=3, unique=True))
    changes = {meeting: data.draw(placements(instance, meeting)) for meeting in which}
    delta = timetable.delta(changes)
    old, new = evaluate(instance, before), evaluate(instance, before.moved(changes.items()))
    assert timetable.solution == before
    assert timetable.score() == old
    assert (delta.hard, delta.cost) == (new.hard - old.hard, new.cost - old.cost)
    assert delta.counts == {r: new.counts[r] - old.counts[r] for r in new.counts if new.counts[r] != old.counts[r]}


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_the_aspects_of_a_move_add_up(data):
    instance = data.draw(instances())
    timetable = ScoredTimetable(instance, data.draw(solutions(instance)))
    meeting = data.draw(st.integers(0, len(instance.meetings) - 1))
    placement = data.draw(placements(instance, meeting))
    whole = sum(change for _, change in timetable.changes(meeting, placement))
    aspects = (Aspect.TIME, Aspect.ROOM, Aspect.BOTH)
    assert whole == sum(change for aspect in aspects for _, change in timetable.changes(meeting, placement, aspect))


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_every_count_is_told_in_a_sentence(data):
    instance = data.draw(instances())
    solution = data.draw(solutions(instance))
    told = list(violations(instance, solution))
    score = evaluate(instance, solution)
    for rule, count in score.counts.items():
        assert sum(v.count for v in told if v.rule == rule) == count
        assert list(violations(instance, solution, rule)) == [v for v in told if v.rule == rule]
    assert all(v.sentence.endswith(".") and "{" not in v.sentence for v in told)
    assert sum(v.count for v in told if v.weight is None) == score.hard


def test_a_delta_takes_well_under_a_millisecond_at_1500_meetings():
    instance = drawn()
    timetable = ScoredTimetable(instance, scattered(instance))
    random, elsewhere = Random(2), scattered(instance, seed=3).placements
    moved = [random.randrange(1500) for _ in range(500)]
    began = process_time()
    for meeting in moved:
        timetable.delta({meeting: elsewhere[meeting]})
    each = (process_time() - began) / len(moved)
    assert each < 0.003, f"{1000 * each:.2f} ms"  # 0.3 ms on an idle machine; tests run on busy ones


def test_a_large_timetable_agrees_with_a_count_from_nothing_after_many_moves():
    instance = drawn()
    timetable = ScoredTimetable(instance, scattered(instance))
    random, elsewhere = Random(4), scattered(instance, seed=5).placements
    for meeting in random.sample(range(1500), 300):
        timetable.place(meeting, elsewhere[meeting])
    assert timetable.score() == evaluate(instance, timetable.solution)
