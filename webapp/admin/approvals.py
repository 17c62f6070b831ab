"""Approvals: what is before the heads of department, what each has said, and how it goes on."""

from flask import flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.admin import bp
from webapp.errors import status_of
from webapp.flow import approving, publishing, reviewing
from webapp.flow.approving import Review, Said, Standing, State
from webapp.flow.problems import Problem
from webapp.flow.records import page_number
from webapp.htmx import redirect_to, render
from webapp.models import Timetable
from webapp.navigation import chosen_term, me
from webapp.paging import ListPage
from webapp.showing import whole_number

MOST_COMMENTS = 50


@bp.get("/approvals")
def approvals() -> ResponseReturnValue:
    terms, term = chosen_term()
    variants = reviewing.timetables_of(term) if term else []
    drafts = [one.timetable for one in variants if one.timetable.status.value == "draft"]
    return render(
        "admin/approvals/index.html",
        terms=terms,
        term=term,
        reviews=approving.reviews_of(me(), term) if term else [],
        drafts=drafts,
    )


@bp.get("/approvals/<int:timetable_id>")
def approvals_of(timetable_id: int) -> ResponseReturnValue:
    return _page(publishing.timetable_of(me(), timetable_id))


@bp.post("/approvals/<int:timetable_id>/submit")
def submit_timetable(timetable_id: int) -> ResponseReturnValue:
    timetable = approving.submit(me(), publishing.timetable_of(me(), timetable_id))
    flash(_("Submitted. Each head of department sees the own classes of %(name)s now.", name=timetable.variant_name),
          "good")  # fmt: skip
    return redirect_to(_url(timetable))


@bp.post("/approvals/<int:timetable_id>/withdraw")
def withdraw_timetable(timetable_id: int) -> ResponseReturnValue:
    timetable = approving.withdraw(me(), publishing.timetable_of(me(), timetable_id))
    flash(_("Withdrawn. %(name)s is a draft again, and heads of department no longer see it.",
            name=timetable.variant_name), "info")  # fmt: skip
    return redirect_to(_url(timetable))


@bp.post("/approvals/<int:timetable_id>/close")
def mark_approved(timetable_id: int) -> ResponseReturnValue:
    timetable = publishing.timetable_of(me(), timetable_id)
    try:
        approving.mark_approved(me(), timetable)
    except Problem as refusal:
        return make_response(_page(timetable, refusal), status_of(refusal))
    flash(_("Marked as approved."), "good")
    return redirect_to(_url(timetable))


@bp.post("/approvals/<int:timetable_id>/settle")
def resolve_comment(timetable_id: int) -> ResponseReturnValue:
    timetable = publishing.timetable_of(me(), timetable_id)
    approving.resolve(me(), timetable, whole_number(request.form.get("comment")))
    return redirect_to(_url(timetable) + "#comments")


@bp.post("/approvals/<int:timetable_id>/answer")
def answer_comment(timetable_id: int) -> ResponseReturnValue:
    timetable = publishing.timetable_of(me(), timetable_id)
    department_id, body = whole_number(request.form.get("department")), request.form.get("body", "")
    try:
        approving.comment(me(), timetable, department_id, body)
    except Problem as refusal:
        return make_response(_page(timetable, refusal, (department_id, body)), status_of(refusal))
    return redirect_to(_url(timetable) + "#comments")


def _page(timetable: Timetable, refusal: Problem | None = None, answer: tuple[int, str] = (0, "")) -> str:
    review = Review(timetable, approving.standings(timetable))
    said = approving.comments_of(timetable)
    return render(
        "admin/approvals/review.html",
        timetable=timetable,
        review=review,
        shown=_filtered(review.standings),
        states=list(State),
        page=ListPage(_filtered_comments(said), page_number(request.args.get("page", "")), MOST_COMMENTS),
        all_comments=len(said),
        refusal=refusal,
        answer=answer,
        now=timetable.status.value,
    )


def _filtered(standings: list[Standing]) -> list[Standing]:
    words, state = request.args.get("q", "").casefold(), request.args.get("state", "")
    return [
        one
        for one in standings
        if words in f"{one.code} {one.name}".casefold() and (not state or one.state.value == state)
    ]


def _filtered_comments(said: list[Said]) -> list[Said]:
    department = whole_number(request.args.get("department"))
    return [one for one in said if not department or one.department_id == department]


def _url(timetable: Timetable) -> str:
    return url_for("admin.approvals_of", timetable_id=timetable.timetable_id)
