"""What students choose from the elective baskets of a term: who chooses, who has chosen what, who has not."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Student, StudentGroupMember
from webapp.services.problem.baskets import OptionSet
from webapp.services.problem.rows import TermRows


@dataclass(frozen=True)
class BasketChoices:
    """The students of a basket's groups, and what each of them has chosen.

    ``chosen`` is by student, those of other groups who take an option, too; ``choosing`` are the students of the groups
    that choose. A student whose group attends one option alone has chosen it by that.
    """

    choosing: frozenset[int]
    chosen: Mapping[int, tuple[int, ...]]

    def without(self) -> list[int]:
        """The students of the groups who have not chosen."""
        return sorted(student for student in self.choosing if student not in self.chosen)

    def count(self, section_id: int) -> int:
        """How many students take an option."""
        return sum(section_id in sections for sections in self.chosen.values())


def choices_of(rows: TermRows) -> dict[tuple[int, ...], BasketChoices]:
    """The choices of each basket of a term, by its baskets' keys; one query."""
    if not rows.options:
        return {}
    members = members_of(rows)
    return {options.basket_ids: choices_of_set(rows, options, members) for options in rows.options}


def members_of(rows: TermRows) -> dict[int, list[int]]:
    """By group, the students who are its own members; one query."""
    query = sa.select(StudentGroupMember.student_group_id, StudentGroupMember.student_id)
    members: dict[int, list[int]] = defaultdict(list)
    for group, student in db.session.execute(query.where(StudentGroupMember.student_group_id.in_(list(rows.groups)))):
        members[group].append(student)
    return members


def choices_of_set(rows: TermRows, options: OptionSet, members: Mapping[int, Sequence[int]]) -> BasketChoices:
    """The choices from some options."""
    chosen: dict[int, list[int]] = defaultdict(list)
    for student, section, _batch in rows.enrollments:
        if section in options.section_ids:
            chosen[student].append(section)
    attended = {section: _students(rows, rows.attending(section), members) for section in options.section_ids}
    choosing = _students(rows, options.group_ids, members).union(*attended.values())
    for student in choosing - chosen.keys():
        own = [section for section, students in attended.items() if student in students]
        if 0 < len(own) <= options.options_each and len(own) < len(options.section_ids):
            chosen[student] = own
    return BasketChoices(frozenset(choosing), {student: tuple(own) for student, own in chosen.items()})


def _students(rows: TermRows, groups: Iterable[int], members: Mapping[int, Sequence[int]]) -> set[int]:
    return {student for group in rows.tree.with_descendants(groups) for student in members.get(group, ())}


def codes_of_students(keys: Iterable[int]) -> list[str]:
    """Codes and names of students, in the order of the codes: "2023CSE014 Asha Nair"."""
    query = sa.select(Student.code, Student.name).where(Student.student_id.in_(list(keys))).order_by(Student.code)
    return [f"{code} {name}" for code, name in db.session.execute(query)]
