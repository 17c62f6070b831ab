"""What the pages of all roles share when they show a timetable: reading the address, and putting it on paper."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from webapp.models import Term, Timetable
from webapp.services.problem.parts import PartOfTerm
from webapp.services.shared.words import _
from webapp.services.terms.selection import list_terms, shown_term
from webapp.services.timetables.lifecycle import published_timetable
from webapp.services.views import audience, changes, dated_week
from webapp.services.views.audience import Lens, Subject
from webapp.services.views.grid import Sheet
from webapp.web.htmx import render
from webapp.web.navigation import me, week_title
from webapp.web.params import number
from webapp.web.public.codes import hash_and_picture

# What a class says about itself depends on whose sheet it stands on: nobody needs to read their own name.
SHOWN = {
    Lens.GROUP: ("title", "faculty", "room"),
    Lens.FACULTY: ("title", "groups", "room"),
    Lens.ROOM: ("title", "groups", "faculty"),
    Lens.DEPARTMENT: ("title", "groups", "faculty", "room"),
}
KEPT = ("term", "by", "key")


def lens_of(value: str | None, default: Lens) -> Lens:
    """The lens that `?by=` names; what no lens is named answers 404."""
    if not value:
        return default
    if value not in set(Lens):
        abort(404)
    return Lens(value)


def subject_of(subjects: Sequence[Subject], key: str | None) -> Subject | None:
    """The subject that `?key=` names, else the first; one that is not there answers 404."""
    if not key:
        return subjects[0] if subjects else None
    chosen = next((subject for subject in subjects if str(subject.key) == key), None)
    if chosen is None:
        abort(404)
    return chosen


def part_of(values: MultiDict[str, str]) -> PartOfTerm:
    """The part of a term that a form or an address names; nothing named is the whole term."""
    return PartOfTerm(
        tuple(map(number, filter(None, values.getlist("department")))),
        tuple(filter(None, values.getlist("programme"))),
        tuple(map(number, filter(None, values.getlist("semester_of_study")))),
        tuple(map(number, filter(None, values.getlist("group")))),
    )


def looked_at() -> dict[str, Any]:
    """The arguments that say what is looked at; nothing else of the address is handed on to a link."""
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def now() -> datetime:
    """This moment where the organisation is."""
    return datetime.now(ZoneInfo(me().organization.timezone))


def version_label(timetable: Timetable) -> str:
    """The label that tells two prints apart: the version's number, or the draft's name."""
    if timetable.number is None:
        return _("Draft %(number)s: %(name)s", number=timetable.timetable_id, name=timetable.variant_name)
    return _("Version %(number)s", number=timetable.number)


def paper_line(timetable: object = None, term: object = None) -> str:
    """The line above every sheet that a page prints, as far as it is known: university, term, version, and when."""
    if not current_user or not current_user.is_authenticated:
        return ""
    parts = [me().organization.name]
    if isinstance(timetable, Timetable):
        parts += [timetable.term.name, version_label(timetable), timetable.content_hash]
    elif isinstance(term, Term):
        parts.append(term.name)
    parts.append(_("Printed %(when)s", when=now().strftime("%Y-%m-%d %H:%M")))
    return " · ".join(part for part in parts if part)


def paper(sheets: Sequence[Sheet], timetable: Timetable | None, *, back_url: str, lens: Lens) -> ResponseReturnValue:
    """The printable page: one A4 landscape sheet for each."""
    if timetable is None or not sheets:
        abort(404)
    term = timetable.term
    return render(
        "print/sheet.html",
        sheets=sheets,
        term_name=term.name,
        effective=max(term.starts_on, timetable.published_at.date()) if timetable.published_at else None,
        version_label=version_label(timetable),
        marks=[hash_and_picture(timetable, sheet) for sheet in sheets],
        printed_at=now(),
        show=SHOWN[lens],
        back_url=back_url,
    )


def own_week(endpoint: str, lens: Lens) -> ResponseReturnValue:
    """The own week of a teacher (by the lens of teachers) or of a student (by that of groups) on screen."""
    term = shown_term(me().organization, request.args.get("term"))
    timetable = published_timetable(term)
    entries = audience.own_seen(me(), lens, timetable)
    student_id = me().student_id if lens is Lens.GROUP else None
    asked = request.args.get("week")
    return render(
        "own_week.html",
        title=week_title(endpoint),
        endpoint=endpoint,
        term=term,
        terms=list_terms(me().organization, published_only=True),
        timetable=timetable,
        news=changes.news_for(me(), lens, term),
        dated=dated_week.read_week(term, entries, asked, now(), student_id=student_id) if term else None,
        show=SHOWN[lens],
        here=looked_at(),
    )


def own_paper(endpoint: str, lens: Lens) -> ResponseReturnValue:
    """The same week on one sheet of paper."""
    term = shown_term(me().organization, request.args.get("term"))
    sheet = audience.own_sheet(me(), lens, term)
    back_url = url_for(endpoint, **looked_at())
    return paper([sheet], published_timetable(term), back_url=back_url, lens=lens)
