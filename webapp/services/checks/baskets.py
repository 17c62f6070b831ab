"""Elective baskets: whether their options can start together, and what of the students' choices does not fit."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from webapp.engine.matching import match
from webapp.engine.timegrid import Time
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.checks.needs import FindingAbout
from webapp.services.checks.term_data import CheckedProblem, TermData
from webapp.services.problem.baskets import OptionSet
from webapp.services.problem.meetings import BasketPosition
from webapp.services.problem.words.statements import Statement, some, told
from webapp.services.shared.target import Target
from webapp.services.terms.choices import BasketChoices, choices_of, codes_of_students


def _found(severity: Severity, options: OptionSet, words: Statement, demand: int = 0, supply: int = 0) -> Finding:
    target = Target("baskets", options.basket_ids[0], options.name)
    return Finding(severity, FindingKind.BASKETS, words, target, demand, supply)


def basket_data(data: TermData) -> Iterator[Finding]:
    """Find what the rows of the baskets and the students' choices say, whatever the week looks like."""
    yield from _without_options(data)
    yield from _shared_options(data)
    choices = choices_of(data.rows)
    for options in data.rows.options:
        yield from _choices(data, options, choices[options.basket_ids])


def _without_options(data: TermData) -> Iterator[Finding]:
    for basket in data.rows.baskets:
        number = len(data.rows.basket_sections.get(basket.basket_id, ()))
        if number <= basket.options_each:
            sentence = told("few_options", number, basket=basket.name, each=basket.options_each)
            target = Target("baskets", basket.basket_id, basket.name)
            yield Finding(Severity.WARNING, FindingKind.BASKETS, sentence, target, basket.options_each + 1, number)


def _shared_options(data: TermData) -> Iterator[Finding]:
    named: dict[int, list[str]] = defaultdict(list)
    for basket in data.rows.baskets:
        for section in data.rows.basket_sections.get(basket.basket_id, ()):
            named[section].append(basket.name)
    for section, baskets in named.items():
        if len(baskets) > 1:
            sentence = told(
                "shared_option",
                option=data.section_label(data.rows.sections[section]),
                number=len(baskets),
                names=some(baskets),
            )
            yield _found(Severity.WARNING, data.rows.options_of_section[section], sentence)


def _choices(data: TermData, options: OptionSet, choices: BasketChoices) -> Iterator[Finding]:
    beyond = [student for student, own in choices.chosen.items() if len(own) > options.options_each]
    if beyond:
        sentence = told(
            "too_many_chosen",
            len(beyond),
            basket=options.name,
            each=options.options_each,
            names=some(codes_of_students(beyond)),
        )
        yield _found(Severity.WARNING, options, sentence, len(beyond))
    if choices.chosen:
        idle = [section for section in options.section_ids if not choices.count(section)]
        for section in idle if len(idle) < len(options.section_ids) else ():
            label = data.section_label(data.rows.sections[section])
            words = told("chosen_by_nobody", basket=options.name, option=label)
            yield _found(Severity.WARNING, options, words)
    waiting = choices.without()
    if waiting:
        sentence = told("not_chosen_yet", len(waiting), basket=options.name, all=len(choices.choosing))
        yield _found(Severity.NOTE, options, sentence, len(waiting))
    attended = options.group_ids or any(data.rows.attending(section) for section in options.section_ids)
    if not choices.chosen and not attended:
        words = told("nobody_chooses", basket=options.name)
        yield _found(Severity.WARNING, options, words)


# Whether the options can start together


def baskets_that_cannot_stand(case: CheckedProblem) -> Iterator[FindingAbout]:
    """Options that need one teacher, too few rooms or no common time at once, with the meetings concerned."""
    for position in case.problem.positions:
        if position.is_bound:
            yield from _teachers(case, position)
            yield from _rooms(case, position)
    for options in case.data.rows.options:
        yield from _times(case, [p for p in case.problem.positions if p.options is options and p.is_bound])


def _labels(case: CheckedProblem, meetings: Sequence[int]) -> dict[str, Any]:
    return some([case.label(meeting) for meeting in meetings])


