"""FET's years, groups and subgroups as a tree of groups that clash exactly where theirs do.

In FET two sets of students clash when they share a subgroup; here groups form a tree, and the groups of one split of a
parent are disjoint while those of two splits cross. Three forms, the first that says the same: the tree as it is; the
groups of a year as several splits; else the smallest parts alone, and a group stands for its parts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from webapp.fet.file import FetFile, Parts, StudentsSet


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A row of the table `groups`: its name in the file, whose part it is, and in which split."""

    name: str
    parent: str | None
    split: str | None
    size: int


class StudentGroups:
    """The groups that stand for a file's sets of students.

    Parameters
    ----------
    file
        The file.
    used
        Names that activities and constraints use: only those must be there.
    """

    def __init__(self, file: FetFile, used: frozenset[str]) -> None:
        self._used = used
        self._years = {year.name: year for year in file.years}
        self._sizes, self._parts = file.sizes, file.parts
        self.rows: dict[str, GroupRow] = {}
        self._stands_for: dict[str, tuple[str, ...]] = {}
        shared = self._shared_parts()
        for year in self._years.values():
            self._place(year, shared)

    def stands_for(self, name: str) -> tuple[str, ...]:
        """The groups, by name, that stand for a set of the file; none where the file has no such set."""
        return self._stands_for.get(name, ())

    def _shared_parts(self) -> Parts:
        """Smallest parts that several years have."""
        years = Counter(part for year in self._years for part in self._parts[year])
        return frozenset(part for part, number in years.items() if number > 1)

    def _place(self, year: StudentsSet, shared: Parts) -> None:
        groups = {group.name: group for group in year.parts}
        if self._parts[year.name] & shared:
            self._as_parts(year, parent=None)
        elif _disjoint(self._parts[name] for name in groups) and all(
            _disjoint(self._parts[part.name] for part in group.parts) for group in year.parts
        ):
            self._as_tree(year, None, None)
        elif (splits := self._splits(year)) is not None:
            self._as_splits(year, splits)
        else:
            self._as_parts(year, parent=year.name)

    def _as_tree(self, students: StudentsSet, parent: str | None, split: str | None) -> None:
        self._row(students.name, parent, split)
        for part in students.parts:
            self._as_tree(part, students.name, "part")

    def _splits(self, year: StudentsSet) -> list[list[str]] | None:
        """The groups of a year as splits that cross each other everywhere; None where they don't."""
        inner = {part.name for group in year.parts for part in group.parts} - {group.name for group in year.parts}
        if inner & self._used:
            return None
        splits: list[list[str]] = []
        for group in year.parts:
            parts = self._parts[group.name]
            free = (split for split in splits if all(not parts & self._parts[other] for other in split))
            chosen = next(free, None)
            if chosen is None:
                splits.append([group.name])
            else:
                chosen.append(group.name)
        everybody = self._parts[year.name]
        whole = all(frozenset[str]().union(*(self._parts[name] for name in split)) == everybody for split in splits)
        crossing = all(
            self._parts[a] & self._parts[b]
            for i, split in enumerate(splits)
            for other in splits[i + 1 :]
            for a in split
            for b in other
        )
        return splits if whole and crossing else None

    def _as_splits(self, year: StudentsSet, splits: list[list[str]]) -> None:
        self._row(year.name, None, None)
        for number, split in enumerate(splits, start=1):
            for name in split:
                self._row(name, year.name, f"split {number}")

    def _as_parts(self, year: StudentsSet, parent: str | None) -> None:
        if parent is not None:
            self._row(year.name, None, None)
        for part in sorted(self._parts[year.name]):
            if part != year.name:
                self._row(part, parent, "part" if parent is not None else None)
        for students in _below(year):
            self._stands_for.setdefault(students.name, tuple(sorted(self._parts[students.name])))
        if parent is None:
            self._stands_for[year.name] = tuple(sorted(self._parts[year.name]))
            if year.name in self._parts[year.name]:
                self._row(year.name, None, None)

    def _row(self, name: str, parent: str | None, split: str | None) -> None:
        if name not in self.rows:
            self.rows[name] = GroupRow(name, parent, split, self._sizes[name])
            self._stands_for[name] = (name,)


def _below(students: StudentsSet) -> Iterator[StudentsSet]:
    for part in students.parts:
        yield part
        yield from _below(part)


def _disjoint(sets: Iterable[Parts]) -> bool:
    seen: set[str] = set()
    for parts in sets:
        if parts & seen:
            return False
        seen |= parts
    return True


def unique_codes(names: Iterable[str], code: Callable[[str], str], length: int) -> Mapping[str, str]:
    """A code for each name, by ``code``; alike ones are told apart by a number at the end."""
    taken: dict[str, int] = defaultdict(int)
    codes: dict[str, str] = {}
    used: set[str] = set()
    for name in dict.fromkeys(names):
        base = code(name)[:length] or "X"
        chosen = base
        while chosen.lower() in used:
            taken[base] += 1
            end = f"~{taken[base] + 1}"
            chosen = base[: length - len(end)] + end
        used.add(chosen.lower())
        codes[name] = chosen
    return codes
