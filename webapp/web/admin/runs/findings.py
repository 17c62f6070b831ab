"""The check step: what is wrong with the data, and whether a timetable is possible at all; `/admin/check`."""

from collections.abc import Callable
from enum import StrEnum
from secrets import token_hex
from typing import Any, TypeVar

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.models import JobKind
from webapp.services.accounts.permissions import Permission
from webapp.services.checks.catalogue import check_term, count_by_severity, filter_findings
from webapp.services.checks.feasibility import CHECK_SECONDS, latest_check, request_check, state_of
from webapp.services.checks.findings import KIND_TITLES, FindingKind, Severity
from webapp.services.checks.what_if import request_what_if, state_of_what_if
from webapp.services.jobs.selection import job_of
from webapp.services.shared import transaction
from webapp.services.shared.target import Target
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.runs.job_pages import job_of_page, job_page
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me, posted_term

POLL_SECONDS = 2
SEVERITY_TITLES = {Severity.BLOCKER: _l("Blockers"), Severity.WARNING: _l("Warnings"), Severity.NOTE: _l("Notes")}
MOST_SHOWN = 200
Choice = TypeVar("Choice", bound=StrEnum)


@bp.get("/check")
@requires(Permission.CHECK_DATA)
def findings() -> ResponseReturnValue:
    terms, term = chosen_term()
    everything = check_term(term) if term else []
    severity, kind = _asked("severity", Severity), _asked("kind", FindingKind)
    page = render(
        "admin/findings/findings.html",
        terms=terms,
        term=term,
        everything=everything,
        findings=filter_findings(everything, severity, kind),
        counts=count_by_severity(everything),
        chosen=(severity, kind),
        most=MOST_SHOWN,
        state=latest_check(term) if term else None,
        key=token_hex(16),
        **_words(),
    )
    transaction.commit()  # a check whose worker was lost is settled by whoever looks
    return page


@bp.post("/check")
@requires(Permission.CHECK_DATA)
def start_check() -> ResponseReturnValue:
    term = posted_term()
    if term is None:
        return redirect_to(url_for("admin.findings"))
    request_check(term, me(), request.form.get("idempotency_key", "")[:64] or None)
    transaction.commit()
    return redirect_to(url_for("admin.findings", _anchor="feasibility"))


@bp.get("/check/runs/<job_id>")
@requires(Permission.CHECK_DATA)
def check_run(job_id: str) -> ResponseReturnValue:
    state = state_of(job_of_page(job_id))
    page = render(
        "admin/findings/run.html", "feasibility", state=state, term=state.job.term, key=token_hex(16), **_words()
    )
    transaction.commit()
    return page


@bp.post("/check/runs/<job_id>/ways/<int:number>/try")
@requires(Permission.CHECK_DATA)
def start_what_if(job_id: str, number: int) -> ResponseReturnValue:
    check = job_of(me(), job_id, JobKind.CHECK)
    job = request_what_if(me(), check, number, request.form.get("idempotency_key", "")[:64] or None)
    transaction.commit()
    return redirect_to(job_page(job))


@bp.get("/check/tries/<job_id>")
@requires(Permission.CHECK_DATA)
def what_if(job_id: str) -> ResponseReturnValue:
    state = state_of_what_if(job_of_page(job_id))
    page = render("admin/findings/what_if.html", "status", state=state, poll_seconds=POLL_SECONDS, link_to=_link)
    transaction.commit()
    return page


def _words() -> dict[str, Any]:
    return {
        "severity_titles": SEVERITY_TITLES,
        "kind_titles": KIND_TITLES,
        "seconds": CHECK_SECONDS,
        "poll_seconds": POLL_SECONDS,
        "link_to": _link,
    }


def _asked(name: str, choices: Callable[[str], Choice]) -> Choice | None:
    """The choice that the address names, or None where it names none that there is."""
    try:
        return choices(request.args.get(name, ""))
    except ValueError:
        return None


def _link(target: Target) -> str:
    """The address of the row that a finding is about, or of its table."""
    if target.table == "rules":
        return url_for("admin.rules", _anchor=f"rule-{target.value}")
    if target.row_id is not None:
        return url_for("admin.edit_record", table_key=target.table, key=target.row_id)
    narrowed: dict[str, Any] = {target.column: target.value} if target.column else {}
    return url_for("admin.records", table_key=target.table, **narrowed)
