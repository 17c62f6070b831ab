"""Publishing: what everybody sees, and the versions before it."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Timetable, TimetableStatus
from webapp.services.accounts.permissions import Permission
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.timetables import diff, scores
from webapp.services.timetables import publishing as publication
from webapp.services.timetables.lifecycle import AlreadyPublished, published_timetable
from webapp.services.timetables.since_published import since_published
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me
from webapp.web.params import number

MOST_LISTED = 100
"""Rows of a list on the page before publishing; the counts above it are whole."""


@bp.get("/publishing")
@requires(Permission.PUBLISH)
def publishing() -> ResponseReturnValue:
    terms, term = chosen_term()
    variants = scores.timetables_of(term) if term else []
    versions = [variant.timetable for variant in variants if variant.timetable.number is not None]
    return render(
        "admin/timetables/publishing.html",
        terms=terms,
        term=term,
        published=published_timetable(term),
        since=since_published(term),
        before=publication.version_before(term) if term else None,
        versions=sorted(versions, key=lambda timetable: timetable.number or 0, reverse=True),
        best=scores.best_of([variant for variant in variants if variant.timetable.number is None]),
    )


@bp.route("/timetables/<int:timetable_id>/publish", methods=["GET", "POST"])
@requires(Permission.PUBLISH)
def publish(timetable_id: int) -> ResponseReturnValue:
    timetable = load(me(), Timetable, timetable_id)
    problem = None
    if request.method == "POST":
        try:
            publication.publish(me(), timetable, request.form.getlist("acknowledge"), _seen())
        except AlreadyPublished:
            pass  # the second of two clicks: it was published, and once
        except Problem as refusal:
            problem = refusal
        else:
            transaction.commit()
            flash(_("Published as version %(number)s. Heads, teachers and students see it now.",
                    number=timetable.number), "good")  # fmt: skip
            return redirect_to(url_for("admin.publishing"))
    if timetable.status is TimetableStatus.PUBLISHED:
        flash(_("Version %(number)s is published already.", number=timetable.number), "info")
        return redirect_to(url_for("admin.publishing"))
    return _page(timetable, problem), status_of(problem) if problem else 200


@bp.post("/timetables/<int:timetable_id>/unpublish")
@requires(Permission.PUBLISH)
def unpublish(timetable_id: int) -> ResponseReturnValue:
    publication.unpublish(me(), load(me(), Timetable, timetable_id))
    transaction.commit()
    flash(_("Withdrawn. Nobody but you sees a timetable of this term now."), "info")
    return redirect_to(url_for("admin.publishing"))


def _page(timetable: Timetable, problem: Problem | None) -> str:
    ready = publication.readiness(timetable)
    points = ready.open_points()
    ticked = request.form.getlist("acknowledge")
    published = published_timetable(timetable.term)
    return render(
        "admin/timetables/publish.html",
        timetable=timetable,
        variant=scores.variant_of(timetable),
        published=published,
        changes=diff.differences(published, timetable) if published else None,
        where=diff.where,
        most=MOST_LISTED,
        problem=problem or ready.refusal,
        refused=ready.refusal is not None,
        points=points,
        points_before=[point for point in ready.points if point.key in ready.acknowledged],
        ticked=ticked,
        points_by_kind=[
            (kind, own) for kind in publication.PointKind if (own := [p for p in points if p.kind is kind])
        ],
    )


def _seen() -> publication.Seen:
    """Read what the page showed, which each form that publishes tells: without it nobody knows what was agreed to."""
    if "revision" not in request.form:
        abort(400)
    return publication.Seen(number(request.form["revision"]), number(request.form.get("replaces")) or None)
