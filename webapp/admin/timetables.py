"""Runs and variants: comparing them, looking at one by group, teacher, room or department, on screen and paper."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import bp
from webapp.flow import generating, pareto, publishing, reviewing, viewing
from webapp.flow.reviewing import Variant
from webapp.flow.viewing import Lens
from webapp.htmx import render
from webapp.models import GenerationJob, Term, Timetable
from webapp.navigation import chosen_term, me
from webapp.showing import SHOWN, key_in, lens_of, paper, subject_of


@bp.get("/timetables")
def timetables() -> ResponseReturnValue:
    terms, term = chosen_term()
    runs = generating.runs_of(me(), term) if term else []
    variants = reviewing.timetables_of(term) if term else []
    return render("admin/timetables/index.html", terms=terms, term=term, runs=runs, variants=variants)


@bp.get("/timetables/runs/<job_id>/variants")
def variants(job_id: str) -> ResponseReturnValue:
    job = generating.run_of(me(), job_id)
    return _side_by_side(job.term, reviewing.variants_of(job), job)


@bp.get("/timetables/variants")
def side_by_side() -> ResponseReturnValue:
    """Any timetables of a term, `?t=` each; the latest run's where none is named."""
    keys = [key_in(text) for text in request.args.getlist("t")]
    if keys:
        found = reviewing.side_by_side(me(), keys)
        return _side_by_side(found[0].timetable.term, found)
    _terms, term = chosen_term()
    return _side_by_side(term, reviewing.latest_variants(term) if term else [])


def _side_by_side(term: Term | None, found: list[Variant], job: GenerationJob | None = None) -> ResponseReturnValue:
    """All on one yardstick, with the chart of the two criteria that are asked for."""
    return render(
        "admin/timetables/variants.html",
        term=term,
        job=job,
        review=pareto.review(found, request.args.get("x", ""), request.args.get("y", "")),
        best=reviewing.best_of(found),
        sentences=reviewing.sentences_of_variants(),
        others=reviewing.timetables_of(term) if term else [],
        named=reviewing.named,
    )


@bp.get("/timetables/<int:timetable_id>")
def timetable(timetable_id: int) -> ResponseReturnValue:
    found = publishing.timetable_of(me(), timetable_id)
    rule = request.args.get("rule") or None
    return render(
        "admin/timetables/timetable.html",
        timetable=found,
        variant=reviewing.variant_of(found),
        findings=reviewing.violations_of(found, rule),
        most=reviewing.MOST_VIOLATIONS,
        rule=rule,
        tray=[entry for entry in viewing.timetable_entries(found) if not entry.placed] if found.unplaced else [],
    )


@bp.get("/timetables/<int:timetable_id>/week")
def timetable_week(timetable_id: int) -> ResponseReturnValue:
    found = publishing.timetable_of(me(), timetable_id)
    lens = lens_of(request.args.get("by"), Lens.GROUP)
    subjects = viewing.subjects(found, lens)
    subject = subject_of(subjects, request.args.get("key"))
    sheets = viewing.sheets_for(found, lens, [subject.key]) if subject else []
    return render(
        "admin/timetables/week.html",
        "week",
        timetable=found,
        lens=lens,
        lenses=list(Lens),
        subjects=subjects,
        subject=subject,
        sheet=sheets[0] if sheets else None,
        show=SHOWN[lens],
    )


@bp.get("/timetables/<int:timetable_id>/print")
def timetable_print(timetable_id: int) -> ResponseReturnValue:
    found = publishing.timetable_of(me(), timetable_id)
    lens = lens_of(request.args.get("by"), Lens.GROUP)
    return paper(_sheets(found, lens), found, back_url=url_for("admin.timetable_week", **_here(found, lens)), lens=lens)


def _sheets(timetable: Timetable, lens: Lens) -> Any:
    """The one subject that is asked for, else one sheet for each of the kind."""
    key = request.args.get("key")
    if not key:
        return viewing.sheets_for(timetable, lens)
    subject = subject_of(viewing.subjects(timetable, lens), key)
    return viewing.sheets_for(timetable, lens, [subject.key]) if subject else []


def _here(timetable: Timetable, lens: Lens) -> dict[str, Any]:
    return {"timetable_id": timetable.timetable_id, "by": lens.value, "key": request.args.get("key")}
