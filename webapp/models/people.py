"""Who there is: organisations, departments, users, teachers, students and their groups."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.types import Code, Created, EnumSet, Key, Name, choice


class Role(StrEnum):
    """What a user is to the organisation, the widest first; `accounts.permissions` says what each may do."""

    REGISTRAR = "registrar"
    HOD = "hod"
    FACULTY = "faculty"
    STUDENT = "student"


class Organization(Model):
    """A university or college: every other row belongs to one."""

    __tablename__ = "organizations"

    organization_id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    timezone: Mapped[str] = mapped_column(sa.String(64), server_default="UTC")
    created_at: Mapped[Created]


class Department(Model):
    """A department: it owns courses, employs teachers and has a head."""

    __tablename__ = "departments"
    __table_args__ = (sa.UniqueConstraint("organization_id", "code"),)

    department_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]


_EACH_ONCE = " + ".join(f"('{role}' = ANY (roles))::int" for role in Role)


class User(UserMixin, Model):  # type: ignore[misc]  # Flask-Login ships no types
    """Someone who can sign in, in one or several roles.

    What each role sees follows from its link: a head's department, a teacher's or a student's own row.
    """

    __tablename__ = "users"
    __table_args__ = (
        sa.Index("uq_users_email_lower", sa.text("lower(email)"), unique=True),
        sa.CheckConstraint(f"cardinality(roles) > 0 AND cardinality(roles) = {_EACH_ONCE}", name="roles_each_once"),
        sa.CheckConstraint("NOT 'hod' = ANY (roles) OR department_id IS NOT NULL", name="hod_has_department"),
        sa.CheckConstraint("NOT 'faculty' = ANY (roles) OR faculty_id IS NOT NULL", name="faculty_is_linked"),
        sa.CheckConstraint("NOT 'student' = ANY (roles) OR student_id IS NOT NULL", name="student_is_linked"),
    )

    user_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[Name]
    roles: Mapped[frozenset[Role]] = mapped_column(EnumSet(Role))
    password_hash: Mapped[str | None] = mapped_column(sa.String(255))
    is_enabled: Mapped[bool] = mapped_column(server_default=sa.true())
    session_key: Mapped[int] = mapped_column(
        server_default="1", comment="raised on password change, disabling and forced sign-out: older sessions are dead"
    )
    must_change_password: Mapped[bool] = mapped_column(server_default=sa.false())
    department_id: Mapped[int | None] = mapped_column(sa.ForeignKey("departments.department_id"), index=True)
    faculty_id: Mapped[int | None] = mapped_column(sa.ForeignKey("faculty.faculty_id"), index=True)
    student_id: Mapped[int | None] = mapped_column(sa.ForeignKey("students.student_id"), index=True)
    created_at: Mapped[Created]
    last_sign_in_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))

    organization: Mapped[Organization] = relationship()
    department: Mapped[Department | None] = relationship()
    faculty: Mapped[Faculty | None] = relationship()
    student: Mapped[Student | None] = relationship()

    def get_id(self) -> str:
        """What the session keeps: the user and the key that must still fit."""
        return f"{self.user_id}.{self.session_key}"

    @property
    def is_active(self) -> bool:
        """Whether the user may sign in."""
        return self.is_enabled

    @property
    def roles_in_order(self) -> list[Role]:
        """The roles, the widest first: where the user begins after signing in is the page of the first."""
        return [role for role in Role if role in self.roles]

    @classmethod
    def has_role(cls, role: Role) -> sa.ColumnElement[bool]:
        """The condition of a query that a user is in this role, among others."""
        return cls.roles.contains({role})


class TokenPurpose(StrEnum):
    """What a token opens."""

    API = "api"
    CALENDAR = "calendar"
    PASSWORD_RESET = "password_reset"  # noqa: S105 (a purpose, not a password)
    INVITATION = "invitation"


class FeedKind(StrEnum):
    """Whose or what classes a calendar link shows."""

    TEACHING = "teaching"
    STUDIES = "studies"
    ROOM = "room"
    GROUP = "group"


class UserToken(Model):
    """A secret given to a user, kept as a hash only: API token, calendar link, password reset, invitation.

    ``draw`` is the random part from which the server, with its secret key, can make an invitation's secret again until
    it has been handed out; it alone opens nothing. A calendar link says whose calendar it is: ``feed_kind``, and the
    room or section where it is one's.
    """

    __tablename__ = "user_tokens"
    __table_args__ = (
        sa.CheckConstraint("(purpose = 'calendar') = (feed_kind IS NOT NULL)", name="calendar_of_something"),
        sa.CheckConstraint(
            "(coalesce(feed_kind, '') = 'room') = (room_id IS NOT NULL)"
            " AND (coalesce(feed_kind, '') = 'group') = (student_group_id IS NOT NULL)",
            name="subject_of_its_kind",
        ),
    )

    user_token_id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.user_id", ondelete="CASCADE"), index=True)
    purpose: Mapped[TokenPurpose] = mapped_column(choice(TokenPurpose, "purpose"))
    name: Mapped[Name]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    draw: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[Created]
    expires_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    feed_kind: Mapped[FeedKind | None] = mapped_column(choice(FeedKind, "feed_kind"))
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rooms.room_id", ondelete="CASCADE"), index=True)
    student_group_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id", ondelete="CASCADE"), index=True
    )

    user: Mapped[User] = relationship()


class SetupToken(Model):
    """A secret printed by the server with which the first organisation is made, kept as a hash until there is one."""

    __tablename__ = "setup_tokens"

    setup_token_id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[Created]
    expires_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))


class Faculty(Model):
    """A teacher, with the load that may be asked of them (in slots)."""

    __tablename__ = "faculty"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "code"),
        sa.CheckConstraint("max_slots_day IS NULL OR max_slots_day >= 0", name="max_slots_day_not_negative"),
        sa.CheckConstraint("max_slots_week IS NULL OR max_slots_week >= 0", name="max_slots_week_not_negative"),
    )

    faculty_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.department_id"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]
    email: Mapped[str | None] = mapped_column(sa.String(254))
    rank: Mapped[str] = mapped_column(sa.String(64), server_default="")
    max_slots_day: Mapped[int | None]
    max_slots_week: Mapped[int | None]
    leaves_per_month: Mapped[Decimal | None] = mapped_column(sa.Numeric(4, 1))

    department: Mapped[Department] = relationship()


class Student(Model):
    """A student. Groups and enrolments say what is attended in a term."""

    __tablename__ = "students"
    __table_args__ = (sa.UniqueConstraint("organization_id", "code"),)

    student_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    department_id: Mapped[int | None] = mapped_column(sa.ForeignKey("departments.department_id"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]
    email: Mapped[str | None] = mapped_column(sa.String(254))

    department: Mapped[Department | None] = relationship()


class StudentGroup(Model):
    """Students who are timetabled together in a term: a programme's semester, a section, a batch.

    Groups form a tree. Children of one parent with the same ``split`` are one partition of it
    (lab batches), children with another ``split`` an independent one (tutorial groups).
    """

    __tablename__ = "student_groups"
    __table_args__ = (
        sa.UniqueConstraint("term_id", "code"),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> student_group_id", name="not_its_own_parent"),
        sa.CheckConstraint("size >= 0", name="size_not_negative"),
    )

    student_group_id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student_groups.student_group_id"), index=True)
    department_id: Mapped[int | None] = mapped_column(sa.ForeignKey("departments.department_id"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]
    split: Mapped[str] = mapped_column(sa.String(64), server_default="", comment="which partition of the parent")
    programme: Mapped[str] = mapped_column(sa.String(200), server_default="")
    semester_of_study: Mapped[int | None]
    size: Mapped[int] = mapped_column(server_default="0")

    parent: Mapped[StudentGroup | None] = relationship(remote_side="StudentGroup.student_group_id")
    department: Mapped[Department | None] = relationship()


class StudentGroupMember(Model):
    """A student belongs to a group."""

    __tablename__ = "student_group_members"

    student_group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id", ondelete="CASCADE"), primary_key=True
    )
    student_id: Mapped[int] = mapped_column(
        sa.ForeignKey("students.student_id", ondelete="CASCADE"), primary_key=True, index=True
    )
