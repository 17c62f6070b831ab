"""A new term step by step: its dates, its week, and where its data come from."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from webapp.demo import example
from webapp.models import Term
from webapp.services.accounts.permissions import Permission
from webapp.services.reference import commands, queries
from webapp.services.reference.errors import RecordRefused
from webapp.services.schema.tables import find_table
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _, ngettext
from webapp.services.terms import week_plan
from webapp.services.terms.stored_week import plans_of
from webapp.services.terms.week_plan import WeekPlan
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.data.week_form import (
    MOST_BREAKS,
    MOST_SHIFTS,
    ShiftForm,
    shift_forms,
    used_forms,
    usual_week,
    week_of,
)
from webapp.web.admin.forms import optional_fields, record_form
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import me, scope


@bp.route("/terms/new", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def begin_term() -> ResponseReturnValue:
    table, where = find_table("terms"), scope(None)
    form = record_form(where, table, queries.form_values(table, None))
    if form.validate_on_submit():
        try:
            term = commands.save_row(where, table, None, form.data)
        except RecordRefused as problem:
            for name, words in problem.errors.items():
                form[name].errors = [words]
        else:
            transaction.commit()
            return redirect_to(url_for("admin.term_week", term_id=term.term_id))
    page = render("admin/terms/begin.html", form=form, table=table, optional=optional_fields(table))
    return page, 422 if form.errors else 200


@bp.route("/terms/<int:term_id>/week", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def term_week(term_id: int) -> ResponseReturnValue:
    term = load(me(), Term, term_id)
    forms = shift_forms(request.form if request.method == "POST" else _stored_week(term))
    used = used_forms(forms)
    plan = _plan(term, used)
    if request.method == "GET" or "show" in request.form:
        return _week_page(term, forms, used, plan)
    if plan is None or plan.faults:
        return _week_page(term, forms, used, plan), 422
    try:
        number = week_plan.store_week(term, me(), plan, request.form.get("seen", ""))
    except Problem as problem:
        transaction.rollback()
        return _week_page(term, forms, used, plan, problem), status_of(problem)
    transaction.commit()
    flash(ngettext("%(num)d time slot a week is stored.", "%(num)d time slots a week are stored.", number), "good")
    return redirect_to(url_for("admin.term_data", term_id=term_id))


def _stored_week(term: Term) -> MultiDict[str, str]:
    """The week that is stored, where the form can say it; else the usual one."""
    plans = plans_of(week_plan.slots_of(term), MOST_BREAKS)
    return usual_week() if plans is None or len(plans) > MOST_SHIFTS else week_of(plans)


def _plan(term: Term, used: list[ShiftForm]) -> WeekPlan | None:
    """The week that the forms describe; None where a field can't be read."""
    valid = [form.validate() for form in used]
    return week_plan.plan_week([form.plan for form in used], term.break_minutes) if all(valid) else None


def _week_page(
    term: Term, forms: list[ShiftForm], used: list[ShiftForm], plan: WeekPlan | None, problem: Problem | None = None
) -> str:
    stored = week_plan.slots_of(term)
    return render(
        "admin/terms/week.html",
        "picture",
        term=term,
        forms=forms,
        used=used,
        plan=plan,
        problem=problem,
        is_stored=plan is not None and week_plan.is_week_of(plan, stored),
        stored=stored,
        stored_grid=week_plan.grid_of(stored),
        in_use=week_plan.is_in_use(term),
        seen=week_plan.seen_of(term),
    )


@bp.get("/terms/<int:term_id>/data")
@requires(Permission.EDIT_DATA)
def term_data(term_id: int) -> ResponseReturnValue:
    term = load(me(), Term, term_id)
    slots = week_plan.slots_of(term)
    return render("admin/terms/data.html", term=term, slots=slots, may_load_example=example.may_load(term))


@bp.post("/terms/<int:term_id>/example")
@requires(Permission.EXCHANGE_DATA)
def load_example(term_id: int) -> ResponseReturnValue:
    upload = example.load_example(load(me(), Term, term_id), me())
    transaction.commit()
    flash(_("The example is loaded. It can be taken back as a whole, here."), "good")
    return redirect_to(url_for("admin.imported", upload_id=upload.upload_id))
