"""An instance written as JSON is the same instance when it is read, and what is none is refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.drawn import drawn
from tests.engine.instances import instances, solutions
from webapp.engine.instance import (
    Configuration,
    CourseStructure,
    Instance,
    InstanceRoom,
    Placement,
    StudentDemand,
    Subpart,
)
from webapp.engine.profiles import PROFILES, profiled
from webapp.engine.receipt.instance_data import (
    DataRefused,
    instance_data,
    instance_from,
    solution_data,
    solution_from,
    text_of,
    timetable_hash,
)
from webapp.engine.receipt.receipt import weights_within, with_weights


def written(data: object) -> dict:
    """As it comes out of a file."""
    return json.loads(text_of(data))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_instance_and_any_timetable_come_back_as_they_were(data: st.DataObject) -> None:
    """Weeks, periods, breaks, closed rooms, pins and all rules; the text is the same again."""
    instance = data.draw(instances())
    text = text_of(instance_data(instance))
    again = instance_from(json.loads(text))
    assert again == instance
    assert text_of(instance_data(again)) == text
    solution = data.draw(solutions(instance))
    assert solution_from(written(solution_data(solution))) == solution
    assert timetable_hash(again, solution) == timetable_hash(instance, solution)


def test_what_only_some_problems_have_comes_back_too() -> None:
    """Walks between rooms, pins in part, a reference, and who may take what."""
    base = drawn(60)
    first, *others = base.meetings
    pinned = replace(first, pin=Placement(None, 1), limit=30, parent=1)
    rooms = (replace(base.rooms[0], travel={1: 2}), InstanceRoom("Über", 3), *base.rooms[2:])
    course = CourseStructure("C", (Configuration("a", (Subpart("lec", (0, 1)), Subpart("lab", (2,)))),))
    instance: Instance = replace(
        base,
        meetings=(pinned, *others),
        rooms=rooms,
        reference=(Placement(first.times[3].time, 0), *[Placement()] * len(others)),
        interchangeable=((3, 4, 5),),
        courses=(course,),
        students=(StudentDemand("S", (0,)),),
    )
    assert instance_from(written(instance_data(instance))) == instance


def test_the_weights_of_each_profile_are_enough_to_make_its_instance_again() -> None:
    """Rules that are left out are told from those that weigh 0 in the term."""
    instance = drawn(60)
    for profile in PROFILES:
        weighed = profiled(instance, profile.name)
        assert with_weights(instance, weights_within(instance, weighed)) == weighed
    with pytest.raises(ValueError, match="is not one of the instance"):
        weights_within(replace(instance, constraints=instance.constraints[:3]), profiled(instance, "Balanced"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "this is no instance: KeyError 'format'"),
        ({"format": "other"}, "expected the format 'timeloom instance 1', found 'other'"),
        ({**instance_data(drawn(60)), "meetings": [["only a code"]]}, "this is no instance|not enough values"),
    ],
)
def test_what_is_no_instance_is_refused(data: dict, words: str) -> None:
    """With what is amiss."""
    with pytest.raises((DataRefused, ValueError), match=words):
        instance_from(data)
