"""Two timetables side by side: what differs, narrowed as it was asked for, both on the one yardstick, and as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Term, Timetable, TimetableStatus, User
from webapp.services.imports.formats.writers import csv_text
from webapp.services.problem.groups import read_tree
from webapp.services.problem.results import result_of
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.timetables.diff import Differences, How, Moved, differences
from webapp.services.timetables.quality import standing_of
from webapp.services.timetables.scores import Criterion, criteria, variant_of
from webapp.services.views.entries import SeenEntry, read_slot_views
from webapp.services.views.grid import EntryView, Grid, build_grid

MOST_ON_A_PAGE = 40
SUBJECTS = ("group", "teacher", "room")
COLUMNS = (
    "class", "title", "department", "difference",
    "day_before", "start_before", "end_before", "room_before", "teachers_before",
    "day_now", "start_now", "end_now", "room_now", "teachers_now", "groups",
)  # fmt: skip

Choice = tuple[str, str]
"""A value of a filter, and what it is called."""


@dataclass(frozen=True)
class Narrowing:
    """What alone is looked at; 0 and "" for all. What is asked for in vain counts as not asked."""

    how: str = ""
    department: int = 0
    group: int = 0
    teacher: int = 0
    room: int = 0

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for."""
        return self != Narrowing()


@dataclass(frozen=True)
class Comparison:
    """Two timetables of one term, what differs from the first to the second, and the part of it that was asked for."""

    a: Timetable
    b: Timetable
    differences: Differences
    narrowing: Narrowing
    choices: Mapping[str, list[Choice]]
    shown: tuple[Moved, ...]
    criteria: tuple[Criterion, ...]
    """Counts and costs of the first timetable, then of the second."""

    @property
    def changes(self) -> Sequence[str]:
        """What had happened, where the second was made from the first to repair it."""
        causes = result_of(self.b).changes if self.b.based_on_id == self.a.timetable_id else ()
        return [cause.sentence for cause in causes]

    @property
    def higher(self) -> Timetable | None:
        """The one that ranks higher by quality; None where neither does, or where they were not counted alike."""
        first, second = standing_of(self.a), standing_of(self.b)
        if first.rank == second.rank or (first.is_complete and first.remarks != second.remarks):
            return None
        return self.a if first.rank > second.rank else self.b

    @property
    def apart(self) -> list[Criterion]:
        """The criteria by which the two can be told apart."""
        return [row for row in self.criteria if row.differs]


def pair_of(user: User, term: Term | None, a: int | None, b: int | None) -> tuple[Timetable, Timetable] | None:
    """The timetables asked for; where one is not, what stands to reason.

    The second is the term's newest, the first what it was made from, else the published one, else any other. None
    where there are no two. Raises `TimetableUnknown`.
    """
    first = load(user, Timetable, a) if a is not None else None
    second = load(user, Timetable, b) if b is not None else None
    known = first or second
    if first is not None and second is not None:
        return first, second
    term = known.term if known is not None else term
    if term is None:
        return None
    others = _others(term, known)
    if second is None:
        second = others.pop(0) if others else None
    if second is None:
        return None
    first = first or next((other for other in others if other.timetable_id == second.based_on_id), None)
    first = first or next((other for other in others if other.status is TimetableStatus.PUBLISHED), None)
    first = first or next(iter(others), None)
    return (first, second) if first is not None else None


def _others(term: Term, known: Timetable | None) -> list[Timetable]:
    """The term's timetables but one, newest first."""
    query = sa.select(Timetable).filter_by(term_id=term.term_id).order_by(Timetable.timetable_id.desc())
    return [timetable for timetable in db.session.scalars(query) if timetable is not known]


def compare(a: Timetable, b: Timetable, narrowing: Narrowing) -> Comparison:
    """Compare ``a`` with ``b``; the number of queries is the same for every size.

    Raises `NotOfOneTerm`.
    """
    between = differences(a, b)
    choices = _choices(between)
    known = _known(narrowing, choices)
    return Comparison(
        a=a,
        b=b,
        differences=between,
        narrowing=known,
        choices=choices,
        shown=_narrowed(between, known, a.term_id),
        criteria=tuple(criteria([variant_of(a), variant_of(b)])),
    )


def _choices(differences: Differences) -> dict[str, list[Choice]]:
    """By what the differences can be narrowed: only what has one."""
    sides = [side for moved in differences.moved for side in moved.sides]
    departments = {side.department_id: side.department_name for side in sides}
    rooms = {side.room_id: side.view.room_code or "" for side in sides if side.room_id is not None}
    return {
        "how": [(how.value, how.words) for how in differences.by_how],
        "department": _sorted(departments),
        "group": _sorted({affected.key: affected.label for affected in differences.groups}),
        "teacher": _sorted({affected.key: affected.name for affected in differences.teachers}),
        "room": _sorted(rooms),
    }


def _sorted(names: Mapping[int, str]) -> list[Choice]:
    return [(str(key), name) for key, name in sorted(names.items(), key=lambda item: item[1])]


def _known(narrowing: Narrowing, choices: Mapping[str, list[Choice]]) -> Narrowing:
    """The narrowing without what has no difference."""
    vain = {
        name: type(getattr(narrowing, name))()
        for name, options in choices.items()
        if str(getattr(narrowing, name)) not in dict(options)
    }
    return replace(narrowing, **vain)


def _narrowed(differences: Differences, by: Narrowing, term_id: int) -> tuple[Moved, ...]:
    related = read_tree(term_id).related([by.group]) if by.group else frozenset()
    return tuple(
        moved
        for moved in differences.moved
        if by.how in ("", moved.how.value)
        and (not by.department or any(side.department_id == by.department for side in moved.sides))
        and (not by.group or not related.isdisjoint(moved.group_ids))
        and (not by.teacher or by.teacher in moved.faculty_ids)
        and (not by.room or by.room in moved.room_ids)
    )


def week_of(comparison: Comparison) -> Grid | None:
    """The classes that differ on one week, each where it was and where it is; for one group, teacher or room only."""
    if not any(getattr(comparison.narrowing, name) for name in SUBJECTS):
        return None
    views = [view for moved in comparison.shown for view in _both(moved)]
    return build_grid(read_slot_views(comparison.a.term_id), views)


def _both(moved: Moved) -> list[EntryView]:
    if moved.how is How.TEACHERS and moved.now is not None:
        return [replace(moved.now.view, note=_("other teachers"))]
    noted = ((moved.before, _("before")), (moved.now, _("now")))
    return [replace(side.view, note=note) for side, note in noted if side is not None and side.view.placed]


def as_csv(comparison: Comparison) -> str:
    """The differences that are shown, a line each; no cell is a formula to a spreadsheet."""
    rows = (
        [moved.label, moved.title, moved.either.department_name, moved.how.value, *_cells(moved)]
        for moved in comparison.shown
    )
    return csv_text(COLUMNS, rows)


def _cells(moved: Moved) -> list[str]:
    groups = sorted({code for side in moved.sides for code in side.view.groups})
    return [*_place(moved.before), *_place(moved.now), ", ".join(groups)]


def _place(seen: SeenEntry | None) -> list[str]:
    if seen is None:
        return ["", "", "", "", ""]
    view = seen.view
    day = "+".join(DAY_NAMES[day] for day in view.days)
    hours = [f"{moment:%H:%M}" if moment is not None else "" for moment in (view.start, view.end)]
    return [day, *hours, view.room_code or "", ", ".join(view.faculty)]
