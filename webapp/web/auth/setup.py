"""The first visit of an empty installation: the organisation and its registrar, made with the server's token."""

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.extensions import limiter
from webapp.services.accounts import first_run
from webapp.services.accounts.first_run import Founding, SetupTokenRefused
from webapp.services.shared import transaction
from webapp.services.shared.errors import Conflict, Problem
from webapp.services.shared.words import _
from webapp.web.access import open_to_all
from webapp.web.auth import bp
from webapp.web.auth.forms import SetupForm
from webapp.web.auth.routes import start_session
from webapp.web.htmx import render

ATTEMPTS_PER_ADDRESS = "10 per 15 minutes"
ATTEMPTS = "60 per hour"


def _everybody() -> str:
    return "setup"


def _failed(response: Response) -> bool:
    return response.status_code >= 400


@bp.route("/setup", methods=["GET", "POST"])
@limiter.limit(ATTEMPTS_PER_ADDRESS, methods=["POST"], deduct_when=_failed)
@limiter.limit(ATTEMPTS, key_func=_everybody, methods=["POST"], deduct_when=_failed)
@open_to_all
def set_up() -> ResponseReturnValue:
    first_run.require_empty()
    form = SetupForm()
    if form.validate_on_submit():
        try:
            registrar = first_run.set_up(form.token.data or "", _founding(form))
        except Conflict:
            raise
        except SetupTokenRefused as problem:
            form.token.errors = [problem.message]
        except Problem as problem:
            form.form_errors = [problem.message]
        else:
            transaction.commit()
            start_session(registrar)
            flash(_("%(name)s is set up, and you are its registrar.", name=registrar.organization.name), "good")
            return redirect(url_for("admin.dashboard"), 303)
    return render("auth/setup.html", form=form), 422 if form.errors else 200


def _founding(form: SetupForm) -> Founding:
    return Founding(
        code=form.code.data or "",
        name=form.name.data or "",
        timezone=form.timezone.data or "",
        registrar=form.registrar.data or "",
        email=form.email.data or "",
        password=form.new.data or "",
    )
