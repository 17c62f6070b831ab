"""Holding meetings where they stand: pins that are laid over those which the instance has."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules import rule_named


def with_pins(instance: Instance, pins: Mapping[int, Placement]) -> Instance:
    """The instance with more pins, which are a hard rule whatever becomes of its own.

    Parameters
    ----------
    pins
        By meeting, a time, a room, or both. Where a pin leaves one of them open, the meeting's own pin still holds it.
    """
    if not pins:
        return instance
    meetings = list(instance.meetings)
    for index, pin in pins.items():
        own = meetings[index].pin or Placement()
        merged = Placement(pin.time or own.time, own.room if pin.room is None else pin.room)
        meetings[index] = replace(meetings[index], pin=merged)
    return replace(
        instance,
        meetings=tuple(meetings),
        constraints=(*instance.constraints, Constraint(rule_named("pinned"), None, meetings=tuple(sorted(pins)))),
        interchangeable=apart(instance, pins.keys()),
    )


def apart(instance: Instance, meetings: Collection[int]) -> tuple[tuple[int, ...], ...]:
    """The groups of interchangeable meetings without these, which are no longer alike."""
    groups = (tuple(index for index in group if index not in meetings) for group in instance.interchangeable)
    return tuple(group for group in groups if len(group) > 1)
