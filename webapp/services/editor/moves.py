"""Moving classes: to another place, against each other, to the tray and back; and the locks that hold them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from webapp.engine.alternatives import alternatives
from webapp.engine.evaluate import Violation
from webapp.engine.instance import UNPLACED, Placement
from webapp.models import Timetable, User
from webapp.services.editor.baskets import moved_with
from webapp.services.editor.board import Board
from webapp.services.editor.errors import ClassLocked, DoubleBooking, NeedsReason, NoSuchPlace, Offer
from webapp.services.editor.session import EditSession, EditStep, edit_session
from webapp.services.editor.spots import ANYWHERE, Spot
from webapp.services.problem.solutions import PLACED_RULE, several_days
from webapp.services.problem.stored_entries import DOUBLE_BOOKINGS, EntryState
from webapp.services.problem.words.labels import place_words
from webapp.services.problem.words.reasons import BY_HAND
from webapp.services.problem.words.sentences import EditWords
from webapp.services.shared.words import _, ngettext

LONGEST_REASON = 500
SWAP, TRAY = "swap", "tray"
CLASHES = DOUBLE_BOOKINGS | {PLACED_RULE}
"""Hard rules that a reason does not excuse, or that the tray tells by itself."""


@dataclass(frozen=True)
class MoveRequest:
    """A move as it was asked for.

    Parameters
    ----------
    spot, room_id
        Where to; without a slot the present one, and with ``any_room`` the best room there.
    displaced
        What becomes of a class that stands there: "swap", "tray", or nothing was said.
    reason
        Why rules that must hold are broken, where they are.
    alone
        Whether an option of an elective basket moves without those that start with it.
    """

    entry_id: int
    spot: Spot = ANYWHERE
    room_id: int | None = None
    any_room: bool = False
    displaced: str = ""
    reason: str = ""
    alone: bool = False

    @property
    def place(self) -> str:
        """What a form sends to name the place: "12:7", or "12" for the best room there."""
        return str(self.spot) if self.any_room else self.spot.in_room(self.room_id)


def move(user: User, timetable: Timetable, revision: int, request: MoveRequest) -> None:
    """Move a class, what it displaces, and the classes of other options of its basket.

    A move to where the class stands already changes nothing, unless it breaks a rule there that no reason was given
    for: then the reason is noted. Raises `ClassGone`, `NoSuchPlace`, `ClassLocked`, `DoubleBooking` with ways out,
    `NeedsReason`, and what `edit_session` says.
    """
    with edit_session(user, timetable, revision) as session:
        board = session.board
        index = board.index_of(request.entry_id)
        here = board.counted.placements[index]
        there = _destination(board, index, request)
        if there == here:
            _excuse(session, index, request)
            return
        moved = {index: there} if request.alone else moved_with(board, index, there)
        changes = {**moved, **_displaced(board, index, moved, request.displaced)}
        for other in changes:
            _refuse_locked(board, other, changes[other])
        broken = _refuse_clashes(board, changes)
        reason = _reason_for(request, [violation for violations in broken.values() for violation in violations])
        states = {i: _state_at(board, i, placement, reason, broken[i]) for i, placement in changes.items()}
        own = {i: place for i, place in changes.items() if i == index or i not in moved}
        session.take(EditStep(_action(here, there, own), _words(board, changes), states, changes))


def _reason_for(request: MoveRequest, broken: Sequence[Violation]) -> str:
    """The reason given, where one is needed; raises `NeedsReason` where none is."""
    reason = " ".join(request.reason.split())[:LONGEST_REASON]
    if broken and not reason:
        findings = list(dict.fromkeys(violation.sentence for violation in broken))
        words = ngettext(
            "This breaks a rule that must hold.", "This breaks %(num)d rules that must hold.", len(findings)
        )
        raise NeedsReason(words, findings)
    return reason


def _excuse(session: EditSession, index: int, request: MoveRequest) -> None:
    """Note a reason for what a class breaks where it stands, and nothing where all of that is excused already."""
    board = session.board
    now = board.states[index]
    uncovered = uncovered_by(now, board.violations_of(index))
    if not uncovered:
        return
    reason = _reason_for(request, uncovered)
    if now.override_reason and now.override_reason not in reason:
        reason = f"{now.override_reason} {reason}"
    rules = {*now.override_rules, *(violation.rule for violation in uncovered)}
    then = replace(now, override_reason=reason, override_rules=tuple(sorted(rules)))
    where = place_words(board.problem, board.counted.placements[index]).values
    words = EditWords("excused", {"label": board.label(index), "where": where})
    session.take(EditStep("excuse", words, {index: then}))


def uncovered_by(state: EntryState, violations: Iterable[Violation]) -> list[Violation]:
    """The rules that must hold, are broken, and for which no reason has been given."""
    return [
        violation
        for violation in violations
        if violation.weight is None and violation.rule not in CLASHES and violation.rule not in state.override_rules
    ]


def unplace(user: User, timetable: Timetable, revision: int, entry_id: int) -> None:
    """Put a class into the tray; raises `ClassGone`, `ClassLocked` and what `edit_session` says."""
    with edit_session(user, timetable, revision) as session:
        board = session.board
        index = board.index_of(entry_id)
        if board.counted.placements[index] == UNPLACED:
            return
        _refuse_locked(board, index, UNPLACED)
        changes = {index: UNPLACED}
        states = {index: _state_at(board, index, UNPLACED)}
        session.take(EditStep("unplace", _words(board, changes), states, changes))


def lock(
    user: User, timetable: Timetable, revision: int, entry_ids: Iterable[int], *, time: bool | None, room: bool | None
) -> int:
    """Hold classes at their time, in their room, or let them go; None leaves that as it is. Return how many.

    Classes in the tray can't be locked and are passed over. Raises `ClassGone` and what `edit_session` says.
    """
    with edit_session(user, timetable, revision) as session:
        board = session.board
        states = {}
        for entry_id in entry_ids:
            index = board.index_of(entry_id)
            now = board.states[index]
            if now.time_slot_id is None:
                continue
            has_room = now.room_id is not None
            then = replace(
                now,
                locked_time=now.locked_time if time is None else time,
                locked_room=now.locked_room if room is None or not has_room else room,
            )
            if then != now:
                states[index] = then
        if states:
            session.take(EditStep("lock", _lock_words(board, states), states))
        return len(states)


def offers(board: Board, index: int, moved: dict[int, Placement]) -> list[Offer]:
    """The ways out of a double booking: exact, and only those that cause no other."""
    ways = []
    now, before = board.counted.score(), len(board.counted.solution.unplaced)
    hard_now = board.hard_of(now)
    for kind in (SWAP, TRAY):
        try:
            changes = {**moved, **_displaced(board, index, moved, kind)}
            for other, placement in changes.items():
                _refuse_locked(board, other, placement)
            _refuse_clashes(board, changes)
        except (DoubleBooking, ClassLocked, NoSuchPlace):
            continue
        with board.trying(changes):
            then = board.counted.score()
            hard = board.hard_of(then)
            unplaced = len(board.counted.solution.unplaced) - before
        ways.append(Offer(kind, _words(board, changes).sentence, hard - hard_now, then.cost - now.cost, unplaced))
    return ways


def _destination(board: Board, index: int, request: MoveRequest) -> Placement:
    here = board.counted.placements[index]
    slot, days = request.spot.time_slot_id, request.spot.days
    if slot is None:
        slot, days = board.states[index].time_slot_id, board.states[index].days
    if slot is None:
        raise NoSuchPlace(_("Choose a slot first: a class without a place has no time to keep."))
    if not request.any_room:
        return board.placement_at(index, slot, request.room_id, days)
    there = board.placement_at(index, slot, None, days)
    if there.time == here.time:
        return here
    return Placement(there.time, _best_room(board, index, there))


def _best_room(board: Board, index: int, there: Placement) -> int | None:
    places = alternatives(board.instance, board.counted, index, board.names)
    return next((a.placement.room for a in places if a.placement.time == there.time), there.room)


def _displaced(board: Board, index: int, moved: dict[int, Placement], kind: str) -> dict[int, Placement]:
    """The places of the classes that can't stay; raises `DoubleBooking` with the offers where nothing was said."""
    there = moved[index]
    with board.trying(moved):
        taken = {i: [o for o in board.taken_by(i, place) if o not in moved] for i, place in moved.items()}
    others = tuple(dict.fromkeys(other for own in taken.values() for other in own))
    if not others:
        return {}
    if kind == TRAY:
        return dict.fromkeys(others, UNPLACED)
    if kind == SWAP:
        if len(moved) > 1:
            raise NoSuchPlace(_("The options of a basket move together, so there is no swap of two classes."))
        return {others[0]: _in_exchange(board, index, there, others)}
    first = {other: i for i, own in reversed(taken.items()) for other in own}
    findings = [board.why_taken(i, moved[i], other) for other, i in first.items()]
    raise DoubleBooking(
        _("%(label)s can't be at %(where)s: it is taken.", label=board.label(index), where=board.where(there)),
        findings,
        offers(board, index, moved),
    )


