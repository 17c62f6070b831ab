"""The lists of words of an organisation, kinds and features: added, renamed everywhere, made one, deleted."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.reference import vocabulary
from webapp.services.reference.errors import WordChanged, WordRefused
from webapp.services.shared import transaction
from webapp.services.shared.words import _, ngettext
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import me, scope


@bp.get("/words/<name>")
@requires(Permission.EDIT_DATA)
def word_list(name: str) -> ResponseReturnValue:
    return _page(name)


@bp.post("/words/<name>/add")
@requires(Permission.EDIT_DATA)
def add_word(name: str) -> ResponseReturnValue:
    try:
        word = vocabulary.add_word(scope(None), name, request.form.get("word", ""))
    except WordRefused as problem:
        return _page(name, problem)
    return _done(name, _("“%(word)s” added.", word=word))


@bp.post("/words/<name>/rename")
@requires(Permission.EDIT_DATA)
def rename_word(name: str) -> ResponseReturnValue:
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        rows = vocabulary.rename_word(scope(None), name, old, new, request.form.get("seen", ""))
    except (WordRefused, WordChanged) as problem:
        return _page(name, problem)
    return _done(name, _rows_say(rows, new.strip()))


@bp.post("/words/<name>/merge")
@requires(Permission.EDIT_DATA)
def merge_words(name: str) -> ResponseReturnValue:
    old, into = request.form.get("old", ""), request.form.get("into", "")
    try:
        rows = vocabulary.merge_words(scope(None), name, old, into, request.form.get("seen", ""))
    except (WordRefused, WordChanged) as problem:
        return _page(name, problem)
    return _done(name, _rows_say(rows, into))


@bp.post("/words/<name>/delete")
@requires(Permission.EDIT_DATA)
def delete_word(name: str) -> ResponseReturnValue:
    old = request.form.get("old", "")
    try:
        vocabulary.delete_word(scope(None), name, old, request.form.get("seen", ""))
    except (WordRefused, WordChanged) as problem:
        return _page(name, problem)
    return _done(name, _("“%(word)s” deleted.", word=old))


def _rows_say(rows: int, word: str) -> str:
    return ngettext("%(num)d row says “%(new)s” now.", "%(num)d rows say “%(new)s” now.", rows, new=word)


def _done(name: str, words: str) -> ResponseReturnValue:
    transaction.commit()
    flash(words, "good")
    return redirect_to(url_for("admin.word_list", name=name))


def _page(name: str, refusal: WordRefused | WordChanged | None = None) -> ResponseReturnValue:
    """The list, with why nothing was done above it and what was typed still in its field."""
    if refusal is not None:
        transaction.rollback()
    title = vocabulary.find_vocabulary(name)
    words = vocabulary.listed_words(me().organization, name)
    lists = [
        (label, url_for("admin.word_list", name=key), key == name) for key, label in vocabulary.VOCABULARIES.items()
    ]
    page = render("admin/word_list.html", name=name, title=title, words=words, lists=lists, refusal=refusal)
    return page, status_of(refusal) if refusal else 200
