"""Invents a term of any number of classes as an instance, with the rules that a new term begins with.

Sections of fifty students have fifteen lectures and a lab for each of two batches; cohorts of ten sections share
electives, of which each student chooses one or two. At 7,750 classes these are 400 sections, 247 rooms, 724 teachers
and 28,800 single choices. Rooms are used to about two thirds.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from webapp.engine.instance import Constraint, Instance, InstanceRoom, Meeting, Resource, RoomOption, TimeOption
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.timegrid import Time, TimeGrid
from webapp.services.shared.rule_defaults import OWN_TERM

DAYS, SLOTS = 6, 8
SECTION_CLASSES, COURSES, LECTURES = 17, 5, 3
COHORT, SEATS = 10, 50
WHOLE = {"classes": 7_750, "sections": 400, "rooms": 247, "teachers": 724, "choices": 28_800}
"""The largest; smaller ones are in proportion."""


@dataclass
class _Term:
    """The lists of an instance while it is invented."""

    random: Random
    teachers: int
    resources: list[Resource] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    sets: list[tuple[int, ...]] = field(default_factory=list)
    load: list[int] = field(default_factory=list)

    def teacher(self, slots: int) -> int:
        """One of the least busy."""
        chosen = min(range(self.teachers), key=lambda who: (self.load[who], self.random.random()))
        self.load[chosen] += slots
        return chosen

    def add(
        self, code: str, number: int, people: tuple[int, ...], size: int, times: tuple[TimeOption, ...],
        rooms: tuple[RoomOption, ...],
    ) -> tuple[int, ...]:  # fmt: skip
        """So many meetings of one component; returns their indices."""
        who = self.teacher(number * times[0].time.length)
        first = len(self.meetings)
        self.meetings += [Meeting(f"{code}.{each}", times, rooms, (who, *people), size) for each in range(number)]
        made = tuple(range(first, first + number))
        if number > 1:
            self.sets.append(made)
        return made


def invented_term(classes: int = WHOLE["classes"], seed: int = 1) -> Instance:
    """A term of about so many classes, the same for the same seed."""
    scale = classes / WHOLE["classes"]
    sections, rooms, teachers, choices = (
        max(2, round(scale * WHOLE[what])) for what in ("sections", "rooms", "teachers", "choices")
    )
    grid, term = TimeGrid(DAYS, SLOTS), _Term(Random(seed), teachers, load=[0] * teachers)
    single, double = (
        tuple(
            TimeOption(Time(slot, length, 1 << day, grid.all_weeks))
            for day in range(DAYS)
            for slot in range(0, SLOTS - length + 1, length)
        )
        for length in (1, 2)
    )
    seats = [60 if room % 10 < 6 else 120 if room % 10 < 8 else 30 for room in range(rooms)]
    small, large = (tuple(RoomOption(r) for r, n in enumerate(seats) if n >= least) for least in (60, 120))
    labs = tuple(RoomOption(r) for r, n in enumerate(seats) if n == 30)
    term.resources = [Resource(f"teacher/{n}", ResourceKind.INSTRUCTOR) for n in range(teachers)]
    attended: list[tuple[int, ...]] = []
    for section in range(sections):
        batches = (len(term.resources), len(term.resources) + 1)
        term.resources += [Resource(f"section/{section}/{half}", ResourceKind.GROUP) for half in "ab"]
        lectures = [
            meeting
            for course in range(COURSES)
            for meeting in term.add(f"s{section}c{course}", LECTURES, batches, SEATS, single, small)
        ]
        for half in batches:
            lab = term.add(f"s{section}lab{half}", 1, (half,), SEATS // 2, double, labs)
            attended.append((*lectures, *lab))
    _electives(term, attended, max(2, (classes - len(term.meetings)) // LECTURES), choices, single, large)
    term.constraints = [*_rules(term), *_wishes(term)]
    return Instance(
        name=f"invented term of {len(term.meetings)} classes",
        grid=grid,
        rooms=tuple(InstanceRoom(f"r{room}", n) for room, n in enumerate(seats)),
        resources=tuple(term.resources),
        meetings=tuple(term.meetings),
        constraints=tuple(term.constraints),
        interchangeable=tuple(term.sets),
    )


def _electives(
    term: _Term, attended: list[tuple[int, ...]], number: int, choices: int,
    times: tuple[TimeOption, ...], rooms: tuple[RoomOption, ...],
) -> None:  # fmt: skip
    """Electives of each cohort, and what single students choose of them; students who attend the same are one."""
    random, cohorts = term.random, max(1, len(attended) // 2 // COHORT)
    offered: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for elective in range(number):
        offered[elective % cohorts].append(term.add(f"e{elective}", LECTURES, (), 100, times, rooms))
    students = [batch for batch in range(len(attended)) for _ in range(SEATS // 2)]
    second = set(random.sample(range(len(students)), max(0, min(len(students), choices - len(students)))))
    alike: Counter[tuple[int, ...]] = Counter()
    for student, batch in enumerate(students):
        options = offered[min(cohorts - 1, batch // 2 // COHORT)]
        chosen = random.sample(options, min(len(options), 2 if student in second else 1))
        alike[(*attended[batch], *(meeting for elective in chosen for meeting in elective))] += 1
    extra: dict[int, list[int]] = defaultdict(list)
    for meetings, many in alike.items():
        for meeting in meetings:
            extra[meeting].append(len(term.resources))
        term.resources.append(Resource(f"students/{len(term.resources)}", ResourceKind.STUDENTS, weight=many))
    for meeting, own in extra.items():
        old = term.meetings[meeting]
        term.meetings[meeting] = Meeting(old.code, old.times, old.rooms, (*old.resources, *own), old.size)


def _rules(term: _Term) -> Iterator[Constraint]:
    """What a new term asks for, of those whom it is about."""
    for name, setting in OWN_TERM.items():
        rule, weight = rule_named(name), None if setting.hard else setting.weight or 0
        if name in ("different_days", "room_stability", "min_working_days"):
            for own in term.sets:
                yield Constraint(rule, weight, meetings=own, amount=2 if name == "min_working_days" else 0)
        elif name in ("max_per_day", "max_in_row"):
            yield Constraint(rule, weight, amount=setting.amount or 0)
        elif name not in ("avoided_times", "preferred_times", "unavailable", "same_time", "max_per_week", "changes"):
            yield Constraint(rule, weight)


def _wishes(term: _Term) -> Iterator[Constraint]:
    """A teacher in four is away for some slots, one in two avoids some, one in ten prefers a day."""
    random, cells = term.random, range(DAYS * SLOTS)
    for who in range(term.teachers):
        for name, share, many in (("unavailable", 0.25, 6), ("avoided_times", 0.5, 8), ("preferred_times", 0.1, 24)):
            if random.random() < share:
                setting = OWN_TERM[name]
                own = frozenset(random.sample(cells, many))
                yield Constraint(rule_named(name), None if setting.hard else setting.weight, (who,), cells=own)
