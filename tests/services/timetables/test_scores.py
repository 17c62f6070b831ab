"""Variants side by side, and what each counts, in words."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.extensions import db
from webapp.services.timetables import scores
from webapp.services.timetables.publishing import publish

Db = scoped_session[Session]


@pytest.fixture
def uni(session: Db) -> University:
    return university()


def test_the_variants_of_a_run_come_with_their_scores(uni: University) -> None:
    job = factories.job(uni.term)
    mine, other = uni.timetable("Balanced"), uni.timetable("Compact-Week", shift=1)
    mine.generation_job_id = job.job_id
    db.session.flush()
    (variant,) = scores.variants_of(job)
    assert variant.timetable is mine
    clash = variant.by_rule["room_clash"]
    assert (clash.is_hard, clash.count, clash.cost, clash.sentence) == (
        True,
        0,
        0,
        "A room holds at most one class at a time.",
    )
    gaps = variant.by_rule["group_gaps"]
    assert (gaps.is_hard, gaps.cost) == (False, 2 * gaps.count)
    assert gaps.amount.endswith("free slot" if gaps.count == 1 else "free slots")
    assert [v.timetable for v in scores.timetables_of(uni.term)] == [other, mine]


def test_the_published_timetable_comes_first(uni: University) -> None:
    first = publish(uni.registrar, uni.timetable("Balanced"), factories.EVERYTHING)
    uni.timetable("Compact-Week", shift=1)
    assert scores.timetables_of(uni.term)[0].timetable is first


def test_criteria_are_rows_and_variants_columns(uni: University) -> None:
    uni.timetable("Balanced")
    uni.timetable("Compact-Week", unplaced=1)
    found = scores.timetables_of(uni.term)
    rows = {row.rule: row for row in scores.criteria(found)}
    assert rows["all_placed"].counts == (0, 1)
    assert rows["all_placed"].best == 0
    best = scores.best_of(found)
    assert best is not None
    assert best.timetable.variant_name == "Balanced"
    assert scores.best_of([]) is None


def test_quality_falls_with_what_is_missing(uni: University) -> None:
    whole, lacking = uni.timetable("Balanced"), uni.timetable("Compact-Week", unplaced=3)
    assert whole.quality_score is not None
    assert lacking.quality_score is not None
    assert Decimal(100) >= whole.quality_score > lacking.quality_score >= 0
