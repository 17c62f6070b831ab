"""Two timetables side by side: only what differs, on a page and as a file."""

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.admin import bp
from webapp.flow import comparing, reviewing
from webapp.flow.comparing import Comparison, Narrowing
from webapp.flow.records import page_number
from webapp.htmx import render
from webapp.navigation import chosen_term, me
from webapp.paging import ListPage
from webapp.showing import key_in


@bp.get("/timetables/compare")
def compare() -> ResponseReturnValue:
    terms, term = chosen_term()
    pair = comparing.pair_of(me(), term, _key("a"), _key("b"))
    if pair is None:
        return render("admin/timetables/nothing_to_compare.html", terms=terms, term=term)
    found = comparing.compare(*pair, _narrowing())
    return render(
        "admin/timetables/compare.html",
        term=found.a.term,
        comparison=found,
        page=ListPage(found.shown, page_number(request.args.get("page", "")), comparing.MOST_ON_A_PAGE),
        grid=comparing.week_of(found),
        timetables=[one.timetable for one in reviewing.timetables_of(found.a.term)],
        named=reviewing.named,
        kept=_kept(found),
    )


@bp.get("/timetables/compare.csv")
def compare_csv() -> ResponseReturnValue:
    pair = comparing.pair_of(me(), chosen_term()[1], _key("a"), _key("b"))
    if pair is None:
        abort(404)
    a, b = pair
    text = comparing.as_csv(comparing.compare(a, b, _narrowing()))
    name = f"differences-{a.timetable_id}-{b.timetable_id}.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _narrowing() -> Narrowing:
    keys = {name: _key(name) or 0 for name in ("department", "group", "teacher", "room") if request.args.get(name)}
    return Narrowing(how=request.args.get("how", ""), **keys)


def _kept(found: Comparison) -> dict[str, int | str]:
    """What the address says, as far as it was understood; for links that say it again."""
    narrowing = {name: value for name, value in vars(found.narrowing).items() if value}
    return {"a": found.a.timetable_id, "b": found.b.timetable_id, **narrowing}


def _key(name: str) -> int | None:
    text = request.args.get(name, "")
    return key_in(text) if text else None
