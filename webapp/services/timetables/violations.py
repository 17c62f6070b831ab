"""A timetable's score down to each single thing it counts: a sentence, what it costs, and where to look at it.

Everything is counted, but put into words only as far as it is shown: a large term counts some thousands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa

from webapp.engine.evaluate import violation_of
from webapp.engine.parts import CountPart, parts
from webapp.engine.rules import RULES, rule_named
from webapp.extensions import db
from webapp.models import Timetable, TimetableEntry
from webapp.services.imports.formats.writers import csv_text
from webapp.services.problem.choice_counts import ChoiceCounts
from webapp.services.problem.groups import GroupTree, groups_of_leaf, read_tree
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.solutions import solution_from
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.problem.words.labels import names_of
from webapp.services.schema.values import DAY_NAMES
from webapp.services.views.audience import Lens, Subject, subjects

SHOWN_OF_EACH = 20
MOST_ON_A_PAGE = 100
COLUMNS = ("criterion", "must_hold", "count", "cost", "sentence", "about", "day", "classes")
_ORDER = {rule.name: place for place, rule in enumerate(RULES)}


@dataclass(frozen=True)
class Item:
    """One thing that a timetable counts.

    Attributes
    ----------
    subject
        The group, teacher or room whose week shows it; None where nobody's does.
    entry_id
        The class that causes it, or the first of several.
    """

    sentence: str
    about: str
    count: int
    cost: int
    day: int | None
    meetings: tuple[int, ...]
    subject: Subject | None
    entry_id: int | None


@dataclass(frozen=True)
class Itemised:
    """All that a timetable counts by one rule: how many things, and those that are shown, dearest first."""

    rule: str
    title: str
    is_hard: bool
    count: int
    cost: int
    total: int
    items: tuple[Item, ...]

    @property
    def whole(self) -> bool:
        """Whether all are shown."""
        return len(self.items) == self.total


def itemised(
    timetable: Timetable, rule: str | None = None, *, start: int = 0, most: int = SHOWN_OF_EACH
) -> list[Itemised]:
    """Itemise what a timetable counts against the term of today, by rule: what must hold first, then the dearest.

    Of each rule, or of the one that is named, some are shown from ``start`` on. The number of queries is the same for
    every size.
    """
    return _Itemiser(timetable).by_rule(rule, start, most)


def as_csv(timetable: Timetable, rule: str | None = None) -> str:
    """Everything that a timetable counts, a line each; no cell is a formula to a spreadsheet."""
    itemiser = _Itemiser(timetable)
    rows = itemiser.problem.rows
    return csv_text(
        COLUMNS,
        (
            [
                group.title,
                "yes" if group.is_hard else "no",
                str(item.count),
                "" if group.is_hard else str(item.cost),
                item.sentence,
                item.about,
                "" if item.day is None else DAY_NAMES[item.day],
                "; ".join(rows[meeting].label for meeting in item.meetings),
            ]
            for group in itemiser.by_rule(rule, 0, None)
            for item in group.items
        ),
    )


class _Itemiser:
    """The parts of a timetable's counts, by rule, with what it takes to tell them."""

    def __init__(self, timetable: Timetable) -> None:
        self.problem: TermProblem = build_problem(timetable.term)
        self._instance = self.problem.instance
        self._placements = solution_from(self.problem, timetable.timetable_id).placements
        self._names = names_of(self.problem)
        self._finder = _Finder(self.problem, timetable)

    def by_rule(self, rule: str | None, start: int, most: int | None) -> list[Itemised]:
        """Groups in the order of the page, each with the slice that is shown."""
        parts: dict[tuple[str, bool], list[CountPart]] = {}
        for part, name, is_hard in self._parts(rule):
            parts.setdefault((name, is_hard), []).append(part)
        once = ChoiceCounts(self.problem).parts_once
        groups = [self._group(name, is_hard, once(own), start, most) for (name, is_hard), own in parts.items()]
        return sorted(groups, key=lambda group: (not group.is_hard, -group.cost, _ORDER[group.rule]))

    def _parts(self, rule: str | None) -> Iterator[tuple[CountPart, str, bool]]:
        for index, constraint in enumerate(self._instance.constraints):
            if constraint.weight != 0 and rule in (None, constraint.rule.name):
                for part in parts(self._instance, self._placements, index):
                    yield part, constraint.rule.name, constraint.weight is None

    def _group(self, name: str, is_hard: bool, parts: list[CountPart], start: int, most: int | None) -> Itemised:
        most = most or len(parts)
        start = min(start, (len(parts) - 1) // most * most)  # past the end the last ones are shown
        dearest = sorted(parts, key=lambda part: -(self._cost(part) or part.count))
        return Itemised(
            rule=name,
            title=rule_named(name).title,
            is_hard=is_hard,
            count=sum(part.count for part in parts),
            cost=sum(map(self._cost, parts)),
            total=len(parts),
            items=tuple(self._item(part) for part in dearest[start : start + most]),
        )

    def _cost(self, part: CountPart) -> int:
        return (self._instance.constraints[part.constraint].weight or 0) * part.count

    def _item(self, part: CountPart) -> Item:
        violation = violation_of(self._instance, self._placements, part, self._names)
        return Item(
            sentence=violation.sentence,
            about=violation.subject,
            count=part.count,
            cost=self._cost(part),
            day=part.day,
            meetings=part.meetings,
            subject=self._finder.subject_of(part),
            entry_id=self._finder.entry_of(part),
        )


class _Finder:
    """Whose week shows a part: only those who have a class in the timetable have one."""

    def __init__(self, problem: TermProblem, timetable: Timetable) -> None:
        self._problem = problem
        self._timetable = timetable
        self._faculty = {index: key for key, index in problem.resource_of_faculty.items()}
        self._leaves = {index: leaf for leaf, index in problem.resource_of_leaf.items()}

    def subject_of(self, part: CountPart) -> Subject | None:
        """Whom the part is about, else the first of those who are at its class: group, teacher, room."""
        resource, room = part.subject.resource, part.subject.room
        if room is not None:
            return self._known(Lens.ROOM, [self._problem.room_ids[room]])
        if resource in self._faculty:
            return self._known(Lens.FACULTY, [self._faculty[resource]])
        if resource in self._leaves:
            return self._known(Lens.GROUP, self._upwards(groups_of_leaf(self._leaves[resource])))
        return self._of_class(part.meetings[0]) if part.meetings else None

    def entry_of(self, part: CountPart) -> int | None:
        """The entry of the class that causes it."""
        return self._entries.get(self._problem.rows[part.meetings[0]].key) if part.meetings else None

    def _of_class(self, meeting: int) -> Subject | None:
        row = self._problem.rows[meeting]
        return self._known(Lens.GROUP, row.group_ids) or self._known(Lens.FACULTY, row.faculty_ids)

    def _known(self, lens: Lens, keys: Sequence[int]) -> Subject | None:
        return next((self._subjects[lens][key] for key in keys if key in self._subjects[lens]), None)

    def _upwards(self, smallest: Sequence[int]) -> list[int]:
        """The groups whose weeks show all that a leaf attends, the smallest first.

        Who is in a batch and in a tutorial group has the classes of both, so only what both are parts of shows them.
        """
        lines = [self._tree.line(key) for key in smallest]
        shared = [key for key in lines[0] if all(key in line for line in lines)]
        return shared + [key for key in lines[0] if key not in shared]

    @cached_property
    def _subjects(self) -> dict[Lens, dict[int, Subject]]:
        lenses = (Lens.GROUP, Lens.FACULTY, Lens.ROOM)
        return {lens: {subject.key: subject for subject in subjects(self._timetable, lens)} for lens in lenses}

    @cached_property
    def _tree(self) -> GroupTree[int]:
        return read_tree(self._timetable.term_id)

    @cached_property
    def _entries(self) -> dict[MeetingKey, int]:
        entry = TimetableEntry
        query = sa.select(entry.entry_id, entry.component_id, entry.student_group_id, entry.ordinal)
        rows = db.session.execute(query.filter_by(timetable_id=self._timetable.timetable_id))
        return {MeetingKey(component, batch, ordinal): entry_id for entry_id, component, batch, ordinal in rows}
