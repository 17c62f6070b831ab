"""Counting a timetable again: with the data of today, and every class where it stood."""

from collections.abc import Callable

import sqlalchemy as sa
from flask.testing import FlaskClient

from tests import factories
from tests.pages import Pages, words
from tests.university import university
from webapp.extensions import db
from webapp.models import TimetableEntry
from webapp.services.reference.commands import delete_row
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import find_table
from webapp.services.timetables import publishing, recount
from webapp.services.timetables.quality import standing_of


def test_counting_again_moves_nothing_says_when_and_is_refused_for_another_revision(
    session: object, pages: Pages, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    uni = university()
    timetable = publishing.publish(uni.registrar, uni.timetable("Balanced"), factories.EVERYTHING)
    entries = sa.select(TimetableEntry.entry_id, TimetableEntry.time_slot_id, TimetableEntry.room_id)
    before, seen = db.session.execute(entries).all(), (timetable.content_hash, timetable.revision)
    factories.component(factories.section(uni.term, uni.logic.course, "B", faculty=[uni.sen]), meetings_per_week=2)
    uni.hall.capacity = 10
    db.session.commit()
    assert standing_of(timetable).is_outdated
    sign_in(client, uni.registrar)
    path = f"/admin/timetables/{timetable.timetable_id}"
    assert "Count again with the data of today" in words(pages.get(path))
    pages.post(f"{path}/count", {"revision": timetable.revision + 1}, 409)
    assert timetable.counted_at is None
    pages.post(f"{path}/count", {"revision": timetable.revision})
    db.session.refresh(timetable)
    standing = standing_of(timetable)
    assert (standing.is_outdated, standing.unplaced, standing.hard > 0) == (False, 2, True)
    assert timetable.counted_at is not None
    assert (timetable.content_hash, timetable.revision) == seen
    assert db.session.execute(entries).all() == before
    page = words(pages.get(path))
    assert "Counted again on" in page
    assert "Count again with" not in page


def test_a_draft_that_lost_a_row_has_its_score_again_when_it_is_counted_again(session: object) -> None:
    uni = university()
    timetable = uni.timetable("Balanced")
    scope = Scope(uni.organization, None, uni.registrar)
    db.session.commit()
    delete_row(scope, find_table("rooms"), uni.hall.room_id)
    db.session.expire_all()
    assert (timetable.quality_score, standing_of(timetable).is_outdated) == (None, True)
    recount.count_again(uni.registrar, timetable, timetable.revision)
    assert (timetable.quality_score is not None, standing_of(timetable).is_outdated) == (True, False)
