"""Rows that only unpublished timetables use can go; what was published keeps them, and says in which version."""

from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.extensions import db
from webapp.models import AuditEvent, EntryClaim, JobStatus, SectionFaculty, Timetable, TimetableEntry, Upload
from webapp.services.imports import exports, uploads
from webapp.services.imports.faults import StillInUse
from webapp.services.imports.formats.files import read_upload
from webapp.services.jobs.kinds import GenerateFacts, facts_of
from webapp.services.problem.words.reasons import sentence_of
from webapp.services.reference import commands
from webapp.services.reference.errors import DeletionOutdated, RecordInUse
from webapp.services.reference.uses import timetable_links, timetable_uses
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import TABLES, find_table
from webapp.services.timetables import publishing
from webapp.services.timetables.quality import standing_of


@dataclass
class Drafted:
    """The university with a draft of it that is counted, and the scope of its registrar."""

    uni: University
    draft: Timetable
    scope: Scope

    def delete(self, table: str, key: int, seen: str | None = None) -> str:
        return commands.delete_row(self.scope, find_table(table), key, seen)

    def entry(self, component_id: int) -> TimetableEntry | None:
        own = {"timetable_id": self.draft.timetable_id, "component_id": component_id}
        return db.session.scalars(sa.select(TimetableEntry).filter_by(**own)).first()

    def figures(self) -> tuple[object, ...]:
        db.session.refresh(self.draft)
        return self.draft.quality_score, self.draft.cut_classes, self.draft.unplaced, self.draft.revision


@pytest.fixture
def here(session: scoped_session[Session]) -> Drafted:
    uni = university()
    return Drafted(uni, uni.timetable(), Scope(uni.organization, uni.term, uni.registrar))


def claims(draft: Timetable) -> set[str]:
    return set(db.session.scalars(sa.select(EntryClaim.resource).filter_by(timetable_id=draft.timetable_id)))


def test_every_column_by_which_a_timetable_names_a_row_is_found_by_its_foreign_key():
    links = {
        f"{link.column.table.name}.{link.column.name}": link.required
        for table in TABLES
        if table.model is not None
        for link in timetable_links(table)
    }
    assert links == {
        "timetable_entries.course_id": True,
        "timetable_entries.section_id": True,
        "timetable_entries.component_id": True,
        "timetable_entries.student_group_id": True,
        "timetable_entries.faculty_id": False,
        "timetable_entries.room_id": False,
        "timetable_entries.time_slot_id": False,
        "timetable_entries.week_set_id": False,
        "entry_faculty.faculty_id": True,
        "entry_groups.student_group_id": True,
        "timetable_approvals.department_id": True,
        "timetable_comments.department_id": False,
    }


def test_a_class_goes_with_its_component_and_the_timetable_is_no_longer_what_was_counted(here: Drafted) -> None:
    other = here.uni.timetable("Untouched", shift=1)
    variant = {"name": "Balanced", "status": "done", "unplaced": 0, "quality": 99.0}
    job = factories.job(
        here.uni.term, job_id="tt_000000000abc", status=JobStatus.COMPLETED, facts={"variants": [variant]}
    )
    here.draft.generation_job_id = job.job_id
    db.session.execute(sa.delete(TimetableEntry).filter_by(timetable_id=other.timetable_id))
    component = here.uni.logic.components[0].component_id
    found = commands.deletion_of(here.scope, find_table("components"), component)
    assert (found.refusal, found.timetables.words, found.timetables.classes) == ("", "1 variant of 1 run", 1)
    here.delete("components", component, found.seen)
    assert here.entry(component) is None
    assert here.figures() == (None, 1, 0, 2)
    assert (other.cut_classes, other.revision) == (0, 1)
    assert standing_of(here.draft).remarks == ("1 class has lost a row that it used: it was deleted.",)
    ready = publishing.readiness(here.draft)
    assert [point.key for point in ready.points if point.kind.value == "cut"] == ["cut-1"], ready.refusal
    with pytest.raises(publishing.NotAcknowledged):
        publishing.publish(here.uni.registrar, here.draft, [p.key for p in ready.points if p.kind.value != "cut"])
    event = db.session.scalars(sa.select(AuditEvent).filter_by(action="timetable.cut")).one()
    assert event.after == {"lost": found.label, "classes": 1}
    (fact,) = facts_of(job, GenerateFacts).variants
    assert (fact.unplaced, fact.quality, fact.status.value) == (0, None, "done")


