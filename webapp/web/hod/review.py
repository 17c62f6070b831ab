"""A head's review: the own department's classes of what is submitted, what is said about them, and the approval."""

from typing import Any

from flask import flash, make_response, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Timetable
from webapp.services.accounts.permissions import Permission
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _
from webapp.services.timetables import approvals
from webapp.services.timetables import reviews as timetable_reviews
from webapp.services.views import audience
from webapp.services.views.audience import Lens
from webapp.web.access import requires
from webapp.web.errors import status_of
from webapp.web.hod import bp
from webapp.web.hod.department import my_department
from webapp.web.hod.timetable import LENSES, subjects_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import me
from webapp.web.params import number
from webapp.web.presentation import SHOWN, lens_of, paper, subject_of


@bp.get("/review")
@requires(Permission.REVIEW_DEPARTMENT)
def reviews() -> ResponseReturnValue:
    department = my_department()
    rows = [
        (timetable, timetable_reviews.department_review(timetable, department.department_id))
        for timetable in timetable_reviews.all_in_review(me())
    ]
    return render("hod/reviews.html", department=department, rows=rows)


@bp.get("/review/<int:timetable_id>")
@requires(Permission.REVIEW_DEPARTMENT)
def review(timetable_id: int) -> ResponseReturnValue:
    return _page(timetable_reviews.in_review(me(), timetable_id))


@bp.get("/review/<int:timetable_id>/print")
@requires(Permission.REVIEW_DEPARTMENT)
def review_print(timetable_id: int) -> ResponseReturnValue:
    timetable = timetable_reviews.in_review(me(), timetable_id)
    lens = lens_of(request.args.get("by"), Lens.DEPARTMENT)
    subject = subject_of(subjects_of(timetable, lens), request.args.get("key"))
    sheets = audience.sheets_for(timetable, lens, [subject.key], my_department().department_id) if subject else []
    back_url = url_for("hod.review", timetable_id=timetable_id, by=lens.value, key=request.args.get("key"))
    return paper(sheets, timetable, back_url=back_url, lens=lens)


@bp.post("/review/<int:timetable_id>/comment")
@requires(Permission.REVIEW_DEPARTMENT)
def review_comment(timetable_id: int) -> ResponseReturnValue:
    body, entry = request.form.get("body", ""), request.form.get("entry")
    try:
        timetable = timetable_reviews.in_review(me(), timetable_id)
        approvals.comment(me(), timetable, _department(), body, number(entry) if entry else None)
    except timetable_reviews.NotInReview as gone:
        # There is no page left to show the form on: what was typed is handed back with the words.
        kept = [_("You wrote: %(body)s", body=body)] if body.strip() else []
        raise timetable_reviews.NotInReview(gone.message, kept) from gone
    except Problem as refusal:
        return make_response(_page(timetable, refusal, body), status_of(refusal))
    transaction.commit()
    flash(_("Your comment stands with the registrar now."), "good")
    return redirect_to(url_for("hod.review", timetable_id=timetable_id) + "#comments")


@bp.post("/review/<int:timetable_id>/approve")
@requires(Permission.REVIEW_DEPARTMENT)
def review_approve(timetable_id: int) -> ResponseReturnValue:
    timetable = timetable_reviews.in_review(me(), timetable_id)
    try:
        approvals.approve(me(), timetable, _department(), number(request.form.get("revision")))
    except approvals.StaleReview as stale:
        return make_response(_page(timetable, stale), status_of(stale))
    transaction.commit()
    flash(_("Approved for %(department)s.", department=my_department().name), "good")
    return redirect_to(url_for("hod.review", timetable_id=timetable_id))


@bp.post("/review/<int:timetable_id>/take-back")
@requires(Permission.REVIEW_DEPARTMENT)
def review_take_back(timetable_id: int) -> ResponseReturnValue:
    approvals.take_back(me(), timetable_reviews.in_review(me(), timetable_id), _department())
    transaction.commit()
    flash(_("Your approval is taken back."), "info")
    return redirect_to(url_for("hod.review", timetable_id=timetable_id))


def _department() -> int:
    """The department that the form speaks for: one's own where it names none."""
    return number(request.form.get("department")) or my_department().department_id


def _page(timetable: Timetable, refusal: Problem | None = None, body: str = "") -> str:
    department_id = my_department().department_id
    lens = lens_of(request.args.get("by"), Lens.DEPARTMENT)
    subjects = subjects_of(timetable, lens)
    subject = subject_of(subjects, request.args.get("key"))
    sheets = audience.sheets_for(timetable, lens, [subject.key], department_id) if subject else []
    classes = timetable_reviews.classes_of(timetable, department_id)
    entry_id = number(request.values.get("entry"))
    here: dict[str, Any] = {
        "timetable_id": timetable.timetable_id,
        "by": lens.value,
        "key": subject.key if subject else None,
    }
    return render(
        "hod/review.html",
        department=my_department(),
        timetable=timetable,
        own=timetable_reviews.department_review(timetable, department_id),
        comments=timetable_reviews.comments_of(timetable, department_id),
        lens=lens,
        lenses=LENSES,
        subjects=subjects,
        subject=subject,
        sheet=sheets[0] if sheets else None,
        show=SHOWN[lens],
        classes=classes,
        entry_id=entry_id if entry_id in dict(classes) else None,
        links={key: url_for("hod.review", **here, entry=key) + "#say" for key, _label in classes},
        most=approvals.LONGEST_COMMENT,
        refusal=refusal,
        body=body,
    )
