"""Runs and variants: comparing them, looking at one by group, teacher, room or department, on screen and paper."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import GenerationJob, JobKind, Term, Timetable, TimetableStatus
from webapp.services.accounts.permissions import Permission
from webapp.services.charts import pareto
from webapp.services.jobs.selection import job_of, latest_jobs
from webapp.services.problem.parts import part_in_words, read_part_names
from webapp.services.runs.verdict import verdict_of
from webapp.services.shared import transaction
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.timetables import receipts, recount, scores, violations
from webapp.services.timetables.quality import standing_of
from webapp.services.timetables.scores import Variant
from webapp.services.timetables.since_published import since_published
from webapp.services.timetables.violations import Item
from webapp.services.views import audience
from webapp.services.views.audience import Lens
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me
from webapp.web.pagination import ListPage
from webapp.web.params import key_or_404, number, page_number
from webapp.web.presentation import SHOWN, lens_of, paper, part_of, subject_of


@bp.get("/timetables")
@requires(Permission.SEE_TIMETABLES)
def timetables() -> ResponseReturnValue:
    terms, term = chosen_term()
    runs = latest_jobs(term, JobKind.GENERATE) if term else []
    variants = scores.timetables_of(term) if term else []
    verdicts = {run.job_id: verdict_of(run) for run in runs}
    twins = scores.twins_among(variant.timetable for variant in variants)
    page = "admin/timetables/index.html"
    return render(page, terms=terms, term=term, runs=runs, verdicts=verdicts, variants=variants, twins=twins)


@bp.get("/timetables/runs/<job_id>/variants")
@requires(Permission.SEE_TIMETABLES)
def variants(job_id: str) -> ResponseReturnValue:
    job = job_of(me(), job_id, JobKind.GENERATE)
    return _side_by_side(job.term, scores.variants_of(job), job)


@bp.get("/timetables/variants")
@requires(Permission.SEE_TIMETABLES)
def side_by_side() -> ResponseReturnValue:
    """Any timetables of a term, `?t=` each; the latest run's where none is named."""
    keys = [key_or_404(text) for text in request.args.getlist("t")]
    if keys:
        variants = scores.side_by_side(me(), keys)
        return _side_by_side(variants[0].timetable.term, variants)
    _terms, term = chosen_term()
    return _side_by_side(term, scores.latest_variants(term) if term else [])


def _side_by_side(term: Term | None, variants: list[Variant], job: GenerationJob | None = None) -> ResponseReturnValue:
    """All on one yardstick, with the chart of the two criteria that are asked for."""
    return render(
        "admin/timetables/variants.html",
        term=term,
        job=job,
        shown=pareto.side_by_side(variants, request.args.get("x", ""), request.args.get("y", "")),
        others=scores.timetables_of(term) if term else [],
        named=scores.named,
    )


@bp.get("/timetables/<int:timetable_id>")
@requires(Permission.SEE_TIMETABLES)
def timetable(timetable_id: int) -> ResponseReturnValue:
    """A few of what each criterion counts, or page by page all that the one in `?rule=` counts."""
    chosen = load(me(), Timetable, timetable_id)
    rule, page = request.args.get("rule") or None, page_number(request.args.get("page", ""))
    most = violations.MOST_ON_A_PAGE if rule else violations.SHOWN_OF_EACH
    groups = violations.itemised(chosen, rule, start=(page - 1) * most if rule else 0, most=most)
    return render(
        "admin/timetables/timetable.html",
        timetable=chosen,
        variant=scores.variant_of(chosen),
        since=since_published(chosen.term) if chosen.status is TimetableStatus.PUBLISHED else None,
        groups=groups,
        rule=rule,
        page=ListPage(range(max((group.total for group in groups), default=0)), page, most) if rule else None,
        urls=_pages_of(chosen),
        has_receipt=receipts.has_receipt(chosen.job),
        tray=[entry for entry in audience.timetable_entries(chosen) if not entry.placed] if chosen.unplaced else [],
    )


