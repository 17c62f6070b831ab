"""What has changed since a term's timetable was published: what it rests on, beside the data of today.

Counted from the rows themselves, not from the audit trail: what was changed and changed back is no change.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from webapp.models import Term, Timetable
from webapp.services.problem.choice_counts import ChoiceCounts
from webapp.services.problem.data_changes import DataChangeKind, changed_since
from webapp.services.problem.solutions import hard_violations, is_excused
from webapp.services.problem.stored_entries import StoredEntry, entries_of, solution_of
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.shared.errors import Problem
from webapp.services.shared.target import Target
from webapp.services.shared.words import _, first_of, ngettext
from webapp.services.terms.selection import data_revision_of
from webapp.services.timetables.lifecycle import published_timetable

MOST_NAMED = 20
KEPT = 32


class SinceKind(StrEnum):
    """What may have changed since a timetable was published."""

    TEACHERS = "teachers"
    GROUPS = "groups"
    TIMES = "times"
    SECTIONS = "sections"
    ADDED = "added"
    GONE = "gone"
    UNPLACED = "unplaced"
    BROKEN = "broken"


@dataclass(frozen=True)
class SincePart:
    """One kind of change: how often, and the first of what it is about."""

    kind: SinceKind
    count: int
    named: tuple[str, ...]
    section_id: int | None = None
    """The one section that it is about, where it is one."""

    @property
    def words(self) -> str:
        """The change with its number: "2 classes have no place"."""
        return {
            SinceKind.TEACHERS: lambda n: ngettext(
                "teachers changed in %(num)d section", "teachers changed in %(num)d sections", n
            ),
            SinceKind.GROUPS: lambda n: ngettext(
                "groups changed in %(num)d section", "groups changed in %(num)d sections", n
            ),
            SinceKind.TIMES: lambda n: ngettext(
                "hours or weeks changed for %(num)d class", "hours or weeks changed for %(num)d classes", n
            ),
            SinceKind.SECTIONS: lambda n: ngettext("%(num)d section added", "%(num)d sections added", n),
            SinceKind.ADDED: lambda n: ngettext("%(num)d class added", "%(num)d classes added", n),
            SinceKind.GONE: lambda n: ngettext("%(num)d class dropped", "%(num)d classes dropped", n),
            SinceKind.UNPLACED: lambda n: ngettext("%(num)d class has no place", "%(num)d classes have no place", n),
            SinceKind.BROKEN: lambda n: ngettext(
                "%(num)d breach of a rule that must hold", "%(num)d breaches of rules that must hold", n
            ),
        }[self.kind](self.count)

    @property
    def target(self) -> Target | None:
        """The rows of the data that it is about; None for what is no change of data."""
        if self.kind in (SinceKind.UNPLACED, SinceKind.BROKEN):
            return None
        return Target("sections", self.section_id, self.words)

    @property
    def list(self) -> list[str]:
        """The first of them, and how many more there are."""
        return first_of(self.named[:MOST_NAMED], MOST_NAMED, max(self.count, len(self.named)))


@dataclass(frozen=True)
class SincePublished:
    """What has changed since a version was published; ``reason`` says why it can't be told, where it can't."""

    timetable: Timetable
    parts: tuple[SincePart, ...]
    reason: str = ""

    @property
    def sentence(self) -> str:
        """All of it: "Since version 1: 1 section added, 2 classes have no place."."""
        words = self.reason or ", ".join(part.words for part in self.parts)
        return _("Since version %(number)s: %(words)s", number=self.timetable.number, words=words.rstrip(".") + ".")

    @property
    def can_be_placed(self) -> bool:
        """Whether classes wait for a place, or stand where they can't: what a repair is for."""
        return any(part.kind in (SinceKind.UNPLACED, SinceKind.BROKEN) for part in self.parts)


_counted: OrderedDict[tuple[object, ...], tuple[SincePart, ...]] = OrderedDict()
"""What was counted for a timetable's revision and a state of its term's data; neither can change behind it."""


def since_published(term: Term | None) -> SincePublished | None:
    """What has changed since the term's timetable was published; None where none is, or nothing has."""
    timetable = published_timetable(term)
    if timetable is None:
        return None
    revision = data_revision_of(timetable.term_id)
    key = (timetable.timetable_id, timetable.published_at, timetable.revision, revision)
    if key not in _counted:
        try:
            _counted[key] = tuple(_parts(timetable))
        except Problem as problem:  # nothing to place any more, a week set without weeks
            return SincePublished(timetable, (), problem.message)
        while len(_counted) > KEPT:
            _counted.popitem(last=False)
    parts = _counted[key]
    return SincePublished(timetable, parts) if parts else None


def _parts(timetable: Timetable) -> Iterator[SincePart]:
    problem = build_problem(timetable.term)
    entries = entries_of(problem, timetable.timetable_id)
    yield from _changed(problem, timetable)
    yield from _added(problem, entries)
    solution = solution_of(problem, entries)
    unplaced = [problem.rows[index].label for index in solution.unplaced]
    if unplaced:
        yield SincePart(SinceKind.UNPLACED, len(unplaced), tuple(unplaced[:MOST_NAMED]))
    overrides = {index: entry.state.override for index, entry in entries.items() if entry.state.override is not None}
    breaches = ChoiceCounts(problem).once(hard_violations(problem, solution))
    broken = [one for one in breaches if not is_excused(one, overrides)]
    if broken:
        yield SincePart(SinceKind.BROKEN, len(broken), tuple(one.sentence for one in broken[:MOST_NAMED]))


def _changed(problem: TermProblem, timetable: Timetable) -> Iterator[SincePart]:
    changes = changed_since(problem, timetable.timetable_id)
    for kind, of in (
        (SinceKind.TEACHERS, (DataChangeKind.TEACHERS,)),
        (SinceKind.GROUPS, (DataChangeKind.GROUPS,)),
        (SinceKind.TIMES, (DataChangeKind.WEEKS, DataChangeKind.HOURS)),
        (SinceKind.GONE, (DataChangeKind.GONE,)),
    ):
        own = [change for change in changes if change.kind in of]
        sections = list(dict.fromkeys(change.section_id for change in own))
        labels = list(dict.fromkeys(change.label for change in own))
        by_section = kind in (SinceKind.TEACHERS, SinceKind.GROUPS)
        if own:
            yield _part(kind, len(sections) if by_section else len(labels), labels, sections)


def _added(problem: TermProblem, entries: dict[int, StoredEntry]) -> Iterator[SincePart]:
    """Sections none of whose classes the timetable has, and single classes that it lacks."""
    known = Counter(problem.rows[index].section_id for index in entries)
    lacking = [row for index, row in enumerate(problem.rows) if index not in entries]
    new = [row for row in lacking if not known[row.section_id]]
    sections = list(dict.fromkeys(row.section_id for row in new))
    if new:
        yield _part(SinceKind.SECTIONS, len(sections), _sections_of([row.label for row in new]), sections)
    rest = [row for row in lacking if known[row.section_id]]
    if rest:
        yield _part(SinceKind.ADDED, len(rest), [row.label for row in rest], [row.section_id for row in rest])


def _sections_of(labels: Sequence[str]) -> list[str]:
    """ "CSE301 A" of "CSE301 A, L 2", each once."""
    return list(dict.fromkeys(label.partition(",")[0] for label in labels))


def _part(kind: SinceKind, count: int, labels: Sequence[str], sections: Sequence[int]) -> SincePart:
    only = sections[0] if len(set(sections)) == 1 else None
    return SincePart(kind, count, tuple(labels[:MOST_NAMED]), only)
