"""Generate, watch, fetch the result; and the published entries, each their own."""

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import JobKind, Term
from webapp.services.accounts.permissions import Permission
from webapp.services.jobs.selection import job_of
from webapp.services.problem.holds import RunChoices
from webapp.services.runs.progress import progress_of
from webapp.services.runs.requests import default_seconds, request_generation
from webapp.services.shared import transaction
from webapp.services.terms.selection import load_term, shown_term
from webapp.services.timetables import scores
from webapp.services.timetables.lifecycle import published_timetable
from webapp.services.views import audience
from webapp.services.views.audience import Lens
from webapp.services.views.grid import EntryView
from webapp.web.access import requires
from webapp.web.api import body, bp, serializers
from webapp.web.navigation import me


@bp.post("/timetable/generate")
@requires(Permission.GENERATE)
def generate() -> ResponseReturnValue:
    sent = body.json_object(request)
    body.refuse_foreign_organization(sent, me())
    year, semester = body.academic_year(sent), body.semester(sent)
    seconds = body.seconds(sent, default_seconds())
    part, base_id = body.part(sent, load_term(me(), year, semester)), body.timetable(sent)
    holds = {"keep_locks": body.yes(sent, "keep_locks"), "partial": body.yes(sent, "partial")}
    choices = RunChoices(part=part, base_id=base_id, close=body.closeness(sent), **holds)
    job = request_generation(me(), year, semester, seconds=seconds, choices=choices)
    transaction.commit()
    location = url_for("api.progress", job_id=job.job_id)
    return jsonify(job_id=job.job_id, status=job.status.value), 202, {"Location": location}


@bp.get("/timetable/progress/<job_id>")
@requires(Permission.GENERATE)
def progress(job_id: str) -> ResponseReturnValue:
    known = progress_of(job_of(me(), job_id, JobKind.GENERATE))
    transaction.commit()  # a run whose worker was lost is settled by whoever looks
    return jsonify(serializers.progress(known))


@bp.get("/timetable/result/<job_id>")
@requires(Permission.SEE_TIMETABLES)
def result(job_id: str) -> ResponseReturnValue:
    job = job_of(me(), job_id, JobKind.GENERATE)
    twins = scores.twins_among(job.timetables)
    variants = [
        serializers.variant(stored, audience.timetable_entries(stored.timetable), twins)
        for stored in scores.variants_of(job)
    ]
    return jsonify(job_id=job.job_id, status=job.status.value, variants=variants)


@bp.get("/timetable/department/<int:dept_id>")
@requires(Permission.SEE_TIMETABLES, Permission.SEE_DEPARTMENT)
def department(dept_id: int) -> ResponseReturnValue:
    audience.department_of(me(), dept_id)
    term = _term()
    return _entries(term, audience.department_entries(me(), dept_id, term))


@bp.get("/timetable/faculty/me")
@requires(Permission.SEE_OWN_TEACHING)
def faculty() -> ResponseReturnValue:
    term = _term()
    return _entries(term, audience.own_entries(me(), Lens.FACULTY, term))


@bp.get("/timetable/student/me")
@requires(Permission.SEE_OWN_STUDIES)
def student() -> ResponseReturnValue:
    term = _term()
    return _entries(term, audience.own_entries(me(), Lens.GROUP, term))


def _term() -> Term | None:
    return shown_term(me().organization, request.args.get("term"))


def _entries(term: Term | None, views: list[EntryView]) -> ResponseReturnValue:
    timetable = published_timetable(term)
    return jsonify([serializers.entry(view, timetable) for view in views] if timetable else [])
