"""A class on several days at the same hour: one meeting, one entry, a claim a day, moved as one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from tests import factories
from tests.edge import commit
from webapp.engine.instance import Placement
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import Component, EntryClaim, Room, Term, Timetable, TimetableEntry, User
from webapp.services.editor import board_cache, moves, session, view
from webapp.services.editor.errors import NoSuchPlace
from webapp.services.editor.moves import MoveRequest
from webapp.services.editor.spots import Spot
from webapp.services.imports.exports import term_contents
from webapp.services.problem.data_changes import changed_since
from webapp.services.problem.repair_base import RepairBase
from webapp.services.problem.solutions import TimetableFacts, solution_from, store_timetable
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.shared.rule_defaults import default_rules
from webapp.services.timetables.diff import in_brief
from webapp.services.views.entries import read_entries, read_slot_views
from webapp.services.views.grid import build_grid
from webapp.services.views.sheet_text import SheetHead, sheet_text
from webapp.web.api.serializers import entry as entry_json


@dataclass
class Week:
    """A term of five days: a class on Monday, Wednesday and Friday or on Tuesday and Thursday, and one of one day."""

    user: User
    term: Term
    pattern: Component
    other: Component
    room: Room

    @property
    def problem(self) -> TermProblem:
        return build_problem(self.term)

    def slot(self, day: int, number: int) -> int:
        return factories.slot(self.term, day, number).time_slot_id

    def stored(self, hour: int = 1) -> Timetable:
        """The pattern on Monday, Wednesday, Friday at an hour; the other class on Tuesday at the same."""
        problem = self.problem
        times = [option.time for option in problem.instance.meetings[0].times]
        first = next(time for time in times if time.days == 0b10101 and time.start == hour)
        weeks = problem.calendar.weeks_mask(problem.rows[1].weeks)
        second = problem.calendar.time_from(self.slot(1, hour), 1, weeks)
        solution = Solution((Placement(first, 0), Placement(second, 0)))
        key = store_timetable(problem, solution, TimetableFacts(f"At {hour}"))
        db.session.commit()
        return db.session.get_one(Timetable, key)


def entry_of(timetable: Timetable, component: Component) -> TimetableEntry:
    query = sa.select(TimetableEntry).filter_by(
        timetable_id=timetable.timetable_id, component_id=component.component_id
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def days_claimed(entry: TimetableEntry) -> list[int]:
    query = sa.select(EntryClaim.minutes).filter_by(entry_id=entry.entry_id).where(EntryClaim.resource.like("room:%"))
    return sorted(minutes.lower // 1440 for minutes in db.session.scalars(query))


@pytest.fixture
def week(app: object) -> Iterator[Week]:
    board_cache.forget_boards()
    user = factories.user()
    term = factories.term(user.organization, days=5, slots=4)
    db.session.add_all(default_rules(term.term_id))
    home = factories.department(user.organization)
    teacher, group = factories.faculty(home), factories.group(term, "A")
    room = factories.room(user.organization, capacity=60)
    made = [
        factories.component(
            factories.section(term, factories.course(home, code), faculty=[teacher], groups=[group]),
            meetings_per_week=1,
            day_patterns=patterns,
        )
        for code, patterns in (("ALG", "Mon-Wed-Fri, Tue-Thu"), ("BOT", ""))
    ]
    db.session.commit()
    yield Week(user, term, made[0], made[1], room)
    board_cache.forget_boards()


def test_a_class_has_a_time_for_each_pattern_and_hour(week: Week) -> None:
    first, second = week.problem.instance.meetings
    assert {option.time.days for option in first.times} == {0b10101, 0b01010}
    assert len(first.times) == 2 * 4
    assert len(second.times) == 5 * 4
    assert week.problem.rows[0].slots_a_week == 2
    week.pattern.day_patterns = "2"
    db.session.commit()
    assert len(week.problem.instance.meetings[0].times) == 10 * 4


def test_hours_that_a_day_does_not_have_are_no_times_of_a_pattern(week: Week) -> None:
    db.session.delete(factories.slot(week.term, 4, 0))
    db.session.commit()
    assert len(week.problem.instance.meetings[0].times) == 2 * 4 - 1


def test_one_entry_stands_on_all_its_days_with_a_claim_each_and_is_read_as_it_was_stored(week: Week) -> None:
    timetable = week.stored()
    entry = entry_of(timetable, week.pattern)
    assert (entry.day, entry.days, entry.time_slot_id) == (0, (0, 2, 4), week.slot(0, 1))
    assert days_claimed(entry) == [0, 2, 4]
    assert entry_of(timetable, week.other).days == ()
    solution = solution_from(week.problem, timetable.timetable_id)
    assert [place.at.days for place in solution.placements] == [0b10101, 0b00010]
    assert changed_since(week.problem, timetable.timetable_id) == []
    week.pattern.day_patterns = "Tue-Thu"
    db.session.commit()
    assert [change.kind.value for change in changed_since(week.problem, timetable.timetable_id)] == ["hours"]


def test_postgresql_refuses_a_double_booking_on_any_of_its_days(week: Week) -> None:
    timetable = week.stored()
    mine = entry_of(timetable, week.other)
    friday = 4 * 1440 + 9 * 60
    taken = sa.select(EntryClaim.resource).where(EntryClaim.entry_id == entry_of(timetable, week.pattern).entry_id)
    resource = db.session.scalars(taken).first()
    values: dict[str, Any] = {"entry_id": mine.entry_id, "resource": resource, "timetable_id": timetable.timetable_id}
    db.session.execute(sa.insert(EntryClaim).values(**values, minutes=Range(friday, friday + 60), weeks={1}))
    with pytest.raises(IntegrityError, match="no_double_booking"):
        db.session.commit()
    db.session.rollback()


def test_it_stands_in_the_week_on_each_of_its_days_and_is_one_entry_elsewhere(week: Week) -> None:
    timetable = week.stored()
    seen = read_entries(timetable.timetable_id)
    assert len(seen) == 2
    grid = build_grid(read_slot_views(week.term.term_id), [each.view for each in seen])
    shown = {rows.day: [entry.course_code for entry in rows.entries] for rows in grid.days}
    assert shown == {0: ["ALG"], 1: ["BOT"], 2: ["ALG"], 3: [], 4: ["ALG"]}
    told = next(each.view for each in seen if each.view.course_code == "ALG")
    assert entry_json(told, timetable)["days"] == [0, 2, 4]
    lines = sheet_text(SheetHead("X", "2024-25", 1, "group", "A"), [each.view for each in seen])
    assert "\nMonday+Wednesday+Friday\t09:00-10:00\t" in lines


def test_a_move_takes_all_its_days_and_undo_brings_all_back(week: Week) -> None:
    timetable = week.stored()
    entry = entry_of(timetable, week.pattern)
    request = MoveRequest(entry.entry_id, Spot(week.slot(2, 3)), any_room=True)
    commit(moves.move, week.user, timetable, timetable.revision, request)
    entry = entry_of(timetable, week.pattern)
    assert (entry.days, entry.time_slot_id, days_claimed(entry)) == ((0, 2, 4), week.slot(0, 3), [0, 2, 4])
    other = MoveRequest(entry.entry_id, Spot(week.slot(1, 2), (1, 3)), any_room=True)
    commit(moves.move, week.user, timetable, timetable.revision, other)
    entry = entry_of(timetable, week.pattern)
    assert (entry.days, days_claimed(entry)) == ((1, 3), [1, 3])
    commit(moves.unplace, week.user, timetable, timetable.revision, entry.entry_id)
    assert entry_of(timetable, week.pattern).days == ()
    for _ in range(3):
        commit(session.undo, week.user, timetable, timetable.revision)
    entry = entry_of(timetable, week.pattern)
    assert (entry.days, entry.time_slot_id, days_claimed(entry)) == ((0, 2, 4), week.slot(0, 1), [0, 2, 4])


def test_where_else_offers_a_pattern_in_each_of_its_cells(week: Week) -> None:
    timetable = week.stored()
    chosen = view.chosen(timetable, entry_of(timetable, week.pattern).entry_id)
    assert len(chosen.places) == 8
    assert chosen.where.startswith("Monday, Wednesday, Friday 09:00 to 10:00")
    spots = {str(chosen.by_slot[week.slot(day, 2)].spot) for day in (0, 2, 4)}
    assert spots == {f"{week.slot(0, 2)}.024"}
    assert chosen.by_slot[week.slot(1, 1)].mark == "bad"  # the other class is there on Tuesday
    single = entry_of(timetable, week.other)
    with pytest.raises(NoSuchPlace, match="no such slot"):
        commit(moves.move, week.user, timetable, timetable.revision, MoveRequest(single.entry_id, Spot(2**31 - 1)))


def test_a_slot_pins_the_hour_and_the_pattern_that_has_its_day(week: Week) -> None:
    factories.pin(week.pattern, slot=factories.slot(week.term, 2, 3))
    db.session.commit()
    pinned = week.problem.instance.meetings[0].pin
    assert pinned is not None
    assert (pinned.at.days, pinned.at.start) == (0b10101, 3)
    week.pattern.day_patterns = "2"
    db.session.commit()
    meeting = week.problem.instance.meetings[0]
    assert meeting.pin is None
    assert {(option.time.start, option.time.days & 0b100) for option in meeting.times} == {(3, 0b100)}


def test_a_comparison_a_repair_and_an_export_know_its_days(week: Week) -> None:
    early, late = week.stored(1), week.stored(2)
    brief = {row.label.partition(" ")[0]: row for row in in_brief(early, late)}
    assert brief["ALG"].before.startswith("Monday, Wednesday, Friday 09:00")
    problem = week.problem
    solution = solution_from(problem, early.timetable_id)
    base = RepairBase(early.timetable_id, 1, problem, Solution.empty(problem.instance), {}, {})
    assert base.solution_with(base.places(solution)).placements == solution.placements
    records = term_contents(week.user.organization, week.term)
    assert {record["days"] for record in records["entries"]} == {"Mon-Wed-Fri", ""}
    assert {record["days"] for record in records["components"]} == {"Mon-Wed-Fri, Tue-Thu", ""}
