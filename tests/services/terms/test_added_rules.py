"""Rules about certain classes: added, changed and deleted with their audit rows; and the usual rules restored."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.engine.rules import rule_named
from webapp.extensions import db
from webapp.models import AuditEvent, Component, TermRule, TimeSlot
from webapp.services.checks.catalogue import check_term
from webapp.services.checks.findings import Severity
from webapp.services.imports import exports, uploads
from webapp.services.imports.formats.files import read_upload
from webapp.services.imports.formats.writers import zip_of
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.reference import last_change
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.scope import Scope
from webapp.services.shared.errors import NotFound
from webapp.services.shared.rule_defaults import ADDED_RULES, OWN_TERM, RULE_NAMES
from webapp.services.terms import added_rules, rules
from webapp.services.terms.added_rules import AddedRuleSent
from webapp.services.terms.rule_links import RuleLinks, SearchOfRows, find_rows, kinds_of
from webapp.services.terms.rules import RuleChange


@pytest.fixture
def uni(session: scoped_session[Session]) -> University:
    return university()


@pytest.fixture
def scope(uni: University) -> Scope:
    return Scope(uni.organization, uni.term, uni.registrar)


def keys(scope: Scope, text: str) -> tuple[int, ...]:
    return tuple(named.key for named in find_rows(scope, text).rows)


def actions() -> list[tuple[str, object, object]]:
    events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.audit_event_id))
    return [(event.action, event.before, event.after) for event in events]


def test_classes_are_found_by_every_word_of_their_names_within_the_term(scope: Scope, uni: University) -> None:
    other = factories.term(uni.organization, semester=1)
    factories.component(factories.section(other, uni.algorithms.course), "L")
    found = find_rows(scope, "algorithms a")
    assert [(named.label, named.title) for named in found.rows] == [
        ("CSE301 A, L", "Algorithms"),
        ("CSE301 B, L", "Algorithms"),
        ("CSE391 A, P", "Algorithms lab"),
    ]
    assert [named.label for named in find_rows(scope, "practical 391").rows] == ["CSE391 A, P"]
    assert find_rows(scope, " ") == find_rows(scope, "50%") == SearchOfRows()


def test_a_rule_about_classes_is_added_in_their_order_changed_and_deleted(scope: Scope, uni: University) -> None:
    theory, logic = keys(scope, "CSE301 A")[0], keys(scope, "MAT205")[0]
    row = added_rules.save_added_rule(scope, None, AddedRuleSent("precedence", links=RuleLinks((logic, theory))))
    assert row.code == "precedence-1"
    (constraint,) = [c for c in build_problem(uni.term).instance.constraints if c.rule.name == "precedence"]
    labels = [build_problem(uni.term).rows[meeting].key.component_id for meeting in constraint.meetings]
    assert labels == [logic, theory]
    first = "Order: must hold; MAT205 A, L · CSE301 A, L"
    assert actions()[-1] == ("rule.create", None, {"code": "precedence-1", "use": first})
    seen = added_rules.mark_of(row)
    sent = AddedRuleSent("precedence", is_hard=False, weight="4", links=RuleLinks((theory, logic)))
    added_rules.save_added_rule(scope, row.term_rule_id, sent, seen)
    second = "Order: wish, weight 4; CSE301 A, L · MAT205 A, L"
    assert actions()[-1] == ("rule.edit", {"use": first}, {"code": "precedence-1", "use": second})
    with pytest.raises(RecordChanged, match="Somebody else"):
        added_rules.delete_added_rule(scope, row.term_rule_id, seen)
    assert added_rules.delete_added_rule(scope, row.term_rule_id, added_rules.mark_of(row)) == "Order (1)"
    assert actions()[-1] == ("rule.delete", {"code": "precedence-1", "use": second}, None)
    assert {rule.code for rule in db.session.scalars(sa.select(TermRule))} == set(RULE_NAMES)


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"rule": "precedence"}, {"links"}),
        ({"rule": "interval_days", "amount": "1", "is_of_all": True}, {"slots"}),
        ({"rule": "begins_by", "amount": "1"}, {"links"}),
        ({"rule": "home_room"}, {"rooms"}),
        ({"rule": "group_days"}, {"rule"}),
        ({"rule": "room_clash"}, {"rule"}),
        ({"rule": "max_per_day", "amount": ""}, {"amount"}),
        ({"rule": "max_per_day", "amount": "1e3"}, {"amount"}),
        ({"is_hard": False}, {"weight"}),
        ({"is_hard": False, "weight": "-1"}, {"weight"}),
        ({"code": "unavailable"}, {"code"}),
        ({"code": "a,b"}, {"code"}),
    ],
)
def test_what_makes_no_sense_is_refused_by_field_and_nothing_is_stored(
    scope: Scope, sent: dict[str, object], fields: set[str]
) -> None:
    few = keys(scope, "CSE391")
    asked = AddedRuleSent(**{"rule": "same_room", "links": RuleLinks(few), **sent})  # type: ignore[arg-type]
    with pytest.raises(RecordRefused) as problem:
        added_rules.save_added_rule(scope, None, asked)
    assert set(problem.value.errors) == fields
    assert db.session.query(TermRule).count() == len(RULE_NAMES)


def test_classes_of_other_terms_and_rules_that_every_term_has_are_not_there(scope: Scope, uni: University) -> None:
    foreign = factories.component(factories.section(factories.term()), "L")
    some = keys(scope, "CSE391")
    links = RuleLinks((*some, foreign.component_id))
    with pytest.raises(RecordRefused, match="nothing was stored"):
        added_rules.save_added_rule(scope, None, AddedRuleSent("same_room", links=links))
    own = db.session.scalars(sa.select(TermRule).filter_by(rule="pinned")).one()
    with pytest.raises(NotFound, match="Every term has this rule"):
        added_rules.added_rule(scope, own.term_rule_id)


def test_every_rule_is_added_about_all_that_it_may_be_about_by_form_and_by_file_and_reaches_the_engine(
    scope: Scope, uni: University
) -> None:
    both = (*keys(scope, "CSE301 A"), *keys(scope, "MAT205"))[:2]
    slots = tuple(
        slot.time_slot_id for slot in db.session.scalars(sa.select(TimeSlot).order_by(TimeSlot.code).limit(2))
    )
    of = {
        "classes": RuleLinks(classes=both, slots=slots, rooms=(uni.hall.room_id,)),
        "faculty": RuleLinks(faculty=(uni.rao.faculty_id,), slots=slots, rooms=(uni.hall.room_id,)),
        "groups": RuleLinks(groups=(uni.section_a.student_group_id,), slots=slots, rooms=(uni.hall.room_id,)),
    }
    expected: dict[str, int] = {}
    for rule, takes in ADDED_RULES.items():
        for kind in kinds_of(rule):
            if kind in of:
                sent = AddedRuleSent(rule, f"{kind}-{rule}", amount="2", second="1", links=of[kind])
                added_rules.save_added_rule(scope, None, sent)
                expected[rule] = expected.get(rule, 0) + 1
        if takes.people:
            everybody = AddedRuleSent(rule, f"all-{rule}", amount="2", is_of_all=True, links=of["classes"])
            added_rules.save_added_rule(scope, None, everybody)
            expected[rule] = expected.get(rule, 0) + 1
    assert set(ADDED_RULES) == set(expected)
    built = build_problem(uni.term)
    assert_asked(built, uni, both)
    contents = exports.term_contents(uni.organization, uni.term)["rules"]
    added = [record for record in contents if record["code"] != record["rule"]]
    assert len(added) == sum(expected.values())
    by_form = built.instance.constraints
    table = zip_of({"rules": contents})
    db.session.execute(sa.delete(TermRule).where(TermRule.code != TermRule.rule))
    db.session.expire_all()
    assert len(build_problem(uni.term).instance.constraints) < len(by_form)
    uploads.confirm(uni.organization, uni.term, read_upload("rules.zip", table))
    by_file = build_problem(uni.term).instance.constraints
    assert sorted(map(repr, by_file)) == sorted(map(repr, by_form))


def test_a_rule_whose_classes_are_all_deleted_is_about_nobody_and_said_to_be(scope: Scope, uni: University) -> None:
    own = RuleLinks(keys(scope, "CSE391"))
    row = added_rules.save_added_rule(scope, None, AddedRuleSent("max_per_day", amount="1", links=own))
    built = build_problem(uni.term).instance.constraints
    components = [db.session.get_one(Component, key) for key in own.classes]
    for component in components:
        db.session.delete(component)
    db.session.flush()
    db.session.expire_all()
    assert not row.is_of_all
    assert added_rules.in_words(scope, row) == "Most per day: must hold, number 1; nobody"
    assert not added_rules.sent_of(row).is_of_all
    (line,) = [rule for rule in rules.rules_of(scope) if rule.is_added]
    assert line.is_of_nobody
    left = build_problem(uni.term).instance.constraints
    assert [c for c in built if c.rule.name == "max_per_day" and c.amount == 1]
    assert not [c for c in left if c.rule.name == "max_per_day" and c.amount == 1]
    (found,) = [one for one in check_term(uni.term) if one.target.value == row.code]
    assert (found.severity, found.sentence) == (
        Severity.WARNING,
        "Most per day (1) is about nobody: the classes that it was about are deleted. It asks nothing.",
    )
    contents = exports.term_contents(uni.organization, uni.term)["rules"]
    assert [(r["everybody"], r["components"]) for r in contents if r["code"] == row.code] == [(False, ())]
    back = uploads.preview(uni.organization, uni.term, read_upload("rules.zip", zip_of({"rules": contents})))
    assert back.changes_nothing
    everybody = replace(added_rules.sent_of(row), is_of_all=True)
    added_rules.save_added_rule(scope, row.term_rule_id, everybody, added_rules.mark_of(row))
    assert [c for c in build_problem(uni.term).instance.constraints if c.rule.name == "max_per_day" and c.amount == 1]


def test_a_rule_between_two_classes_of_which_one_is_deleted_is_said_to_ask_nothing(
    scope: Scope, uni: University
) -> None:
    links = RuleLinks((keys(scope, "MAT205")[0], keys(scope, "CSE391")[0]))
    row = added_rules.save_added_rule(scope, None, AddedRuleSent("precedence", links=links))
    assert [one for one in check_term(uni.term) if one.target.value == row.code] == []
    db.session.delete(db.session.get_one(Component, links.classes[1]))
    db.session.flush()
    db.session.expire_all()
    (found,) = [one for one in check_term(uni.term) if one.target.value == row.code]
    assert found.sentence == "Order (1) names 1 class and needs 2: it asks nothing."


@pytest.mark.parametrize(
    ("cells", "is_of_all", "expected"),
    [
        ({}, True, ""),
        ({"everybody": "no"}, False, ""),
        ({"components": "CSE391/A/P"}, False, ""),
        ({"everybody": "yes", "components": "CSE391/A/P"}, None, "no, or nothing: the row names those"),
        ({"rule": "same_room"}, False, ""),
        ({"rule": "same_room", "everybody": "yes"}, None, "no: this rule is about classes"),
    ],
)
def test_a_file_says_whom_a_rule_is_about_by_name_or_in_so_many_words(
    scope: Scope, uni: University, cells: dict[str, str], is_of_all: bool | None, expected: str
) -> None:
    row = {
        "code": "mine",
        "rule": "max_per_day",
        "hard": "yes",
        "amount": "3",
        "everybody": "",
        "components": "",
    } | cells
    table = "\n".join(";".join(values) for values in (row, row.values()))
    sheet = read_upload("rules.csv", table.encode())
    told = uploads.preview(uni.organization, uni.term, sheet)
    assert [fault.expected[: len(expected)] for fault in told.faults] == ([expected] if expected else [])
    if is_of_all is not None:
        uploads.confirm(uni.organization, uni.term, sheet)
        stored = db.session.scalars(sa.select(TermRule).filter_by(code="mine")).one()
        assert stored.is_of_all is is_of_all
        assert uploads.preview(uni.organization, uni.term, sheet).changes_nothing


def assert_asked(built: TermProblem, uni: University, both: tuple[int, ...]) -> None:
    """Each rule is about exactly the classes or people asked for, with its numbers, slots and rooms."""
    instance, rao = built.instance, built.resource_of_faculty[uni.rao.faculty_id]
    named = {i for i, row in enumerate(built.rows) if row.key.component_id in both}
    for rule, takes in ADDED_RULES.items():
        own = [c for c in instance.constraints if c.rule.name == rule and c.hard]
        kinds = kinds_of(rule)
        if "classes" in kinds:
            assert any(set(c.meetings) <= named and c.meetings and "CSE301 A, L" in c.label for c in own), rule
        alone = rule == "home_room" or rule_named(rule).is_mean  # about a person's classes as a set
        if "faculty" in kinds and alone:
            assert any(uni.rao.name == c.label for c in own), rule
        if "faculty" in kinds and not alone:
            assert any(c.resources == (rao,) for c in own), rule
        if "groups" in kinds and not alone:
            leaves = {i for leaf, i in built.resource_of_leaf.items() if i in range(len(instance.resources))}
            assert any(c.resources and set(c.resources) <= leaves for c in own), rule
        if takes.amount and rule not in ("max_per_day", "max_in_row", "max_per_week"):
            assert {c.amount for c in own if c.amount} == {2}, rule
        if takes.second:
            assert 1 in {c.second_amount for c in own}, rule
        if takes.slots:
            assert any(len(c.cells) == 2 for c in own), rule
        if takes.rooms:
            assert {tuple(instance.rooms[i].code for i in c.rooms) for c in own} == {(uni.hall.code,)}
        assert rule not in " ".join(c.label for c in own)


def test_the_usual_rules_are_restored_after_saying_which_and_added_ones_stay(scope: Scope, uni: University) -> None:
    assert rules.restorable_rules(scope) == []
    added_rules.save_added_rule(scope, None, AddedRuleSent("same_room", links=RuleLinks(keys(scope, "CSE391"))))
    rows = {row.code: row for row in db.session.scalars(sa.select(TermRule))}
    rows["unavailable"].is_enabled = False
    rows["max_per_day"].amount = 2
    rows["same_time"].components = list(db.session.scalars(sa.select(Component)))
    rows["pinned"].weight = 7
    db.session.delete(rows["group_gaps"])
    db.session.flush()
    told = {one.title: (one.before, one.after, one.classes) for one in rules.restorable_rules(scope)}
    assert told == {
        "Unavailable times": ("off", "must hold", 0),
        "Most per day": ("must hold, number 2", "must hold, number 7", 0),
        "Same time": ("must hold", "must hold", 5),
        "Group gaps": ("off", "wish, weight 2", 0),
    }
    seen = rules.mark_of_rules(rules.rules_of(scope))
    rows["pinned"].is_enabled = False
    db.session.flush()
    with pytest.raises(RecordChanged):
        rules.restore_rules(scope, seen)
    assert rules.restore_rules(scope, rules.mark_of_rules(rules.rules_of(scope))) == 5
    assert rules.restorable_rules(scope) == []
    after = {row.code: row for row in db.session.scalars(sa.select(TermRule))}
    assert (after["group_gaps"].weight, after["same_time"].components) == (OWN_TERM["group_gaps"].weight, [])
    assert [component.code for component in after["same_room-1"].components] == ["P"]


def test_an_added_changed_deleted_or_restored_rule_comes_back_as_it_was_by_undoing(
    scope: Scope, uni: University
) -> None:
    def undo() -> str:
        last = last_change.last_change_of(uni.registrar)
        assert last is not None
        return last_change.undo(scope, last.mark)

    def constraints() -> list[str]:
        return sorted(repr(one) for one in build_problem(uni.term).instance.constraints)

    own = RuleLinks(keys(scope, "CSE391"), rooms=(uni.hall.room_id,))
    before = constraints()
    added_rules.save_added_rule(scope, None, AddedRuleSent("home_room", links=own))
    assert undo() == "Rules: Home room (1) added"
    assert constraints() == before
    row = added_rules.save_added_rule(scope, None, AddedRuleSent("home_room", links=own))
    with_it, key = constraints(), row.term_rule_id
    everybody = AddedRuleSent("home_room", is_of_all=True, links=own)
    added_rules.save_added_rule(scope, key, everybody, added_rules.mark_of(row))
    assert undo() == "Rules: Home room (1) changed"
    assert constraints() == with_it
    added_rules.delete_added_rule(scope, key, added_rules.mark_of(db.session.get_one(TermRule, key)))
    assert undo() == "Rules: Home room (1) deleted"
    assert constraints() == with_it
    assert [(action, after) for action, _before, after in actions()[-1:]] == [
        ("rules.undo", {"undone": "Rules: Home room (1) deleted"})
    ]
    use = {"unavailable": RuleChange(False, True, "", ""), "group_gaps": RuleChange(True, False, "9", "")}
    assert rules.save_rules(scope, use) == 2
    assert undo() == "Rules: Unavailable times, Group gaps changed"
    assert constraints() == with_it
    assert rules.restorable_rules(scope) == []
