"""What has changed since a timetable was published, counted from the rows; and drafts that have it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.extensions import db
from webapp.models import SectionFaculty, TermRuleComponent, Timetable, TimetableEntry
from webapp.services.checks.catalogue import check_term
from webapp.services.editor import drafts
from webapp.services.problem.term_problem import build_problem
from webapp.services.problem.words.reasons import sentence_of
from webapp.services.reports.source import read
from webapp.services.timetables import publishing
from webapp.services.timetables.quality import standing_of
from webapp.services.timetables.since_published import since_published


@pytest.fixture
def uni(session: scoped_session[Session]) -> University:
    uni = university()
    uni.published = publishing.publish(uni.registrar, uni.timetable(), factories.EVERYTHING)
    return uni


def said(uni: University) -> str:
    db.session.flush()
    db.session.expire_all()
    since = since_published(uni.term)
    return since.sentence if since is not None else ""


def give(uni: University, teacher: factories.Faculty) -> None:
    own = SectionFaculty.section_id == uni.logic.section_id
    db.session.execute(sa.update(SectionFaculty).where(own).values(faculty_id=teacher.faculty_id))


def test_it_is_counted_from_the_data_and_what_is_changed_back_is_no_change(uni: University) -> None:
    assert said(uni) == ""
    assert since_published(None) is None
    give(uni, uni.iyer)
    assert said(uni).startswith("Since version 1: teachers changed in 1 section")
    give(uni, uni.sen)
    assert said(uni) == ""
    section = factories.section(uni.term, uni.logic.course, "B", faculty=[uni.sen])
    factories.component(section, meetings_per_week=2)
    assert said(uni) == "Since version 1: 1 section added, 2 classes have no place."
    component = uni.algorithms.components[0]
    component.meetings_per_week = 2
    assert said(uni) == "Since version 1: 1 section added, 1 class added, 3 classes have no place."
    since = since_published(uni.term)
    assert since is not None
    assert (since.can_be_placed, since.parts[0].target.row_id if since.parts[0].target else 0) == (
        True,
        section.section_id,
    )
    uni.hall.capacity = 1
    assert "breaches of rules that must hold" in said(uni)


def test_a_draft_of_it_has_what_is_new_in_its_tray_and_is_without_what_is_gone(uni: University) -> None:
    assert uni.published is not None
    lab = uni.lab.components[0]
    lab.batches = [uni.a1]
    factories.component(factories.section(uni.term, uni.logic.course, "B", faculty=[uni.sen]), meetings_per_week=2)
    give(uni, uni.iyer)
    db.session.flush()
    assert "1 class dropped" in said(uni)
    draft = drafts.branch(uni.registrar, uni.published)
    entries = db.session.scalars(sa.select(TimetableEntry).filter_by(timetable_id=draft.timetable_id)).all()
    tray = [sentence_of(entry.unplaced_reason) for entry in entries if entry.time_slot_id is None]
    assert tray.count("New in the data since Balanced was made.") == 2
    assert {entry.student_group_id for entry in entries if entry.component_id == lab.component_id} == {
        uni.a1.student_group_id
    }
    (logic,) = (e for e in entries if e.component_id == uni.logic.components[0].component_id)
    assert [teacher.faculty_id for teacher in logic.teachers] == [uni.iyer.faculty_id]
    assert (draft.based_on_id, draft.unplaced) == (uni.published.timetable_id, len(tray))
    assert standing_of(draft).title == "Incomplete"
    assert db.session.get_one(Timetable, uni.published.timetable_id).unplaced == 0


def test_a_section_or_class_that_is_not_held_any_more_is_asked_for_no_longer_and_stays_published(
    uni: University,
) -> None:
    assert uni.published is not None
    section, held = uni.logic, sa.select(TimetableEntry).filter_by(timetable_id=uni.published.timetable_id)
    (stands,) = (e for e in db.session.scalars(held) if e.section_id == section.section_id)
    rule = factories.rule(uni.term, "same_room", code="APART")
    db.session.add(TermRuleComponent(term_rule_id=rule.term_rule_id, component_id=section.components[0].component_id))
    section.held = False
    assert said(uni) == "Since version 1: 1 class dropped."
    assert all(row.section_id != section.section_id for row in build_problem(uni.term).rows)
    assert [c.label for c in build_problem(uni.term).instance.constraints if c.label == "APART"] == []
    named = {(found.target.table, found.target.row_id) for found in check_term(uni.term) if found.target is not None}
    assert ("sections", section.section_id) not in named
    report = read(uni.published)
    assert section.section_id in {one.row.section_id for one in report.placed}, "as it was published"
    assert db.session.get_one(TimetableEntry, stands.entry_id).time_slot_id == stands.time_slot_id
    draft = drafts.branch(uni.registrar, uni.published)
    kept = sa.select(TimetableEntry.section_id).filter_by(timetable_id=draft.timetable_id)
    assert section.section_id not in set(db.session.scalars(kept))
    section.held = True
    uni.algorithms.components[0].held = False
    assert said(uni) == "Since version 1: 1 class dropped."
