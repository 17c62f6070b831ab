"""The rules of a term: on or off, hard or with a weight."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from webapp.services.reference import RecordChanged, RecordRefused, find_table
from webapp.services.terms import wishes
from webapp.services.terms.wishes import RuleChange
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, posted_term, scope


@bp.route("/rules", methods=["GET", "POST"])
def rules() -> ResponseReturnValue:
    terms, term = chosen_term()
    if request.method == "POST":
        term = posted_term()
    if term is None:
        return render("admin/records_without_term.html", table=find_table("time-slots"))
    seen, problem = request.form.get("seen", ""), None
    if request.method == "POST":
        try:
            changed = wishes.save_rules(scope(term), _changes(), seen)
        except RecordRefused as refused:
            problem = refused
        else:
            flash(ngettext("%(num)d rule changed.", "%(num)d rules changed.", changed), "good")
            return redirect_to(url_for("admin.rules"))
    shown = wishes.rules_of(scope(term))
    if problem is None or isinstance(problem, RecordChanged):
        seen = wishes.mark_of_rules(shown)
    page = render(
        "admin/rules.html", terms=terms, term=term, rules=shown, problem=problem, given=request.form, seen=seen
    )
    return page, status_of(problem) if problem else 200


def _changes() -> dict[str, RuleChange]:
    given = request.form
    return {
        code: RuleChange(
            is_enabled=f"on-{code}" in given,
            is_hard=given.get(f"kind-{code}") == "hard",
            weight=given.get(f"weight-{code}", ""),
            amount=given.get(f"amount-{code}", ""),
        )
        for code in given.getlist("code")
    }
