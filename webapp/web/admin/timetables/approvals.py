"""Approvals: what is before the heads of department, what each has said, and how it goes on."""

from flask import flash, make_response, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Timetable
from webapp.services.accounts.permissions import Permission
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.timetables import approvals as timetable_approvals
from webapp.services.timetables import reviews, scores
from webapp.services.timetables.reviews import CommentView, DepartmentReview, ReviewState, TimetableReview
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me
from webapp.web.pagination import ListPage
from webapp.web.params import number, page_number

MOST_COMMENTS = 50


@bp.get("/approvals")
@requires(Permission.ASK_FOR_REVIEW)
def approvals() -> ResponseReturnValue:
    terms, term = chosen_term()
    variants = scores.timetables_of(term) if term else []
    drafts = [variant.timetable for variant in variants if variant.timetable.status.value == "draft"]
    return render(
        "admin/approvals/index.html",
        terms=terms,
        term=term,
        reviews=reviews.reviews_of(me(), term) if term else [],
        drafts=drafts,
        twins=scores.twins_among(variant.timetable for variant in variants),
    )


@bp.get("/approvals/<int:timetable_id>")
@requires(Permission.ASK_FOR_REVIEW)
def approvals_of(timetable_id: int) -> ResponseReturnValue:
    return _page(load(me(), Timetable, timetable_id))


@bp.post("/approvals/<int:timetable_id>/submit")
@requires(Permission.ASK_FOR_REVIEW)
def submit_timetable(timetable_id: int) -> ResponseReturnValue:
    timetable = timetable_approvals.submit(me(), load(me(), Timetable, timetable_id))
    transaction.commit()
    flash(_("Submitted. Each head of department sees the own classes of %(name)s now.", name=timetable.variant_name),
          "good")  # fmt: skip
    return redirect_to(_url(timetable))


@bp.post("/approvals/<int:timetable_id>/withdraw")
@requires(Permission.ASK_FOR_REVIEW)
def withdraw_timetable(timetable_id: int) -> ResponseReturnValue:
    timetable = timetable_approvals.withdraw(me(), load(me(), Timetable, timetable_id))
    transaction.commit()
    flash(_("Withdrawn. %(name)s is a draft again, and heads of department no longer see it.",
            name=timetable.variant_name), "info")  # fmt: skip
    return redirect_to(_url(timetable))


@bp.post("/approvals/<int:timetable_id>/close")
@requires(Permission.ASK_FOR_REVIEW)
def mark_approved(timetable_id: int) -> ResponseReturnValue:
    timetable = load(me(), Timetable, timetable_id)
    try:
        timetable_approvals.close_review(me(), timetable)
    except Problem as refusal:
        return make_response(_page(timetable, refusal), status_of(refusal))
    transaction.commit()
    flash(_("Marked as approved."), "good")
    return redirect_to(_url(timetable))


@bp.post("/approvals/<int:timetable_id>/settle")
@requires(Permission.ASK_FOR_REVIEW)
def resolve_comment(timetable_id: int) -> ResponseReturnValue:
    timetable = load(me(), Timetable, timetable_id)
    timetable_approvals.resolve_comment(me(), timetable, number(request.form.get("comment")))
    transaction.commit()
    return redirect_to(_url(timetable) + "#comments")


@bp.post("/approvals/<int:timetable_id>/answer")
@requires(Permission.ASK_FOR_REVIEW)
def answer_comment(timetable_id: int) -> ResponseReturnValue:
    timetable = load(me(), Timetable, timetable_id)
    department_id, body = number(request.form.get("department")), request.form.get("body", "")
    try:
        timetable_approvals.comment(me(), timetable, department_id, body)
    except Problem as refusal:
        return make_response(_page(timetable, refusal, (department_id, body)), status_of(refusal))
    transaction.commit()
    return redirect_to(_url(timetable) + "#comments")


def _page(timetable: Timetable, refusal: Problem | None = None, answer: tuple[int, str] = (0, "")) -> str:
    review = TimetableReview(timetable, reviews.department_reviews(timetable))
    comments = reviews.comments_of(timetable)
    return render(
        "admin/approvals/review.html",
        timetable=timetable,
        review=review,
        shown=_filtered(review.departments),
        states=list(ReviewState),
        page=ListPage(_filtered_comments(comments), page_number(request.args.get("page", "")), MOST_COMMENTS),
        all_comments=len(comments),
        refusal=refusal,
        answer=answer,
        now=timetable.status.value,
    )


def _filtered(departments: list[DepartmentReview]) -> list[DepartmentReview]:
    words, state = request.args.get("q", "").casefold(), request.args.get("state", "")
    return [
        review
        for review in departments
        if words in f"{review.code} {review.name}".casefold() and (not state or review.state.value == state)
    ]


def _filtered_comments(comments: list[CommentView]) -> list[CommentView]:
    department = number(request.args.get("department"))
    return [comment for comment in comments if not department or comment.department_id == department]


def _url(timetable: Timetable) -> str:
    return url_for("admin.approvals_of", timetable_id=timetable.timetable_id)
