"""Every kind of job is shown on its own page, and read as no other kind anywhere."""

import pytest

from tests import factories
from tests.pages import Pages
from webapp.extensions import db
from webapp.models import JobKind
from webapp.services.jobs.kinds import KINDS, WhatIfOptions, stored
from webapp.web.admin.runs.job_pages import PAGES

AT = {
    JobKind.GENERATE: "/admin/timetables/runs/{}",
    JobKind.CHECK: "/admin/check/runs/{}",
    JobKind.WHAT_IF: "/admin/check/tries/{}",
    JobKind.REPAIR: "/admin/repair/runs/{}",
    JobKind.RESOLVE: "/admin/repair/runs/{}",
}
OF_RUNS = ("/admin/timetables/runs/{}/variants", "/api/timetable/progress/{}", "/api/timetable/result/{}")
POSTS = {
    "/admin/timetables/runs/{}/cancel": {JobKind.GENERATE},
    "/admin/timetables/runs/{}/stop": {JobKind.GENERATE},
    "/admin/check/runs/{}/ways/0/try": {JobKind.CHECK},
    "/admin/repair/runs/{}/cancel": {JobKind.REPAIR, JobKind.RESOLVE},
    "/admin/repair/runs/{}/draft": {JobKind.REPAIR},
}


@pytest.fixture(params=JobKind, ids=lambda kind: kind.value)
def job(request, session, client, sign_in):
    user = factories.user()
    sign_in(client, user)
    options = {JobKind.WHAT_IF: WhatIfOptions(rule="pinned", sentence="Give up.")}.get(request.param)
    made = stored(options or KINDS[request.param].options())
    found = factories.job(factories.term(user.organization), kind=request.param, options=made)
    db.session.commit()
    return found


def test_every_kind_has_a_page() -> None:
    assert set(PAGES) == set(AT) == set(JobKind)


@pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.value)
def test_a_job_asked_for_at_the_page_of_another_kind_leads_to_its_own(pages: Pages, job, kind) -> None:
    own, asked = AT[job.kind].format(job.job_id), AT[kind].format(job.job_id)
    if asked == own:
        pages.get(own)
    else:
        answer = pages.client.get(asked)
        assert (answer.status_code, answer.location) == (303, own)


@pytest.mark.parametrize("address", OF_RUNS)
def test_only_a_generation_has_progress_variants_and_a_result(pages: Pages, job, address) -> None:
    answer = pages.client.get(address.format(job.job_id))
    assert answer.status_code == (200 if job.kind is JobKind.GENERATE else 404)


@pytest.mark.parametrize("address", POSTS)
def test_a_button_of_one_kind_does_nothing_to_another(pages: Pages, job, address) -> None:
    status = pages.client.post(address.format(job.job_id), data={"csrf_token": pages.csrf_token()}).status_code
    assert (status == 404) == (job.kind not in POSTS[address] or address.endswith("/draft"))
    db.session.refresh(job)
    assert (job.cancel_requested_at is not None) == (address.endswith("/cancel") and job.kind in POSTS[address])
