"""What single classes need and can't have: a kind of room, seats, slots in a row.

Each check yields its findings together with the meetings that they account for.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from webapp.models import Component
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.checks.term_data import CheckedProblem
from webapp.services.problem.words.statements import some, told
from webapp.services.shared.day_patterns import ONE_DAY

FindingAbout = tuple[Finding, tuple[int, ...]]
"""A finding, and the meetings that it accounts for."""


def rooms_that_do_not_exist(case: CheckedProblem) -> Iterator[FindingAbout]:
    """Components for which there is no room of their kind, or none with enough seats, with their meetings."""
    for component, meetings in _by_component(case):
        first = case.instance.meetings[meetings[0]]
        if not component.needs_room:
            continue
        if not first.rooms:
            yield _no_such_room(case, component), tuple(m for m in meetings if case.instance.meetings[m].pin is None)
            continue
        capacity = case.constraints("room_capacity")
        crowded = [m for m in meetings if _lacks_seats(case, m)] if capacity else []
        if crowded:
            hard = case.is_hard("room_capacity")
            yield _no_seats(case, component, crowded, hard=hard), tuple(crowded) if hard else ()


def _by_component(case: CheckedProblem) -> Iterator[tuple[Component, list[int]]]:
    meetings_of: dict[int, list[int]] = defaultdict(list)
    for meeting, row in enumerate(case.problem.rows):
        meetings_of[row.key.component_id].append(meeting)
    return ((case.data.components[key], meetings) for key, meetings in meetings_of.items())


def _no_such_room(case: CheckedProblem, component: Component) -> Finding:
    rooms = case.data.rows.rooms
    label, kind, features = case.data.component_label(component), component.room_kind, component.room_features
    of_kind = [room for room in rooms if not kind or room.kind == kind]
    able = [room for room in of_kind if set(features) <= set(room.features)]
    if not rooms:
        sentence = told("no_room_at_all", name=label)
    elif not of_kind:
        known = some(sorted({room.kind for room in rooms}))
        sentence = told("no_room_of_kind", name=label, kind=kind, known=known)
    elif not able:
        sentence = told(
            "no_room_with",
            name=label,
            number=len(of_kind),
            of_kind=told("of_kind", kind=kind) if kind else "",
            features=", ".join(sorted(features)),
        )
    else:
        sentence = told("rooms_closed", name=label, number=len(able), rooms=some([room.code for room in able]))
    return Finding(Severity.BLOCKER, FindingKind.ROOMS, sentence, case.data.of_component(component), 1, 0)


def _lacks_seats(case: CheckedProblem, meeting: int) -> bool:
    what = case.instance.meetings[meeting]
    pinned = what.pin is not None and what.pin.room is not None
    return not pinned and what.size > max(case.instance.rooms[option.room].capacity for option in what.rooms)


def _no_seats(case: CheckedProblem, component: Component, meetings: Sequence[int], *, hard: bool) -> Finding:
    size = max(case.instance.meetings[m].size for m in meetings)
    rooms = [case.instance.rooms[option.room] for option in case.instance.meetings[meetings[0]].rooms]
    largest = max(rooms, key=lambda room: room.capacity)
    sentence = told(
        "no_seats",
        name=case.data.component_label(component),
        size=size,
        number=len(rooms),
        room=largest.code,
        seats=largest.capacity,
    )
    severity = Severity.BLOCKER if hard else Severity.WARNING
    target = case.data.of_component(component)
    return Finding(severity, FindingKind.ROOMS, sentence, target, size, largest.capacity)


def hours_on_its_days(case: CheckedProblem) -> Iterator[FindingAbout]:
    """Components of several days a class for which no hour is there on all days of a pattern, with their meetings."""
    calendar = case.problem.calendar
    for component, meetings in _by_component(case):
        patterns, length = case.problem.rows[meetings[0]].day_patterns, component.slots_per_meeting
        if patterns == ONE_DAY or not calendar.chains(length) or calendar.options(length, 1, patterns):
            continue
        sentence = told("no_hour_on_days", name=case.data.component_label(component), days=str(patterns))
        target = case.data.of_component(component)
        yield Finding(Severity.BLOCKER, FindingKind.TIMES, sentence, target, patterns.least_days, 0), tuple(meetings)


def slots_in_a_row(case: CheckedProblem) -> Iterator[FindingAbout]:
    """Components whose double (or longer) period fits no slots that follow each other, with their meetings."""
    calendar = case.problem.calendar
    for component, meetings in _by_component(case):
        length = component.slots_per_meeting
        if calendar.chains(length):
            continue
        longest = next((number for number in range(length - 1, 0, -1) if calendar.chains(number)), 0)
        sentence = told(
            "no_row_of_slots",
            name=case.data.component_label(component),
            length=length,
            longest=longest,
            minutes=case.data.term.break_minutes,
        )
        target = case.data.of_component(component)
        yield Finding(Severity.BLOCKER, FindingKind.TIMES, sentence, target, length, longest), tuple(meetings)
