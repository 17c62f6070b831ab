"""One's own account: password and API tokens."""

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.extensions import limiter
from webapp.services.accounts import credentials, tokens
from webapp.services.accounts.passwords import PasswordRefused
from webapp.services.accounts.permissions import Permission
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _
from webapp.web.access import requires
from webapp.web.auth import bp
from webapp.web.auth.forms import ChangePasswordForm, TokenForm
from webapp.web.auth.routes import start_session
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import home_of, me


def _person() -> str:
    return f"user:{me().get_id()}"


def _failed(response: Response) -> bool:
    return response.status_code == 422


def _page(form: TokenForm, secret: str = "") -> str:
    return render("auth/profile.html", form=form, secret=secret, tokens=tokens.list_tokens(me()))


@bp.get("/profile")
@requires(Permission.OWN_PROFILE)
def profile() -> ResponseReturnValue:
    return _page(TokenForm())


@bp.route("/profile/password", methods=["GET", "POST"])
@limiter.limit("10 per 15 minutes", key_func=_person, methods=["POST"], deduct_when=_failed)
@requires(Permission.OWN_PROFILE)
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            credentials.change_password(me(), form.current.data or "", form.new.data or "")
        except PasswordRefused as problem:
            form.form_errors = [problem.message]
        else:
            transaction.commit()
            start_session(me())
            flash(_("Your password is changed; you are signed out everywhere else."), "good")
            return redirect(home_of(me()), 303)
    return render("auth/change_password.html", form=form), 422 if form.errors else 200


@bp.post("/profile/tokens")
@requires(Permission.OWN_PROFILE)
def create_token() -> ResponseReturnValue:
    form = TokenForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        secret = tokens.create_token(me(), form.name.data or "")
    except Problem as problem:
        form.name.errors = [problem.message]
        return _page(form), 422
    transaction.commit()
    return _page(TokenForm(formdata=None), secret=secret)


@bp.post("/profile/tokens/<int:user_token_id>/revoke")
@requires(Permission.OWN_PROFILE)
def revoke_token(user_token_id: int) -> ResponseReturnValue:
    tokens.revoke_token(me(), user_token_id)
    transaction.commit()
    flash(_("The token is revoked."), "good")
    return redirect_to(url_for("auth.profile"))
