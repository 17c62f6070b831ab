"""Elective baskets as the engine sees them."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import Basket, EntryClaim, Section, StudentGroup, Term, TermRule
from webapp.services.problem.baskets import MOST_CHOICES, ways_to_choose
from webapp.services.problem.solutions import TimetableFacts, store_timetable
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.shared.rule_defaults import default_rules


@dataclass
class Electives:
    """A group that has a class of its own and chooses between options; rooms and teachers enough."""

    term: Term
    group: StudentGroup
    own: Section
    options: list[Section]

    def problem(self) -> TermProblem:
        return build_problem(self.term)

    def option(self, code: str, meetings: int = 2, **fields: Any) -> Section:
        department = self.own.course.department
        course = factories.course(department, code)
        section = factories.section(
            self.term, course, faculty=[factories.faculty(department)], expected_size=0, **fields
        )
        factories.component(section, meetings_per_week=meetings)
        self.options.append(section)
        return section


@pytest.fixture
def electives(session: scoped_session[Session]) -> Electives:
    term = factories.term(days=3, slots=4)
    db.session.add_all(default_rules(term.term_id))
    department = factories.department(term.organization)
    for _number in range(5):
        factories.room(term.organization, capacity=60)
    group = factories.group(term, "CSE5", size=61)
    course = factories.course(department, "CORE")
    own = factories.section(term, course, faculty=[factories.faculty(department)], groups=[group])
    factories.component(own, meetings_per_week=1)
    return Electives(term, group, own, [])


def at(problem: TermProblem, stands: dict[str, tuple[int, int]]) -> Solution:
    """The classes at a number of their times, in a room; the others have no place."""
    placements = []
    for row, meeting in zip(problem.rows, problem.instance.meetings, strict=True):
        when = stands.get(row.label)
        placements.append(UNPLACED if when is None else Placement(meeting.times[when[0]].time, when[1]))
    return Solution(tuple(placements))


def test_the_nth_meetings_of_the_options_start_together_whatever_rules_are_on(electives: Electives) -> None:
    factories.basket(electives.term, options=[electives.option("AI"), electives.option("ML")], groups=[electives.group])
    db.session.execute(sa.update(TermRule).filter_by(rule="same_time").values(is_enabled=False))
    problem = electives.problem()
    together = [c for c in problem.instance.constraints if c.rule.name == "same_time"]
    labels = [{problem.rows[index].label for index in c.meetings} for c in together]
    assert labels == [{"AI A, L 1", "ML A, L 1"}, {"AI A, L 2", "ML A, L 2"}]
    assert all(constraint.hard for constraint in together)
    option_meetings = {index for c in together for index in c.meetings}
    assert option_meetings.isdisjoint(index for alike in problem.instance.interchangeable for index in alike)
    apart = {"AI A, L 1": (0, 0), "ML A, L 1": (1, 1)}
    assert evaluate(problem.instance, at(problem, apart)).counts["same_time"] == 1


def test_options_overlap_for_the_group_that_chooses_and_nothing_else_overlaps_any_of_them(
    electives: Electives,
) -> None:
    options = [electives.option("AI"), electives.option("ML", groups=[electives.group])]
    factories.basket(electives.term, options=options, groups=[electives.group])
    problem = electives.problem()
    beside = {"AI A, L 1": (0, 0), "ML A, L 1": (0, 1)}
    assert evaluate(problem.instance, at(problem, beside)).counts["group_clash"] == 0
    for option in ("AI A, L 1", "ML A, L 1"):
        alone = {option: (0, 0), "CORE A, L 1": (0, 1)}
        assert evaluate(problem.instance, at(problem, alone)).counts["group_clash"] == 1
    assert {resource.label for resource in problem.instance.resources if resource.kind is ResourceKind.GROUP} == {
        "CSE5 (with AI A)",
        "CSE5 (with ML A)",
    }
    key = store_timetable(problem, at(problem, beside), TimetableFacts("Draft"))
    assert db.session.query(EntryClaim).filter_by(timetable_id=key).count() == 6


def test_a_choice_of_two_baskets_is_told_apart_so_that_no_two_options_of_them_overlap(electives: Electives) -> None:
    first = [electives.option(code) for code in ("AI", "ML")]
    second = [electives.option(code) for code in ("LAW", "ART", "MUS")]
    for options in (first, second):
        factories.basket(electives.term, options=options, groups=[electives.group])
    problem = electives.problem()
    for one in ("AI", "ML"):
        for other in ("LAW", "ART", "MUS"):
            both = at(problem, {f"{one} A, L 1": (0, 0), f"{other} A, L 1": (0, 1)})
            assert evaluate(problem.instance, both).counts["group_clash"] >= 1


@pytest.mark.parametrize("sizes", [(3,), (2, 3), (3, 3, 3), (4, 4, 4), (20, 5)])
def test_ways_to_choose_hold_every_option_and_while_they_are_few_every_pair(sizes: tuple[int, ...]) -> None:
    columns = [[(at, option) for option in range(size)] for at, size in enumerate(sizes)]
    ways = ways_to_choose(columns)
    assert len(ways) <= MOST_CHOICES
    assert {option for way in ways for option in way} == {option for column in columns for option in column}
    if len(ways) < MOST_CHOICES:
        met = {pair for way in ways for pair in combinations(way, 2)}
        assert met == {(a, b) for one, other in combinations(columns, 2) for a in one for b in other}


def test_a_wish_of_a_group_counts_once_however_many_options_it_has(electives: Electives) -> None:
    factories.basket(electives.term, options=[electives.option(c) for c in ("AI", "ML")], groups=[electives.group])
    problem = electives.problem()
    gaps = next(c for c in problem.instance.constraints if c.rule.name == "group_gaps")
    assert [problem.instance.resources[who].label for who in gaps.resources] == ["CSE5 (with AI A)"]


def test_students_attend_what_they_chose_and_a_choice_of_two_is_a_clash_of_theirs(electives: Electives) -> None:
    ai, ml = electives.option("AI"), electives.option("ML")
    factories.basket(electives.term, options=[ai, ml], groups=[electives.group])
    one, both, none = (factories.student(electives.term.organization, groups=[electives.group]) for _ in range(3))
    for student, section in ((one, ai), (both, ai), (both, ml)):
        factories.enrollment(student, section)
    problem = electives.problem()
    students = [who for who in problem.instance.resources if who.kind is ResourceKind.STUDENTS]
    assert sum(who.weight for who in students) == 2
    assert none.student_id
    beside = {"AI A, L 1": (0, 0), "ML A, L 1": (0, 1)}
    assert evaluate(problem.instance, at(problem, beside)).counts["student_clash"] == 1
    over = {"CORE A, L 1": (0, 0), "ML A, L 1": (0, 1)}
    assert evaluate(problem.instance, at(problem, over)).counts["student_clash"] == 1


def test_seats_of_an_option_are_who_chose_it_and_a_share_of_who_has_not(electives: Electives) -> None:
    ai, ml = electives.option("AI"), electives.option("ML")
    factories.basket(electives.term, options=[ai, ml], groups=[electives.group])
    factories.enrollment(factories.student(electives.term.organization, groups=[electives.group]), ai)
    problem = electives.problem()
    sizes = {row.label: m.size for row, m in zip(problem.rows, problem.instance.meetings, strict=True)}
    assert (sizes["AI A, L 1"], sizes["ML A, L 1"], sizes["CORE A, L 1"]) == (31, 30, 61)


def test_different_meetings_are_paired_by_kind_and_length_and_the_rest_in_order(electives: Electives) -> None:
    ai, ml, law = electives.option("AI", 3), electives.option("ML", 2), electives.option("LAW", 3)
    factories.component(ml, "P", kind="lab", meetings_per_week=1, slots_per_meeting=2)
    factories.component(law, "T", kind="tutorial", meetings_per_week=1)
    factories.basket(electives.term, options=[ai, ml, law], groups=[electives.group])
    problem = electives.problem()
    together = [c for c in problem.instance.constraints if c.rule.name == "same_time"]
    labels = [{problem.rows[index].label for index in c.meetings} for c in together]
    assert labels == [
        {"AI A, L 1", "LAW A, L 1", "ML A, L 1"},
        {"AI A, L 2", "LAW A, L 2", "ML A, L 2"},
        {"AI A, L 3", "LAW A, L 3", "ML A, P 1"},
    ]


def test_baskets_that_share_an_option_are_one_and_a_choice_of_two_holds_nothing_together(
    electives: Electives,
) -> None:
    ai, ml, law = (electives.option(code, 1) for code in ("AI", "ML", "LAW"))
    factories.basket(electives.term, options=[ai, ml], groups=[electives.group])
    factories.basket(electives.term, options=[ml, law], groups=[electives.group])
    problem = electives.problem()
    (together,) = [c for c in problem.instance.constraints if c.rule.name == "same_time"]
    assert len(together.meetings) == 3
    db.session.execute(sa.update(Basket).values(options_each=2))
    db.session.expire_all()
    assert not [c for c in electives.problem().instance.constraints if c.rule.name == "same_time"]


def test_an_option_on_different_days_spreads_over_its_components_too(electives: Electives) -> None:
    ai, ml = electives.option("AI", 1), electives.option("ML", 1)
    for option in (ai, ml):
        factories.component(option, "L2", meetings_per_week=1)
    factories.basket(electives.term, options=[ai, ml], groups=[electives.group], different_days=True)
    problem = electives.problem()
    days = [c for c in problem.instance.constraints if c.rule.name == "different_days"]
    assert [{problem.rows[index].label for index in c.meetings} for c in days] == [
        {"AI A, L 1", "AI A, L2 1"},
        {"ML A, L 1", "ML A, L2 1"},
    ]
