"""What single placements are left to a meeting: asked about one place, or about all of them."""

from dataclasses import replace
from random import Random

import pytest

from tests.engine.cpsat.cpsat_cases import random_constraint, random_instance
from webapp.engine.domains import Domains
from webapp.engine.instance import Placement

CHOICES = ("possible_time", "suitable_room", "unavailable", "room_closed", "room_capacity", "home_room", "pinned")


@pytest.mark.parametrize("seed", range(40))
def test_a_place_is_allowed_exactly_where_the_lists_have_it(seed: int) -> None:
    random = Random(seed)
    instance = random_instance(random)
    pins = (None, Placement(instance.meetings[0].times[0].time), Placement(None, 1), Placement(None, None))
    meetings = tuple(replace(meeting, pin=random.choice(pins)) for meeting in instance.meetings)
    instance = replace(instance, meetings=meetings)
    names = random.sample(CHOICES, 3)
    constraints = tuple(random_constraint(random, instance, name, None) for name in names)
    domains = Domains(replace(instance, constraints=constraints))
    times = {option.time for meeting in meetings for option in meeting.times}
    for index, meeting in enumerate(meetings):
        left = {option.time for option in domains.times(index)}
        for time in times:
            for room in (None, 0, 1, 2):
                has_room = not meeting.needs_room or room in domains.rooms_at(index, time)
                assert domains.allows(index, Placement(time, room)) == (time in left and has_room)
        assert not domains.allows(index, Placement())
