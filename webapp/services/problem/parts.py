"""A part of a term: the classes of departments, of programmes, of semesters of study, of groups.

Of each of the four kinds any number may be named. A class belongs to the part where it fits each kind that is named:
its course is of one of the departments, and one of its groups is of one of the programmes, semesters and groups.
A combined class belongs to the part of each of its groups, so one group of it is enough.

A group stands for its parts: with CSE3-A go the batches of CSE3-A, and not what all of CSE3 hear together. A group
without a programme or a semester of its own has that of the group above it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import (
    BasketGroup,
    BasketSection,
    Component,
    ComponentBatch,
    Course,
    Department,
    EntryGroup,
    Section,
    SectionGroup,
    StudentGroup,
    TimetableEntry,
)
from webapp.services.problem.groups import GroupTree
from webapp.services.problem.meetings import MeetingRow
from webapp.services.shared.words import _, ngettext

N = TypeVar("N", int, str)


@dataclass(frozen=True)
class PartOfTerm:
    """What a part is chosen by: keys of departments and groups, names of programmes, semesters of study; all at once.

    Nothing named: the whole term.
    """

    departments: tuple[int, ...] = ()
    programmes: tuple[str, ...] = ()
    semesters: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole term."""
        return not (self.departments or self.names_groups)

    @property
    def names_groups(self) -> bool:
        """Whether it asks anything of the groups of a class."""
        return bool(self.programmes or self.semesters or self.groups)

    def sorted(self) -> "PartOfTerm":
        """The same part in the one order in which it is stored, each name once."""
        return PartOfTerm(
            _in_order(self.departments),
            _in_order(self.programmes),
            _in_order(self.semesters),
            _in_order(self.groups),
        )


def _in_order(named: tuple[N, ...]) -> tuple[N, ...]:
    return tuple(sorted(set(named)))


@dataclass(frozen=True)
class GroupOfTerm:
    """A group with the programme and the semester of study that it has, or that the group above it has."""

    key: int
    code: str
    name: str
    programme: str
    semester: int | None

    @property
    def label(self) -> str:
        """Code and name, once where they are the same."""
        return self.code if self.code == self.name else f"{self.code}: {self.name}"


class GroupsOfTerm:
    """A term's groups as parts are chosen by them."""

    def __init__(self, groups: Sequence[GroupOfTerm], tree: GroupTree[int]) -> None:
        self.groups, self.tree = groups, tree

    def of(self, part: PartOfTerm) -> frozenset[int] | None:
        """The groups whose classes are of the part; None where it asks nothing of groups."""
        if not part.names_groups:
            return None
        below = self.tree.with_descendants(part.groups)
        return frozenset(
            group.key
            for group in self.groups
            if (not part.programmes or group.programme in part.programmes)
            and (not part.semesters or group.semester in part.semesters)
            and (not part.groups or group.key in below)
        )


def read_groups(term_id: int) -> GroupsOfTerm:
    """Read a term's groups, by code; one query."""
    of_group = StudentGroup
    query = sa.select(
        of_group.student_group_id,
        of_group.parent_id,
        of_group.code,
        of_group.name,
        of_group.programme,
        of_group.semester_of_study,
    )
    rows = {row.student_group_id: row for row in db.session.execute(query.filter_by(term_id=term_id))}
    tree = GroupTree({key: row.parent_id for key, row in rows.items()})

    def inherited(key: int, name: str) -> object:
        return next((own for above in tree.line(key) if (own := getattr(rows[above], name)) not in (None, "")), None)

    groups = [
        GroupOfTerm(
            key,
            row.code,
            row.name,
            str(inherited(key, "programme") or ""),
            None if (semester := inherited(key, "semester_of_study")) is None else int(str(semester)),
        )
        for key, row in sorted(rows.items(), key=lambda item: item[1].code)
    ]
    return GroupsOfTerm(groups, tree)


@dataclass(frozen=True)
class PartNames:
    """What a part of a term can be chosen by: key and label of each, as a select box has them."""

    departments: tuple[tuple[int, str], ...]
    programmes: tuple[tuple[str, str], ...]
    semesters: tuple[tuple[int, str], ...]
    groups: tuple[tuple[int, str], ...]


def read_part_names(term_id: int) -> PartNames:
    """The departments with courses in a term, and its programmes, semesters of study and groups; two queries."""
    groups = read_groups(term_id).groups
    taught = (
        sa.select(Course.department_id)
        .join(Section, Section.course_id == Course.course_id)
        .where(Section.term_id == term_id, Section.held.is_(True))
    )
    query = sa.select(Department.department_id, Department.code, Department.name).order_by(Department.code)
    departments = db.session.execute(query.where(Department.department_id.in_(taught)))
    return PartNames(
        tuple((key, f"{code}: {name}") for key, code, name in departments),
        tuple((name, name) for name in sorted({group.programme for group in groups if group.programme})),
        tuple((n, str(n)) for n in sorted({group.semester for group in groups if group.semester is not None})),
        tuple((group.key, group.label) for group in groups),
    )


