"""Where the registrar begins: how far the term has come, and what comes next."""

from flask.typing import ResponseReturnValue

from webapp.admin import bp
from webapp.flow.overview import overview_of
from webapp.flow.records import find_table
from webapp.htmx import render
from webapp.navigation import chosen_term, scope


@bp.get("/")
def dashboard() -> ResponseReturnValue:
    terms, term = chosen_term()
    overview = overview_of(scope(term))
    tables = {key: find_table(key) for key in overview.counts}
    return render("admin/dashboard.html", terms=terms, term=term, overview=overview, tables=tables)
