"""Rules about certain classes or people of a term: added, changed, deleted; and the usual rules restored."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Term
from webapp.services.accounts.permissions import Permission
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.columns import Table
from webapp.services.schema.courses import COMPONENTS
from webapp.services.schema.people import FACULTY, GROUPS
from webapp.services.schema.places import ROOMS
from webapp.services.schema.scope import TermMissing
from webapp.services.shared import transaction
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _, ngettext
from webapp.services.terms import added_rules
from webapp.services.terms import rules as term_rules
from webapp.services.terms.added_rules import AddedRuleSent
from webapp.services.terms.rule_links import RuleLinks, find_rows, named_rows, slots_of_week
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me, posted_term, scope

FIELDS = {"classes": "class", "faculty": "teacher", "groups": "group", "slots": "slot", "rooms": "room"}
"""By kind of row that a rule names, the form's field with its keys."""


KIND_OF_TABLE = {COMPONENTS: "classes", FACULTY: "faculty", GROUPS: "groups", ROOMS: "rooms"}
"""The tables whose rows a rule may be about, by the kind that they then are."""


def address_of_rule_about(table: Table, keys: Sequence[int], term: Term | None) -> str | None:
    """Where a rule about these rows is added, with them ticked; None for rows that no rule is about."""
    kind = KIND_OF_TABLE.get(table)
    if kind is None or not keys:
        return None
    return url_for("admin.add_rule", term=term.term_id if term else None, **{FIELDS[kind]: list(keys)})  # type: ignore[arg-type]


@bp.route("/rules/new", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def add_rule() -> ResponseReturnValue:
    """Choose one of the rules, then say what it is about; ``?rule=`` is chosen, ``?teacher=`` and so on are ticked."""
    term = posted_term() if request.method == "POST" else chosen_term()[1]
    if term is None:
        raise TermMissing(_("Create a term first: rules belong to a term."))
    links, rule = _links(request.args.getlist), request.values.get("rule", "")
    if not rule:
        return _offer(term, links)
    return _form(term, None, AddedRuleSent(rule=rule, links=links), "")


def _offer(term: Term, links: RuleLinks) -> ResponseReturnValue:
    """The rules to choose from: all, or those that may be about what the address names."""
    kinds = [kind for kind in FIELDS if getattr(links, kind)]
    about = {FIELDS[kind]: list(getattr(links, kind)) for kind in kinds}
    return render(
        "admin/rules/choose.html",
        term=term,
        offered=added_rules.rules_offered(kinds),
        named=named_rows(scope(term), links),
        about=about,
    )


@bp.route("/rules/<int:term_rule_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def edit_rule(term_rule_id: int) -> ResponseReturnValue:
    term = added_rules.term_of_rule(me().organization, term_rule_id)
    row = added_rules.added_rule(scope(term), term_rule_id)
    return _form(term, term_rule_id, added_rules.sent_of(row), added_rules.mark_of(row))


def _form(term: Term, key: int | None, stored: AddedRuleSent, mark: str) -> ResponseReturnValue:
    """The form of a rule: shown, its classes searched, or stored."""
    if request.method == "GET":
        return _page(term, key, stored, mark)
    sent, seen = _sent(stored), request.form.get("seen", "")
    if "find" in request.form:
        return _page(term, key, sent, seen)
    try:
        row = added_rules.save_added_rule(scope(term), key, sent, seen)
    except RecordRefused as problem:
        return _page(term, key, sent, mark if isinstance(problem, RecordChanged) else seen, problem)
    transaction.commit()
    flash(_("Stored: %(rule)s.", rule=added_rules.in_words(scope(term), row)), "good")
    return redirect_to(url_for("admin.rules", term=term.term_id))


def _page(
    term: Term, key: int | None, sent: AddedRuleSent, seen: str, problem: RecordRefused | None = None
) -> ResponseReturnValue:
    where, text, fields = scope(term), request.form.get("q", ""), added_rules.fields_of(sent)
    search, chosen = find_rows(where, text, fields.kinds), named_rows(where, sent.links)
    page = render(
        "admin/rules/added_rule.html",
        "links",
        term=term,
        key=key,
        sent=sent,
        fields=fields,
        names=FIELDS,
        chosen=[row for row in chosen if row.kind in fields.kinds],
        found=[row for row in search.rows if row not in chosen],
        rest=search.rest,
        week=slots_of_week(where) if fields.takes.slots else {},
        text=text,
        seen=seen,
        problem=problem,
        errors=problem.errors if problem else {},
    )
    return page, status_of(problem) if problem else 200


def _links(values: Callable[[str], list[str]]) -> RuleLinks:
    """The keys of what a form or an address names."""
    named = {
        kind: [key for text in values(field) if (key := whole_number(text)) is not None]
        for kind, field in FIELDS.items()
    }
    return RuleLinks(**{kind: tuple(dict.fromkeys(keys)) for kind, keys in named.items()})


def _sent(stored: AddedRuleSent) -> AddedRuleSent:
    given, links = request.form, _links(request.form.getlist)
    places = {key: whole_number(given.get(f"place-{key}", "")) or len(links.classes) for key in links.classes}
    return AddedRuleSent(
        rule=stored.rule,
        code=given.get("code", stored.code),
        is_enabled="on" in given,
        is_hard=given.get("kind") == "hard",
        weight=given.get("weight", ""),
        amount=given.get("amount", ""),
        second=given.get("second", ""),
        is_of_all=given.get("of") == "all",
        links=replace(links, classes=tuple(sorted(links.classes, key=lambda key: places[key]))),
    )


@bp.route("/rules/<int:term_rule_id>/delete", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def delete_rule(term_rule_id: int) -> ResponseReturnValue:
    where = scope(added_rules.term_of_rule(me().organization, term_rule_id))
    row, problem = added_rules.added_rule(where, term_rule_id), None
    if request.method == "POST":
        try:
            title = added_rules.delete_added_rule(where, term_rule_id, request.form.get("seen", ""))
        except RecordChanged as changed:
            problem = changed
        else:
            transaction.commit()
            flash(_("%(rule)s is deleted.", rule=title), "good")
            return redirect_to(url_for("admin.rules", term=where.term.term_id if where.term else None))
    words, seen = added_rules.in_words(where, row), added_rules.mark_of(row)
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