def test_a_class_loses_its_place_with_its_room_or_slot_and_says_why(here: Drafted) -> None:
    number = len(db.session.scalars(sa.select(TimetableEntry.entry_id)).all())
    here.delete("rooms", here.uni.hall.room_id)
    assert here.figures() == (None, number, number, 2)
    assert claims(here.draft) == set()
    entry = here.entry(here.uni.logic.components[0].component_id)
    assert entry is not None
    assert (entry.room_id, entry.time_slot_id, entry.day) == (None, None, None)
    assert sentence_of(entry.unplaced_reason) == "Taken off, because it was deleted: HALL · Room HALL."
    assert standing_of(here.draft).title == "Incomplete"


def test_a_class_goes_on_without_a_teacher_and_the_next_one_is_its_first(here: Drafted) -> None:
    db.session.execute(sa.delete(SectionFaculty).filter_by(faculty_id=here.uni.rao.faculty_id))
    rao = here.uni.rao.faculty_id
    here.delete("faculty", rao)
    lab = here.entry(here.uni.lab.components[0].component_id)
    lecture = here.entry(here.uni.algorithms.components[0].component_id)
    assert lab is not None
    assert lecture is not None
    assert (lab.faculty_id, lecture.faculty_id) == (here.uni.iyer.faculty_id, None)
    assert (lab.room_id, lecture.room_id) == (here.uni.hall.room_id,) * 2
    assert f"faculty:{rao}" not in claims(here.draft)
    assert "cut-3" in {point.key for point in publishing.readiness(here.draft).points}


def test_what_was_ever_published_keeps_its_rows_and_is_named(here: Drafted) -> None:
    publishing.publish(here.uni.registrar, here.draft, factories.EVERYTHING)
    publishing.unpublish(here.uni.registrar, here.draft)
    with pytest.raises(RecordInUse, match=r"it stands in version 1 \(Balanced\), and what was published stays"):
        here.delete("rooms", here.uni.hall.room_id)


def test_a_deletion_agreed_to_before_another_timetable_used_the_row_is_asked_again(here: Drafted) -> None:
    component = here.uni.logic.components[0].component_id
    seen = commands.deletion_of(here.scope, find_table("components"), component).seen
    here.uni.timetable("Another")
    with pytest.raises(DeletionOutdated):
        here.delete("components", component, seen)
    assert timetable_uses(find_table("components"), [component]).words == "2 drafts"


def test_a_file_that_replaces_says_which_timetables_it_cuts_and_is_refused_where_one_was_published(
    here: Drafted,
) -> None:
    folder = ZipFile(BytesIO(exports.export_zip(here.uni.organization, here.uni.term)))
    lines = folder.read("components.csv").decode().splitlines()
    book = read_upload("components.csv", "\n".join(line for line in lines if "MAT205" not in line).encode())
    preview = uploads.preview(here.uni.organization, here.uni.term, book, replace=True)
    assert preview.outdated == ("1 of Weekly classes in 1 draft",)
    uploads.confirm(here.uni.organization, here.uni.term, book, user=here.uni.registrar, replace=True)
    assert here.figures() == (None, 1, 0, 2)

    publishing.publish(here.uni.registrar, here.draft, factories.EVERYTHING)
    fewer = read_upload("rooms.csv", b"code,name,capacity\nNEW,New room,60\n")
    with pytest.raises(StillInUse, match=r"HALL of Rooms, which the file lacks, stands in version 1 \(Balanced\)"):
        uploads.preview(here.uni.organization, here.uni.term, fewer, replace=True)


def test_a_term_with_nothing_but_files_that_were_looked_at_can_be_deleted(here: Drafted) -> None:
    term = factories.term(here.uni.organization, semester=1, academic_year="2030-31", days=0)
    upload = uploads.keep_upload(here.uni.organization, term, here.uni.registrar, "x.csv", b"code\n")
    here.delete("terms", term.term_id)
    db.session.expire_all()
    assert db.session.get_one(Upload, upload.upload_id).term_id is None