def _in_exchange(board: Board, index: int, there: Placement, others: tuple[int, ...]) -> Placement:
    """The place of the one displaced class: at the time that becomes free, and the best room then."""
    here = board.counted.placements[index]
    if len(others) != 1 or here.time is None:
        raise NoSuchPlace(_("A swap needs two classes that both have a place."))
    other = others[0]
    slot = board.states[index].time_slot_id
    if slot is None:
        raise NoSuchPlace(_("A swap needs two classes that both have a place."))
    freed = board.placement_at(other, slot, None, board.states[index].days)
    own = board.counted.placements[other].room
    with board.trying({index: there, other: UNPLACED}):
        places = alternatives(board.instance, board.counted, other, board.names)
        best = next((a.placement.room for a in places if a.placement.time == freed.time), own)
        rooms = dict.fromkeys((own, here.room, best))
        free = [room for room in rooms if not board.taken_by(other, Placement(freed.time, room))]
        suits = {option.room for option in board.instance.meetings[other].rooms}
        free.sort(key=lambda room: room not in suits)
    if own is None or not free:
        return Placement(freed.time, own)
    return Placement(freed.time, free[0])


def _refuse_clashes(board: Board, changes: dict[int, Placement]) -> dict[int, list[Violation]]:
    """The rules that must hold and don't where the classes would stand; raises `DoubleBooking` for what never may."""
    broken = {}
    with board.trying(changes):
        for index, placement in changes.items():
            for other in board.taken_by(index, placement):
                raise DoubleBooking(
                    _("%(label)s can't be at %(where)s.", label=board.label(index), where=board.where(placement)),
                    [board.why_taken(index, placement, other)],
                )
            broken[index] = [v for v in board.violations_of(index) if v.weight is None and v.rule not in CLASHES]
    return broken


