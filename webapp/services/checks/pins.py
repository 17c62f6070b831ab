"""Fixed classes that stand in each other's way, or where they can't stand."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from webapp.engine.instance import Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.timegrid import Time
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.checks.needs import FindingAbout
from webapp.services.checks.term_data import CheckedProblem
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.words.labels import place_words
from webapp.services.problem.words.statements import Statement, some, told
from webapp.services.shared.target import Target

Pinned = tuple[int, Time, int | None]
"""A meeting that is fixed at a time: its index, the time, the room or None."""


def pins_that_clash(case: CheckedProblem) -> Iterator[FindingAbout]:
    """Two meetings pinned to overlapping times that share a teacher, a group, students or the room."""
    pinned = [
        (index, what.pin.time, what.pin.room)
        for index, what in enumerate(case.instance.meetings)
        if what.pin is not None and what.pin.time is not None
    ]
    at_cell: dict[int, list[Pinned]] = defaultdict(list)
    for pin in pinned:
        for cell in pin[1].cells(case.instance.grid):
            at_cell[cell].append(pin)
    pairs = {pair for there in at_cell.values() for pair in combinations(there, 2)}
    for first, second in sorted(pairs, key=lambda pair: (pair[0][0], pair[1][0])):
        if first[1].overlaps(second[1]):
            yield from _clash(case, first, second)


def _clash(case: CheckedProblem, first: Pinned, second: Pinned) -> Iterator[FindingAbout]:
    meetings = (first[0], second[0])
    resources = case.instance.resources
    shared = sorted(set(case.instance.meetings[first[0]].resources) & set(case.instance.meetings[second[0]].resources))
    people = [r for r in shared if resources[r].kind is not ResourceKind.STUDENTS]
    students = [r for r in shared if resources[r].kind is ResourceKind.STUDENTS]
    names: list[str | Statement] = [resources[r].label for r in people]
    if first[2] is not None and first[2] == second[2]:
        names.append(told("room", room=case.instance.rooms[first[2]].code))
    words = {"first": case.label(first[0]), "second": case.label(second[0]), "when": case.when(first[1])}
    target = _pin_of(case, second[0])
    if names:
        severity = _severity(case, hard=True)
        accounted = meetings if severity is Severity.BLOCKER else ()
        yield (
            Finding(severity, FindingKind.PINS, told("pins_clash", **words, who=some(names)), target),
            accounted,
        )
    if students:
        number = sum(resources[r].weight for r in students)
        severity = _severity(case, hard=case.is_hard("student_clash"))
        sentence = told("pins_share_students", number, **words)
        yield Finding(severity, FindingKind.PINS, sentence, target, number), ()


def _severity(case: CheckedProblem, *, hard: bool) -> Severity:
    return Severity.BLOCKER if hard and case.is_hard("pinned") else Severity.WARNING


def _pin_of(case: CheckedProblem, meeting: int) -> Target:
    row = case.problem.rows[meeting]
    for pin in case.data.rows.pins:
        if MeetingKey(pin.component_id, pin.student_group_id, pin.ordinal) == row.key:
            return Target("pins", pin.pin_id, row.label)
    return case.of_meeting(meeting)


def pins_that_cannot_stand(case: CheckedProblem) -> Iterator[FindingAbout]:
    """Pins to a time that somebody can't, that is too short, or to a room that is closed or does not suit."""
    for index, what in enumerate(case.instance.meetings):
        if what.pin is None:
            continue
        reasons = [*_about_time(case, index, what.pin), *_about_room(case, index, what.pin)]
        if not reasons:
            continue
        severity = _severity(case, hard=any(hard for _reason, hard in reasons))
        sentence = told(
            "pin_cannot_stand",
            name=case.label(index),
            place=told("place", **place_words(case.problem, what.pin).values),
            reasons=[reason for reason, _hard in reasons],
        )
        accounted = (index,) if severity is Severity.BLOCKER else ()
        yield Finding(severity, FindingKind.PINS, sentence, _pin_of(case, index)), accounted


def _about_time(case: CheckedProblem, meeting: int, pin: Placement) -> Iterator[tuple[Statement, bool]]:
    """The reasons against the pinned time, and whether it is a hard rule."""
    if pin.time is None:
        return
    if all(option.time != pin.time for option in case.instance.meetings[meeting].times):
        slots = case.problem.rows[meeting].slots
        yield told("no_row_begins", slots=slots), True
    for constraint in case.constraints("unavailable"):
        concerned = meeting in constraint.meetings or set(constraint.resources) & set(
            case.instance.meetings[meeting].resources
        )
        if concerned and not constraint.cells.isdisjoint(pin.time.cells(case.instance.grid)):
            yield told("not_available", who=constraint.label), constraint.hard


def _about_room(case: CheckedProblem, meeting: int, pin: Placement) -> Iterator[tuple[Statement, bool]]:
    """The reasons against the pinned room, and whether it is a hard rule."""
    if pin.room is None:
        return
    what, room = case.instance.meetings[meeting], case.instance.rooms[pin.room]
    if all(option.room != pin.room for option in what.rooms):
        row = next(row for row in case.data.rows.rooms if row.room_id == case.problem.room_ids[pin.room])
        closed = told("closed_for_classes") if not row.is_open else None
        yield closed or told("kind_does_not_suit", kind=row.kind), True
    for constraint in case.constraints("room_capacity")[:1]:
        if what.size > room.capacity:
            yield (
                told("few_seats", size=what.size, seats=room.capacity),
                case.is_hard(constraint.rule.name),
            )
    if pin.time is not None and case.constraints("room_closed") and any(pin.time.overlaps(t) for t in room.closed):
        yield told("closed_then"), case.is_hard("room_closed")


def pins_of_nothing(case: CheckedProblem) -> Iterator[Finding]:
    """Pins that name a meeting which isn't there: nothing is pinned by them."""
    for pin in case.data.rows.pins:
        key = MeetingKey(pin.component_id, pin.student_group_id, pin.ordinal)
        if key in case.problem.index_of:
            continue
        component = case.data.components[pin.component_id]
        label = case.data.component_label(component)
        sentence = told("pin_of_nothing", name=label, ordinal=pin.ordinal, batch=_batch(case, pin.student_group_id))
        yield Finding(Severity.WARNING, FindingKind.PINS, sentence, Target("pins", pin.pin_id, label))


def _batch(case: CheckedProblem, group_id: int | None) -> Statement | str:
    if group_id is None:
        return ""
    return told("of_batch", batch=case.data.rows.groups[group_id].code)
