"""A hard violation costs more in a short run than any class can save by its move."""

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


@given(data=st.data())
@GENTLE
def test_in_a_short_run_no_move_of_one_class_saves_what_a_violation_costs(data: st.DataObject) -> None:
    """However cool it begins and wherever the others stand, by what the truth counts."""
    instance: Instance = data.draw(instances(hard=data.draw(ANY_HARD), weeks=data.draw(st.booleans())))
    problem = compile_instance(instance)
    price = Temperatures.of(problem, planned(problem, SearchParams(), 1_000)).hard_weight
    solution, _ = wander(problem, data.draw(st.integers(1, 9)), 100, 50.0)
    table = ScoredTimetable(instance, solution)
    for number, meeting in enumerate(instance.meetings):
        for option in meeting.times[:6]:
            for room in meeting.rooms[:3] if meeting.needs_room else (None,):
                place = Placement(option.time, None if room is None else room.room)
                assert -table.delta({number: place}).cost < price
