"""The term of every rule and every kind of week leaves out no rule, no use of one and no column, and is credible."""

from collections import defaultdict
from datetime import datetime
from itertools import pairwise

import pytest

from webapp.demo import any_rule, any_week
from webapp.engine.rules import rule_named
from webapp.models import Term
from webapp.services.checks.catalogue import check_term
from webapp.services.checks.findings import Severity
from webapp.services.imports import exports, uploads
from webapp.services.imports.destination import make_organization
from webapp.services.imports.formats.files import read_upload
from webapp.services.problem.term_problem import build_problem
from webapp.services.schema.columns import Record
from webapp.services.schema.tables import BY_NAME
from webapp.services.shared import day_patterns
from webapp.services.shared.rule_defaults import ADDED_RULES, RULE_NAMES, people_of
from webapp.services.terms.selection import find_term

TABLES = any_week.build()
WAYS_TO_BE_ABOUT = ("components", "faculty", "groups")
BEYOND = {"entries"}
"""Tables of which a term without a timetable has no rows."""


def used_rules() -> dict[str, list[Record]]:
    """The rows of each rule that is on and weighs something."""
    rows = defaultdict(list)
    for row in TABLES["rules"]:
        if row["enabled"] and (row["hard"] or row["weight"]):
            rows[str(row["rule"])].append(row)
    return rows


def test_every_rule_of_the_program_is_used() -> None:
    assert set(used_rules()) == set(RULE_NAMES)


@pytest.mark.parametrize("rule", ADDED_RULES)
def test_a_rule_that_is_added_is_used_hard_and_soft_about_whomever_it_may_be_about(rule: str) -> None:
    rows, added = used_rules()[rule], ADDED_RULES[rule]
    own = [row for row in rows if row["code"] != rule]
    about = {tuple(name for name in WAYS_TO_BE_ABOUT if row[name]) for row in own}
    kinds = {("faculty" if kind.value == "instructor" else "groups",) for kind in people_of(rule)}
    assert about == kinds | ({("components",)} if added.classes else set()) | ({()} if added.people else set())
    assert {row["hard"] for row in own} == {True, False}
    for name, takes in (("amount", added.amount), ("second_amount", added.second)):
        assert all((row[name] is not None) == bool(takes) for row in own), name
    assert all(bool(row["slots"]) == bool(added.slots) and bool(row["rooms"]) == bool(added.rooms) for row in own)


def test_no_table_and_no_column_is_left_out() -> None:
    assert set(TABLES) == set(BY_NAME) - BEYOND
    for name, rows in TABLES.items():
        for column in BY_NAME[name].file_columns:
            values = {row[column.name] for row in rows}
            assert values - {None, "", ()}, f"{name}.{column.name} says nothing"
            for choice in column.choices:
                assert choice in values, f"{name}.{column.name} is never {choice}"


def test_every_kind_of_week_is_there() -> None:
    slots, parts, sections = TABLES["time_slots"], TABLES["components"], TABLES["sections"]
    hours = {day: {(s["start"], s["end"]) for s in slots if s["day"] == day} for day in range(6)}
    assert hours[4] < hours[0], "a half day"
    assert not hours[5] & hours[0], "a day with slots of its own"
    assert max(len([s for s in slots if s["day"] == day and s["shift"] == any_week.DAY_SHIFT]) for day in hours) == 20
    day = [s for s in slots if s["day"] == 0 and s["shift"] == any_week.DAY_SHIFT]
    evening = [s for s in slots if s["day"] == 0 and s["shift"] == any_week.EVENING_SHIFT]
    assert any(one["start"] < two["end"] and two["start"] < one["end"] for one in day for two in evening)
    breaks = [minutes_between(one, two) for one, two in pairwise(day)]
    assert sorted(set(breaks)) == [0, 60], "lunch"
    lengths = {minutes_between({"end": s["start"]}, {"start": s["end"]}) for s in slots}
    assert lengths == {30, 45, 60}
    assert {part["slots_per_meeting"] for part in parts} >= {2, 3, 4}, "classes of 90 minutes on half hours"
    assert {part["weeks"] for part in parts} == {None, "ODD", "EVEN", "FIRST"}
    patterns = [day_patterns.parse(str(part["days"] or "")) for part in parts]
    assert any(pattern and (0, 2, 4) in pattern.named for pattern in patterns), "Mon-Wed-Fri"
    assert any(pattern and pattern.number == 3 for pattern in patterns), "the same hour on 3 days"
    assert {part["parallel"] for part in parts if part["batches"]} == {True, False}
    assert any("@" in teacher for part in parts for teacher in part["faculty"])
    assert any(len(section["groups"]) > 1 for section in sections), "combined"
    assert any(len(section["faculty"]) > 1 for section in sections), "taught by several"
    assert {basket["options_each"] for basket in TABLES["baskets"]} == {1, 2}
    assert max(walk["minutes"] for walk in TABLES["walks"]) >= 20, "two campuses"


def minutes_between(one: Record, two: Record) -> int:
    day = datetime(2025, 1, 6)
    return int((datetime.combine(day, two["start"]) - datetime.combine(day, one["end"])).total_seconds() // 60)


@pytest.fixture
def term(app) -> Term:
    organization = make_organization("ANY", "Any University", "Asia/Kolkata")
    uploads.confirm(organization, None, read_upload("any.zip", any_week.archive()))
    found = find_term(organization, *any_week.TERM)
    assert found is not None
    return found


def test_it_reaches_the_engine_with_every_rule_and_comes_out_again_as_it_went_in(term: Term) -> None:
    instance = build_problem(term).instance
    about = defaultdict(set)
    for constraint in instance.constraints:
        about[constraint.rule.name].add(constraint.hard)
    assert set(about) == set(RULE_NAMES)
    assert all(about[rule] == {True, False} for rule in ADDED_RULES)
    assert all(c.meetings for c in instance.constraints if c.rule.family == "pair")
    ways = {minutes for room in instance.rooms for minutes in room.travel.values()}
    assert ways == {25, 22, 4, 3}, "the longer of there and back"
    assert instance.grid.minutes[0] == (480, 510)
    assert any(time.time.days.bit_count() == 3 for meeting in instance.meetings for time in meeting.times)
    findings = check_term(term)
    assert [one.sentence for one in findings if one.severity is Severity.BLOCKER] == []
    assert [one.sentence for one in findings if "suit nowhere else" in one.sentence] == [], (
        "a fixed class fills its hours"
    )
    written = exports.term_contents(term.organization, term)
    for name, rows in TABLES.items():
        own = [row for row in written[name] if name != "rules" or row["enabled"]]
        assert len(own) == len(rows), name


def test_the_workshops_are_those_of_the_rules_between_classes() -> None:
    assert set(any_rule.WORKSHOPS) == {name for name, added in ADDED_RULES.items() if added.classes}
    assert set(any_rule.PEOPLE) == {name for name, added in ADDED_RULES.items() if added.people}
    assert all(rule_named(name).name == name for name in (*any_rule.WORKSHOPS, *any_rule.PEOPLE))
