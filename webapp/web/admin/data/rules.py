"""The rules of a term: on or off, hard or with a weight."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Term
from webapp.services.accounts.permissions import Permission
from webapp.services.reference import last_change
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.tables import find_table
from webapp.services.shared import transaction
from webapp.services.shared.words import ngettext
from webapp.services.terms import rules as term_rules
from webapp.services.terms.basket_rules import count_like_baskets
from webapp.services.terms.rule_links import KINDS, NamedRow, RuleLinks, named_rows
from webapp.services.terms.rule_words import numbers_in_words, sentence_of_added, use_in_words
from webapp.services.terms.rules import RuleChange, RuleView
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.data.bulk import undo_last
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.navigation import chosen_term, me, posted_term, scope


@dataclass(frozen=True)
class RuleLine:
    """A rule's line of the form: as it is stored, or as it was sent where that was refused."""

    rule: RuleView
    written: RuleChange
    error: str
    named: Sequence[NamedRow] = ()
    """The classes, people, slots and rooms that it names."""

    @property
    def sentence(self) -> str:
        """What it asks of those that it names."""
        if not self.rule.is_added and not self.named:
            return self.rule.sentence
        is_of_people = self.rule.links.is_about_people(is_of_all=self.rule.is_of_all)
        return sentence_of_added(self.rule.rule, is_of_people=is_of_people)

    @property
    def numbers(self) -> Sequence[str]:
        """Its numbers with what they are."""
        return numbers_in_words(self.rule.rule, self.rule.setting)

    @property
    def use(self) -> str:
        """How the term uses it, in words."""
        return use_in_words(replace(self.rule.setting, amount=None, second_amount=None))


@bp.route("/rules", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def rules() -> ResponseReturnValue:
    terms, term = chosen_term()
    if request.method == "POST":
        term = posted_term()
    if term is None:
        return render("admin/records_without_term.html", table=find_table("time-slots"))
    seen, problem, changes = request.form.get("seen", ""), None, _changes()
    if request.method == "POST":
        try:
            changed = term_rules.save_rules(scope(term), changes, seen)
        except RecordRefused as refused:
            problem = refused
        else:
            transaction.commit()
            flash(ngettext("%(num)d rule changed.", "%(num)d rules changed.", changed), "good")
            return redirect_to(url_for("admin.rules"))
    shown = term_rules.rules_of(scope(term))
    if problem is None or isinstance(problem, RecordChanged):
        seen = term_rules.mark_of_rules(shown)
    lines = _lines(shown, changes, problem.errors if problem else {}, _named_by(term, shown))
    page = render(
        "admin/rules/index.html",
        terms=terms,
        term=term,
        lines=[line for line in lines if line.rule.is_shown and not line.rule.is_added],
        added=[line for line in lines if line.rule.is_added],
        restorable=len(term_rules.restorable_rules(scope(term))),
        problem=problem,
        seen=seen,
        last=last_change.last_change_of(me()),
        like_baskets=count_like_baskets(term),
    )
    return page, status_of(problem) if problem else 200


@bp.post("/rules/undo")
@requires(Permission.EDIT_DATA)
def undo_rules() -> ResponseReturnValue:
    undo_last(scope(posted_term()))
    return redirect_to(url_for("admin.rules"))


def _changes() -> dict[str, RuleChange]:
    given = request.form
    return {
        code: RuleChange(
            is_enabled=f"on-{code}" in given,
            is_hard=given.get(f"kind-{code}") == "hard",
            weight=given.get(f"weight-{code}", ""),
            amount=given.get(f"amount-{code}", ""),
        )
        for code in given.getlist("code")
    }


def _named_by(term: Term, shown: Sequence[RuleView]) -> dict[tuple[str, int], NamedRow]:
    """What any of the rules names, by kind and key."""
    every = {kind: tuple(key for rule in shown for key in getattr(rule.links, kind)) for kind in KINDS}
    return {(row.kind, row.key): row for row in named_rows(scope(term), RuleLinks(**every))}


def _lines(
    shown: Sequence[RuleView],
    changes: dict[str, RuleChange],
    errors: dict[str, str],
    named: dict[tuple[str, int], NamedRow],
) -> list[RuleLine]:
    """The lines of the form; what was sent stands in those of a form that was refused."""
    stored = {
        rule.code: RuleChange(rule.is_enabled, rule.is_hard, _text(rule.weight), _text(rule.amount)) for rule in shown
    }
    written = stored | {code: change for code, change in changes.items() if code in stored}
    return [
        RuleLine(
            rule,
            written[rule.code],
            errors.get(rule.code, ""),
            [named[kind, key] for kind in KINDS for key in getattr(rule.links, kind) if (kind, key) in named],
        )
        for rule in shown
    ]


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
