"""Runs and variants: comparing them, looking at one by group, teacher, room or department, on screen and paper."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import bp
from webapp.flow import generating, publishing, reviewing, viewing
from webapp.flow.viewing import Lens
from webapp.htmx import render
from webapp.models import Timetable
from webapp.navigation import chosen_term, me
from webapp.showing import SHOWN, lens_of, paper, subject_of


@bp.get("/timetables")
def timetables() -> ResponseReturnValue:
    terms, term = chosen_term()
    runs = generating.runs_of(me(), term) if term else []
    variants = reviewing.timetables_of(term) if term else []
    return render("admin/timetables/index.html", terms=terms, term=term, runs=runs, variants=variants)


@bp.get("/timetables/runs/<job_id>/variants")
def variants(job_id: str) -> ResponseReturnValue:
    job = generating.run_of(me(), job_id)
    found = reviewing.variants_of(job)
    return render(
        "admin/timetables/variants.html",
        job=job,
        variants=found,
        criteria=reviewing.criteria(found),
        best=reviewing.best_of(found),
        sentences=reviewing.sentences_of_variants(),
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
