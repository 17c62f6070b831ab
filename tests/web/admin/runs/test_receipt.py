"""A run's receipt is downloaded from its page, and that of a variant beside the variant."""

from tests import factories
from tests.every_row import make_every_row
from webapp.engine.receipt.receipt import unzipped
from webapp.models import JobStatus


def receipts_on(page):
    return [link.get("href") for link in page.iter("a") if (link.get("href") or "").endswith("/receipt")]


def test_the_page_of_a_run_leads_to_its_receipts(client, sign_in, pages, session):
    here = make_every_row()
    sign_in(client, here.users["registrar"])
    page = pages.get(f"/admin/timetables/runs/{here.job.job_id}")
    links = receipts_on(page)
    assert links == [
        f"/admin/timetables/runs/{here.job.job_id}/receipt",
        f"/admin/timetables/{here.timetable.timetable_id}/receipt",
    ]
    own = pages.get(f"/admin/timetables/{here.timetable.timetable_id}")
    assert receipts_on(own) == links[1:]
    for link in links:
        answer = client.get(link)
        assert answer.mimetype == "application/zip"
        assert answer.headers["Content-Disposition"].startswith(f"attachment; filename=receipt-{here.job.job_id}")
        receipt, instance = unzipped(answer.data)
        assert [(origin.name, origin.taken_from) for origin in receipt.variants] == [("Balanced", "Balanced")]
        assert len(instance.meetings) == len(receipt.parts[0].solution.placements)


def test_a_run_of_which_nothing_was_kept_has_no_receipt_and_says_so(client, sign_in, pages, session):
    here = make_every_row()
    sign_in(client, here.users["registrar"])
    old = factories.job(here.timetable.term, status=JobStatus.COMPLETED)
    assert receipts_on(pages.get(f"/admin/timetables/runs/{old.job_id}")) == []
    assert client.get(f"/admin/timetables/runs/{old.job_id}/receipt").status_code == 404
    assert client.get(f"/admin/timetables/{here.submitted.timetable_id}/receipt").status_code == 404
