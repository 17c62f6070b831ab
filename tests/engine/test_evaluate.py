"""The truth counts a timetable the same way from nothing, as sentences, and move by move."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.instances import instances, placements, solutions
from webapp.engine.evaluate import Timetable, evaluate, violations
from webapp.engine.touched import Aspect


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_timetable_agrees_with_a_count_from_nothing_after_any_moves(data):
    instance = data.draw(instances())
    timetable = Timetable(instance, data.draw(solutions(instance)))
    assert timetable.score() == evaluate(instance, timetable.solution)
    for _ in range(data.draw(st.integers(1, 4))):
        meeting = data.draw(st.integers(0, len(instance.meetings) - 1))
        timetable.place(meeting, data.draw(placements(instance, meeting)))
        assert timetable.score() == evaluate(instance, timetable.solution)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_delta_says_what_moves_would_change_and_leaves_no_trace(data):
    instance = data.draw(instances())
    before = data.draw(solutions(instance))
    timetable = Timetable(instance, before)
    which = data.draw(st.lists(st.integers(0, len(instance.meetings) - 1), min_size=1, max_size=3, unique=True))
    changes = {meeting: data.draw(placements(instance, meeting)) for meeting in which}
    delta = timetable.delta(changes)
    old, new = evaluate(instance, before), evaluate(instance, before.moved(changes.items()))
    assert timetable.solution == before
    assert timetable.score() == old
    assert (delta.hard, delta.cost) == (new.hard - old.hard, new.cost - old.cost)
    assert delta.counts == {r: new.counts[r] - old.counts[r] for r in new.counts if new.counts[r] != old.counts[r]}


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_aspects_of_a_move_add_up(data):
    instance = data.draw(instances())
    timetable = Timetable(instance, data.draw(solutions(instance)))
    meeting = data.draw(st.integers(0, len(instance.meetings) - 1))
    placement = data.draw(placements(instance, meeting))
    whole = sum(change for _, change in timetable.changes(meeting, placement))
    aspects = (Aspect.TIME, Aspect.ROOM, Aspect.BOTH)
    assert whole == sum(change for aspect in aspects for _, change in timetable.changes(meeting, placement, aspect))


@settings(max_examples=100, deadline=None)
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
