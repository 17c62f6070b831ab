"""Accounts: created one by one or in bulk, changed, reset, disabled, signed out."""

from typing import Any

from flask import Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Role, User
from webapp.services.accounts import bulk_accounts, credentials, sessions
from webapp.services.accounts import users as account_users
from webapp.services.accounts.permissions import Permission
from webapp.services.imports.formats.writers import csv_text
from webapp.services.reference.queries import options_of
from webapp.services.shared import scoped, transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _, ngettext
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.forms import ROLES, UserForm, choices
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import me, public_address, scope
from webapp.web.params import number, page_number

IN_BULK = (Role.FACULTY, Role.STUDENT)


def _find(user_id: int) -> User:
    return scoped.load(me(), User, user_id)


def _back(words: str, user_id: int | None = None) -> ResponseReturnValue:
    flash(words, "good")
    return redirect_to(url_for("admin.user", user_id=user_id) if user_id else url_for("admin.users"))


def role_names(user: User) -> str:
    """The roles of a user, in words."""
    names = dict(ROLES)
    return ", ".join(str(names[role.value]) for role in user.roles_in_order)


@bp.get("/users")
@requires(Permission.MANAGE_USERS)
def users() -> ResponseReturnValue:
    asked = request.args
    page = account_users.list_users(
        me().organization,
        text=asked.get("q", "").strip(),
        role=asked.get("role", ""),
        state=asked.get("state", ""),
        page=page_number(asked.get("page", "")),
    )
    own = me().organization
    waiting = {role.value: bulk_accounts.count_without_account(own, role) for role in IN_BULK}
    unused = {role.value: bulk_accounts.count_unused(own, role) for role in IN_BULK}
    return render("admin/users.html", page=page, roles=ROLES, role_names=role_names, waiting=waiting, unused=unused)


@bp.route("/users/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def create_user() -> ResponseReturnValue:
    form = _form(UserForm())
    if form.validate_on_submit():
        try:
            made = account_users.create_user_with_initial_password(
                me().organization, email=form.email.data or "", actor=me(), **_fields(form)
            )
        except Problem as problem:
            form.form_errors = [problem.message]
        else:
            transaction.commit()
            return render("admin/user_password.html", user=made.user, password=made.password)
    return render("admin/user.html", form=form), 422 if form.errors else 200


@bp.route("/users/<int:user_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def edit_user(user_id: int) -> ResponseReturnValue:
    account, status = _find(user_id), 200
    form = _form(UserForm(data=_values(account)))
    del form.email
    if form.validate_on_submit():
        try:
            account_users.change_user(account, me(), seen=form.seen.data or "", **_fields(form))
        except Problem as problem:
            form.form_errors, status = [problem.message], status_of(problem)
        else:
            transaction.commit()
            return _back(_("%(email)s is changed.", email=account.email), user_id)
    return render("admin/user.html", form=form, user=account), 422 if form.errors and status == 200 else status


def _form(form: UserForm) -> UserForm:
    form.department.choices = choices(options_of(scope(None), "departments"), "–")
    return form


def _values(user: User) -> dict[str, Any]:
    """The values of the form that changes a user."""
    return {
        "name": user.name,
        "roles": [role.value for role in user.roles_in_order],
        "department": user.department_id,
        "faculty": user.faculty.code if user.faculty else "",
        "student": user.student.code if user.student else "",
        "seen": account_users.mark_of(user),
    }


def _fields(form: UserForm) -> dict[str, Any]:
    """Read what both forms say; the link of a role that is not ticked counts for nothing."""
    roles = {Role(value) for value in form.roles.data or ()}
    links = account_users.find_links(
        me().organization,
        department=form.department.data if Role.HOD in roles else None,
        faculty=(form.faculty.data or "").strip() if Role.FACULTY in roles else "",
        student=(form.student.data or "").strip() if Role.STUDENT in roles else "",
    )
    return {"name": form.name.data or "", "roles": roles, "links": links}


@bp.get("/users/<int:user_id>")
@requires(Permission.MANAGE_USERS)
def user(user_id: int) -> ResponseReturnValue:
    account = _find(user_id)
    return render("admin/user_account.html", user=account, role_names=role_names(account))


@bp.post("/users/bulk")
@requires(Permission.MANAGE_USERS)
def create_users() -> ResponseReturnValue:
    role = _bulk_role()
    made = bulk_accounts.create_accounts(me().organization, role, me())
    transaction.commit()
    if not made.created and not made.extended:
        return _back(_("Everybody with an e-mail address has an account already."))
    if not made.created:
        number = len(made.extended)
        return _back(ngettext("%(num)d account has the role now.", "%(num)d accounts have the role now.", number))
    rows = [(new.user, new.password) for new in made.created]
    return _as_csv([*rows, *((user, "") for user in made.extended)], f"accounts-{role.value}.csv")


@bp.post("/users/bulk/passwords")
@requires(Permission.MANAGE_USERS)
def renew_passwords() -> ResponseReturnValue:
    role = _bulk_role()
    renewed = bulk_accounts.renew_passwords(me().organization, role, me())
    transaction.commit()
    if not renewed:
        return _back(_("Everybody who has an account has signed in already."))
    return _as_csv([(account.user, account.password) for account in renewed], f"passwords-{role.value}.csv")


def _bulk_role() -> Role:
    return Role.STUDENT if request.form.get("role") == Role.STUDENT.value else Role.FACULTY


def _as_csv(rows: list[tuple[User, str]], filename: str) -> Response:
    """The initial passwords as a file: this answer is the only place where they stand."""
    cells = (
        (user.email, user.name, " ".join(role.value for role in user.roles_in_order), password)
        for user, password in rows
    )
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(
        csv_text(("email", "name", "role", "initial_password"), cells), mimetype="text/csv", headers=headers
    )


@bp.post("/users/<int:user_id>/password")
@requires(Permission.MANAGE_USERS)
def reset_user_password(user_id: int) -> ResponseReturnValue:
    account = _find(user_id)
    if "seen" not in request.form:
        abort(400)
    password = credentials.reset_password(account, me(), number(request.form["seen"]))
    transaction.commit()
    return render("admin/user_password.html", user=account, password=password)


@bp.post("/users/<int:user_id>/reset-link")
@requires(Permission.MANAGE_USERS)
def create_reset_link(user_id: int) -> ResponseReturnValue:
    account = _find(user_id)
    secret = credentials.create_reset_link(account, me())
    transaction.commit()
    link = public_address(url_for("auth.reset_password", secret=secret))
    return render("admin/user_password.html", user=account, link=link)


@bp.post("/users/<int:user_id>/disable")
@requires(Permission.MANAGE_USERS)
def disable_user(user_id: int) -> ResponseReturnValue:
    account = _find(user_id)
    sessions.set_enabled(account, False, me())
    transaction.commit()
    return _back(_("%(email)s is disabled and signed out.", email=account.email), user_id)


@bp.post("/users/<int:user_id>/enable")
@requires(Permission.MANAGE_USERS)
def enable_user(user_id: int) -> ResponseReturnValue:
    account = _find(user_id)
    sessions.set_enabled(account, True, me())
    transaction.commit()
    return _back(_("%(email)s may sign in again.", email=account.email), user_id)


@bp.post("/users/<int:user_id>/sign-out")
@requires(Permission.MANAGE_USERS)
def sign_out_user(user_id: int) -> ResponseReturnValue:
    account = _find(user_id)
    sessions.sign_out_everywhere(account, me())
    transaction.commit()
    return _back(_("%(email)s is signed out everywhere.", email=account.email), user_id)
