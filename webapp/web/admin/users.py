"""Accounts: created one by one or in bulk, changed, reset, disabled, signed out."""

from typing import Any

from flask import Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Role, User
from webapp.services.accounts import bulk_accounts, credentials, invitations, sessions
from webapp.services.accounts import users as account_users
from webapp.services.accounts.bulk_accounts import BulkAccounts
from webapp.services.accounts.permissions import Permission
from webapp.services.imports.formats.writers import csv_text
from webapp.services.reference.queries import options_of
from webapp.services.shared import scoped, transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _, ngettext
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.forms import BY_LINK, ROLES, UserForm, choices
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
    return render(
        "admin/users.html",
        page=page,
        roles=ROLES,
        role_names=role_names,
        states=invitations.states_of(page.items),
        waiting={role.value: bulk_accounts.count_without_account(own, role) for role in IN_BULK},
        unused={role.value: bulk_accounts.count_unused(own, role) for role in (*IN_BULK, Role.HOD)},
        to_hand_out=invitations.to_hand_out_marked(own),
    )


@bp.route("/users/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def create_user() -> ResponseReturnValue:
    form = _form(UserForm())
    if form.validate_on_submit():
        try:
            shown = _created(form)
        except Problem as problem:
            form.form_errors = [problem.message]
        else:
            transaction.commit()
            return render("admin/user_password.html", **shown)
    return render("admin/user.html", form=form), 422 if form.errors else 200


def _created(form: UserForm) -> dict[str, Any]:
    """Create the account, and return what is shown once: the link of an invitation, or a password."""
    fields = {"email": form.email.data or "", "actor": me(), **_fields(form)}
    if form.first_password.data == BY_LINK:
        made = invitations.create_invited(me().organization, **fields)
        link = public_address(url_for("auth.accept_invitation", secret=made.secret))
        return {"user": made.user, "link": link, "invitation": made}
    drawn = account_users.create_user_with_initial_password(me().organization, **fields)
    return {"user": drawn.user, "password": drawn.password}


@bp.route("/users/<int:user_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def edit_user(user_id: int) -> ResponseReturnValue:
    account, status = _find(user_id), 200
    form = _form(UserForm(data=_values(account)))
    del form.email, form.first_password
    if form.validate_on_submit():
        try:
            lost = account_users.change_user(account, me(), seen=form.seen.data or "", **_fields(form))
        except Problem as problem:
            form.form_errors, status = [problem.message], status_of(problem)
        else:
            transaction.commit()
            return _back(" ".join([_("%(email)s is changed.", email=account.email), *lost]), user_id)
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
    state = invitations.states_of([account])[account.user_id]
    return render("admin/user_account.html", user=account, role_names=role_names(account), state=state)


@bp.post("/users/bulk")
@requires(Permission.MANAGE_USERS)
def create_users() -> ResponseReturnValue:
    made = bulk_accounts.create_accounts(me().organization, _bulk_role(), me())
    transaction.commit()
    return _back(done_words(made))


def done_words(made: BulkAccounts) -> str:
    """What was done in bulk, as sentences."""
    created, extended = len(made.created), len(made.extended)
    sentences = []
    if created:
        words = ngettext("%(num)d person is invited.", "%(num)d people are invited.", created)
        sentences.append(words + " " + _("Download the links below and hand them out."))
    if extended:
        sentences.append(ngettext("%(num)d account has the role now.", "%(num)d accounts have the role now.", extended))
    return " ".join(sentences) or _("Nothing was to be done: everybody has an account already.")


@bp.post("/users/bulk/invite")
@requires(Permission.MANAGE_USERS)
def invite_unused() -> ResponseReturnValue:
    number = bulk_accounts.invite_unused(me().organization, _bulk_role(), me())
    transaction.commit()
    if not number:
        return _back(_("Everybody who has an account has signed in already."))
    return _back(ngettext("%(num)d person is invited anew.", "%(num)d people are invited anew.", number))


def _bulk_role() -> Role:
    sent = request.form.get("role", "")
    return Role(sent) if sent in (*IN_BULK, Role.HOD) else Role.FACULTY


@bp.get("/users/invitations.csv")
@requires(Permission.MANAGE_USERS)
def invitations_csv() -> ResponseReturnValue:
    """The links that are not confirmed as handed out yet, as a file."""
    rows = (
        (
            one.user.email,
            one.user.name,
            role_names(one.user),
            public_address(url_for("auth.accept_invitation", secret=one.secret)),
            one.expires_at.date().isoformat(),
        )
        for one in invitations.to_hand_out(me().organization)
    )
    columns = ("email", "name", "roles", "link", "works_until")
    headers = {"Content-Disposition": 'attachment; filename="invitations.csv"', "Cache-Control": "no-store"}
    return Response(csv_text(columns, rows), mimetype="text/csv", headers=headers)


@bp.post("/users/invitations/handed-out")
@requires(Permission.MANAGE_USERS)
def confirm_invitations() -> ResponseReturnValue:
    number = invitations.confirm_handed_out(me().organization, me(), request.form.get("seen", ""))
    transaction.commit()
    return _back(
        ngettext(
            "%(num)d link works until it is used or too old, and can’t be fetched again.",
            "%(num)d links work until they are used or too old, and can’t be fetched again.",
            number,
        )
    )


@bp.post("/users/<int:user_id>/invite")
@requires(Permission.MANAGE_USERS)
def invite_user(user_id: int) -> ResponseReturnValue:
    account = _find(user_id)
    made = invitations.invite_again(account, me())
    transaction.commit()
    link = public_address(url_for("auth.accept_invitation", secret=made.secret))
    return render("admin/user_password.html", user=account, link=link, invitation=made)


@bp.post("/users/<int:user_id>/revoke-invitation")
@requires(Permission.MANAGE_USERS)
def revoke_invitation(user_id: int) -> ResponseReturnValue:
    account = _find(user_id)
    invitations.revoke(account, me())
    transaction.commit()
    return _back(_("The invitation of %(email)s no longer works.", email=account.email), user_id)


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
