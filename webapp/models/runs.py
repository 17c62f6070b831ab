"""What the engine made of it: jobs, timetables, their entries, scores and the talk about them."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import INT4RANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.config import MOST_RUN_SECONDS
from webapp.extensions import Model
from webapp.models.calendar import Term, TimeSlot, WeekSet
from webapp.models.courses import Component, Course, Section
from webapp.models.people import Faculty, StudentGroup, User
from webapp.models.places import Room
from webapp.models.types import Codes, Created, DayNumbers, Json, Key, Name, WeekNumbers, choice


class JobStatus(StrEnum):
    """State of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobKind(StrEnum):
    """What a job is for."""

    GENERATE = "generate"
    CHECK = "check"
    WHAT_IF = "what_if"
    REPAIR = "repair"
    RESOLVE = "resolve"


class Stage(StrEnum):
    """How far a generation has come."""

    CLUSTERING = "clustering"
    SCHEDULING = "scheduling"
    CONFLICT_RESOLUTION = "conflict resolution"
    SAVING = "saving"


class GenerationJob(Model):
    """A piece of work for a worker, and the only truth about how it stands.

    A worker holds it by ``lease_token``; every write of a worker names the token, so that one that
    lost its lease writes nothing.
    """

    __tablename__ = "generation_jobs"
    __table_args__ = (
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="progress_in_percent"),
        sa.CheckConstraint(f"seconds BETWEEN 1 AND {MOST_RUN_SECONDS}", name="seconds_in_range"),
        sa.Index(
            "uq_generation_jobs_one_active_generation",
            "term_id",
            unique=True,
            postgresql_where=sa.text("kind = 'generate' AND status IN ('queued', 'running')"),
        ),
        sa.UniqueConstraint("created_by_id", "idempotency_key"),
        sa.Index("ix_generation_jobs_status_heartbeat", "status", "heartbeat_at"),
    )

    job_id: Mapped[str] = mapped_column(sa.String(15), primary_key=True, comment="tt_ and 12 hex digits")
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    kind: Mapped[JobKind] = mapped_column(choice(JobKind, "kind"), server_default="generate")
    semester: Mapped[int]
    academic_year: Mapped[str] = mapped_column(sa.String(9))
    status: Mapped[JobStatus] = mapped_column(choice(JobStatus, "status"), server_default="queued")
    stage: Mapped[Stage | None] = mapped_column(choice(Stage, "stage"))
    progress: Mapped[int] = mapped_column(server_default="0")
    seconds: Mapped[int] = mapped_column(comment="wall time for the whole run")
    seed: Mapped[int] = mapped_column(server_default="1")
    data_revision: Mapped[int | None] = mapped_column(sa.BigInteger, comment="the term's, when it was asked for")
    base_timetable_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("timetables.timetable_id", ondelete="SET NULL", use_alter=True),
        index=True,
        comment="what a run holds to, what is repaired or solved anew",
    )
    check_job_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("generation_jobs.job_id", ondelete="SET NULL"), comment="the check whose way out a what-if tries"
    )
    options: Mapped[Json] = mapped_column(comment="what was asked for, by kind: services/jobs/kinds.py")
    facts: Mapped[Json] = mapped_column(comment="what is known so far, by kind: services/jobs/kinds.py")
    failure_code: Mapped[str | None] = mapped_column(sa.String(40), comment="why it failed")
    failure_values: Mapped[Json] = mapped_column(comment="the numbers of that")
    idempotency_key: Mapped[str | None] = mapped_column(sa.String(64))
    cancel_requested_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    stop_requested_at: Mapped[datetime | None] = mapped_column(
        sa.DateTime(timezone=True), comment="finish now and keep the best"
    )
    lease_token: Mapped[str | None] = mapped_column(sa.String(64))
    attempt: Mapped[int] = mapped_column(server_default="0")
    handed_over: Mapped[int] = mapped_column(server_default="0", comment="how often it was given to Redis")
    heartbeat_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id", ondelete="SET NULL"), index=True)
    created_at: Mapped[Created]
    started_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    completed_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))

    term: Mapped[Term] = relationship()
    created_by: Mapped[User | None] = relationship()
    timetables: Mapped[list[Timetable]] = relationship(
        back_populates="job", order_by="Timetable.timetable_id", foreign_keys="Timetable.generation_job_id"
    )


