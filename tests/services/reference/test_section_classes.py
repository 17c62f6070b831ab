"""A section and its classes stored together: what undo takes back, what it leaves alone, and what a failure keeps."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, ComponentBatch, Section, TermRuleComponent
from webapp.services.reference import commands, last_change, queries
from webapp.services.reference.errors import DeletionOutdated, RecordInUse, SectionRefused
from webapp.services.reference.section_classes import SentClass, classes_of, save_section
from webapp.services.schema.courses import CLASSES, COMPONENTS, SECTIONS
from webapp.services.schema.scope import Scope


@pytest.fixture
def section(app):
    term = factories.term(days=2, slots=3)
    group = factories.group(term, code="A")
    batches = [factories.group(term, code=code, parent=group) for code in ("B1", "B2")]
    section = factories.section(term, groups=[group])
    factories.component(section, code="L", meetings_per_week=3)
    factories.component(section, code="P", kind="lab", batches=batches)
    db.session.commit()
    return section


@pytest.fixture
def scope(section):
    return Scope(section.term.organization, section.term, factories.user(section.term.organization))


def sent(row, **values):
    shown = queries.form_values(CLASSES, row)
    return SentClass(
        row.component_id if row else None, {**shown, **values}, commands.mark_of(CLASSES, row) if row else ""
    )


def save(scope, section, *classes, **values):
    shown = {**queries.form_values(SECTIONS, section), **values}
    save_section(scope, section.section_id, shown, classes, commands.mark_of(SECTIONS, section))


def undo(scope):
    return last_change.undo(scope, last_change.last_change_of(scope.actor).mark)


def codes(section):
    return [row.code for row in classes_of(section.section_id)]


def test_one_undo_brings_back_classes_with_their_keys_batches_and_rules_and_takes_new_ones(scope, section):
    lecture, lab = classes_of(section.section_id)
    rule = factories.rule(section.term, "same_start", code="R")
    db.session.add(TermRuleComponent(term_rule_id=rule.term_rule_id, component_id=lab.component_id))
    db.session.flush()
    key, mark = lab.component_id, commands.deletion_of(scope, COMPONENTS, lab.component_id).seen
    gone = SentClass(key, queries.form_values(CLASSES, lab), deletion=mark)
    save(scope, section, sent(lecture, meetings_per_week="2"), gone, sent(None, kind="Tutorial"), expected_size="70")
    assert codes(section) == ["L", "T"]
    assert undo(scope).endswith("changed")
    assert [(row.component_id, row.meetings_per_week) for row in classes_of(section.section_id)][1][0] == key
    assert classes_of(section.section_id)[0].meetings_per_week == 3
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ComponentBatch).filter_by(component_id=key)) == 2
    assert db.session.get(TermRuleComponent, (rule.term_rule_id, key)) is not None
    assert db.session.get(Section, section.section_id).expected_size == 30


def test_an_undo_is_refused_where_a_class_has_changed_or_is_used_and_only_then(scope, section):
    lecture, lab = classes_of(section.section_id)
    save(scope, section, sent(lecture), sent(lab), expected_size="70")
    lab.room_kind = "hall"
    undo(scope)
    assert section.expected_size == 30, "the classes were no part of that change"
    save(scope, section, sent(lecture, kind="tutorial"), sent(lab))
    lab.room_kind = "lab"
    with pytest.raises(last_change.NotUndone, match="has changed since"):
        undo(scope)
    save(scope, section, sent(lecture), sent(lab), sent(None, code="X"))
    factories.pin(classes_of(section.section_id)[2], room=factories.room(scope.organization))
    with pytest.raises(last_change.NotUndone, match="used by 1 fixed class"):
        undo(scope)


def test_a_fault_in_one_class_stores_nothing_of_section_or_other_classes(scope, section):
    lecture, lab = classes_of(section.section_id)
    with pytest.raises(SectionRefused) as refusal:
        save(
            scope,
            section,
            sent(lecture, kind="tutorial"),
            sent(lab, batches="B1", teachers="NO@B2"),
            expected_size="70",
        )
    assert refusal.value.errors == {}
    assert [list(errors) for errors in refusal.value.classes] == [[], ["teachers"]]
    db.session.expire_all()
    assert (section.expected_size, lecture.kind) == (30, "lecture")
    assert last_change.last_change_of(scope.actor) is None
    assert db.session.scalars(sa.select(AuditEvent)).all() == []


def test_one_event_tells_what_has_changed_of_section_and_classes(scope, section):
    lecture, lab = classes_of(section.section_id)
    save(scope, section, sent(lecture, meetings_per_week="2"), sent(lab), sent(None, kind="lab"), expected_size="70")
    (event,) = db.session.scalars(sa.select(AuditEvent))
    assert event.action == "sections.edit"
    assert event.before == {"expected_size": "30", "class L": {"meetings_per_week": "3"}}
    assert event.after.pop("class P2")["kind"] == "lab"
    assert event.after == {"expected_size": "70", "class L": {"meetings_per_week": "2"}}
    db.session.delete(event)
    save(scope, section, *(sent(row) for row in classes_of(section.section_id)))
    assert db.session.scalars(sa.select(AuditEvent)).all() == [], "nothing has changed"


def test_a_section_goes_with_its_classes_and_comes_back_with_them(scope, section):
    lecture, lab = classes_of(section.section_id)
    key, keys = section.section_id, [lecture.component_id, lab.component_id]
    assert commands.deletion_of(scope, SECTIONS, key).detail == ("L", "P")
    commands.delete_row(scope, SECTIONS, key)
    assert classes_of(key) == []
    (event,) = db.session.scalars(sa.select(AuditEvent))
    assert event.before["class P"]["batches"] == "B1, B2"
    undo(scope)
    assert [row.component_id for row in classes_of(key)] == keys
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ComponentBatch)) == 2


def test_what_uses_a_class_keeps_its_section_and_names_the_class(scope, section):
    key, seen = section.section_id, commands.deletion_of(scope, SECTIONS, section.section_id).seen
    factories.component(section, code="T")
    with pytest.raises(DeletionOutdated):
        commands.delete_row(scope, SECTIONS, key, seen)
    factories.pin(classes_of(key)[0], room=factories.room(scope.organization))
    factories.enrollment(factories.student(scope.organization), section)
    deletion = commands.deletion_of(scope, SECTIONS, key)
    assert [use.words for use in deletion.uses] == ["1 enrolment", "L: 1 fixed class"]
    with pytest.raises(RecordInUse, match="L: 1 fixed class"):
        commands.delete_row(scope, SECTIONS, key)
    assert codes(section) == ["L", "P", "T"]


def test_the_list_says_what_happens_every_week_of_what_is_held(section):
    lecture, lab = classes_of(section.section_id)
    lecture.meetings_per_week, lecture.day_patterns = 1, "Mon-Wed-Fri"
    factories.component(section, code="T", kind="tutorial", day_patterns="2", slots_per_meeting=2)
    factories.component(section, code="X", held=False)
    db.session.flush()
    words = queries.weekly_classes([section.section_id])[section.section_id]
    lab_words = f"{lab.meetings_per_week} × lab (2 batches)"
    assert words.split(", ")[:2] == ["1 × lecture on Mon-Wed-Fri", lab_words]
    assert words.endswith("× tutorial of 2 slots on 2 days")


def test_lists_are_narrowed_to_what_is_held_or_is_not(scope, section):
    gone = factories.section(section.term, code="GONE", held=False)
    shown = {
        held: [row.key for row in queries.list_rows(scope, SECTIONS, {"held": held}).rows] for held in ("yes", "no")
    }
    assert shown == {"yes": [section.section_id], "no": [gone.section_id]}
    (held,) = (one for one in queries.list_rows(scope, SECTIONS, {}).filters if one.name == "held")
    assert [value for value, _label in held.options] == ["", "yes", "no"]
