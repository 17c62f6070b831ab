"""A rule that is off although the term has data for it is told with what it would keep, and leads to its line."""

import sqlalchemy as sa

from tests import factories
from tests.university import university
from webapp.extensions import db
from webapp.models import TermRule, WishLevel
from webapp.services.checks.catalogue import check_term
from webapp.services.checks.findings import FindingKind, Severity
from webapp.services.checks.unused_rules import KEPT_BY_RULE
from webapp.services.shared.rule_defaults import RULE_NAMES


def test_each_rule_that_is_off_though_there_are_data_for_it_is_told_with_their_number(session: object) -> None:
    uni = university()
    slots = [factories.slot(uni.term, 0, number) for number in range(3)]
    factories.availability(slots[0], faculty_id=uni.rao.faculty_id)
    factories.availability(slots[1], faculty_id=uni.rao.faculty_id)
    factories.availability(slots[0], room_id=uni.hall.room_id)
    factories.availability(slots[2], WishLevel.AVOID, faculty_id=uni.rao.faculty_id)
    factories.availability(slots[2], WishLevel.PREFER, faculty_id=uni.sen.faculty_id)
    uni.rao.max_slots_day = uni.rao.max_slots_week = 9
    uni.hall.capacity = 10
    lecture = factories.component(uni.algorithms, "T", meetings_per_week=2, min_days=2)
    practical = db.session.scalars(sa.select(type(lecture)).filter_by(section_id=uni.lab.section_id)).one()
    practical.parallel = True
    factories.pin(lecture, slots[1])
    factories.enrollment(factories.student(groups=[uni.section_b]), uni.logic)
    rows = {row.rule: row for row in db.session.scalars(sa.select(TermRule).filter_by(term_id=uni.term.term_id))}
    assert {kept.rule for kept in KEPT_BY_RULE} <= set(RULE_NAMES)
    factories.walk(factories.building(uni.organization), factories.building(uni.organization), 12)
    rows["walking_time"].is_enabled = True
    db.session.flush()
    assert [one for one in check_term(uni.term) if one.kind is FindingKind.RULES] == []
    for row in rows.values():
        row.is_enabled = False
    rows["preferred_times"].is_enabled, rows["preferred_times"].weight = True, 0
    added = factories.rule(uni.term, "same_room", code="one-room", is_enabled=False, components=[lecture])
    db.session.flush()
    found = [one for one in check_term(uni.term) if one.kind is FindingKind.RULES]
    told = {one.target.value: one.sentence for one in found if one.severity is Severity.WARNING}
    assert set(told) == {kept.rule for kept in KEPT_BY_RULE}
    assert told["unavailable"] == (
        "Teachers, groups or sections are unavailable at 2 times, but the rule “Unavailable times” is off: "
        "timetables are made and counted without it."
    )
    assert told["preferred_times"].startswith("1 time is preferred, but the rule “Preferred times” weighs nothing")
    assert told["walking_time"].startswith("The minutes of 1 way between buildings are known, but the rule")
    assert told["max_per_week"].startswith("1 teacher has a limit of slots a week, but")
    (note,) = (one for one in found if one.severity is Severity.NOTE)
    assert (note.target.value, note.sentence) == (added.code, "Same room (one-room) is off: CSE301 A, T.")