def _teachers(case: CheckedProblem, position: BasketPosition) -> Iterator[FindingAbout]:
    at_once: dict[int, list[int]] = defaultdict(list)
    for meeting in position.meetings:
        for faculty_id in case.problem.rows[meeting].faculty_ids:
            at_once[faculty_id].append(meeting)
    for faculty_id, meetings in at_once.items():
        if len(meetings) > 1:
            sentence = told(
                "teaches_at_once",
                basket=position.options.name,
                who=case.data.rows.faculty[faculty_id].name,
                classes=_labels(case, meetings),
            )
            found = _found(Severity.BLOCKER, position.options, sentence, len(meetings), 1)
            yield found, tuple(meetings)


def _rooms(case: CheckedProblem, position: BasketPosition) -> Iterator[FindingAbout]:
    """Too few rooms at once: a largest matching leaves a class without one."""
    wants = {
        meeting: case.domains.rooms(meeting)
        for meeting in position.meetings
        if case.instance.meetings[meeting].needs_room and case.domains.rooms(meeting)
    }
    matched = len(match(wants))
    if matched < len(wants):
        rooms = {room for possible in wants.values() for room in possible}
        sentence = told(
            "few_rooms_at_once",
            basket=position.options.name,
            number=len(wants),
            classes=_labels(case, tuple(wants)),
            possible=matched,
            rooms=some([case.instance.rooms[room].code for room in sorted(rooms)]),
        )
        yield _found(Severity.BLOCKER, position.options, sentence, len(wants), matched), position.meetings


def _times(case: CheckedProblem, positions: Sequence[BasketPosition]) -> Iterator[FindingAbout]:
    """A position without a time at which all its classes can start, or fewer such times than positions."""
    common = {at: _starts(case, position) for at, position in enumerate(positions)}
    for at, starts in common.items():
        if not starts and all(case.domains.times(meeting) for meeting in positions[at].meetings):
            sentence = told(
                "no_common_start", basket=positions[at].options.name, classes=_labels(case, positions[at].meetings)
            )
            yield _found(Severity.BLOCKER, positions[at].options, sentence, 1, 0), positions[at].meetings
            return
    possible = len(frozenset().union(*common.values()))
    matched = len(match(common))
    if matched < len(positions):
        sentence = told("few_common_starts", basket=positions[0].options.name, asked=len(positions), possible=possible)
        meetings = tuple(meeting for position in positions for meeting in position.meetings)
        yield _found(Severity.BLOCKER, positions[0].options, sentence, len(positions), matched), meetings


def _starts(case: CheckedProblem, position: BasketPosition) -> frozenset[tuple[int, int, int]]:
    """The starts that every class of a position can have."""
    sets = [frozenset(_start(option.time) for option in case.domains.times(m)) for m in position.meetings]
    return sets[0].intersection(*sets[1:]) if sets else frozenset()


def _start(moment: Time) -> tuple[int, int, int]:
    return moment.days, moment.start, moment.weeks


def unlike_options(case: CheckedProblem) -> Iterator[Finding]:
    """Meetings that no other option has a partner for, and partners of different lengths."""
    alone: dict[tuple[int, ...], list[int]] = defaultdict(list)
    unequal: dict[tuple[int, ...], list[BasketPosition]] = defaultdict(list)
    for position in case.problem.positions:
        options = position.options
        if not options.together or len(options.section_ids) < 2:
            continue
        if len(position.by_section) < len(options.section_ids):
            alone[options.basket_ids] += position.meetings
        elif len({case.problem.rows[meeting].slots for meeting in position.meetings}) > 1:
            unequal[options.basket_ids].append(position)
    for options in case.data.rows.options:
        if meetings := alone.get(options.basket_ids):
            sentence = told("unlike_options", len(meetings), basket=options.name, classes=_labels(case, meetings))
            yield _found(Severity.WARNING, options, sentence, len(meetings))
        for position in unequal.get(options.basket_ids, ()):
            sentence = told("unlike_lengths", basket=options.name, classes=_labels(case, position.meetings))
            yield _found(Severity.NOTE, options, sentence)
