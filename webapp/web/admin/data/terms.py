"""From term to term: a new term with what is ticked of an earlier one."""

from collections.abc import Collection
from secrets import token_hex

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Term
from webapp.services.accounts.permissions import Permission
from webapp.services.reference.errors import RecordRefused
from webapp.services.schema.tables import find_table
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.terms import rollover
from webapp.services.terms.selection import list_terms
from webapp.services.timetables.lifecycle import published_timetable
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.forms import record_form
from webapp.web.forms import PageForm
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me, scope
from webapp.web.params import number


def _page(
    source: Term, form: PageForm, ticked: Collection[str], key: str, problem: Problem | None = None
) -> ResponseReturnValue:
    page = render(
        "admin/terms/copy.html",
        source=source,
        sources=list_terms(me().organization),
        form=form,
        table=find_table("terms"),
        parts=rollover.PARTS,
        titles={part.key: part.title for part in rollover.PARTS},
        ticked=ticked,
        published=published_timetable(source),
        problem=problem,
        key=key,
    )
    return page, 422 if form.errors or problem is not None else 200


@bp.get("/terms/copy")
@requires(Permission.EDIT_DATA)
def copy_term() -> ResponseReturnValue:
    _terms, source = chosen_term()
    if source is None:
        return render("admin/terms/copy.html", source=None)
    form = record_form(scope(None), find_table("terms"), rollover.suggested(source))
    return _page(source, form, [part.key for part in rollover.PARTS], token_hex(16))


@bp.post("/terms/copy")
@requires(Permission.EDIT_DATA)
def start_copy() -> ResponseReturnValue:
    source = load(me(), Term, number(request.form.get("source")))
    form = record_form(scope(None), find_table("terms"), {})
    ticked, key, problem = request.form.getlist("parts"), request.form.get("key", "")[:64], None
    if form.validate_on_submit():
        try:
            made = rollover.copy_term(source, me(), form.data, ticked, key)
        except RecordRefused as refused:
            for name, words in refused.errors.items():
                form[name].errors = [words]
        except Problem as refused:
            problem = refused
        else:
            transaction.commit()
            flash(_("%(term)s was made; %(source)s is as it was.", term=made.name, source=source.name), "good")
            return redirect_to(url_for("admin.copied_term", term_id=made.term_id))
    return _page(source, form, ticked, key, problem)


@bp.get("/terms/<int:term_id>/copied")
@requires(Permission.EDIT_DATA)
def copied_term(term_id: int) -> ResponseReturnValue:
    term = load(me(), Term, term_id)
    return render("admin/terms/copied.html", made=term, copied=rollover.copied(term))
