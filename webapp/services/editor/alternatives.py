"""Where else a class could go: the whole week with exact costs, and every room at its present time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from webapp.engine.alternatives import Alternative, alternatives
from webapp.engine.instance import Placement
from webapp.engine.rule import ResourceKind
from webapp.services.editor.baskets import moved_with
from webapp.services.editor.board import Board
from webapp.services.editor.errors import NoSuchPlace
from webapp.services.editor.spots import Spot
from webapp.services.problem.words.labels import time_in_words
from webapp.services.shared.words import _, enumerated, ngettext

HERE, GOOD, WARN, BAD = "here", "good", "warn", "bad"
MOST_NAMED = 4
MOST_BREAKS = 4


@dataclass(frozen=True)
class Place:
    """A place where a class could go, in words.

    Attributes
    ----------
    mark
        "here", "good" (no worse), "warn" (costs more) or "bad" (taken, or breaks a rule that must hold).
    headline
        The same in one or two words, for a cell.
    hard, cost
        Changes of the hard violations and the weighted cost; negative is better.
    breaks
        What would be worse than now, a sentence each.
    worse_for, better_for
        The people for whom it would be.
    effect
        All of it in sentences.
    """

    spot: Spot
    slots: tuple[int, ...]
    """The slots in which it begins, one on each of its days."""
    room_id: int | None
    when: str
    room: str
    mark: str
    headline: str
    hard: int
    cost: int
    taken: tuple[str, ...]
    breaks: tuple[str, ...]
    worse_for: tuple[str, ...]
    better_for: tuple[str, ...]
    people: int
    free_rooms: int
    effect: str

    @property
    def value(self) -> str:
        """What a form sends to name the place."""
        return self.spot.in_room(self.room_id)

    @property
    def effect_there(self) -> str:
        """The effect, beginning with when and where."""
        return f"{', '.join(part for part in (self.when, self.room) if part)}: {self.effect}"

    @property
    def rank(self) -> tuple[int, int, int]:
        """The best first: what is free and breaks nothing, then by cost."""
        return ((HERE, GOOD, WARN, BAD).index(self.mark) == 3, self.hard, self.cost)


@dataclass(frozen=True)
class RoomChoice:
    """A room at the class's present time."""

    room_id: int
    code: str
    capacity: int
    size: int
    suits: bool
    is_current: bool
    mark: str
    headline: str
    note: str
    value: str
    order: tuple[int, ...]


def where_else(board: Board, index: int) -> list[Place]:
    """Every possible time of a meeting with the best room there, in the order of the week."""
    places = alternatives(board.instance, board.counted, index, board.names)
    if index not in board.problem.position_of:
        return [_place(board, index, alternative) for alternative in places]
    return [place for alternative in places if (place := _place_of_all(board, index, alternative)) is not None]


def _place_of_all(board: Board, index: int, alternative: Alternative) -> Place | None:
    """A place of an option with those that start with it; None where one of them does not fit there."""
    try:
        moved = moved_with(board, index, alternative.placement)
    except NoSuchPlace:
        return None
    if len(moved) < 2:
        return _place(board, index, alternative)
    delta = board.counted.delta(moved)
    with board.trying(moved):
        taken = {i: [o for o in board.taken_by(i, there) if o not in moved] for i, there in moved.items()}
        broken = (
            [v.sentence for i in moved for v in board.violations_of(i) if v.weight is None] if delta.hard > 0 else []
        )
    changed = replace(alternative, hard=delta.hard, cost=delta.cost, breaks=tuple(dict.fromkeys(broken)))
    place = _place(board, index, replace(changed, worse_for=(), better_for=()))
    first = {other: i for i, own in reversed(taken.items()) for other in own}
    why = tuple(board.why_taken(i, moved[i], other) for other, i in first.items())[:MOST_BREAKS]
    placed = board.counted.placements[index].time is not None
    mark, headline = _judged(False, len(why), delta.hard + (0 if placed else board.placed_hard), delta.cost)
    words = ngettext("%(num)d class of the basket moves.", "%(num)d classes of the basket move together.", len(moved))
    effect = " ".join((words, _cost_in_words(delta.cost, why), *(() if why else changed.breaks[:MOST_BREAKS])))
    return replace(place, mark=mark, headline=headline, taken=why, effect=effect)