class GenerationJobDepartment(Model):
    """A department whose classes a generation places anew, all others staying where they stand."""

    __tablename__ = "generation_job_departments"

    job_id: Mapped[str] = mapped_column(sa.ForeignKey("generation_jobs.job_id", ondelete="CASCADE"), primary_key=True)
    department_id: Mapped[int] = mapped_column(
        sa.ForeignKey("departments.department_id", ondelete="CASCADE"), primary_key=True, index=True
    )


class GenerationJobGroup(Model):
    """A group whose classes, and those of its parts, a generation places anew."""

    __tablename__ = "generation_job_groups"

    job_id: Mapped[str] = mapped_column(sa.ForeignKey("generation_jobs.job_id", ondelete="CASCADE"), primary_key=True)
    student_group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id", ondelete="CASCADE"), primary_key=True, index=True
    )


class RunRecord(Model):
    """What is kept of a generation so that it can be done again: its problem, and each of its parts."""

    __tablename__ = "run_records"

    job_id: Mapped[str] = mapped_column(sa.ForeignKey("generation_jobs.job_id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="0: the problem; 1: a part")
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="JSON, deflated: services/timetables/receipts.py")


class TimetableStatus(StrEnum):
    """How far a timetable has come on its way to everybody."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class Timetable(Model):
    """A whole term's timetable: a variant of a run, or a draft made by hand or imported."""

    __tablename__ = "timetables"
    __table_args__ = (
        sa.Index(
            "uq_timetables_one_published",
            "term_id",
            unique=True,
            postgresql_where=sa.text("status = 'published'"),
        ),
        sa.UniqueConstraint("generation_job_id", "variant_name"),
        sa.UniqueConstraint("generation_job_id", "rung"),
        sa.UniqueConstraint("term_id", "number"),
        sa.CheckConstraint("quality_score BETWEEN 0 AND 100", name="quality_score_in_range"),
    )

    timetable_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    generation_job_id: Mapped[str | None] = mapped_column(sa.ForeignKey("generation_jobs.job_id"), index=True)
    based_on_id: Mapped[int | None] = mapped_column(sa.ForeignKey("timetables.timetable_id", ondelete="SET NULL"))
    variant_name: Mapped[str] = mapped_column(sa.String(100))
    rung: Mapped[int | None] = mapped_column(comment="of a repair's ladder, counted from 1: the one it was made of")
    quality_score: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 2))
    status: Mapped[TimetableStatus] = mapped_column(choice(TimetableStatus, "status"), server_default="draft")
    revision: Mapped[int] = mapped_column(server_default="1", comment="raised by every change, for stale moves")
    data_revision: Mapped[int | None] = mapped_column(
        sa.BigInteger, comment="the term's, of the data that figures and scores were counted with"
    )
    counted_at: Mapped[datetime | None] = mapped_column(
        sa.DateTime(timezone=True),
        comment="when its figures were counted again without a change of it; null: not since it was made or changed",
    )
    rules_off: Mapped[list[str] | None] = mapped_column(
        sa.ARRAY(sa.String(64)),
        comment="usual rules that were off when its score was counted; null: not known",
    )
    number: Mapped[int | None] = mapped_column(comment="given when it is published, counted within the term")
    content_hash: Mapped[str] = mapped_column(sa.String(64), server_default="")
    cost: Mapped[int | None]
    bound: Mapped[int | None]
    hard_violations: Mapped[int] = mapped_column(server_default="0")
    unplaced: Mapped[int] = mapped_column(server_default="0")
    cut_classes: Mapped[int] = mapped_column(
        server_default="0", comment="classes that lost a row they used since it was made: deleted, or taken back"
    )
    result: Mapped[Json] = mapped_column(comment="how it was made; see services/problem/results")
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id", ondelete="SET NULL"))
    created_at: Mapped[Created]
    published_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id", ondelete="SET NULL"))

    term: Mapped[Term] = relationship()
    job: Mapped[GenerationJob | None] = relationship(back_populates="timetables", foreign_keys=[generation_job_id])
    entries: Mapped[list[TimetableEntry]] = relationship(
        back_populates="timetable", cascade="all, delete-orphan", passive_deletes=True
    )
    scores: Mapped[list[TimetableScore]] = relationship(
        order_by="TimetableScore.position", cascade="all, delete-orphan", passive_deletes=True
    )


