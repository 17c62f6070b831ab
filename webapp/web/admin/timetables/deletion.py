"""Deleting runs, variants and drafts: ticked in the list or one by its own button, shown before they go."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import ngettext
from webapp.services.timetables import deletion
from webapp.services.timetables.deletion import DeletionStale, NothingToDelete
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import me
from webapp.web.params import key_or_404


@bp.get("/timetables/delete")
@requires(Permission.EDIT_TIMETABLES)
def confirm_deletion() -> ResponseReturnValue:
    """Show what would go of the timetables `?t=` and the runs `?run=`, and what stays."""
    keys = [key_or_404(text) for text in request.args.getlist("t")]
    return _page(keys, request.args.getlist("run"))


@bp.post("/timetables/delete")
@requires(Permission.EDIT_TIMETABLES)
def delete_timetables() -> ResponseReturnValue:
    keys, jobs = [key_or_404(text) for text in request.form.getlist("t")], request.form.getlist("run")
    try:
        gone = deletion.delete(me(), keys, jobs, request.form.get("seen", ""))
    except (DeletionStale, NothingToDelete) as refusal:
        return _page(keys, jobs, refusal)
    transaction.commit()
    words = [
        ngettext("%(num)d timetable deleted.", "%(num)d timetables deleted.", len(gone.timetables)),
        ngettext("%(num)d run deleted.", "%(num)d runs deleted.", len(gone.runs)),
    ]
    done = [sentence for sentence, rows in zip(words, (gone.timetables, gone.runs), strict=True) if rows]
    flash(" ".join([*done, *(kept.why for kept in gone.kept)]), "good")
    return redirect_to(url_for("admin.timetables"))


def _page(keys: list[int], jobs: list[str], refusal: Problem | None = None) -> ResponseReturnValue:
    going = deletion.deletion_of(me(), keys, jobs)
    page = render("admin/timetables/delete.html", going=going, keys=keys, jobs=jobs, refusal=refusal)
    return page, status_of(refusal) if refusal else 200