def _place(board: Board, index: int, alternative: Alternative) -> Place:
    placement = alternative.placement
    taken = () if alternative.is_current else board.taken_by(index, placement)
    unplaced = board.counted.placements[index].time is None
    hard = alternative.hard + (board.placed_hard if unplaced else 0)
    mark, headline = _judged(alternative.is_current, len(taken), hard, alternative.cost)
    affected = dict.fromkeys((*alternative.worse_for, *alternative.better_for))
    slots = board.slots_of(index, placement)
    why_taken = tuple(board.why_taken(index, placement, other) for other in taken[:MOST_BREAKS])
    worse_for, better_for = _named(board, alternative.worse_for), _named(board, alternative.better_for)
    breaks = () if taken else alternative.breaks[:MOST_BREAKS]
    effect = [_cost_in_words(alternative.cost, why_taken), *breaks]
    if worse_for:
        effect.append(_("Worse for %(names)s.", names=", ".join(worse_for)))
    if better_for:
        effect.append(_("Better for %(names)s.", names=", ".join(better_for)))
    if alternative.free_rooms:
        effect.append(_("Free rooms: %(number)s.", number=len(alternative.free_rooms)))
    return Place(
        spot=Spot(slots[0], tuple(placement.at.day_list())),
        slots=slots,
        room_id=None if placement.room is None else board.problem.room_ids[placement.room],
        when=time_in_words(board.problem.calendar, placement.at),
        room="" if placement.room is None else board.instance.rooms[placement.room].code,
        mark=mark,
        headline=headline,
        hard=hard,
        cost=alternative.cost,
        taken=why_taken,
        breaks=breaks,
        worse_for=worse_for,
        better_for=better_for,
        people=len(affected) + len(taken),
        free_rooms=len(alternative.free_rooms),
        effect=" ".join(effect),
    )


def _cost_in_words(cost: int, taken: tuple[str, ...]) -> str:
    if taken:
        return " ".join(taken)
    if cost > 0:
        return _("Cost rises by %(cost)s.", cost=cost)
    if cost < 0:
        return _("Cost falls by %(cost)s.", cost=-cost)
    return _("Costs as much as now.")


def signed(number: int) -> str:
    """A change with its sign: "+4", "−4" or "±0"."""
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "±0"


def _judged(is_current: bool, taken: int, hard: int, cost: int) -> tuple[str, str]:
    if is_current:
        return HERE, _("Here")
    if taken:
        return BAD, _("Taken")
    if hard > 0:
        return BAD, _("Breaks %(number)s", number=hard)
    return (WARN if cost > 0 else GOOD), signed(cost)


def _named(board: Board, resources: Iterable[int]) -> tuple[str, ...]:
    """Teachers and groups by name; single students only as their number."""
    names, leaves, students = [], [], 0
    for resource in resources:
        who = board.instance.resources[resource]
        if who.kind is ResourceKind.STUDENTS:
            students += who.weight
        elif who.kind is ResourceKind.GROUP:
            leaves.append(who.code)
        else:
            names.append(who.label)
    names += board.problem.names_of_leaves(leaves, whatever_chosen=True)
    shown = [enumerated(names, MOST_NAMED)] if names else []
    if students:
        shown.append(ngettext("%(num)d student", "%(num)d students", students))
    return tuple(shown)


def rooms_for(board: Board, index: int) -> list[RoomChoice]:
    """Every room for a placed meeting at its present time: free and suitable ones first, then by cost."""
    here = board.counted.placements[index]
    if here.time is None or not board.instance.meetings[index].needs_room:
        return []
    suits = {option.room for option in board.instance.meetings[index].rooms}
    choices = [_room(board, index, here, room, room in suits) for room in range(len(board.instance.rooms))]
    return sorted(choices, key=lambda choice: choice.order)


def _room(board: Board, index: int, here: Placement, room: int, suits: bool) -> RoomChoice:
    there = Placement(here.time, room)
    taken = [] if here.room == room else list(board.taken_by(index, there))
    delta = board.counted.delta({index: there})
    mark, headline = _judged(here.room == room, len(taken), delta.hard, delta.cost)
    what, size = board.instance.rooms[room], board.instance.meetings[index].size
    state = board.states[index]
    notes = [_("by %(label)s", label=board.label(taken[0]))] if taken else []
    notes += [] if suits else [_("not of the kind it asks for")]
    return RoomChoice(
        room_id=board.problem.room_ids[room],
        code=what.code,
        capacity=what.capacity,
        size=size,
        suits=suits,
        is_current=here.room == room,
        mark=mark,
        headline=headline,
        note=", ".join(notes),
        value=Spot(state.time_slot_id, state.days).in_room(board.problem.room_ids[room]),
        order=(here.room != room, bool(taken), not suits, delta.hard, delta.cost, what.capacity, room),
    )
