"""Accounts: created one by one or in bulk, reset, disabled, signed out."""

import csv
import io
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.models import Role, User
from webapp.services.accounts import tokens
from webapp.services.accounts import users as account_users
from webapp.services.accounts.permissions import Permission
from webapp.services.accounts.users import NewAccount
from webapp.services.imports.cells import guard_formula
from webapp.services.reference.queries import options_of
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.forms import ROLES, UserForm, choices
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import me, public_address, scope
from webapp.web.params import number, page_number


def _find(user_id: int) -> User:
    return account_users.find_user(current_user.organization, user_id)


def _back(words: str, user_id: int | None = None) -> ResponseReturnValue:
    flash(words, "good")
    return redirect_to(url_for("admin.user", user_id=user_id) if user_id else url_for("admin.users"))


@bp.get("/users")
@requires(Permission.MANAGE_USERS)
def users() -> ResponseReturnValue:
    wanted = request.args
    page = account_users.list_users(
        current_user.organization,
        text=wanted.get("q", "").strip(),
        role=wanted.get("role", ""),
        state=wanted.get("state", ""),
        page=page_number(wanted.get("page", "")),
    )
    own, many = current_user.organization, (Role.FACULTY, Role.STUDENT)
    waiting = {role.value: account_users.count_without_account(own, role) for role in many}
    unused = {role.value: account_users.count_unused(own, role) for role in many}
    return render("admin/users.html", page=page, roles=ROLES, waiting=waiting, unused=unused)


@bp.route("/users/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def create_user() -> ResponseReturnValue:
    form = UserForm()
    form.department.choices = choices(options_of(scope(None), "departments"), "–")
    if form.validate_on_submit():
        try:
            made = account_users.create_user_of(me(), **_fields(form))
        except Problem as problem:
            form.form_errors = [problem.message]
        else:
            return render("admin/user_password.html", user=made.user, password=made.password)
    return render("admin/user.html", form=form), 422 if form.errors else 200


def _fields(form: UserForm) -> dict[str, Any]:
    return {
        "email": form.email.data or "",
        "name": form.name.data or "",
        "role": Role(form.role.data),
        "department_id": form.department.data,
        "person_code": (form.person.data or "").strip(),
    }


@bp.get("/users/<int:user_id>")
@requires(Permission.MANAGE_USERS)
def user(user_id: int) -> ResponseReturnValue:
    return render("admin/user_account.html", user=_find(user_id), roles=ROLES)


@bp.post("/users/bulk")
@requires(Permission.MANAGE_USERS)
def create_users() -> ResponseReturnValue:
    role = _bulk_role()
    made = account_users.create_users_for(current_user.organization, role, me())
    if not made:
        return _back(_("Everybody with an e-mail address has an account already."))
    return _as_csv(made, f"accounts-{role.value}.csv")


@bp.post("/users/bulk/passwords")
@requires(Permission.MANAGE_USERS)
def renew_passwords() -> ResponseReturnValue:
    role = _bulk_role()
    renewed = account_users.renew_passwords(current_user.organization, role, me())
    if not renewed:
        return _back(_("Everybody who has an account has signed in already."))
    return _as_csv(renewed, f"passwords-{role.value}.csv")


def _bulk_role() -> Role:
    return Role.STUDENT if request.form.get("role") == Role.STUDENT.value else Role.FACULTY


def _as_csv(made: list[NewAccount], filename: str) -> Response:
    """The initial passwords as a file: this answer is the only place where they stand."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["email", "name", "role", "initial_password"])
    for account in made:
        row = [account.user.email, account.user.name, account.user.role.value, account.password]
        writer.writerow([guard_formula(cell) for cell in row])
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)


@bp.post("/users/<int:user_id>/password")
@requires(Permission.MANAGE_USERS)
def reset_user_password(user_id: int) -> ResponseReturnValue:
    found = _find(user_id)
    if "seen" not in request.form:
        abort(400)
    password = account_users.reset_password(found, me(), number(request.form["seen"]))
    return render("admin/user_password.html", user=found, password=password)


@bp.post("/users/<int:user_id>/reset-link")
@requires(Permission.MANAGE_USERS)
def create_reset_link(user_id: int) -> ResponseReturnValue:
    found = _find(user_id)
    secret = tokens.create_reset_link(found, me())
    link = public_address(url_for("auth.reset_password", secret=secret))
    return render("admin/user_password.html", user=found, link=link)


@bp.post("/users/<int:user_id>/disable")
@requires(Permission.MANAGE_USERS)
def disable_user(user_id: int) -> ResponseReturnValue:
    found = _find(user_id)
    account_users.set_enabled(found, False, me())
    return _back(_("%(email)s is disabled and signed out.", email=found.email), user_id)


@bp.post("/users/<int:user_id>/enable")
@requires(Permission.MANAGE_USERS)
def enable_user(user_id: int) -> ResponseReturnValue:
    found = _find(user_id)
    account_users.set_enabled(found, True, me())
    return _back(_("%(email)s may sign in again.", email=found.email), user_id)


@bp.post("/users/<int:user_id>/sign-out")
@requires(Permission.MANAGE_USERS)
def sign_out_user(user_id: int) -> ResponseReturnValue:
    found = _find(user_id)
    account_users.sign_out_everywhere(found, me())
    return _back(_("%(email)s is signed out everywhere.", email=found.email), user_id)
