"""Two timetables side by side: only what differs, on a page and as a file."""

from typing import Any

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.timetables import comparison, scores
from webapp.services.timetables.comparison import Comparison, Narrowing
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.htmx import render
from webapp.web.navigation import chosen_term, me
from webapp.web.pagination import ListPage
from webapp.web.params import key_or_404, page_number


@bp.get("/timetables/compare")
@requires(Permission.SEE_TIMETABLES)
def compare() -> ResponseReturnValue:
    terms, term = chosen_term()
    pair = comparison.pair_of(me(), term, _key("a"), _key("b"))
    if pair is None:
        return render("admin/timetables/nothing_to_compare.html", terms=terms, term=term)
    compared = comparison.compare(*pair, _narrowing())
    return render(
        "admin/timetables/compare.html",
        term=compared.a.term,
        comparison=compared,
        page=ListPage(compared.shown, page_number(request.args.get("page", "")), comparison.MOST_ON_A_PAGE),
        grid=comparison.week_of(compared),
        options=[
            (variant.timetable.timetable_id, scores.named(variant.timetable))
            for variant in scores.timetables_of(compared.a.term)
        ],
        links=_links(compared),
        named=scores.named,
        kept=_kept(compared),
    )


@bp.get("/timetables/compare.csv")
@requires(Permission.SEE_TIMETABLES)
def compare_csv() -> ResponseReturnValue:
    pair = comparison.pair_of(me(), chosen_term()[1], _key("a"), _key("b"))
    if pair is None:
        abort(404)
    a, b = pair
    text = comparison.as_csv(comparison.compare(a, b, _narrowing()))
    name = f"differences-{a.timetable_id}-{b.timetable_id}.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _links(compared: Comparison) -> dict[str, dict[int, str]]:
    """By group and by teacher: the page that shows what differs for them alone."""
    affected = {"group": compared.differences.groups, "teacher": compared.differences.teachers}
    pair: dict[str, Any] = {"a": compared.a.timetable_id, "b": compared.b.timetable_id}
    return {
        name: {subject.key: url_for("admin.compare", **pair | {name: subject.key}) for subject in who}
        for name, who in affected.items()
    }


def _narrowing() -> Narrowing:
    keys = {name: _key(name) or 0 for name in ("department", "group", "teacher", "room") if request.args.get(name)}
    return Narrowing(how=request.args.get("how", ""), **keys)


def _kept(compared: Comparison) -> dict[str, int | str]:
    """The arguments of the address, as far as they were understood; for links that say it again."""
    narrowing = {name: value for name, value in vars(compared.narrowing).items() if value}
    return {"a": compared.a.timetable_id, "b": compared.b.timetable_id, **narrowing}


def _key(name: str) -> int | None:
    text = request.args.get(name, "")
    return key_or_404(text) if text else None
