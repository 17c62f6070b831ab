"""Rules between classes that were written before there were baskets, and what baskets they come to.

A basket is told by rules that hold components of different courses at the same time, where they are all that these
sections have: one rule over the lectures, or one for each of them where they were split into components of one meeting.
Rules that put the components of each option on different days go with it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Term, TermRule, TermRuleComponent
from webapp.services.problem.rows import TermRows, read_term
from webapp.services.reference.commands import write_row
from webapp.services.reference.errors import RecordChanged
from webapp.services.schema.baskets import BASKETS
from webapp.services.schema.columns import CODE_LENGTH
from webapp.services.schema.scope import Scope, TermMissing
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.words import _, enumerated

PREFIX = "basket-"
MOST_COURSES = 4


@dataclass(frozen=True)
class BasketFromRules:
    """A basket that rules come to: what it would be, and the rules that would go."""

    code: str
    name: str
    sections: tuple[str, ...]
    groups: tuple[str, ...]
    different_days: bool
    rules: tuple[str, ...]


@dataclass(frozen=True)
class BasketsFromRules:
    """All of them, and the mark of what was seen, for `take_over`."""

    found: tuple[BasketFromRules, ...]
    mark: str

    @property
    def rule_count(self) -> int:
        """How many rules would go."""
        return sum(len(basket.rules) for basket in self.found)


def baskets_in_rules(rows: TermRows) -> BasketsFromRules:
    """Find the baskets that the rules of a term come to; those of sections that are in a basket already are not."""
    found = _Finder(rows).all()
    state = {basket.code: [*basket.sections, "", *basket.groups, "", *basket.rules] for basket in found}
    return BasketsFromRules(tuple(found), optimistic_lock.mark(state))


def count_like_baskets(term: Term) -> int:
    """How many rules of a term look like baskets; looked for only where a rule of same time names classes."""
    query = sa.select(TermRule.term_rule_id).filter_by(term_id=term.term_id, rule="same_time", is_enabled=True)
    named = query.join(TermRuleComponent, TermRuleComponent.term_rule_id == TermRule.term_rule_id).limit(1)
    return baskets_in_rules(read_term(term)).rule_count if db.session.scalar(named) is not None else 0


class _Finder:
    """Reads the rules of a term as baskets."""

    def __init__(self, rows: TermRows) -> None:
        self.rows = rows
        self.section_of = {c.component_id: c.section_id for c in rows.components}
        self.components: dict[int, set[int]] = defaultdict(set)
        for component_id, section_id in self.section_of.items():
            self.components[section_id].add(component_id)
        self.taken = {basket.code for basket in rows.baskets}

    def all(self) -> list[BasketFromRules]:
        """The baskets, in the order of their codes."""
        together: dict[frozenset[int], list[TermRule]] = defaultdict(list)
        for rule in self._rules("same_time"):
            sections = [self.section_of[c] for c in self._named(rule)]
            courses = {self.rows.sections[section].course_id for section in sections}
            if len(sections) == len(set(sections)) == len(courses) > 1:
                together[frozenset(sections)].append(rule)
        days = self._rules_of_days()
        whole = [(sections, rules) for sections, rules in together.items() if self._is_all(sections, rules)]
        found = (self._basket(sections, rules, days) for sections, rules in whole)
        return sorted(found, key=lambda basket: basket.code)

    def _rules(self, name: str) -> list[TermRule]:
        rules = (rule for rule in self.rows.rules if rule.rule == name and rule.is_enabled and rule.is_hard)
        return [rule for rule in rules if self._named(rule)]

    def _named(self, rule: TermRule) -> Sequence[int]:
        return self.rows.rule_components.get(rule.term_rule_id, ())

    def _is_all(self, sections: frozenset[int], rules: Sequence[TermRule]) -> bool:
        """Whether the rules name all that the sections have, each component once, and none is in a basket."""
        named = [component for rule in rules for component in self._named(rule)]
        wanted = {component for section in sections for component in self.components[section]}
        free = sections.isdisjoint(self.rows.options_of_section)
        return free and len(named) == len(wanted) and set(named) == wanted

    def _rules_of_days(self) -> Mapping[int, TermRule]:
        """By section, the rule that puts all its components on different days."""
        found: dict[int, TermRule] = {}
        for rule in self._rules("different_days"):
            sections = {self.section_of[component] for component in self._named(rule)}
            if len(sections) == 1 and set(self._named(rule)) == self.components[next(iter(sections))]:
                found[sections.pop()] = rule
        return found

    def _basket(
        self, sections: frozenset[int], rules: Sequence[TermRule], days: Mapping[int, TermRule]
    ) -> BasketFromRules:
        ordered = sorted(sections, key=self._label)
        spread = all(section in days or len(self.components[section]) == 1 for section in ordered)
        gone = [*rules, *(days[section] for section in ordered if spread and section in days)]
        code = self._code(min((rule.code for rule in rules), key=lambda code: (len(code), code)))
        courses = [self.rows.courses[self.rows.sections[section].course_id].title for section in ordered]
        return BasketFromRules(
            code=code,
            name=_("Elective: %(courses)s", courses=enumerated(courses, MOST_COURSES))[:200],
            sections=tuple(self._label(section) for section in ordered),
            groups=tuple(self.rows.groups[group].code for group in self._groups(ordered)),
            different_days=spread and any(section in days for section in ordered),
            rules=tuple(rule.code for rule in gone),
        )

    def _label(self, section_id: int) -> str:
        section = self.rows.sections[section_id]
        return f"{self.rows.courses[section.course_id].code}/{section.code}"

    def _code(self, text: str) -> str:
        code = text.removeprefix(PREFIX) or text
        number = 2
        while code in self.taken:
            code, number = f"{text.removeprefix(PREFIX)[: CODE_LENGTH - 4]}-{number}", number + 1
        self.taken.add(code)
        return code

    def _groups(self, sections: Sequence[int]) -> list[int]:
        """Who chooses: the groups of which each option takes a part, else all groups of the options."""
        named = [self.rows.section_groups.get(section, []) for section in sections]
        parents = [{self.rows.groups[group].parent_id for group in groups} for groups in named]
        own = [set(groups) for groups in named]
        if any(groups != own[0] for groups in own) and all(p == parents[0] and None not in p for p in parents):
            return sorted(key for key in parents[0] if key is not None)
        return list(dict.fromkeys(group for groups in named for group in groups))


def take_over(scope: Scope, seen: str) -> BasketsFromRules:
    """Make the baskets that the rules come to, and let these rules go; raises `RecordChanged` where they have changed.

    A rule that is the term's own row of its name stays and names nothing any more.
    """
    if scope.term is None:
        raise TermMissing(_("Create a term first: baskets belong to a term."))
    optimistic_lock.lock(scope.organization)
    found = baskets_in_rules(read_term(scope.term))
    if found.mark != seen:
        raise RecordChanged({"": _("The rules have changed since this list was shown. Look at it again.")})
    for basket in found.found:
        values = {
            "code": basket.code,
            "name": basket.name,
            "sections": ", ".join(basket.sections),
            "groups": ", ".join(basket.groups),
            "options_each": 1,
            "different_days": basket.different_days,
        }
        write_row(scope, BASKETS, None, values)
        for code in basket.rules:
            _let_go(scope, scope.term.term_id, code)
    return found


def _let_go(scope: Scope, term_id: int, code: str) -> None:
    rule = db.session.scalars(sa.select(TermRule).filter_by(term_id=term_id, code=code)).one()
    before = {"code": code, "rule": rule.rule}
    audit.record(scope.organization, scope.actor, "rule.delete", rule, before=before)
    links = sa.delete(TermRuleComponent).where(TermRuleComponent.term_rule_id == rule.term_rule_id)
    db.session.execute(links)
    if rule.code != rule.rule:
        db.session.delete(rule)
    rule.is_of_all = True
    db.session.flush()
