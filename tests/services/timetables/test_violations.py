"""A timetable's score down to each single thing it counts."""

import csv
import io

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.queries import counted_queries
from tests.university import University, university
from webapp.extensions import db
from webapp.models import Timetable
from webapp.services.timetables.scores import variant_of
from webapp.services.timetables.violations import Itemised, as_csv, itemised
from webapp.services.views.audience import Lens, subjects

Db = scoped_session[Session]


@pytest.fixture
def uni(session: Db) -> University:
    return university()


@pytest.fixture
def timetable(uni: University) -> Timetable:
    return uni.timetable(unplaced=1)


def group_of(timetable: Timetable, rule: str, most: int = 20) -> Itemised:
    (group,) = itemised(timetable, rule, most=most)
    return group


def test_what_must_hold_comes_first_then_the_dearest(timetable: Timetable) -> None:
    groups = itemised(timetable)
    assert groups[0].items[0].sentence == "MAT205 A, L 1 has no time."
    assert [group.is_hard for group in groups] == sorted((group.is_hard for group in groups), reverse=True)
    soft = [group.cost for group in groups if not group.is_hard]
    assert soft == sorted(soft, reverse=True)
    assert any("Monday" in item.sentence for item in group_of(timetable, "isolated_meetings").items)


def test_the_single_counts_add_up_to_the_score(timetable: Timetable) -> None:
    stored = variant_of(timetable).by_rule
    for group in itemised(timetable, most=1000):
        assert group.whole
        assert sum(item.count for item in group.items) == group.count == stored[group.rule].count, group.rule
        assert sum(item.cost for item in group.items) == group.cost == stored[group.rule].cost, group.rule


def test_some_are_shown_and_all_are_counted(timetable: Timetable) -> None:
    whole = group_of(timetable, "isolated_meetings")
    part = group_of(timetable, "isolated_meetings", most=1)
    assert (len(part.items), part.total, part.cost, part.whole) == (1, whole.total, whole.cost, False)
    (second,) = itemised(timetable, "isolated_meetings", start=1, most=1)
    assert second.items == whole.items[1:2]


def test_each_leads_to_a_week_that_there_is_and_to_its_class(timetable: Timetable) -> None:
    weeks = {(lens, subject.key) for lens in Lens for subject in subjects(timetable, lens)}
    entries = {entry.entry_id for entry in timetable.entries}
    items = [item for group in itemised(timetable) for item in group.items]
    assert items
    assert {(item.subject.lens, item.subject.key) for item in items if item.subject is not None} <= weeks
    assert all(item.subject is not None and item.entry_id in entries for item in items if item.meetings)


def test_a_group_without_a_class_of_its_own_leads_to_the_one_that_it_is_part_of(uni: University) -> None:
    """Batches A1 and A2 have a lab of their own; section B is no part of anything that has one."""
    found = uni.timetable()
    names = {item.subject.code for item in group_of(found, "isolated_meetings").items if item.subject is not None}
    assert names <= {"A", "B", "A1", "A2"}
    for entry in list(found.entries):
        if entry.batch is not None and entry.batch.code == "A2":
            db.session.delete(entry)
    db.session.flush()
    codes = {item.subject.code for item in group_of(found, "isolated_meetings").items if item.subject is not None}
    assert "A2" not in codes


def test_who_is_in_a_batch_and_a_tutorial_group_is_seen_in_the_week_of_both(uni: University) -> None:
    factories.group(uni.term, "T1", parent=uni.section_a, split="tutorial", department_id=uni.cse.department_id)
    db.session.commit()
    items = group_of(uni.timetable(), "isolated_meetings").items
    seen = {item.subject.code for item in items if item.subject is not None and "T1" in item.sentence}
    assert seen == {"A"}


def test_the_file_has_everything(timetable: Timetable) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(timetable).lstrip("\ufeff"))))
    assert len(rows) == sum(group.total for group in itemised(timetable))
    assert rows[0]["sentence"] == "MAT205 A, L 1 has no time."
    assert (rows[0]["must_hold"], rows[0]["cost"], rows[0]["classes"]) == ("yes", "", "MAT205 A, L 1")


def test_queries_do_not_grow_with_what_is_told(timetable: Timetable) -> None:
    used = []
    for most in (1, 1000):
        db.session.refresh(timetable)
        with counted_queries() as seen:
            itemised(timetable, most=most)
        used.append(len(seen))
    assert used[0] >= used[1], "the second time the session knows the term already"
