"""Where the registrar begins: how far the term has come, and what comes next."""

from flask.typing import ResponseReturnValue

from webapp.admin import bp
from webapp.flow import approving
from webapp.flow.overview import overview_of
from webapp.flow.records import find_table
from webapp.htmx import render
from webapp.navigation import chosen_term, me, scope


@bp.get("/")
def dashboard() -> ResponseReturnValue:
    terms, term = chosen_term()
    overview = overview_of(scope(term))
    tables = {key: find_table(key) for key in overview.counts}
    reviews = approving.reviews_of(me(), term) if term else []
    return render("admin/dashboard.html", terms=terms, term=term, overview=overview, tables=tables, reviews=reviews)