class TimetableScore(Model):
    """How a timetable does by one rule: raw count on the one yardstick, weight and cost."""

    __tablename__ = "timetable_scores"

    timetable_id: Mapped[int] = mapped_column(
        sa.ForeignKey("timetables.timetable_id", ondelete="CASCADE"), primary_key=True
    )
    rule: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    position: Mapped[int]
    is_hard: Mapped[bool]
    count: Mapped[int]
    cost: Mapped[int] = mapped_column(comment="weighted by the term's own weights, 0 for a hard rule")


class TimetableEntry(Model):
    """One meeting of a timetable: its first slot, the end of its last, its first teacher.

    A meeting of several days has the same hours on each of them; slot and ``day`` are those of the first.
    An unplaced meeting has neither slot nor times, and says why.
    """

    __tablename__ = "timetable_entries"
    __table_args__ = (
        sa.UniqueConstraint(
            "timetable_id", "component_id", "student_group_id", "ordinal", postgresql_nulls_not_distinct=True
        ),
        sa.CheckConstraint(
            "num_nonnulls(time_slot_id, day, start_time, end_time) IN (0, 4)", name="placed_or_unplaced"
        ),
        sa.CheckConstraint("end_time > start_time", name="ends_after_start"),
        sa.CheckConstraint("days = '{}' OR (cardinality(days) > 1 AND days[1] = day)", name="first_of_its_days"),
    )

    entry_id: Mapped[Key]
    timetable_id: Mapped[int] = mapped_column(sa.ForeignKey("timetables.timetable_id", ondelete="CASCADE"), index=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.course_id"), index=True)
    section_id: Mapped[int] = mapped_column(sa.ForeignKey("sections.section_id"), index=True)
    component_id: Mapped[int] = mapped_column(sa.ForeignKey("components.component_id"), index=True)
    student_group_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id"), index=True, comment="the batch, where there are batches"
    )
    ordinal: Mapped[int] = mapped_column(server_default="1")
    faculty_id: Mapped[int | None] = mapped_column(sa.ForeignKey("faculty.faculty_id"), index=True)
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rooms.room_id"), index=True)
    time_slot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("time_slots.time_slot_id"), index=True)
    week_set_id: Mapped[int | None] = mapped_column(sa.ForeignKey("week_sets.week_set_id"), index=True)
    day: Mapped[int | None] = mapped_column(sa.SmallInteger)
    days: Mapped[tuple[int, ...]] = mapped_column(
        DayNumbers, server_default=sa.text("'{}'"), comment="all its days where it has several, that of day first"
    )
    start_time: Mapped[time | None]
    end_time: Mapped[time | None]
    locked_time: Mapped[bool] = mapped_column(server_default=sa.false())
    locked_room: Mapped[bool] = mapped_column(server_default=sa.false())
    unplaced_reason: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="code and values; see services/problem/words/reasons"
    )
    override_reason: Mapped[str | None] = mapped_column(sa.Text)
    override_rules: Mapped[Codes] = mapped_column(comment="the rules that were broken when the reason was given")

    timetable: Mapped[Timetable] = relationship(back_populates="entries")
    course: Mapped[Course] = relationship()
    section: Mapped[Section] = relationship()
    component: Mapped[Component] = relationship()
    batch: Mapped[StudentGroup | None] = relationship()
    first_teacher: Mapped[Faculty | None] = relationship()
    room: Mapped[Room | None] = relationship()
    time_slot: Mapped[TimeSlot | None] = relationship()
    week_set: Mapped[WeekSet | None] = relationship()
    teachers: Mapped[list[EntryFaculty]] = relationship(
        order_by="EntryFaculty.position", cascade="all, delete-orphan", passive_deletes=True
    )
    groups: Mapped[list[StudentGroup]] = relationship(secondary="entry_groups", order_by=StudentGroup.code)


