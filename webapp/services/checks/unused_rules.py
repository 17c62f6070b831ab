"""Rules that are off although the term has data that only they would keep: absences, limits, seats, pins, ways."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from webapp.models import Availability, TermRule, WishLevel
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.checks.term_data import TermData
from webapp.services.problem.words.statements import Statement, told
from webapp.services.shared.rule_defaults import ADDED_RULES, is_counting, is_of_nobody
from webapp.services.shared.target import Target
from webapp.services.terms.rule_words import classes_in_words, label_of_code, rule_title


def rules_without_effect(data: TermData) -> Iterator[Finding]:
    """Find each rule that the term has data for and does not use, and rules about certain classes that are off."""
    rows = data.rows
    general = [row for row in rows.rules if row.code == row.rule or row.term_rule_id not in rows.rules_about_some]
    used = {row.rule for row in general if is_counting(row)}
    present = {row.rule for row in general if row.is_enabled}
    for kept in KEPT_BY_RULE:
        number = kept.count(data) if kept.rule not in used else 0
        if number:
            yield _of_rule(kept.rule, told(kept.code, number), is_weightless=kept.rule in present)
    for row in rows.rules:
        key = row.term_rule_id
        names_some = key in rows.rules_that_name
        if is_of_nobody(row.rule, row.code, row.is_of_all, names_some):
            rule = told("rule", rule=row.rule, label=label_of_code(row.rule, row.code))
            words, target = told("rule_of_nobody", rule=rule), target_of_rule(row.code, row.rule)
            yield Finding(Severity.WARNING if is_counting(row) else Severity.NOTE, FindingKind.RULES, words, target)
        elif _names_too_few(data, row):
            rule = told("rule", rule=row.rule, label=label_of_code(row.rule, row.code))
            words = told("rule_of_few", len(rows.rule_components[key]), rule=rule, least=ADDED_RULES[row.rule].least)
            severity = Severity.WARNING if is_counting(row) else Severity.NOTE
            yield Finding(severity, FindingKind.RULES, words, target_of_rule(row.code, row.rule))
        elif names_some and not is_counting(row):
            components = (data.components.get(one) for one in rows.rule_components.get(key, []))
            about = [data.component_label(component) for component in components if component is not None]
            about += [rows.faculty[one].name for one in rows.rule_faculty.get(key, [])]
            about += [rows.groups[one].code for one in rows.rule_groups.get(key, [])]
            rule = told("rule", rule=row.rule, label=label_of_code(row.rule, row.code))
            words = told("rule_off", rule=rule, classes=classes_in_words(about))
            yield Finding(Severity.NOTE, FindingKind.RULES, words, target_of_rule(row.code, row.rule))


def _names_too_few(data: TermData, row: TermRule) -> bool:
    """Whether a rule between classes has lost so many of them that it asks nothing of those that are left."""
    rows, key = data.rows, row.term_rule_id
    names_people = key in rows.rule_faculty or key in rows.rule_groups
    number = len(rows.rule_components.get(key, ()))
    if row.code == row.rule or row.rule not in ADDED_RULES or names_people or not number:
        return False
    return number < ADDED_RULES[row.rule].least


def target_of_rule(code: str, rule: str) -> Target:
    """The line of the Rules page."""
    return Target("rules", None, rule_title(rule, code), "code", code)


def _of_rule(rule: str, data: Statement, *, is_weightless: bool) -> Finding:
    words = told("data_rule_weightless" if is_weightless else "data_rule_off", data=data, rule=told("rule", rule=rule))
    return Finding(Severity.WARNING, FindingKind.RULES, words, target_of_rule(rule, rule))


@dataclass(frozen=True)
class KeptByRule:
    """What of a term's data only one rule keeps: how many there are, and how that is said."""

    rule: str
    count: Callable[[TermData], int]
    code: str


def _wishes(level: WishLevel, *, of_room: bool = False) -> Callable[[TermData], int]:
    def is_meant(wish: Availability) -> bool:
        return wish.level is level and (wish.room_id is not None) is of_room

    return lambda data: sum(map(is_meant, data.rows.availability))


def _limits(attribute: str) -> Callable[[TermData], int]:
    """Teachers of the term with a limit of their own."""

    def count(data: TermData) -> int:
        rows = data.rows
        teaching = {key for named in rows.section_faculty.values() for key in named}
        teaching |= {key for named in rows.component_faculty.values() for key, _batch in named}
        return sum(getattr(rows.faculty[key], attribute) is not None for key in teaching)

    return count


def _without_a_seat(data: TermData) -> int:
    """Classes that are larger than one of the rooms which suit them otherwise."""
    if data.problem is None:
        return 0
    instance = data.problem.instance
    return sum(
        any(instance.rooms[option.room].capacity < meeting.size for option in meeting.rooms)
        for meeting in instance.meetings
    )


def _on_different_days(data: TermData) -> int:
    return sum(component.different_days and component.meetings_per_week > 1 for component in data.rows.components)


def _spread(data: TermData) -> int:
    return sum(component.min_days > 0 for component in data.rows.components)


def _parallel(data: TermData) -> int:
    batches = data.rows.batches
    return sum(c.parallel and len(batches.get(c.component_id, ())) > 1 for c in data.rows.components)


KEPT_BY_RULE = (
    KeptByRule(
        "pinned",
        lambda data: len(data.rows.pins),
        "has_pins",
    ),
    KeptByRule(
        "unavailable",
        _wishes(WishLevel.UNAVAILABLE),
        "has_absences",
    ),
    KeptByRule(
        "room_closed",
        _wishes(WishLevel.UNAVAILABLE, of_room=True),
        "has_closings",
    ),
    KeptByRule(
        "avoided_times",
        _wishes(WishLevel.AVOID),
        "has_avoided",
    ),
    KeptByRule(
        "preferred_times",
        _wishes(WishLevel.PREFER),
        "has_preferred",
    ),
    KeptByRule(
        "room_capacity",
        _without_a_seat,
        "has_large_classes",
    ),
    KeptByRule(
        "max_per_day",
        _limits("max_slots_day"),
        "has_day_limits",
    ),
    KeptByRule(
        "max_per_week",
        _limits("max_slots_week"),
        "has_week_limits",
    ),
    KeptByRule(
        "different_days",
        _on_different_days,
        "has_different_days",
    ),
    KeptByRule(
        "min_working_days",
        _spread,
        "has_least_days",
    ),
    KeptByRule(
        "same_time",
        _parallel,
        "has_parallel_batches",
    ),
    KeptByRule(
        "student_clash",
        lambda data: len(data.rows.enrollments),
        "has_enrolments",
    ),
    KeptByRule(
        "walking_time",
        lambda data: len(data.rows.walks),
        "has_walks",
    ),
)
"""The one table of what data a rule is for; a rule that needs none (gaps, days, rooms in use) is not in it."""
