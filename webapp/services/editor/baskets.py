"""Options of an elective basket move together: what one move of an option comes to for the others."""

from webapp.engine.instance import UNPLACED, Placement
from webapp.services.editor.board import Board


def moved_with(board: Board, index: int, there: Placement) -> dict[int, Placement]:
    """The class at its new place, and the placed classes of other options that have to start with it.

    Each keeps its room where that is free, else gets the smallest free one that suits and is large enough. What is in
    the tray stays there. Raises `NoSuchPlace` where a longer class of another option does not fit.
    """
    partners = _partners(board, index, there)
    moved = {index: there}
    slot = board.slot_of(index, there)
    if not partners or slot is None:
        return moved
    rooms = {other: board.counted.placements[other].room for other in partners}
    with board.trying({index: there, **dict.fromkeys(partners, UNPLACED)}):
        for other in partners:
            beside = board.placement_at(other, slot, None, tuple(there.at.day_list()))
            moved[other] = _free_place(board, other, beside, rooms[other])
            board.counted.place(other, moved[other])
    return moved


def basket_of(board: Board, index: int) -> str:
    """The name of the basket whose classes move with this one; nothing where none do."""
    position = board.problem.position_of.get(index)
    return "" if position is None else position.options.name


def _partners(board: Board, index: int, there: Placement) -> list[int]:
    position = board.problem.position_of.get(index)
    if position is None or there.time is None:
        return []
    stands = board.counted.placements
    return [
        other
        for other in position.meetings
        if other != index and (moment := stands[other].time) is not None
        and (moment.start, moment.days) != (there.time.start, there.time.days)
    ]  # fmt: skip


def _free_place(board: Board, index: int, there: Placement, own: int | None) -> Placement:
    what, rooms = board.instance.meetings[index], board.instance.rooms
    if not what.needs_room:
        return Placement(there.time, None)
    large = sorted(
        (option.room for option in what.rooms if rooms[option.room].capacity >= what.size),
        key=lambda room: rooms[room].capacity,
    )
    leaving = set(board.taken_by(index, Placement(there.time, None)))  # need the same people, so they can't stay
    for room in ([own] if own is not None else []) + large:
        place = Placement(there.time, room)
        is_open = not any(place.at.overlaps(closed) for closed in rooms[room].closed)
        if is_open and leaving.issuperset(board.taken_by(index, place)):
            return place
    return Placement(there.time, own if own is not None or not large else large[0])
