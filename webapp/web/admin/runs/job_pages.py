"""Which page shows a job: one for each kind; a browser that asks another page for it is led there."""

from collections.abc import Mapping

from flask import abort, request, url_for

from webapp.models import GenerationJob, JobKind
from webapp.services.jobs.selection import job_of
from webapp.web.htmx import redirect_to
from webapp.web.navigation import me

PAGES: Mapping[JobKind, str] = {
    JobKind.GENERATE: "admin.run",
    JobKind.CHECK: "admin.check_run",
    JobKind.WHAT_IF: "admin.what_if",
    JobKind.REPAIR: "admin.redo",
    JobKind.RESOLVE: "admin.redo",
}


def job_page(job: GenerationJob) -> str:
    """The address of a job's page."""
    return url_for(PAGES[job.kind], job_id=job.job_id)


def job_of_page(job_id: str) -> GenerationJob:
    """The user's job that the page in hand shows; a job of another kind leads to its own page, none answers 404."""
    job = job_of(me(), job_id)
    if PAGES[job.kind] != request.endpoint:
        abort(redirect_to(job_page(job)))
    return job
