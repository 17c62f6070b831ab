"""The audit trail: who did what, when, to which row, before and after."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.audit_trail import trail
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.htmx import render
from webapp.web.navigation import me
from webapp.web.params import page_number


@bp.get("/audit")
@requires(Permission.SEE_AUDIT)
def audit() -> ResponseReturnValue:
    search = trail.understand(request.args)
    events = trail.read(me().organization, search, page_number(request.args.get("page")))
    return render("admin/audit.html", trail=events)


@bp.get("/audit.csv")
@requires(Permission.SEE_AUDIT)
def audit_csv() -> ResponseReturnValue:
    text = trail.as_csv(me().organization, trail.understand(request.args))
    headers = {"Content-Disposition": f'attachment; filename="{me().organization.code}-audit.csv"'}
    return Response(text, mimetype="text/csv", headers=headers)
