"""Elective baskets: the list with its counts, a basket with its students, and those that rules come to."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.reference.errors import RecordRefused
from webapp.services.schema.tables import find_table
from webapp.services.shared import transaction
from webapp.services.shared.words import ngettext
from webapp.services.terms import basket_rules
from webapp.services.terms import baskets as term_baskets
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, posted_term, scope
from webapp.web.params import number


@bp.get("/baskets")
@requires(Permission.EDIT_DATA)
def baskets() -> ResponseReturnValue:
    terms, term = chosen_term()
    if term is None:
        return render("admin/records_without_term.html", table=find_table("baskets"))
    return render("admin/baskets/baskets.html", terms=terms, term=term, listed=term_baskets.list_baskets(term))


@bp.post("/baskets/from-rules")
@requires(Permission.EDIT_DATA)
def baskets_from_rules() -> ResponseReturnValue:
    term = posted_term()
    try:
        taken = basket_rules.take_over(scope(term), request.form.get("seen", ""))
    except RecordRefused as refusal:
        transaction.rollback()
        flash(" ".join(refusal.findings), "bad")
        return redirect_to(url_for("admin.baskets"))
    transaction.commit()
    made = ngettext("%(num)d basket made", "%(num)d baskets made", len(taken.found))
    gone = ngettext("%(num)d rule is gone", "%(num)d rules are gone", taken.rule_count)
    flash(f"{made}; {gone}.", "good")
    return redirect_to(url_for("admin.baskets"))


@bp.get("/baskets/<int:basket_id>")
@requires(Permission.EDIT_DATA)
def basket(basket_id: int) -> ResponseReturnValue:
    text, shown = request.args.get("q", ""), request.args.get("show", "")
    page = term_baskets.basket_page(scope(None), basket_id, text, shown)
    return render("admin/baskets/basket.html", "students", page=page, refusal=None)


@bp.post("/baskets/<int:basket_id>/choice")
@requires(Permission.EDIT_DATA)
def choose_option(basket_id: int) -> ResponseReturnValue:
    text, shown = request.form.get("q", ""), request.form.get("show", "")
    student, section = number(request.form.get("student")), number(request.form.get("section")) or None
    try:
        words = term_baskets.choose(scope(None), basket_id, student, section, request.form.get("seen", ""))
    except RecordRefused as refusal:
        transaction.rollback()
        page = term_baskets.basket_page(scope(None), basket_id, text, shown)
        return render("admin/baskets/basket.html", page=page, refusal=refusal), status_of(refusal)
    transaction.commit()
    flash(words, "good")
    return redirect_to(url_for("admin.basket", basket_id=basket_id, q=text or None, show=shown or None))
