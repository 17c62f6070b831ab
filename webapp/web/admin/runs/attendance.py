"""Students to sections: the window for requests, who gets what and why not, and one student moved by hand."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Student, Term
from webapp.services.accounts.permissions import Permission
from webapp.services.reference.errors import RecordRefused
from webapp.services.schema.tables import find_table
from webapp.services.shared import transaction
from webapp.services.shared.errors import Conflict, Problem
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _, ngettext
from webapp.services.terms.requests import seats, window
from webapp.services.terms.requests.outcome import preview, standing
from webapp.services.terms.requests.students import students_asking
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me, scope
from webapp.web.params import number


@bp.get("/attendance")
@requires(Permission.EDIT_DATA)
def attendance() -> ResponseReturnValue:
    _terms, term = chosen_term()
    if term is None:
        return render("admin/records_without_term.html", table=find_table("requests"))
    return _page(term)


@bp.post("/attendance/window")
@requires(Permission.EDIT_DATA)
def set_request_window() -> ResponseReturnValue:
    term, sent = _posted(), request.form
    try:
        window.set_window(scope(term), term, sent.get("first", ""), sent.get("last", ""), sent.get("seen", ""))
    except RecordRefused as refusal:
        transaction.rollback()
        return _page(_posted(), refusal=refusal, days=(sent.get("first", ""), sent.get("last", ""))), status_of(refusal)
    transaction.commit()
    flash(_("The days for requests are stored."), "good")
    return redirect_to(url_for("admin.attendance", term=term.term_id))


@bp.post("/attendance/take")
@requires(Permission.EDIT_DATA)
def take_seats() -> ResponseReturnValue:
    term, text = _posted(), request.form.get("timetable", "")
    try:
        taken = seats.take(scope(term), term, seats.chosen_timetable(term, text), request.form.get("seen", ""))
    except Conflict as refusal:
        transaction.rollback()
        return _page(_posted(), refusal=refusal), status_of(refusal)
    transaction.commit()
    added = ngettext("%(num)d enrolment is new", "%(num)d enrolments are new", taken.added)
    removed = ngettext("%(num)d is gone", "%(num)d are gone", taken.removed)
    flash(f"{added}; {removed}.", "good")
    return redirect_to(url_for("admin.attendance", term=term.term_id, timetable=text or None))


@bp.post("/attendance/take-back")
@requires(Permission.EDIT_DATA)
def take_back_seats() -> ResponseReturnValue:
    term = _posted()
    gone = seats.take_back(scope(term), term)
    transaction.commit()
    flash(ngettext("%(num)d enrolment is taken back.", "%(num)d enrolments are taken back.", gone), "good")
    return redirect_to(url_for("admin.attendance", term=term.term_id))


@bp.get("/attendance/students/<int:student_id>")
@requires(Permission.EDIT_DATA)
def student_seats(student_id: int) -> ResponseReturnValue:
    _terms, term = chosen_term()
    if term is None:
        return render("admin/records_without_term.html", table=find_table("requests"))
    return _student(term, student_id)


@bp.post("/attendance/students/<int:student_id>/move")
@requires(Permission.EDIT_DATA)
def move_student(student_id: int) -> ResponseReturnValue:
    sent = request.form
    load(me(), Student, student_id)
    term, course = _posted(), number(sent.get("course"))
    wanted = seats.SeatMove(student_id, course, sent.get("seat", ""), "stays" in sent, sent.get("seen", ""))
    try:
        done = seats.move(scope(term), term, wanted)
    except RecordRefused as refusal:
        transaction.rollback()
        return _student(_posted(), student_id, refusal), status_of(refusal)
    transaction.commit()
    flash(done.words, "good")
    back = url_for(
        "admin.student_seats",
        student_id=student_id,
        term=term.term_id,
        timetable=sent.get("timetable") or None,
        undo=None if "undo" in sent else course,
        seat=done.before,
        stays="1" if done.stayed else None,
    )
    return redirect_to(back)


def _posted() -> Term:
    return load(me(), Term, number(request.form.get("term")))


def _page(term: Term, refusal: Problem | None = None, days: tuple[str, str] | None = None) -> str:
    text = request.values.get("timetable", "")
    timetable = seats.chosen_timetable(term, text)
    shown = "preview" in request.args
    return render(
        "admin/attendance/attendance.html",
        term=term,
        window=window.window_of(term),
        days=days or (term.requests_from or "", term.requests_to or ""),
        window_seen=window.mark_of(term),
        timetables=seats.timetables_to_choose(term),
        timetable=timetable,
        chosen=text,
        outcome=preview(term, timetable)[0] if shown else standing(term, timetable),
        previewed=shown,
        refusal=refusal,
        searched=(searched := request.args.get("student", "").strip()),
        found=students_asking(term, searched) if searched else None,
    )


def _student(term: Term, student_id: int, refusal: Problem | None = None) -> str:
    text = request.values.get("timetable", "")
    page = seats.student_seats(term, student_id, seats.chosen_timetable(term, text))
    undone = number(request.args.get("undo"))
    course = next((one for one in page.courses if one.course_id == undone), None)
    return render("admin/attendance/student.html", term=term, page=page, chosen=text, refusal=refusal, undo=course)
