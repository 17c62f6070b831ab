"""Publishing: what everybody sees, and the versions before it."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.admin import bp
from webapp.errors import status_of
from webapp.flow import differences, reviewing, viewing
from webapp.flow import publishing as flow
from webapp.flow.problems import Problem
from webapp.htmx import redirect_to, render
from webapp.models import Timetable, TimetableStatus
from webapp.navigation import chosen_term, me
from webapp.showing import whole_number

MOST_LISTED = 100
"""Rows of a list on the page before publishing; the counts above it are whole."""


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
        before=flow.version_before(term) if term else None,
        versions=sorted(versions, key=lambda timetable: timetable.number or 0, reverse=True),
        best=reviewing.best_of([variant for variant in variants if variant.timetable.number is None]),
    )


@bp.route("/timetables/<int:timetable_id>/publish", methods=["GET", "POST"])
def publish(timetable_id: int) -> ResponseReturnValue:
    timetable = flow.timetable_of(me(), timetable_id)
    problem = None
    if request.method == "POST":
        try:
            flow.publish(me(), timetable, request.form.getlist("acknowledge"), _seen())
        except flow.AlreadyPublished:
            pass  # the second of two clicks: it was published, and once
        except Problem as refusal:
            problem = refusal
        else:
            flash(_("Published as version %(number)s. Heads, teachers and students see it now.",
                    number=timetable.number), "good")  # fmt: skip
            return redirect_to(url_for("admin.publishing"))
    if timetable.status is TimetableStatus.PUBLISHED:
        flash(_("Version %(number)s is published already.", number=timetable.number), "info")
        return redirect_to(url_for("admin.publishing"))
    return _page(timetable, problem), status_of(problem) if problem else 200


@bp.post("/timetables/<int:timetable_id>/unpublish")
def unpublish(timetable_id: int) -> ResponseReturnValue:
    flow.unpublish(me(), flow.timetable_of(me(), timetable_id))
    flash(_("Withdrawn. Nobody but you sees a timetable of this term now."), "info")
    return redirect_to(url_for("admin.publishing"))


def _page(timetable: Timetable, problem: Problem | None) -> str:
    ready = flow.readiness(timetable)
    ticked = request.form.getlist("acknowledge")
    published = viewing.published_timetable(timetable.term)
    return render(
        "admin/timetables/publish.html",
        timetable=timetable,
        variant=reviewing.variant_of(timetable),
        published=published,
        changes=differences.differences(published, timetable) if published else None,
        where=differences.where,
        most=MOST_LISTED,
        problem=problem or ready.refusal,
        refused=ready.refusal is not None,
        points=ready.open_points(),
        points_before=[point for point in ready.points if point.key in ready.acknowledged],
        ticked=ticked,
        kinds=list(flow.PointKind),
    )


def _seen() -> flow.Seen:
    """What the page showed, which each form that publishes tells: without it nobody knows what was agreed to."""
    if "revision" not in request.form:
        abort(400)
    return flow.Seen(whole_number(request.form["revision"]), whole_number(request.form.get("replaces")) or None)
