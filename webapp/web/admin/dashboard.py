"""Where the registrar begins: how far the term has come, and what comes next."""

from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.dashboard.overview import overview_of
from webapp.services.schema.tables import find_table
from webapp.services.timetables.reviews import reviews_of
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.htmx import render
from webapp.web.navigation import chosen_term, me, scope


@bp.get("/")
@requires(Permission.SEE_OVERVIEW)
def dashboard() -> ResponseReturnValue:
    terms, term = chosen_term()
    overview = overview_of(scope(term))
    tables = {key: find_table(key) for key in overview.counts}
    reviews = reviews_of(me(), term) if term else []
    return render("admin/dashboard.html", terms=terms, term=term, overview=overview, tables=tables, reviews=reviews)
