"""A head's view: the department's classes, and the weeks of its groups, teachers and rooms."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Timetable
from webapp.services.accounts.permissions import Permission
from webapp.services.terms.selection import list_terms, shown_term
from webapp.services.timetables import reviews
from webapp.services.timetables.lifecycle import published_timetable
from webapp.services.views import audience, dated_week
from webapp.services.views.audience import Lens, Subject
from webapp.web.access import requires
from webapp.web.hod import bp
from webapp.web.hod.department import my_department
from webapp.web.htmx import render
from webapp.web.navigation import me
from webapp.web.params import number
from webapp.web.presentation import SHOWN, lens_of, looked_at, now, paper, subject_of

LENSES = (Lens.DEPARTMENT, Lens.GROUP, Lens.FACULTY)


@bp.get("/timetable")
@requires(Permission.SEE_DEPARTMENT)
def timetable() -> ResponseReturnValue:
    term = shown_term(me().organization, request.args.get("term"))
    published = published_timetable(term)
    lens = lens_of(request.args.get("by"), Lens.DEPARTMENT)
    subjects = subjects_of(published, lens)
    subject = subject_of(subjects, request.args.get("key"))
    dated = None
    if term and published and subject:
        seen = audience.seen_of(published, subject, my_department().department_id)
        group = subject.key if lens is Lens.GROUP else None
        dated = dated_week.read_week(term, seen, request.args.get("week"), now(), group=group)
    return render(
        "hod/timetable.html",
        "week",
        department=my_department(),
        term=term,
        terms=list_terms(me().organization, published_only=True),
        timetable=published,
        lens=lens,
        lenses=LENSES,
        subjects=subjects,
        subject=subject,
        dated=dated,
        here=looked_at(),
        waiting=reviews.waiting_for(me()),
        show=SHOWN[lens],
    )


@bp.get("/timetable/print")
@requires(Permission.SEE_DEPARTMENT)
def timetable_print() -> ResponseReturnValue:
    term = shown_term(me().organization, request.args.get("term"))
    published = published_timetable(term)
    lens = lens_of(request.args.get("by"), Lens.DEPARTMENT)
    subjects = subjects_of(published, lens)
    if request.args.get("key"):
        chosen = subject_of(subjects, request.args["key"])
        subjects = [chosen] if chosen else []
    keys = [subject.key for subject in subjects]
    sheets = audience.sheets_for(published, lens, keys, my_department().department_id) if published and keys else []
    return paper(sheets, published, back_url=url_for("hod.timetable", **looked_at()), lens=lens)


def subjects_of(timetable: Timetable | None, lens: Lens) -> list[Subject]:
    """By whom the own department's part of a timetable can be looked at; another department is refused."""
    key = request.args.get("key", "")
    if lens is Lens.DEPARTMENT and number(key):
        # Another department of one's own organisation: 403, of any other: 404.
        audience.department_of(me(), number(key))
    return audience.subjects(timetable, lens, my_department().department_id) if timetable else []