def groups_of_part(term_id: int, part: PartOfTerm) -> frozenset[int] | None:
    """The groups whose classes are of the part; None where it asks nothing of groups."""
    return read_groups(term_id).of(part) if part.names_groups else None


@dataclass(frozen=True)
class MeetingsOfPart:
    """The meetings of a part, by index; ``combined`` are those among them that groups outside the part attend too."""

    inside: frozenset[int]
    combined: frozenset[int] = frozenset()


def meetings_of_part(term_id: int, rows: Sequence[MeetingRow], part: PartOfTerm) -> MeetingsOfPart:
    """Which of a term's meetings are of the part."""
    groups = groups_of_part(term_id, part)
    inside = frozenset(
        index
        for index, row in enumerate(rows)
        if (not part.departments or row.department_id in part.departments)
        and (groups is None or not groups.isdisjoint(row.group_ids))
    )
    if groups is None:
        return MeetingsOfPart(inside)
    return MeetingsOfPart(inside, frozenset(i for i in inside if not groups.issuperset(rows[i].group_ids)))


def has_classes(term_id: int, part: PartOfTerm) -> bool:
    """Whether the term has a section that is of the part."""
    query = (
        sa.select(Section.section_id)
        .join(Course, Course.course_id == Section.course_id)
        .where(Section.term_id == term_id, Section.held.is_(True))
    )
    if part.departments:
        query = query.where(Course.department_id.in_(part.departments))
    groups = groups_of_part(term_id, part)
    if groups is not None:
        named = sa.select(SectionGroup.section_id).where(SectionGroup.student_group_id.in_(groups))
        batches = (
            sa.select(Component.section_id)
            .join(ComponentBatch, ComponentBatch.component_id == Component.component_id)
            .where(ComponentBatch.student_group_id.in_(groups))
        )
        options = (
            sa.select(BasketSection.section_id)
            .join(BasketGroup, BasketGroup.basket_id == BasketSection.basket_id)
            .where(BasketGroup.student_group_id.in_(groups))
        )
        query = query.where(sa.or_(*(Section.section_id.in_(some) for some in (named, batches, options))))
    return db.session.scalar(query.limit(1)) is not None


def entries_of_part(term_id: int, part: PartOfTerm) -> sa.ColumnElement[bool]:
    """Whether an entry of a timetable of the term is of the part, as a condition."""
    conditions: list[sa.ColumnElement[bool]] = [sa.true()]
    if part.departments:
        owned = sa.select(Course.course_id).where(Course.department_id.in_(part.departments))
        conditions.append(TimetableEntry.course_id.in_(owned))
    groups = groups_of_part(term_id, part)
    if groups is not None:
        attended = sa.select(EntryGroup.entry_id).where(EntryGroup.student_group_id.in_(groups))
        conditions.append(TimetableEntry.entry_id.in_(attended))
    return sa.and_(*conditions)


# In words


def codes_of_part(part: PartOfTerm) -> Mapping[str, list[str]]:
    """What a part names, by codes, for the audit trail; kinds that it does not name are left out."""
    department = sa.select(Department.code).where(Department.department_id.in_(part.departments))
    group = sa.select(StudentGroup.code).where(StudentGroup.student_group_id.in_(part.groups))
    named: dict[str, list[str]] = {
        "departments": list(db.session.scalars(department.order_by(Department.code))) if part.departments else [],
        "programmes": list(part.programmes),
        "semesters of study": [str(semester) for semester in part.semesters],
        "groups": list(db.session.scalars(group.order_by(StudentGroup.code))) if part.groups else [],
    }
    return {kind: codes for kind, codes in named.items() if codes}


def part_in_words(part: PartOfTerm) -> str:
    """What a part is, such as "department CSE, semesters of study 3 and 5"; empty for the whole term."""
    codes = codes_of_part(part)
    words = {
        "departments": lambda n, named: ngettext("department %(named)s", "departments %(named)s", n, named=named),
        "programmes": lambda n, named: ngettext("programme %(named)s", "programmes %(named)s", n, named=named),
        "semesters of study": lambda n, named: ngettext(
            "semester of study %(named)s", "semesters of study %(named)s", n, named=named
        ),
        "groups": lambda n, named: ngettext("group %(named)s", "groups %(named)s", n, named=named),
    }
    said = [words[kind](len(named), ", ".join(named)) for kind, named in codes.items()]
    return _("; ").join(said)
