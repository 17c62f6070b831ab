"""Signing in, signing out, and setting a password by link."""

import time

from flask import Response, abort, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from webapp.extensions import limiter
from webapp.models import TokenPurpose, User
from webapp.services.accounts import credentials, first_run, sessions
from webapp.services.accounts.passwords import PasswordRefused
from webapp.services.accounts.sessions import AccountDisabled, SignInRefused
from webapp.services.shared import transaction
from webapp.services.shared.words import _
from webapp.web.access import SESSION_BEGAN, bearer, local_path, open_to_all
from webapp.web.auth import bp
from webapp.web.auth.forms import NewPasswordForm, SignInForm
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import home_of, me

# Only failures count: a whole university may sign in from one address on the first day of term.
FAILURES_PER_ADDRESS = "30 per minute; 300 per hour"
# From one address an account is closed soon. For all addresses together the limit is far higher: whoever knows an
# e-mail address would otherwise shut its owner out, with a few wrong passwords every quarter of an hour.
FAILURES_PER_ACCOUNT_AND_ADDRESS = "10 per 15 minutes"
FAILURES_PER_ACCOUNT = "200 per hour"
PASSWORD_PAGES = frozenset({"auth.change_password", "auth.sign_out", "auth.sign_in", "static"})


def _failed(response: Response) -> bool:
    return response.status_code >= 400


def _account() -> str:
    return "account:" + request.form.get("email", "").strip().lower()[:254]


def _account_and_address() -> str:
    return f"{request.remote_addr} {_account()}"


@bp.before_app_request
def ask_for_new_password() -> ResponseReturnValue | None:
    """Whoever signed in with a password that the registrar has seen sets one of their own first."""
    if not request.endpoint or request.endpoint in PASSWORD_PAGES or bearer() is not None:
        return None
    if not current_user.is_authenticated or not current_user.must_change_password:
        return None
    if request.blueprint == "api":
        abort(403)
    return redirect_to(url_for("auth.change_password"))


@bp.get("/")
@open_to_all
def home() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(home_of(me()), 303)
    return redirect(url_for("auth.set_up" if first_run.is_empty() else "auth.sign_in"), 303)


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(FAILURES_PER_ADDRESS, methods=["POST"], deduct_when=_failed)
@limiter.limit(FAILURES_PER_ACCOUNT_AND_ADDRESS, key_func=_account_and_address, methods=["POST"], deduct_when=_failed)
@limiter.limit(FAILURES_PER_ACCOUNT, key_func=_account, methods=["POST"], deduct_when=_failed)
@open_to_all
def sign_in() -> ResponseReturnValue:
    form = SignInForm(next=request.args.get("next", ""))
    if current_user.is_authenticated and request.method == "GET":
        return redirect(home_of(me()), 303)
    if request.method == "GET" and first_run.is_empty():
        return redirect(url_for("auth.set_up"), 303)
    if not form.validate_on_submit():
        return render("auth/sign_in.html", form=form), 422 if form.errors else 200
    try:
        user = sessions.authenticate(form.email.data or "", form.password.data or "")
    except (SignInRefused, AccountDisabled) as problem:
        return render("auth/sign_in.html", form=form, refused=problem.message), 422
    transaction.commit()
    start_session(user)
    return redirect(local_path(form.next.data, home_of(user)), 303)


def start_session(user: User) -> None:
    """Begin a new session that keeps nothing of the one before."""
    session.clear()
    login_user(user)
    session.permanent = True
    session[SESSION_BEGAN] = int(time.time())


@bp.post("/sign-out")
@open_to_all
def sign_out() -> ResponseReturnValue:
    logout_user()
    session.clear()
    flash(_("You are signed out."), "good")
    return redirect_to(url_for("auth.sign_in"))


@bp.route("/reset-password/<secret>", methods=["GET", "POST"])
@limiter.limit(FAILURES_PER_ADDRESS, deduct_when=_failed)
@open_to_all
def reset_password(secret: str) -> ResponseReturnValue:
    return _set_by_link(secret, TokenPurpose.PASSWORD_RESET)


@bp.route("/invitation/<secret>", methods=["GET", "POST"])
@limiter.limit(FAILURES_PER_ADDRESS, deduct_when=_failed)
@open_to_all
def accept_invitation(secret: str) -> ResponseReturnValue:
    return _set_by_link(secret, TokenPurpose.INVITATION)


def _set_by_link(secret: str, purpose: TokenPurpose) -> ResponseReturnValue:
    form = NewPasswordForm()
    user = credentials.find_reset(secret, purpose)
    if form.validate_on_submit():
        try:
            credentials.use_reset(secret, form.new.data or "", purpose)
        except PasswordRefused as problem:
            form.new.errors = [problem.message]
        else:
            transaction.commit()
            flash(_("The password is set. Sign in with it."), "good")
            return redirect(url_for("auth.sign_in"), 303)
    return render("auth/reset_password.html", form=form, user=user), 422 if form.errors else 200