class EntryFaculty(Model):
    """A teacher of an entry; position 0 is the entry's ``faculty_id``."""

    __tablename__ = "entry_faculty"

    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("timetable_entries.entry_id", ondelete="CASCADE"), primary_key=True
    )
    faculty_id: Mapped[int] = mapped_column(sa.ForeignKey("faculty.faculty_id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(server_default="0")

    faculty: Mapped[Faculty] = relationship()


class EntryGroup(Model):
    """A group that attends an entry, as it was when the timetable was made."""

    __tablename__ = "entry_groups"

    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("timetable_entries.entry_id", ondelete="CASCADE"), primary_key=True
    )
    student_group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id"), primary_key=True, index=True
    )


class EntryClaim(Model):
    """A resource that an entry takes on one of its days: its room, a teacher, a leaf group.

    PostgreSQL refuses that two entries of a timetable take the same at the same time. The check
    comes at commit, so that a swap may pass through a clash.
    """

    __tablename__ = "entry_claims"
    __table_args__ = (
        ExcludeConstraint(
            (sa.column("timetable_id"), "="),
            (sa.column("resource"), "="),
            (sa.column("minutes"), "&&"),
            (sa.column("weeks"), "&&"),
            using="gist",
            deferrable=True,
            initially="DEFERRED",
            name="ex_entry_claims_no_double_booking",
        ),
    )

    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("timetable_entries.entry_id", ondelete="CASCADE"), primary_key=True
    )
    resource: Mapped[str] = mapped_column(
        sa.String(255), primary_key=True, comment="room:ID, faculty:ID or group:ID+ID (a leaf group)"
    )
    timetable_id: Mapped[int] = mapped_column(sa.ForeignKey("timetables.timetable_id", ondelete="CASCADE"), index=True)
    minutes: Mapped[Range[int]] = mapped_column(INT4RANGE, primary_key=True, comment="minutes of the week")
    weeks: Mapped[frozenset[int]] = mapped_column(WeekNumbers)


class TimetableComment(Model):
    """What somebody says about a timetable, or about one class of it."""

    __tablename__ = "timetable_comments"

    timetable_comment_id: Mapped[Key]
    timetable_id: Mapped[int] = mapped_column(sa.ForeignKey("timetables.timetable_id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("timetable_entries.entry_id", ondelete="SET NULL"))
    department_id: Mapped[int | None] = mapped_column(sa.ForeignKey("departments.department_id"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id", ondelete="SET NULL"))
    body: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[Created]
    resolved_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))


class TimetableApproval(Model):
    """A department's word on a submitted timetable."""

    __tablename__ = "timetable_approvals"
    __table_args__ = (sa.UniqueConstraint("timetable_id", "department_id"),)

    timetable_approval_id: Mapped[Key]
    timetable_id: Mapped[int] = mapped_column(sa.ForeignKey("timetables.timetable_id", ondelete="CASCADE"), index=True)
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.department_id"), index=True)
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id", ondelete="SET NULL"))
    revision: Mapped[int] = mapped_column(comment="the timetable's revision that was approved")
    created_at: Mapped[Created]


class TimetableChange(Model):
    """One step of editing a draft, with what undoes it."""

    __tablename__ = "timetable_changes"
    __table_args__ = (sa.UniqueConstraint("timetable_id", "revision"),)

    timetable_change_id: Mapped[Key]
    timetable_id: Mapped[int] = mapped_column(sa.ForeignKey("timetables.timetable_id", ondelete="CASCADE"), index=True)
    revision: Mapped[int] = mapped_column(comment="the timetable's revision after the change")
    action: Mapped[str] = mapped_column(sa.String(32))
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    is_undone: Mapped[bool] = mapped_column(server_default=sa.false())
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id", ondelete="SET NULL"))
    created_at: Mapped[Created]


class WeightProfile(Model):
    """A registrar's own named set of weights."""

    __tablename__ = "weight_profiles"
    __table_args__ = (sa.UniqueConstraint("organization_id", "name"),)

    weight_profile_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    name: Mapped[Name]
    weights: Mapped[Json]
