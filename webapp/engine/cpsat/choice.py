"""Choice rules: a cost of one placement."""

from webapp.engine.cpsat.variables import Block, Count, Variables
from webapp.engine.domains import meetings_of
from webapp.engine.instance import Constraint, Placement
from webapp.engine.rules.family import ChoiceRule
from webapp.engine.timegrid import Time


def count(variables: Variables, constraint: Constraint, rule: ChoiceRule) -> Count:
    """The rule's count; where rooms are not named, the least that any open room would cost."""
    total = Count()
    times = meetings_of(variables.instance, constraint)
    for block in variables.blocks_in(times):
        one = Count()
        if variables.named_rooms and not rule.time_only and block.rooms:
            _by_room(variables, constraint, rule, block, one)
        else:
            _by_time(variables, constraint, rule, block, one)
        for literal, cost in zip(one.variables, one.coefficients, strict=True):
            total.add(literal, cost * times[block.meetings[0]])
    return total


def _by_room(variables: Variables, constraint: Constraint, rule: ChoiceRule, block: Block, total: Count) -> None:
    meeting = block.meetings[0]
    for option, rooms in zip(block.options, block.rooms, strict=True):
        for room, literal in rooms.items():
            place = Placement(option.time, room)
            total.add(literal, rule.cost(variables.instance, constraint, meeting, place))


def _by_time(variables: Variables, constraint: Constraint, rule: ChoiceRule, block: Block, total: Count) -> None:
    meeting = block.meetings[0]

    def least(time: Time) -> int:
        """Count at a time, in the room that counts least."""
        if rule.time_only or not variables.instance.meetings[meeting].needs_room:
            return rule.cost(variables.instance, constraint, meeting, Placement(time, None))
        rooms = variables.domains.rooms(meeting)
        costs = (rule.cost(variables.instance, constraint, meeting, Placement(time, room)) for room in rooms)
        return min(costs, default=0)

    if rule.room_only and block.options:
        same = least(block.options[0].time)
        for literal in block.literals:
            total.add(literal, same)
    else:
        for option, literal in zip(block.options, block.literals, strict=True):
            total.add(literal, least(option.time))