def _refuse_locked(board: Board, index: int, there: Placement) -> None:
    here, state = board.counted.placements[index], board.states[index]
    if (state.locked_time and here.time != there.time) or (state.locked_room and here.room != there.room):
        raise ClassLocked(
            _(
                "%(label)s is locked at %(where)s. Unlock it before it can move.",
                label=board.label(index),
                where=board.where(here),
            )
        )


def _state_at(
    board: Board, index: int, there: Placement, reason: str = "", broken: Sequence[Violation] = ()
) -> EntryState:
    if there.time is None:
        return EntryState(None, None, unplaced_reason=BY_HAND)
    now = board.states[index]
    room_id = None if there.room is None else board.problem.room_ids[there.room]
    rules = tuple(sorted({violation.rule for violation in broken}))
    return EntryState(
        board.slot_of(index, there),
        room_id,
        now.locked_time,
        now.locked_room,
        override_reason=reason if rules else None,
        override_rules=rules,
        days=several_days(there.time),
    )


def _action(here: Placement, there: Placement, changes: dict[int, Placement]) -> str:
    if len(changes) > 1:
        return "swap" if all(placement.time is not None for placement in changes.values()) else "displace"
    if here.time is None:
        return "place"
    return "room" if here.time == there.time else "move"


def _words(board: Board, changes: dict[int, Placement]) -> EditWords:
    """Describe a move before it is made: "CSE301 A, L 2: from Monday 09:00 to 10:00, LH-1 to …"."""
    classes = []
    for index, there in changes.items():
        origin, to = (place_words(board.problem, place).values for place in (board.counted.placements[index], there))
        classes.append({"label": board.label(index), "origin": origin, "to": to})
    return EditWords("moved", {"classes": classes})


def _lock_words(board: Board, states: dict[int, EntryState]) -> EditWords:
    first, then = next(iter(states.items()))
    locked = {"time": then.locked_time, "room": then.locked_room}
    return EditWords("locked", {"number": len(states), "label": board.label(first), **locked})
