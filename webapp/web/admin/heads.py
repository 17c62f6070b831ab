"""Heads of department in bulk: a row a department, pasted lines, or a file."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts import heads
from webapp.services.accounts.heads import HeadLine
from webapp.services.accounts.permissions import Permission
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.users import done_words
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import me


@bp.route("/users/heads", methods=["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def heads_in_bulk() -> ResponseReturnValue:
    problem = None
    if request.method == "POST":
        try:
            made = heads.make_heads(me().organization, _sent(), me())
        except Problem as refused:
            problem = refused
        else:
            transaction.commit()
            flash(done_words(made), "good")
            return redirect_to(url_for("admin.users"))
    departments = heads.departments_with_heads(me().organization)
    page = render("admin/heads.html", departments=departments, problem=problem, sent=request.form)
    return page, 422 if problem else 200


def _sent() -> list[HeadLine]:
    """The lines of whichever of the three ways was used."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return heads.lines_of_file(file.filename, file.read())
    if "pasted" in request.form:
        return heads.lines_of_text(request.form["pasted"])
    typed = zip(*(request.form.getlist(name) for name in ("department", "name", "email")), strict=False)
    return [HeadLine(code, code, name.strip(), email.strip()) for code, name, email in typed if name or email]
