"""Rules about certain classes of a term: added, changed, deleted; and the usual rules restored."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Term
from webapp.services.accounts.permissions import Permission
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.scope import TermMissing
from webapp.services.shared import transaction
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _, ngettext
from webapp.services.terms import class_rules
from webapp.services.terms import rules as term_rules
from webapp.services.terms.class_rules import ClassRuleSent
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me, posted_term, scope

NEW = ClassRuleSent(rule="same_time")


@bp.route("/rules/new", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def add_rule() -> ResponseReturnValue:
    term = posted_term() if request.method == "POST" else chosen_term()[1]
    if term is None:
        raise TermMissing(_("Create a term first: rules belong to a term."))
    return _form(term, None, NEW, "")


@bp.route("/rules/<int:term_rule_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def edit_rule(term_rule_id: int) -> ResponseReturnValue:
    term = class_rules.term_of_rule(me().organization, term_rule_id)
    row = class_rules.class_rule(scope(term), term_rule_id)
    return _form(term, term_rule_id, class_rules.sent_of(row), class_rules.mark_of(row))


def _form(term: Term, key: int | None, stored: ClassRuleSent, mark: str) -> ResponseReturnValue:
    """The form of a rule: shown, its classes searched, or stored."""
    if request.method == "GET":
        return _page(term, key, stored, mark)
    sent, seen = _sent(stored), request.form.get("seen", "")
    if "find" in request.form:
        return _page(term, key, sent, seen)
    try:
        row = class_rules.save_class_rule(scope(term), key, sent, seen)
    except RecordRefused as problem:
        return _page(term, key, sent, mark if isinstance(problem, RecordChanged) else seen, problem)
    transaction.commit()
    flash(_("Stored: %(rule)s.", rule=class_rules.in_words(scope(term), row)), "good")
    return redirect_to(url_for("admin.rules", term=term.term_id))


def _page(
    term: Term, key: int | None, sent: ClassRuleSent, seen: str, problem: RecordRefused | None = None
) -> ResponseReturnValue:
    where, text = scope(term), request.form.get("q", "")
    found, number = class_rules.find_classes(where, text)
    page = render(
        "admin/rules/class_rule.html",
        "classes",
        term=term,
        key=key,
        sent=sent,
        offered=class_rules.rules_offered(sent.rule),
        chosen=class_rules.named_classes(where, sent.classes),
        found=[named for named in found if named.key not in sent.classes],
        rest=max(0, number - len(found)),
        text=text,
        seen=seen,
        problem=problem,
        errors=problem.errors if problem else {},
    )
    return page, status_of(problem) if problem else 200


def _sent(stored: ClassRuleSent) -> ClassRuleSent:
    given = request.form
    keys = [key for text in given.getlist("class") if (key := whole_number(text)) is not None]
    places = {key: whole_number(given.get(f"place-{key}", "")) or len(keys) for key in keys}
    return ClassRuleSent(
        rule=given.get("rule", stored.rule),
        code=given.get("code", stored.code),
        is_enabled="on" in given,
        is_hard=given.get("kind") == "hard",
        weight=given.get("weight", ""),
        amount=given.get("amount", ""),
        classes=tuple(sorted(dict.fromkeys(keys), key=lambda key: places[key])),
    )


@bp.route("/rules/<int:term_rule_id>/delete", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def delete_rule(term_rule_id: int) -> ResponseReturnValue:
    where = scope(class_rules.term_of_rule(me().organization, term_rule_id))
    row, problem = class_rules.class_rule(where, term_rule_id), None
    if request.method == "POST":
        try:
            title = class_rules.delete_class_rule(where, term_rule_id, request.form.get("seen", ""))
        except RecordChanged as changed:
            problem = changed
        else:
            transaction.commit()
            flash(_("%(rule)s is deleted.", rule=title), "good")
            return redirect_to(url_for("admin.rules", term=where.term.term_id if where.term else None))
    words, seen = class_rules.in_words(where, row), class_rules.mark_of(row)
    page = render("admin/rules/delete.html", term=where.term, rule=row, words=words, seen=seen, problem=problem)
    return page, status_of(problem) if problem else 200


@bp.route("/rules/usual", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def restore_rules() -> ResponseReturnValue:
    term, problem = posted_term() if request.method == "POST" else chosen_term()[1], None
    if request.method == "POST":
        try:
            changed = term_rules.restore_rules(scope(term), request.form.get("seen", ""))
        except RecordChanged as outdated:
            problem = outdated
        else:
            transaction.commit()
            words = ngettext(
                "%(num)d rule is as in a new term again.", "%(num)d rules are as in a new term again.", changed
            )
            flash(words, "good")
            return redirect_to(url_for("admin.rules", term=term.term_id if term else None))
    changes, seen = term_rules.restorable_rules(scope(term)), term_rules.mark_of_rules(term_rules.rules_of(scope(term)))
    page = render("admin/rules/usual.html", term=term, changes=changes, seen=seen, problem=problem)
    return page, status_of(problem) if problem else 200
