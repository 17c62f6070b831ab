"""The words that an organisation uses for kinds and features, each renamed wherever it stands."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.reference.errors import RecordRefused
from webapp.services.reference.vocabulary import VOCABULARIES, find_vocabulary, rename_word, words_in_use
from webapp.services.shared import transaction
from webapp.services.shared.words import ngettext
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import me, scope


@bp.get("/words/<name>")
@requires(Permission.EDIT_DATA)
def words_used(name: str) -> ResponseReturnValue:
    title = find_vocabulary(name)
    words = words_in_use(me().organization, name)
    return render("admin/words_in_use.html", name=name, title=title, words=words, vocabularies=VOCABULARIES)


@bp.post("/words/<name>")
@requires(Permission.EDIT_DATA)
def rename(name: str) -> ResponseReturnValue:
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        rows = rename_word(scope(None), name, old, new)
    except RecordRefused as problem:
        transaction.rollback()
        flash(problem.message, "bad")
    else:
        transaction.commit()
        flash(
            ngettext("%(num)d row says “%(new)s” now.", "%(num)d rows say “%(new)s” now.", rows, new=new.strip()),
            "good",
        )
    return redirect_to(url_for("admin.words_used", name=name))
