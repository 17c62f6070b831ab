"""Runs and variants ticked in the list, shown once more, and deleted."""

import sqlalchemy as sa

from tests import factories
from tests.pages import sent_by, words
from tests.university import university
from webapp.extensions import db
from webapp.models import JobStatus, Timetable


def test_what_is_ticked_is_shown_before_it_goes_and_stale_pages_are_told(client, pages, sign_in):
    uni = university()
    job = factories.job(uni.term, status=JobStatus.COMPLETED)
    made, other = uni.timetable("Balanced"), uni.timetable("By hand")
    made.generation_job_id = job.job_id
    sign_in(client, uni.registrar)
    ticks = [box for box in pages.get("/admin/timetables").iter("input") if box.get("form") == "delete-ticked"]
    assert {(box.get("name"), box.get("value")) for box in ticks} >= {
        ("run", job.job_id),
        ("t", str(other.timetable_id)),
    }
    page = pages.get(f"/admin/timetables/delete?run={job.job_id}&t={other.timetable_id}")
    assert "These go By hand Draft" in words(page) or "Balanced" in words(page)
    form = sent_by(page, "/admin/timetables/delete")
    other.revision += 1
    stale = pages.post("/admin/timetables/delete", form, status=409)
    assert "has changed since the page was shown, so nothing was deleted" in stale.get_data(as_text=True)
    form = sent_by(
        pages.get(f"/admin/timetables/delete?run={job.job_id}&t={other.timetable_id}"), "/admin/timetables/delete"
    )
    pages.post("/admin/timetables/delete", form)
    assert "2 timetables deleted. 1 run deleted." in words(pages.get("/admin/timetables"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Timetable)) == 0
    pages.post("/admin/timetables/delete", form, status=404)
    nothing = pages.post("/admin/timetables/delete", status=422).get_data(as_text=True)
    assert "Nothing was chosen" in nothing
