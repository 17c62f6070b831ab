"""The calendar of a term, to click on; what is said of a week or a date is stored by the forms of rows."""

from flask import request
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.schema.dates import CALENDAR_TABLES, TERM_WEEKS, WEEK_KINDS
from webapp.services.terms.calendar.year import read_year
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.htmx import render
from webapp.web.navigation import chosen_term


@bp.get("/calendar")
@requires(Permission.EDIT_DATA)
def calendar() -> ResponseReturnValue:
    terms, term = chosen_term()
    if term is None:
        return render("admin/records_without_term.html", table=TERM_WEEKS)
    page = read_year(term, request.args.get("day", ""), request.args.get("week", ""))
    return render(
        "admin/calendar/calendar.html",
        "year",
        terms=terms,
        term=term,
        page=page,
        tables=CALENDAR_TABLES,
        kinds=WEEK_KINDS,
    )
