"""What is taught: courses, their sections in a term, and what happens every week."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.calendar import Term, WeekSet
from webapp.models.people import Department, Faculty, StudentGroup
from webapp.models.types import Code, Codes, Key, Name

HELD = "whether it is asked for; what is not held keeps its place in timetables that have it"


class Course(Model):
    """A course of a department; its department is the department of all its entries."""

    __tablename__ = "courses"
    __table_args__ = (sa.UniqueConstraint("organization_id", "code"),)

    course_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.department_id"), index=True)
    code: Mapped[Code]
    title: Mapped[Name]
    credits: Mapped[Decimal] = mapped_column(sa.Numeric(4, 1), server_default="0")

    department: Mapped[Department] = relationship()


class Section(Model):
    """A course as it is held in a term: who teaches, who attends."""

    __tablename__ = "sections"
    __table_args__ = (
        sa.UniqueConstraint("term_id", "course_id", "code"),
        sa.CheckConstraint("expected_size >= 0", name="expected_size_not_negative"),
    )

    section_id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.course_id"), index=True)
    code: Mapped[Code]
    expected_size: Mapped[int] = mapped_column(
        server_default="0", comment="students expected; the larger of this, its groups and its enrolments counts"
    )
    held: Mapped[bool] = mapped_column(server_default=sa.true(), comment=HELD)

    term: Mapped[Term] = relationship()
    course: Mapped[Course] = relationship()
    components: Mapped[list[Component]] = relationship(
        back_populates="section", order_by="Component.code", cascade="all, delete-orphan", passive_deletes=True
    )
    teachers: Mapped[list[SectionFaculty]] = relationship(
        order_by="SectionFaculty.position", cascade="all, delete-orphan", passive_deletes=True
    )
    groups: Mapped[list[StudentGroup]] = relationship(secondary="section_groups", order_by="StudentGroup.code")


class SectionFaculty(Model):
    """A teacher of a section; position 0 comes first."""

    __tablename__ = "section_faculty"

    section_id: Mapped[int] = mapped_column(sa.ForeignKey("sections.section_id", ondelete="CASCADE"), primary_key=True)
    faculty_id: Mapped[int] = mapped_column(sa.ForeignKey("faculty.faculty_id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(server_default="0")

    faculty: Mapped[Faculty] = relationship()


class SectionGroup(Model):
    """A group that attends a section. Several make it a combined class."""

    __tablename__ = "section_groups"

    section_id: Mapped[int] = mapped_column(sa.ForeignKey("sections.section_id", ondelete="CASCADE"), primary_key=True)
    student_group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id"), primary_key=True, index=True
    )


class Component(Model):
    """What must happen every week in a section: 3 lectures of 1 slot, or a lab of 2 in a row.

    Without batches its meetings are for the whole section. With batches each of them has
    ``meetings_per_week`` meetings of its own; ``parallel`` batches start together.
    """

    __tablename__ = "components"
    __table_args__ = (
        sa.UniqueConstraint("section_id", "code"),
        sa.CheckConstraint("meetings_per_week BETWEEN 1 AND 60", name="meetings_per_week_in_range"),
        sa.CheckConstraint("slots_per_meeting BETWEEN 1 AND 12", name="slots_per_meeting_in_range"),
        sa.CheckConstraint("min_days BETWEEN 0 AND 7", name="min_days_in_range"),
    )

    component_id: Mapped[Key]
    section_id: Mapped[int] = mapped_column(sa.ForeignKey("sections.section_id", ondelete="CASCADE"), index=True)
    code: Mapped[Code]
    kind: Mapped[str] = mapped_column(sa.String(32), server_default="lecture")
    meetings_per_week: Mapped[int]
    slots_per_meeting: Mapped[int] = mapped_column(server_default="1")
    day_patterns: Mapped[str] = mapped_column(
        sa.String(200), server_default="", comment="empty: one day; see services/shared/day_patterns"
    )
    needs_room: Mapped[bool] = mapped_column(server_default=sa.true())
    room_kind: Mapped[str] = mapped_column(sa.String(64), server_default="", comment="empty: any kind")
    room_features: Mapped[Codes]
    different_days: Mapped[bool] = mapped_column(server_default=sa.true())
    min_days: Mapped[int] = mapped_column(server_default="0")
    parallel: Mapped[bool] = mapped_column(server_default=sa.false())
    week_set_id: Mapped[int | None] = mapped_column(sa.ForeignKey("week_sets.week_set_id"), index=True)
    held: Mapped[bool] = mapped_column(server_default=sa.true(), comment=HELD)

    section: Mapped[Section] = relationship(back_populates="components")
    week_set: Mapped[WeekSet | None] = relationship()
    batches: Mapped[list[StudentGroup]] = relationship(secondary="component_batches", order_by="StudentGroup.code")
    teachers: Mapped[list[ComponentFaculty]] = relationship(
        order_by="ComponentFaculty.position", cascade="all, delete-orphan", passive_deletes=True
    )


class ComponentBatch(Model):
    """A group that has its own meetings of a component."""

    __tablename__ = "component_batches"

    component_id: Mapped[int] = mapped_column(
        sa.ForeignKey("components.component_id", ondelete="CASCADE"), primary_key=True
    )
    student_group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id"), primary_key=True, index=True
    )


class ComponentFaculty(Model):
    """A teacher of a component, instead of the section's; of one batch only where it is named."""

    __tablename__ = "component_faculty"
    __table_args__ = (
        sa.UniqueConstraint("component_id", "faculty_id", "student_group_id", postgresql_nulls_not_distinct=True),
    )

    component_faculty_id: Mapped[Key]
    component_id: Mapped[int] = mapped_column(sa.ForeignKey("components.component_id", ondelete="CASCADE"), index=True)
    faculty_id: Mapped[int] = mapped_column(sa.ForeignKey("faculty.faculty_id"), index=True)
    student_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student_groups.student_group_id"), index=True)
    position: Mapped[int] = mapped_column(server_default="0")

    faculty: Mapped[Faculty] = relationship()


class CourseRequest(Model):
    """A student asks for a course in a term; which of its sections is decided later.

    ``priority`` 1 is a course that must be had; ``alternative_id`` a course to take where this one can't be.
    """

    __tablename__ = "course_requests"
    __table_args__ = (
        sa.UniqueConstraint("term_id", "student_id", "course_id"),
        sa.CheckConstraint("priority BETWEEN 1 AND 9", name="priority_in_range"),
        sa.CheckConstraint("alternative_id IS NULL OR alternative_id <> course_id", name="not_its_own_alternative"),
    )

    course_request_id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("students.student_id", ondelete="CASCADE"), index=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.course_id"), index=True)
    priority: Mapped[int] = mapped_column(sa.SmallInteger, server_default="1")
    alternative_id: Mapped[int | None] = mapped_column(sa.ForeignKey("courses.course_id"), index=True)


class CourseEnrollment(Model):
    """A student takes a section by own choice (an elective), in a batch where it matters."""

    __tablename__ = "course_enrollments"
    __table_args__ = (sa.UniqueConstraint("student_id", "section_id"),)

    course_enrollment_id: Mapped[Key]
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("students.student_id", ondelete="CASCADE"), index=True)
    section_id: Mapped[int] = mapped_column(sa.ForeignKey("sections.section_id", ondelete="CASCADE"), index=True)
    student_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student_groups.student_group_id"), index=True)
    from_request: Mapped[bool] = mapped_column(
        sa.Boolean, server_default=sa.false(), comment="given by assigning students to sections; goes with it"
    )
