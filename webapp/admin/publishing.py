"""Publishing: what everybody sees, and the versions before it."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.admin import bp
from webapp.flow import adjusting, reviewing, viewing
from webapp.flow import publishing as flow
from webapp.flow.problems import Problem
from webapp.htmx import redirect_to, render
from webapp.models import TimetableStatus
from webapp.navigation import chosen_term, me


@bp.get("/publishing")
def publishing() -> ResponseReturnValue:
    terms, term = chosen_term()
    variants = reviewing.timetables_of(term) if term else []
    versions = [variant.timetable for variant in variants if variant.timetable.number is not None]
    return render(
        "admin/timetables/publishing.html",
        terms=terms,
        term=term,
        published=viewing.published_timetable(term),
        versions=sorted(versions, key=lambda timetable: timetable.number or 0, reverse=True),
        best=reviewing.best_of([variant for variant in variants if variant.timetable.number is None]),
    )


@bp.route("/timetables/<int:timetable_id>/publish", methods=["GET", "POST"])
def publish(timetable_id: int) -> ResponseReturnValue:
    timetable = flow.timetable_of(me(), timetable_id)
    if timetable.status is TimetableStatus.PUBLISHED:
        flash(_("Version %(number)s is published already.", number=timetable.number), "info")
        return redirect_to(url_for("admin.publishing"))
    problem = None
    if request.method == "POST":
        try:
            flow.publish(me(), timetable)
        except Problem as refusal:
            problem = refusal
        else:
            flash(_("Published. Heads, teachers and students see it now."), "good")
            return redirect_to(url_for("admin.publishing"))
    page = render(
        "admin/timetables/publish.html",
        timetable=timetable,
        variant=reviewing.variant_of(timetable),
        published=viewing.published_timetable(timetable.term),
        problem=problem,
        overrides=adjusting.overrides(timetable),
    )
    return page, 422 if problem else 200


@bp.post("/timetables/<int:timetable_id>/unpublish")
def unpublish(timetable_id: int) -> ResponseReturnValue:
    flow.unpublish(me(), flow.timetable_of(me(), timetable_id))
    flash(_("Withdrawn. Nobody but you sees a timetable of this term now."), "info")
    return redirect_to(url_for("admin.publishing"))
