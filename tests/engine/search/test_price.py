"""No class can save by its move what a hard violation costs on the way in a short run."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.instances import instances
from tests.engine.search.test_moves import ANY_HARD, GENTLE, wander
from webapp.engine.evaluate import ScoredTimetable
from webapp.engine.instance import Instance, Placement
from webapp.engine.params import SearchParams
from webapp.engine.search.annealing import Temperatures
from webapp.engine.search.compile import compile_instance
from webapp.engine.search.plan import planned
from webapp.engine.search.price import dearest


@given(data=st.data())
@GENTLE
def test_no_move_of_one_class_saves_more_than_the_dearest(data: st.DataObject) -> None:
    """Wherever the others stand, by what the truth counts of the rules that the search sees."""
    instance: Instance = data.draw(instances(hard=data.draw(ANY_HARD), weeks=data.draw(st.booleans())))
    problem = compile_instance(instance)
    seen = tuple(c for c in instance.constraints if c.rule.name not in problem.left_out)
    solution, _ = wander(problem, data.draw(st.integers(1, 9)), 100, 50.0)
    table = ScoredTimetable(replace(instance, constraints=seen), solution)
    most = dearest(problem.model)
    for number, meeting in enumerate(instance.meetings):
        for option in meeting.times[:6]:
            for room in meeting.rooms[:3] if meeting.needs_room else (None,):
                place = Placement(option.time, None if room is None else room.room)
                assert -table.delta({number: place}).cost <= most


@given(data=st.data())
@GENTLE
def test_in_a_short_run_a_violation_is_never_worth_it(data: st.DataObject) -> None:
    """However cool it begins."""
    problem = compile_instance(data.draw(instances()))
    search = planned(problem, SearchParams(), 1_000)
    assert Temperatures.of(problem, search).hard_weight > dearest(problem.model)
