"""After something has happened: the least repair of a timetable; and a draft's rest solved anew around its locks."""

from collections.abc import Sequence
from secrets import token_hex

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from webapp.models import JobKind, Timetable
from webapp.services.accounts.permissions import Permission
from webapp.services.charts.axes import INSET
from webapp.services.charts.curves import curve_of
from webapp.services.jobs.kinds import RepairEvent
from webapp.services.jobs.requests import cancel
from webapp.services.jobs.selection import REDONE, job_of, latest_jobs
from webapp.services.repair import drafts, events
from webapp.services.repair.requests import (
    REPAIR_SECONDS,
    events_of,
    repairable,
    request_placing,
    request_repair,
    request_resolve,
    state_of,
)
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.runs.job_pages import job_of_page, job_page
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me
from webapp.web.params import number

POLL_SECONDS = 2
MOST_EARLIER = 5


@bp.get("/repair")
@requires(Permission.EDIT_TIMETABLES)
def repair() -> ResponseReturnValue:
    terms, term = chosen_term()
    key = request.args.get("timetable", "")
    first = next(iter(repairable(term)), None) if term else None
    chosen = load(me(), Timetable, number(key)) if key else first
    if chosen is None:
        return render("admin/repair/nothing.html", terms=terms, term=term)
    return _page(chosen, request.args)


@bp.post("/repair")
@requires(Permission.EDIT_TIMETABLES)
def start_repair() -> ResponseReturnValue:
    """Ask for the repair; or, with the other button, list the change and go on."""
    timetable = load(me(), Timetable, number(request.form.get("timetable", "")))
    texts = _texts(request.form)
    try:
        if "add" in request.form:
            changes = events.events_from(timetable.term, texts)
            listed = [change.text for change in changes]
            return redirect_to(url_for("admin.repair", timetable=timetable.timetable_id, change=listed))
        job = request_repair(me(), timetable, texts, request.form.get("idempotency_key", "")[:64] or None)
    except Problem as refusal:
        return _page(timetable, request.form, refusal)
    transaction.commit()
    return redirect_to(job_page(job))


@bp.post("/timetables/<int:timetable_id>/place")
@requires(Permission.EDIT_TIMETABLES)
def place_waiting(timetable_id: int) -> ResponseReturnValue:
    """Look for places of what has none by the data of today, moving as few classes as possible."""
    timetable = load(me(), Timetable, timetable_id)
    job = request_placing(me(), timetable, request.form.get("idempotency_key", "")[:64] or None)
    transaction.commit()
    return redirect_to(job_page(job))


@bp.post("/timetables/<int:timetable_id>/resolve")
@requires(Permission.EDIT_TIMETABLES)
def start_resolve(timetable_id: int) -> ResponseReturnValue:
    timetable = load(me(), Timetable, timetable_id)
    seconds, closeness = number(request.form.get("seconds", "")), request.form.get("closeness", "")
    key = request.form.get("idempotency_key", "")[:64] or None
    job = request_resolve(me(), timetable, seconds, closeness, key)
    transaction.commit()
    return redirect_to(job_page(job))


@bp.get("/repair/runs/<job_id>")
@requires(Permission.EDIT_TIMETABLES)
def redo(job_id: str) -> ResponseReturnValue:
    state = state_of(job_of_page(job_id))
    rungs = state.repair.rungs if state.repair else ()
    chart = curve_of([(rung.moves, rung.cost) for rung in rungs], INSET) if len(rungs) > 1 else None
    page = render(
        "admin/repair/run.html",
        "redo_status",
        term=state.job.term,
        state=state,
        chart=chart,
        poll_seconds=POLL_SECONDS,
    )
    transaction.commit()  # a job whose worker was lost is settled by whoever looks
    return page


@bp.post("/repair/runs/<job_id>/cancel")
@requires(Permission.EDIT_TIMETABLES)
def cancel_redo(job_id: str) -> ResponseReturnValue:
    job = job_of(me(), job_id, *REDONE)
    cancel(me(), job)
    transaction.commit()
    return redirect_to(job_page(job))


@bp.post("/repair/runs/<job_id>/draft")
@requires(Permission.EDIT_TIMETABLES)
def draft_of_repair(job_id: str) -> ResponseReturnValue:
    job = job_of(me(), job_id, JobKind.REPAIR)
    draft = drafts.draft_of_rung(me(), job, number(request.form.get("rung", "")))
    transaction.commit()
    flash(_("%(name)s is yours to change. What it was made from stays as it is.", name=draft.variant_name), "good")
    return redirect_to(url_for("admin.compare", a=draft.based_on_id, b=draft.timetable_id))


def _page(timetable: Timetable, values: MultiDict[str, str], refusal: Problem | None = None) -> tuple[str, int]:
    happened: Sequence[RepairEvent] = ()
    try:
        happened = events.events_from(timetable.term, values.getlist("change"))
    except Problem as stale:
        refusal = refusal or stale
    status = 200 if refusal is None else status_of(refusal)
    page = render(
        "admin/repair/repair.html",
        timetable=timetable,
        timetables=repairable(timetable.term),
        changes=happened,
        choices=events.choices_of(timetable.term),
        values=values,
        refusal=refusal,
        seconds=REPAIR_SECONDS,
        earlier=[(job, events_of(job)) for job in latest_jobs(timetable.term, JobKind.REPAIR, MOST_EARLIER)],
        form_key=token_hex(16),
    )
    return page, status


def _texts(form: MultiDict[str, str]) -> list[str]:
    """The changes that are listed already, and what the fields say."""
    texts = form.getlist("change")
    for what in ("room", "faculty"):
        if form.get(what):
            days, begins, ends = (form.getlist(f"{what}_days"), form.get(f"{what}_begins"), form.get(f"{what}_ends"))
            hours = f"{begins or ''}-{ends or ''}" if begins or ends else ""
            texts.append(f"{what}:{form[what]}:{''.join(days)}:{hours}")
    if form.get("section"):
        texts.append(f"section:{form['section']}:{form.get('size', '').strip()}")
    return texts
