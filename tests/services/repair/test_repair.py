"""Asking for a repair or a re-solve, and what becomes of its answer, without a worker."""

import pytest
import sqlalchemy as sa

from tests import factories
from tests.edge import commit
from tests.university import Case, adjustable
from webapp.extensions import db
from webapp.models import AuditEvent, GenerationJob, JobKind, JobStatus, Timetable, TimetableEntry
from webapp.services.editor import moves
from webapp.services.editor.drafts import why_not_editable
from webapp.services.editor.errors import NotEditable
from webapp.services.jobs.kinds import KINDS, RepairAnswer, RepairFacts, RepairOptions, Rung, stored
from webapp.services.problem.repair_base import BaseChanged, SolvedTimetable, TimetableGone, read_base
from webapp.services.problem.results import result_of
from webapp.services.repair import drafts, events, requests
from webapp.services.repair.errors import (
    ChangeRefused,
    NoSuchRung,
    NothingHappened,
    ResolveTimeRefused,
)
from webapp.services.shared.codec import from_json
from webapp.services.timetables.diff import differences, where

pytestmark = pytest.mark.usefixtures("committed_app")


@pytest.fixture
def case() -> Case:
    return adjustable()


def places(timetable_id: int) -> dict[tuple[int, int], tuple[int | None, int | None]]:
    """Where every class of a stored timetable stands."""
    query = sa.select(TimetableEntry).filter_by(timetable_id=timetable_id)
    return {(e.component_id, e.ordinal): (e.time_slot_id, e.room_id) for e in db.session.scalars(query)}


def answered(case: Case, rungs: list[Rung]) -> GenerationJob:
    """A repair that a worker has ended with these rungs."""
    job = requests.request_repair(case.user, case.timetable, [f"room:{case.rooms[0].room_id}::"])
    job.status = JobStatus.COMPLETED
    job.facts = stored(RepairFacts(RepairAnswer(revision=case.timetable.revision, rungs=tuple(rungs))))
    db.session.commit()
    return job


def rung_to(case: Case, code: str, day: int, number: int, room: int) -> Rung:
    """A rung that moves the first class of a course."""
    entry = case.entry(code)
    slot = case.slot(day, number)
    end = slot.end_time.hour * 60 + slot.end_time.minute
    return Rung(places=((entry.component_id, None, 1, slot.time_slot_id, end, case.rooms[room].room_id),))


def test_what_happened_is_told_in_words_with_its_slots(case: Case) -> None:
    room, rao = case.rooms[0], case.entry("ALG").first_teacher
    assert rao is not None
    section = case.entry("BOT").section_id
    texts = [f"room:{room.room_id}::", f"faculty:{rao.faculty_id}:02:0900-1100", f"section:{section}:80"]
    closed, away, grown = events.events_from(case.term, [*texts, texts[0]])
    assert [change.words.sentence for change in (closed, away, grown)] == [
        "LH-1 is closed all week",
        "Dr Rao is away on Monday, Wednesday from 09:00 until 11:00",
        "BOT A has 80 students",
    ]
    assert closed.slots == ()
    assert set(away.slots) == {case.slot(day, number).time_slot_id for day in (0, 2) for number in (1, 2)}
    options = RepairOptions((away, grown))
    assert from_json(RepairOptions, stored(options)) == options


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("flood:1::", "not understood"),
        ("room:one::", "not understood"),
        ("room:{foreign}::", "no such room"),
        ("faculty:999999::", "no such teacher"),
        ("section:999999:10", "no such section"),
        ("section:{section}:many", "found many"),
        ("section:{section}:", "found nothing"),
        ("section:{section}:0", "from 1 to 10000"),
        ("room:{room}:9:", "days or hours"),
        ("room:{room}::2500-", "days or hours"),
        ("room:{room}:5:", "no slot on Saturday"),
    ],
)
def test_what_the_term_does_not_have_is_refused_in_words(case: Case, text: str, says: str) -> None:
    keys = {
        "foreign": factories.room().room_id,
        "room": case.rooms[0].room_id,
        "section": case.entry("ALG").section_id,
    }
    with pytest.raises(ChangeRefused) as refused:
        events.events_from(case.term, [text.format(**keys)])
    assert says in refused.value.message


