"""Reports on any timetable of a term: on screen, on paper, as CSV."""

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.models import Term, Timetable
from webapp.services import reports
from webapp.services.accounts.permissions import Permission
from webapp.services.shared.scoped import load
from webapp.services.timetables import scores
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.htmx import render
from webapp.web.navigation import chosen_term, me
from webapp.web.params import key_or_404


@bp.get("/reports")
@requires(Permission.SEE_TIMETABLES)
def reports_index() -> ResponseReturnValue:
    terms, term = chosen_term()
    timetable = _chosen(term)
    return render(
        "admin/reports/index.html",
        terms=terms,
        term=term,
        timetable=timetable,
        timetables=scores.timetables_of(term) if term else [],
        reports=reports.names(),
        named=scores.named,
    )


@bp.get("/reports/<report_key>")
@requires(Permission.SEE_TIMETABLES)
def report(report_key: str) -> ResponseReturnValue:
    """`?t=` is the timetable, `?department=` and `?sort=` are for the tables."""
    _terms, term = chosen_term()
    timetable = _chosen(term)
    if timetable is None:
        return render("admin/reports/report.html", report=None, term=term, timetable=None)
    made = reports.make(timetable, report_key)
    department = request.args.get("department", "")
    descending = request.args.get("order") == "desc"
    tables = [table.of_department(department) for table in made.tables]
    tables[0] = tables[0].sorted_by(request.args.get("sort", ""), descending=descending)
    return render(
        "admin/reports/report.html",
        report=made,
        tables=tables,
        department=department,
        term=timetable.term,
        timetable=timetable,
        timetables=scores.timetables_of(timetable.term),
        named=scores.named,
        written=reports.written,
    )


@bp.get("/reports/<report_key>/<int:number>.csv")
@requires(Permission.SEE_TIMETABLES)
def report_csv(report_key: str, number: int) -> ResponseReturnValue:
    """The table with that number of a report, from 0."""
    _terms, term = chosen_term()
    timetable = _chosen(term)
    if timetable is None:
        abort(404)
    tables = reports.make(timetable, report_key).tables
    if number >= len(tables):
        abort(404)
    text = tables[number].of_department(request.args.get("department", "")).as_csv()
    name = f"{report_key}-{number + 1}-{timetable.timetable_id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)


def _chosen(term: Term | None) -> Timetable | None:
    """The timetable in `?t=`, else the term's published or best one."""
    if key := request.args.get("t"):
        return load(me(), Timetable, key_or_404(key))
    return reports.default_timetable(term) if term else None
