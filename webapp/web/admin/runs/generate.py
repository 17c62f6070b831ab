"""Asking for a generation and watching it: `/admin/timetables/generate` and the page of a run."""

from io import BytesIO
from typing import Any

from flask import flash, request, send_file, url_for
from flask.typing import ResponseReturnValue

from webapp.config import MOST_RUN_SECONDS
from webapp.models import GenerationJob, JobKind, Stage, Term, Timetable
from webapp.services.accounts.permissions import Permission
from webapp.services.charts.curves import curve_of
from webapp.services.checks.catalogue import summarize
from webapp.services.checks.term_data import read_term_data
from webapp.services.jobs.requests import cancel, stop_and_keep_best
from webapp.services.jobs.selection import job_of
from webapp.services.problem.term_problem import TermProblem
from webapp.services.runs import options, requests, time_budget, weight_profiles
from webapp.services.runs.options import ChoiceRefused
from webapp.services.runs.progress import progress_of
from webapp.services.shared import transaction
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _, ngettext
from webapp.services.terms.selection import load_term
from webapp.services.timetables import receipts, scores
from webapp.services.timetables.quality import least_among
from webapp.services.views import audience
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.runs.generate_form import GenerateForm
from webapp.web.admin.runs.job_pages import job_of_page
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me

POLL_SECONDS, SLOW_POLL_SECONDS, SLOW_AFTER = 3, 6, 300


@bp.route("/timetables/generate", methods=["GET", "POST"])
@requires(Permission.GENERATE)
def generate() -> ResponseReturnValue:
    terms, term = chosen_term()
    summary = summarize(term) if term else None
    problem = summary.problem if summary else None
    form = _form(terms, term, problem)
    if form.validate_on_submit() and _may_begin(form):
        job = _begin(form)
        if job is not None:
            return redirect_to(url_for("admin.run", job_id=job.job_id))
    page = render(
        "admin/timetables/generate.html",
        form=form,
        terms=terms,
        term=term,
        active=requests.active_run(term) if term else None,
        look=summary,
        plan=_plan(form, term, problem),
        sentences=scores.sentences_of_variants() | _sentences_of_own(),
    )
    return page, 422 if form.errors else 200


@bp.get("/timetables/generate/plan")
@requires(Permission.GENERATE)
def generate_plan() -> ResponseReturnValue:
    """Show what a run of the choices made so far would do; the form asks for it at each change."""
    terms, term = chosen_term()
    problem = read_term_data(term).problem if term else None
    form = _form(terms, term, problem, formdata=request.args, meta={"csrf": False})
    return render("admin/timetables/plan.html", plan=_plan(form, term, problem))


def _form(terms: list[Term], term: Term | None, problem: TermProblem | None, **fields: Any) -> GenerateForm:
    own = [profile.name for profile in weight_profiles.profiles_of(me())]
    parts = options.part_options_of(problem) if problem else None
    return GenerateForm(terms, term, own, parts, options.bases_of(term) if term else [], **fields)


def _begin(form: GenerateForm) -> GenerationJob | None:
    """Ask for the run; None where the choices do not fit together, which the form then says."""
    try:
        job = requests.request_generation(
            me(),
            form.academic_year.data,
            form.semester.data,
            seconds=form.seconds.data,
            profiles=form.variants.data,
            seed=form.seed.data,
            reproducible=form.reproducible.data,
            idempotency_key=form.idempotency_key.data or None,
            choices=form.chosen(),
        )
    except ChoiceRefused as refused:
        form.blame(refused)
        return None
    transaction.commit()
    return job


def _plan(form: GenerateForm, term: Term | None, problem: TermProblem | None) -> list[str]:
    if term is None:
        return []
    seconds = min(MOST_RUN_SECONDS, max(0, form.seconds.data or requests.default_seconds()))
    try:
        return time_budget.plan(problem, term, form.chosen(), seconds, len(form.variants.data or ()))
    except ChoiceRefused as refused:
        return [refused.message]


def _sentences_of_own() -> dict[str, str]:
    return {profile.name: _("Your own weights.") for profile in weight_profiles.profiles_of(me())}


def _may_begin(form: GenerateForm) -> bool:
    """Return whether no blocker stands in the way of the chosen term, or a partial timetable will do; else note why."""
    term = load_term(me(), form.academic_year.data, form.semester.data)
    summary = summarize(term)
    if not summary.blockers or (form.partial.data and summary.problem is not None):
        return True
    refusal = ngettext(
        "%(num)d finding blocks %(term)s; nothing was begun.",
        "%(num)d findings block %(term)s; nothing was begun.",
        summary.blockers,
        term=term.name,
    )
    form.partial.errors = [refusal]
    if summary.problem is None:
        form.partial.errors = [refusal, _("Nothing can be placed before that is mended.")]
    return False


@bp.get("/timetables/runs/<job_id>")
@requires(Permission.GENERATE)
def run(job_id: str) -> ResponseReturnValue:
    job = job_of_page(job_id)
    progress = progress_of(job)
    page = render(
        "admin/timetables/run.html",
        "run_status",
        job=job,
        term=job.term,
        progress=progress,
        stages=list(Stage),
        poll_seconds=POLL_SECONDS if progress.elapsed < SLOW_AFTER else SLOW_POLL_SECONDS,
        stored={made.variant_name: made for made in job.timetables},
        twins=scores.twins_among(job.timetables),
        least=least_among(job.timetables),
        held=time_budget.restrictions_of(job, progress.facts),
        curves={variant.name: curve_of(variant.curve) for variant in progress.variants if variant.curve},
        tray=audience.tray_of(job) if not progress.is_active else None,
        has_receipt=not progress.is_active and receipts.has_receipt(job),
    )
    transaction.commit()  # a run whose worker was lost is settled by whoever looks
    return page


@bp.get("/timetables/runs/<job_id>/receipt")
@requires(Permission.GENERATE)
def run_receipt(job_id: str) -> ResponseReturnValue:
    name, content = receipts.receipt_of_run(job_of(me(), job_id, JobKind.GENERATE))
    return send_file(BytesIO(content), mimetype="application/zip", as_attachment=True, download_name=name)


@bp.get("/timetables/<int:timetable_id>/receipt")
@requires(Permission.GENERATE)
def timetable_receipt(timetable_id: int) -> ResponseReturnValue:
    name, content = receipts.receipt_of_timetable(load(me(), Timetable, timetable_id))
    return send_file(BytesIO(content), mimetype="application/zip", as_attachment=True, download_name=name)


@bp.post("/timetables/runs/<job_id>/cancel")
@requires(Permission.GENERATE)
def cancel_run(job_id: str) -> ResponseReturnValue:
    cancel(me(), job_of(me(), job_id, JobKind.GENERATE))
    transaction.commit()
    flash(_("The run is being cancelled. Variants that were finished are kept."), "info")
    return redirect_to(url_for("admin.run", job_id=job_id))


@bp.post("/timetables/runs/<job_id>/stop")
@requires(Permission.GENERATE)
def stop_run(job_id: str) -> ResponseReturnValue:
    stop_and_keep_best(me(), job_of(me(), job_id, JobKind.GENERATE))
    transaction.commit()
    flash(_("The run finishes now and keeps the best that it has."), "info")
    return redirect_to(url_for("admin.run", job_id=job_id))