def test_a_repair_of_nothing_is_refused(case: Case) -> None:
    with pytest.raises(NothingHappened):
        requests.request_repair(case.user, case.timetable, ["", ""])


def test_a_second_click_leads_to_the_job_under_way_and_another_wish_to_one_of_its_own(case: Case) -> None:
    first, other = (f"room:{case.rooms[number].room_id}::" for number in (0, 1))
    job = requests.request_repair(case.user, case.timetable, [first], "once")
    assert requests.request_repair(case.user, case.timetable, [first], "once").job_id == job.job_id
    assert requests.request_repair(case.user, case.timetable, [first], "twice").job_id == job.job_id
    assert requests.request_repair(case.user, case.timetable, [other]).job_id != job.job_id
    assert KINDS[job.kind].queue == "fast"


def test_solving_the_rest_is_for_drafts_and_for_the_seconds_on_offer(case: Case) -> None:
    with pytest.raises(ResolveTimeRefused):
        requests.request_resolve(case.user, case.timetable, 7)
    assert requests.request_resolve(case.user, case.timetable, 10).kind is JobKind.RESOLVE
    case.timetable.number = 1
    with pytest.raises(NotEditable):
        requests.request_resolve(case.user, case.timetable, 10)


def test_a_rung_becomes_a_draft_once_and_its_origin_stays(case: Case) -> None:
    before = places(case.timetable.timetable_id)
    job = answered(case, [rung_to(case, "ALG", 2, 2, 1)])
    draft = commit(drafts.draft_of_rung, case.user, job, 1)
    assert places(case.timetable.timetable_id) == before
    found = differences(case.timetable, draft)
    assert [(one.label, where(one.before), where(one.now)) for one in found.moved] == [
        ("ALG A, L 1", "Monday 08:00, LH-1", "Wednesday 10:00, LH-2")
    ]
    assert ([one.name for one in found.teachers], [one.code for one in found.groups]) == (["Dr Rao"], ["CSE-A"])
    assert [cause.sentence for cause in result_of(draft).changes] == ["LH-1 is closed all week"]
    assert commit(drafts.draft_of_rung, case.user, job, 1).timetable_id == draft.timetable_id
    assert why_not_editable(draft) is None
    events = db.session.scalars(sa.select(AuditEvent.action).filter_by(subject_key=str(draft.timetable_id))).all()
    assert events == ["timetable.repair"]
    with pytest.raises(NoSuchRung):
        commit(drafts.draft_of_rung, case.user, job, 2)


def test_a_rung_of_a_timetable_that_was_changed_or_deleted_meanwhile_is_refused(case: Case) -> None:
    job = answered(case, [rung_to(case, "ALG", 2, 2, 1)])
    commit(moves.unplace, case.user, case.timetable, case.timetable.revision, case.entry("BOT").entry_id)
    with pytest.raises(BaseChanged):
        commit(drafts.draft_of_rung, case.user, job, 1)
    db.session.execute(sa.delete(Timetable).filter_by(timetable_id=case.timetable.timetable_id))
    db.session.commit()
    with pytest.raises(TimetableGone):
        commit(drafts.draft_of_rung, case.user, job, 1)
    assert requests.state_of(job).base is None


def test_locks_and_reasons_go_with_the_classes_that_stay(case: Case) -> None:
    algebra, botany = case.entry("ALG"), case.entry("BOT")
    for entry in (algebra, botany):
        entry.locked_time = entry.locked_room = True
    botany.override_reason = "By the dean's word"
    db.session.commit()
    base = read_base(case.timetable.timetable_id)
    solution = base.solution_with(rung_to(case, "ALG", 2, 2, 0).places)
    made = drafts.store_draft(base, SolvedTimetable(job_of(case), solution), case.user)
    rows = db.session.scalars(sa.select(TimetableEntry).filter_by(timetable_id=made)).all()
    told = {(e.course.code, e.ordinal): (e.locked_time, e.locked_room, e.override_reason) for e in rows}
    assert told["ALG", 1] == (False, True, None), "its time has changed, so that lock is gone"
    assert told["BOT", 1] == (True, True, "By the dean's word")


def job_of(case: Case) -> GenerationJob:
    return factories.job(case.term, kind=JobKind.RESOLVE, base_timetable_id=case.timetable.timetable_id)
