"""Painting who can when."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.services.accounts.permissions import Permission
from webapp.services.reference.errors import RecordChanged
from webapp.services.schema.tables import find_table
from webapp.services.shared import transaction
from webapp.services.shared.words import ngettext
from webapp.services.terms import availability as term_availability
from webapp.services.views.grid import build_slot_grid
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, posted_term, scope
from webapp.web.params import key_or_404

PREFIX = "slot-"
BRUSH = PREFIX + "brush"
LEVELS_OF_ROOM = (("", _l("Open"), ""), ("unavailable", _l("Closed"), "bad"))


@bp.get("/availability")
@bp.get("/availability/<kind>")
@requires(Permission.EDIT_DATA)
def availability(kind: str = "faculty") -> ResponseReturnValue:
    terms, term = chosen_term()
    if term is None:
        return render("admin/records_without_term.html", table=find_table("time-slots"))
    owners = term_availability.list_owners(scope(term), kind)
    tables = [find_table(key) for key in term_availability.OWNER_COLUMNS]
    tabs = [
        (table.title, url_for("admin.availability", kind=table.address, term=term.term_id), table.address == kind)
        for table in tables
    ]
    return render("admin/availability.html", terms=terms, term=term, kind=kind, tabs_of_kinds=tabs, owners=owners)


@bp.route("/availability/<kind>/<int:key>", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def paint_availability(kind: str, key: int) -> ResponseReturnValue:
    term = posted_term() if request.method == "POST" else chosen_term()[1]
    painted: dict[int, str] = {}
    problem = None
    if request.method == "POST":
        painted = _painted()
        try:
            changed = term_availability.paint_week(scope(term), kind, key, painted, request.form.get("seen", ""))
        except RecordChanged as refused:
            problem = refused
        else:
            transaction.commit()
            flash(ngettext("%(num)d slot changed.", "%(num)d slots changed.", changed), "good")
            return redirect_to(url_for("admin.availability", kind=kind))
    week = term_availability.read_week(scope(term), kind, key)
    page = render(
        "admin/availability_week.html",
        term=term,
        week=week,
        grid=build_slot_grid(week.slots),
        shown={**week.levels, **painted},
        levels=LEVELS_OF_ROOM if kind == "rooms" else None,
        title=find_table(kind).title,
        seen=term_availability.mark_of_week(week),
        problem=problem,
    )
    return page, 409 if problem else 200


def _painted() -> dict[int, str]:
    names = [name.removeprefix(PREFIX) for name in request.form if name.startswith(PREFIX) and name != BRUSH]
    return {key_or_404(name): request.form[PREFIX + name] for name in names}
