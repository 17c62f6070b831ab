"""What may be deleted of runs, variants and drafts, what stays, and who is told what."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.extensions import db
from webapp.models import AuditEvent, GenerationJob, JobKind, JobStatus, Timetable, TimetableEntry, TimetableStatus
from webapp.services.runs.verdict import verdict_of
from webapp.services.shared.errors import NotFound
from webapp.services.timetables import deletion, publishing
from webapp.services.timetables.deletion import DeletionStale, NothingToDelete, why_kept


@pytest.fixture
def uni(session: scoped_session[Session]) -> University:
    return university()


def of_run(uni: University, job: GenerationJob, name: str) -> Timetable:
    timetable = uni.timetable(name)
    timetable.generation_job_id = job.job_id
    db.session.flush()
    return timetable


def delete(uni: University, *timetables: Timetable, jobs: tuple[GenerationJob, ...] = ()) -> deletion.Deletion:
    keys, ids = [timetable.timetable_id for timetable in timetables], [job.job_id for job in jobs]
    seen = deletion.deletion_of(uni.registrar, keys, ids).seen
    return deletion.delete(uni.registrar, keys, ids, seen)


def test_drafts_go_with_all_that_hangs_on_them_and_the_trail_keeps_who_did_it(uni: University) -> None:
    kept, gone = uni.timetable("Kept"), uni.timetable("Gone")
    factories.job(uni.term, kind=JobKind.REPAIR, status=JobStatus.COMPLETED, base_timetable_id=gone.timetable_id)
    delete(uni, gone)
    assert db.session.scalars(sa.select(Timetable.variant_name)).all() == ["Kept"]
    assert set(db.session.scalars(sa.select(TimetableEntry.timetable_id))) == {kept.timetable_id}
    event = db.session.scalars(sa.select(AuditEvent).filter_by(action="timetable.delete")).one()
    assert (event.user_id, (event.before or {})["name"]) == (uni.registrar.user_id, "Gone")


def test_a_run_takes_its_variants_with_it_and_stays_while_one_of_them_was_ever_published(uni: University) -> None:
    first, second = (factories.job(uni.term, status=JobStatus.COMPLETED) for _number in range(2))
    public = of_run(uni, first, "Balanced")
    of_run(uni, first, "Compact-Week")
    of_run(uni, second, "Balanced")
    publishing.publish(uni.registrar, public, factories.EVERYTHING)
    publishing.unpublish(uni.registrar, public)  # a draft again, but everybody has seen it
    told = [{"name": name, "status": "done", "unplaced": 0} for name in ("Balanced", "Compact-Week")]
    first.facts = {"variants": told}
    done = delete(uni, jobs=(first, second))
    verdict = verdict_of(first)
    assert verdict is not None
    assert verdict.sentence == "1 variant is stored, every class has its place."
    assert db.session.scalars(sa.select(Timetable.variant_name)).all() == ["Balanced"]
    assert db.session.scalars(sa.select(GenerationJob.job_id)).all() == [first.job_id]
    assert [kept.why for kept in done.kept] == [
        "Balanced is version 1: what was ever published stays.",
        f"Run {first.job_id} stays, because of what it has made there stays: Balanced.",
    ]


def test_what_is_in_review_or_under_way_says_what_to_do_first(uni: University) -> None:
    draft = uni.timetable()
    for status in (TimetableStatus.SUBMITTED, TimetableStatus.APPROVED):
        draft.status = status
        assert why_kept(draft) == "Balanced is before the heads of department: withdraw it from review first."
    draft.status = TimetableStatus.DRAFT
    job = factories.job(uni.term, status=JobStatus.RUNNING, base_timetable_id=draft.timetable_id)
    with pytest.raises(NothingToDelete) as refused:
        delete(uni, draft, jobs=(job,))
    assert refused.value.findings == (
        f"Balanced is being worked on by run {job.job_id}: cancel that first.",
        f"Run {job.job_id} is running: cancel it first.",
    )


def test_what_has_changed_since_it_was_seen_or_is_not_there_is_not_deleted(uni: University) -> None:
    draft, key = uni.timetable(), [uni.timetable("Other").timetable_id]
    seen = deletion.deletion_of(uni.registrar, [draft.timetable_id], []).seen
    draft.revision += 1
    db.session.flush()
    with pytest.raises(DeletionStale):
        deletion.delete(uni.registrar, [draft.timetable_id], [], seen)
    with pytest.raises(DeletionStale):
        deletion.delete(uni.registrar, [draft.timetable_id, *key], [], "")
    for user, timetables, jobs in (
        (factories.user(factories.organization()), key, []),
        (uni.registrar, [], ["tt_ffffffffffff"]),
    ):
        with pytest.raises(NotFound):
            deletion.delete(user, timetables, jobs, "")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Timetable)) == 2
