"""Which classes are of a part of a term."""

from collections.abc import Iterable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.extensions import db
from webapp.models import TimetableEntry
from webapp.services.problem.parts import (
    PartOfTerm,
    entries_of_part,
    has_classes,
    meetings_of_part,
    part_in_words,
    read_groups,
)

ALL = {"CSE301 A, L 1", "CSE301 B, L 1", "CSE391 A, P 1 (A1)", "CSE391 A, P 1 (A2)", "MAT101 A, L 1", "MAT205 A, L 1"}


@pytest.fixture
def here(session: scoped_session[Session]) -> University:
    made = university()
    made.year.programme, made.year.semester_of_study = "B.Tech", 3
    made.section_b.semester_of_study = 5
    db.session.commit()
    return made


def labels(here: University, part: PartOfTerm) -> set[str]:
    """The classes of a part by both ways, which must be the same."""
    problem = here.problem()
    found = {problem.rows[index].label for index in meetings_of_part(here.term.term_id, problem.rows, part).inside}
    timetable = here.timetable()
    asked = sa.select(TimetableEntry.component_id, TimetableEntry.student_group_id).where(
        TimetableEntry.timetable_id == timetable.timetable_id, entries_of_part(here.term.term_id, part)
    )
    stored = {(component, batch) for component, batch in db.session.execute(asked)}
    assert stored == {(row.key.component_id, row.key.batch_id) for row in problem.rows if row.label in found}
    assert has_classes(here.term.term_id, part) == bool(found)
    return found


def keys(*groups: object) -> tuple[int, ...]:
    return tuple(group.student_group_id for group in groups)  # type: ignore[attr-defined]


def test_a_group_stands_for_its_batches_and_not_for_what_a_larger_one_hears(here: University) -> None:
    of_a = {"CSE301 A, L 1", "CSE391 A, P 1 (A1)", "CSE391 A, P 1 (A2)", "MAT101 A, L 1"}
    assert labels(here, PartOfTerm(groups=keys(here.section_a))) == of_a
    assert labels(here, PartOfTerm(groups=keys(here.a1))) == {"CSE391 A, P 1 (A1)"}
    assert labels(here, PartOfTerm(groups=keys(here.year))) == of_a | {"CSE301 B, L 1"}
    assert labels(here, PartOfTerm(groups=keys(here.a1, here.section_b))) == {"CSE391 A, P 1 (A1)", "CSE301 B, L 1"}


def test_programme_and_semester_are_those_of_the_group_above_unless_a_group_has_its_own(here: University) -> None:
    assert labels(here, PartOfTerm(semesters=(5,))) == {"CSE301 B, L 1"}
    assert labels(here, PartOfTerm(programmes=("B.Tech",))) == ALL - {"MAT205 A, L 1"}
    assert labels(here, PartOfTerm(semesters=(3, 5))) == ALL - {"MAT205 A, L 1"}
    known = {group.code: (group.programme, group.semester) for group in read_groups(here.term.term_id).groups}
    assert (known["A1"], known["B"]) == (("B.Tech", 3), ("B.Tech", 5))


def test_what_is_named_of_several_kinds_must_fit_together(here: University) -> None:
    assert labels(here, PartOfTerm((here.mat.department_id,), semesters=(3,))) == {"MAT101 A, L 1"}
    assert labels(here, PartOfTerm((here.mat.department_id,), semesters=(5,))) == set()
    assert labels(here, PartOfTerm(semesters=(5,), groups=keys(here.section_a))) == set()
    assert labels(here, PartOfTerm((here.cse.department_id, here.mat.department_id))) == ALL
    assert labels(here, PartOfTerm()) == ALL


def test_a_combined_class_is_of_the_part_of_each_of_its_groups_and_is_counted_as_such(here: University) -> None:
    talk = factories.section(
        here.term, factories.course(here.mat, "MAT300"), "A", groups=[here.section_a, here.section_b]
    )
    factories.component(talk, meetings_per_week=1)
    db.session.commit()
    for semester, combined in ((5, ["MAT300 A, L 1"]), (3, ["MAT300 A, L 1"])):
        part = PartOfTerm(semesters=(semester,))
        assert "MAT300 A, L 1" in labels(here, part)
        rows = here.problem().rows
        found = meetings_of_part(here.term.term_id, rows, part)
        assert _names(rows[index].label for index in found.combined) == combined
    assert not meetings_of_part(here.term.term_id, rows, PartOfTerm(semesters=(3, 5))).combined


def _names(labels: Iterable[str]) -> list[str]:
    return sorted(labels)


def test_a_part_is_named_in_words_by_codes(here: University) -> None:
    part = PartOfTerm((here.mat.department_id, here.cse.department_id), ("B.Tech",), (3, 5), keys(here.section_a))
    assert part_in_words(part) == "departments CSE, MAT; programme B.Tech; semesters of study 3, 5; group A"
    assert part_in_words(PartOfTerm()) == ""
