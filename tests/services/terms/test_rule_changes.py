"""Rules of a file are added to those of the term: what a file does not name is never switched off by that."""

from dataclasses import asdict
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import Organization, Term, TermRule
from webapp.services.imports import exports, uploads
from webapp.services.imports.formats.files import read_upload
from webapp.services.imports.formats.writers import zip_of
from webapp.services.imports.preview import Preview
from webapp.services.problem.term_problem import build_problem
from webapp.services.shared.rule_defaults import ITC_2007, OWN_TERM, RULE_NAMES, RuleSetting, default_rules, settings_of
from webapp.services.terms.rule_changes import rule_changes

pytestmark = pytest.mark.usefixtures("app")
DATA = Path(__file__).parents[2] / "data"
BY_DEFAULT = {name: asdict(setting) for name, setting in settings_of(OWN_TERM)}
CTT = """Name: Tiny
Courses: 1
Rooms: 1
Days: 2
Periods_per_day: 2
Curricula: 1
Constraints: 0

COURSES:
c1 t1 1 1 10

ROOMS:
r1 20

CURRICULA:
q1 1 c1

UNAVAILABILITY_CONSTRAINTS:

END.
"""


@pytest.fixture
def organization() -> Organization:
    return factories.organization("SARU")


@pytest.fixture
def term(organization: Organization) -> Term:
    made = factories.term(organization, days=0)
    db.session.add_all(default_rules(made.term_id))
    db.session.flush()
    return made


def uses(term: Term) -> dict[str, dict[str, object]]:
    rows = db.session.scalars(sa.select(TermRule).filter_by(term_id=term.term_id))
    return {
        row.code: asdict(RuleSetting(enabled=row.is_enabled, hard=row.is_hard, weight=row.weight, amount=row.amount))
        for row in rows
    }


def sent(organization: Organization, term: Term, rules: str, *, replace: bool = False) -> Preview:
    tables = read_upload("rules.csv", rules.encode())
    seen = uploads.preview(organization, term, tables, replace=replace)
    assert not seen.faults, seen.faults
    uploads.confirm(organization, term, tables, replace=replace)
    return seen


@pytest.mark.parametrize(("name", "added"), [("with-basket-rules.xlsx", 9), ("with-split-baskets.xlsx", 54)])
def test_a_workbook_with_rules_for_baskets_leaves_every_usual_rule_of_the_new_term_on(
    organization: Organization, name: str, added: int
) -> None:
    tables = read_upload(name, (DATA / name).read_bytes())
    seen = uploads.preview(organization, None, tables)
    assert seen.ok
    told = rule_changes(seen)
    assert told is not None
    assert len(told.changes) == added
    assert {change.before for change in told.changes} == {"not there"}
    assert told.rest == f"{len(RULE_NAMES)} other rules of the term stay as they are."
    if name == "with-split-baskets.xlsx":
        return
    assert told.changes[0].title == "Same time (basket-CSE5)"
    assert told.changes[0].after == "must hold; CSE5E1 A, L · CSE5E2 A, L · CSE5E3 A, L"
    uploads.confirm(organization, None, tables, seen=seen.digest)
    term = db.session.scalars(sa.select(Term).filter_by(organization_id=organization.organization_id)).one()
    stored = uses(term)
    assert {code: use for code, use in stored.items() if code in RULE_NAMES} == BY_DEFAULT
    assert sum(use["enabled"] for use in BY_DEFAULT.values()) == 28
    assert len(stored) == len(RULE_NAMES) + added
    problem = build_problem(term)
    together = (c for c in problem.instance.constraints if c.rule.name == "same_time")
    basket = [c.meetings for c in together if problem.rows[c.meetings[0]].label.startswith("CSE5E1")]
    labels = [[problem.rows[meeting].label for meeting in meetings] for meetings in basket]
    assert labels == [[f"CSE5E{course} A, L {nth}" for course in (1, 2, 3)] for nth in (1, 2, 3)]
    alike = {meeting for meetings in problem.instance.interchangeable for meeting in meetings}
    assert alike.isdisjoint(meeting for meetings in basket for meeting in meetings)


def test_what_a_file_names_is_said_before_and_after_and_nothing_else_changes(
    organization: Organization, term: Term
) -> None:
    rules = "code,rule,enabled,hard,weight\ngroup_gaps,group_gaps,no,no,2\ninstructor_gaps,instructor_gaps,yes,no,9\n"
    told = rule_changes(sent(organization, term, rules))
    assert told is not None
    assert [(c.title, c.before, c.after, c.is_switched_off) for c in told.changes] == [
        ("Group gaps", "wish, weight 2", "off", True),
        ("Teacher gaps", "wish, weight 1", "wish, weight 9", False),
    ]
    changed = {code: use for code, use in uses(term).items() if use != BY_DEFAULT[code]}
    assert {code: (use["enabled"], use["weight"]) for code, use in changed.items()} == {
        "group_gaps": (False, 2),
        "instructor_gaps": (True, 9),
    }


def test_replacing_removes_added_rules_that_the_file_lacks_and_switches_no_usual_one_off(
    organization: Organization, term: Term
) -> None:
    sent(organization, term, "code,rule,enabled,hard,weight\nmine,group_gaps,yes,no,4\nyours,group_days,yes,no,1\n")
    seen = sent(organization, term, "code,rule,enabled,hard,weight\nyours,group_days,yes,no,1\n", replace=True)
    told = rule_changes(seen)
    assert told is not None
    assert [(c.title, c.before, c.after) for c in told.changes] == [
        ("Group gaps (mine)", "wish, weight 4; everybody", "removed")
    ]
    assert {code: use for code, use in uses(term).items() if code != "yours"} == BY_DEFAULT


def test_an_export_names_every_rule_and_comes_back_without_a_change(organization: Organization, term: Term) -> None:
    db.session.execute(sa.delete(TermRule).where(TermRule.rule.in_(["group_gaps", "unavailable"])))
    contents = exports.term_contents(organization, term)
    written = {str(record["code"]): record["enabled"] for record in contents["rules"]}
    assert set(written) == set(RULE_NAMES)
    assert (written["unavailable"], written["room_capacity"]) == (False, True), "a rule without a row is off"
    back = read_upload("term.zip", zip_of(contents))
    assert uploads.preview(organization, term, back, replace=True).changes_nothing
    sent(organization, term, "code,rule,enabled,hard\nunavailable,unavailable,yes,yes\n")
    assert uses(term)["unavailable"] == BY_DEFAULT["unavailable"] | {"weight": 1}, "and has one from then on"
    assert uses(term).keys() == set(RULE_NAMES) - {"group_gaps"}


def test_a_ctt_file_names_every_rule_so_that_the_term_gets_exactly_its_set(
    organization: Organization, term: Term
) -> None:
    uploads.confirm(organization, term, read_upload("tiny.ctt", CTT.encode()))
    assert uses(term) == {name: asdict(setting) for name, setting in settings_of(ITC_2007)}
