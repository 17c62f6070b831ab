"""A student's own requests: which courses are asked for in the coming term, while the window is open."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.shared import transaction
from webapp.services.shared.errors import Conflict
from webapp.services.shared.words import _
from webapp.services.terms.requests import own
from webapp.web.access import requires
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import me
from webapp.web.params import number
from webapp.web.student import bp


@bp.get("/courses")
@requires(Permission.ASK_FOR_COURSES)
def courses() -> ResponseReturnValue:
    return _page(request.args.get("q", ""))


@bp.post("/courses/ask")
@requires(Permission.ASK_FOR_COURSES)
def ask_for_course() -> ResponseReturnValue:
    sent = request.form
    term, course, priority = (number(sent.get(name)) for name in ("term", "course", "priority"))
    try:
        asked = own.ask(me(), term, course, priority, sent.get("alternative", ""))
    except Conflict as refusal:
        transaction.rollback()
        return _page("", refusal), status_of(refusal)
    transaction.commit()
    flash(_("You ask for %(code)s %(title)s.", code=asked.code, title=asked.title), "good")
    return redirect_to(url_for("student.courses"))


@bp.post("/courses/withdraw")
@requires(Permission.ASK_FOR_COURSES)
def withdraw_course() -> ResponseReturnValue:
    try:
        own.withdraw(me(), number(request.form.get("term")), number(request.form.get("course")))
    except Conflict as refusal:
        transaction.rollback()
        return _page("", refusal), status_of(refusal)
    transaction.commit()
    flash(_("The course is taken off your list."), "good")
    return redirect_to(url_for("student.courses"))


def _page(text: str, refusal: Conflict | None = None) -> str:
    page = own.own_requests(me(), text)
    offers = own.codes_of_offers(page.term if page.may_change else None)
    return render("student/courses.html", "found", page=page, refusal=refusal, offers=offers, priorities=own.PRIORITIES)
