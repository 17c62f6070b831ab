"""The hard rules of an instance, taken apart into pieces that a registrar could give up one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.engine.domains import pieces
from webapp.engine.instance import Constraint, Instance
from webapp.engine.rule import ResourceKind, Rule
from webapp.engine.rules.family import PlacedRule
from webapp.engine.rules.pinned import Pinned
from webapp.engine.rules.possible_time import PossibleTime
from webapp.engine.rules.suitable_room import SuitableRoom
from webapp.engine.words import Names, asked_in_words, first_few

STRUCTURE = (PlacedRule, PossibleTime, SuitableRoom)
"""Rules that are in the meetings' own domains: they are never given up, so they explain nothing."""


@dataclass(frozen=True)
class Assumption:
    """One hard rule for one person, group, meeting or set of meetings.

    Attributes
    ----------
    constraint
        The rule put to work on nothing else.
    of
        Index of the instance's constraint that it is a piece of.
    who
        Whom it is about, by name; empty where it is about everything.
    values
        What it asks for, with names: see `webapp.engine.words.asked_in_words`.
    """

    constraint: Constraint
    of: int
    who: str
    values: Mapping[str, Any] = field(hash=False)

    @property
    def rule(self) -> Rule:
        """The rule."""
        return self.constraint.rule

    @property
    def named(self) -> dict[str, Any]:
        """The rule by name and whom it is about: person or group, else the classes and who teaches them."""
        whom = {key: self.values[key] for key in ("classes", "people") if key in self.values}
        return {"rule": self.rule.name, "who": self.who, **whom}

    @property
    def sentence(self) -> str:
        """What it asks for, in words."""
        return asked_in_words(self.rule, self.values)


def assumptions_of(instance: Instance, names: Names) -> list[Assumption]:
    """Every hard rule of the instance in pieces, in the order of its constraints."""
    found = []
    for index, constraint in enumerate(instance.constraints):
        if constraint.hard and not isinstance(constraint.rule, STRUCTURE):
            for piece in pieces(instance, constraint):
                found.append(Assumption(piece, index, _who(instance, piece, names), _values(instance, piece, names)))
    return found


def _values(instance: Instance, constraint: Constraint, names: Names) -> dict[str, Any]:
    values: dict[str, Any] = {"who": _who(instance, constraint, names), "amount": constraint.amount}
    if isinstance(constraint.rule, Pinned):
        meeting = constraint.meetings[0]
        pin = instance.meetings[meeting].pin
        time = "" if pin is None or pin.time is None else names.time(pin.time)
        room = "" if pin is None or pin.room is None else names.room(pin.room)
        return {"who": names.meeting(meeting), "place": ", ".join(filter(None, (time, room)))}
    if constraint.meetings:
        values |= _named(instance, constraint, names)
    if constraint.second_amount:
        values["second"] = constraint.second_amount
    if constraint.rooms:
        values["rooms"] = first_few([names.room(room) for room in constraint.rooms])
    if constraint.cells:
        values |= {"slots": len(constraint.cells), "of_slots": instance.grid.cells}
    return values


def _named(instance: Instance, constraint: Constraint, names: Names) -> dict[str, Any]:
    """The classes of a rule that has a name of its own for them, and who teaches them."""
    classes = [names.meeting(m) for m in constraint.meetings]
    kinds = ((r, instance.resources[r].kind) for m in constraint.meetings for r in instance.meetings[m].resources)
    teachers = [instance.resources[r].label for r, kind in kinds if kind is ResourceKind.INSTRUCTOR]
    people = [name for name in dict.fromkeys(teachers) if name != constraint.label]
    named = {"classes": first_few(classes)} if constraint.label not in ("", *classes) else {}
    return named | ({"people": first_few(people)} if people else {})


def _who(instance: Instance, constraint: Constraint, names: Names) -> str:
    if constraint.resources:
        return instance.resources[constraint.resources[0]].label
    if constraint.label:
        return constraint.label
    named = [names.meeting(m) for m in constraint.meetings]
    return ", ".join(named) if len(named) <= 4 else f"{', '.join(named[:3])} and {len(named) - 3} more"