@bp.post("/timetables/<int:timetable_id>/count")
@requires(Permission.EDIT_TIMETABLES)
def count_timetable(timetable_id: int) -> ResponseReturnValue:
    """Count it with the data of today; `revision` is the one that the page showed."""
    chosen = load(me(), Timetable, timetable_id)
    recount.count_again(me(), chosen, number(request.form.get("revision")))
    transaction.commit()
    flash(_("Counted with the data of today: %(standing)s.", standing=standing_of(chosen).sentence), "good")
    return redirect_to(url_for("admin.timetable", timetable_id=timetable_id))


@bp.get("/timetables/<int:timetable_id>/violations.csv")
@requires(Permission.SEE_TIMETABLES)
def timetable_violations(timetable_id: int) -> ResponseReturnValue:
    chosen = load(me(), Timetable, timetable_id)
    text = violations.as_csv(chosen, request.args.get("rule") or None)
    headers = {"Content-Disposition": f'attachment; filename="violations-{timetable_id}.csv"'}
    return Response(text, mimetype="text/csv", headers=headers)


def _pages_of(timetable: Timetable) -> Callable[[Item], tuple[str, str]]:
    """For a thing that is counted: the week that shows it, and for a draft the editor with the class chosen."""

    def urls(item: Item) -> tuple[str, str]:
        whose = {"by": item.subject.lens.value, "key": item.subject.key} if item.subject else {}
        here: dict[str, Any] = {"timetable_id": timetable.timetable_id, **whose}
        week = url_for("admin.timetable_week", **here) if item.subject else ""
        editable = timetable.status is TimetableStatus.DRAFT and item.entry_id
        return week, url_for("admin.editor", **here, entry=item.entry_id) if editable else ""

    return urls


@bp.get("/timetables/<int:timetable_id>/week")
@requires(Permission.SEE_TIMETABLES)
def timetable_week(timetable_id: int) -> ResponseReturnValue:
    chosen = load(me(), Timetable, timetable_id)
    lens = lens_of(request.args.get("by"), Lens.GROUP)
    subjects = audience.subjects(chosen, lens)
    subject = subject_of(subjects, request.args.get("key"))
    sheets = audience.sheets_for(chosen, lens, [subject.key]) if subject else []
    return render(
        "admin/timetables/week.html",
        "week",
        timetable=chosen,
        lens=lens,
        lenses=list(Lens),
        subjects=subjects,
        subject=subject,
        sheet=sheets[0] if sheets else None,
        parts=read_part_names(chosen.term_id),
        show=SHOWN[lens],
    )


@bp.get("/timetables/<int:timetable_id>/print")
@requires(Permission.SEE_TIMETABLES)
def timetable_print(timetable_id: int) -> ResponseReturnValue:
    chosen = load(me(), Timetable, timetable_id)
    lens, part = lens_of(request.args.get("by"), Lens.GROUP), part_of(request.args)
    sheets, back_url = _sheets(chosen, lens), url_for("admin.timetable_week", **_here(chosen, lens))
    if not sheets and not part.is_whole:
        flash(_("Nobody has a class of that part: %(part)s.", part=part_in_words(part)), "warn")
        return redirect_to(back_url)
    return paper(sheets, chosen, back_url=back_url, lens=lens)


def _sheets(timetable: Timetable, lens: Lens) -> Any:
    """The one subject that is asked for, else one sheet for each of the kind, or each that has a class of a part."""
    key, part = request.args.get("key"), part_of(request.args)
    if not part.is_whole:
        return audience.sheets_for(
            timetable, lens, [one.key for one in audience.subjects_of_part(timetable, lens, part)]
        )
    if not key:
        return audience.sheets_for(timetable, lens)
    subject = subject_of(audience.subjects(timetable, lens), key)
    return audience.sheets_for(timetable, lens, [subject.key]) if subject else []


def _here(timetable: Timetable, lens: Lens) -> dict[str, Any]:
    return {"timetable_id": timetable.timetable_id, "by": lens.value, "key": request.args.get("key")}
