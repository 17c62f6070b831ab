"""When meetings can be held: terms, their time slots, sets of weeks, and what is otherwise on a date."""

from datetime import date, time
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.people import Organization
from webapp.models.types import Code, Codes, Key, Name, WeekNumbers, choice


class Term(Model):
    """A term of an organisation; it holds all programmes taught in its dates.

    ``semester`` numbers the term within the academic year. Terms of one organisation don't overlap. PostgreSQL raises
    ``data_revision`` behind the session's back: `terms.selection.data_revision_of` asks for it.
    """

    __tablename__ = "terms"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "academic_year", "semester"),
        sa.CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        sa.CheckConstraint("weeks BETWEEN 1 AND 60", name="weeks_in_range"),
        sa.CheckConstraint("break_minutes >= 0", name="break_not_negative"),
        sa.CheckConstraint("num_nonnulls(requests_from, requests_to) IN (0, 2)", name="request_window_whole"),
        sa.CheckConstraint("requests_to >= requests_from", name="request_window_ends_after_start"),
        ExcludeConstraint(
            (sa.column("organization_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_terms_dates_do_not_overlap",
        ),
    )

    term_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    academic_year: Mapped[str] = mapped_column(sa.String(9))
    semester: Mapped[int]
    name: Mapped[Name]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    weeks: Mapped[int] = mapped_column(server_default="16")
    break_minutes: Mapped[int] = mapped_column(
        server_default="15", comment="slots with a longer break between them are not adjacent"
    )
    data_revision: Mapped[int] = mapped_column(
        sa.BigInteger,
        server_default="1",
        comment="raised by triggers whenever what the engine reads of the term changes",
    )
    requests_from: Mapped[date | None] = mapped_column(comment="first day on which students ask for courses")
    requests_to: Mapped[date | None] = mapped_column(comment="last day on which they do")

    organization: Mapped[Organization] = relationship()


class TimeSlot(Model):
    """A teaching period of one day (0 is Monday). Several shifts are several grids that may overlap."""

    __tablename__ = "time_slots"
    __table_args__ = (
        sa.UniqueConstraint("term_id", "code"),
        # Slots that all move by two hours pass through each other's times.
        sa.UniqueConstraint("term_id", "shift", "day", "start_time", deferrable=True, initially="IMMEDIATE"),
        sa.CheckConstraint("day BETWEEN 0 AND 6", name="day_of_week"),
        sa.CheckConstraint("end_time > start_time", name="ends_after_start"),
    )

    time_slot_id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    code: Mapped[Code]
    label: Mapped[str] = mapped_column(sa.String(64), server_default="")
    shift: Mapped[str] = mapped_column(sa.String(64), server_default="")
    day: Mapped[int] = mapped_column(sa.SmallInteger)
    start_time: Mapped[time]
    end_time: Mapped[time]


class WeekSet(Model):
    """A named set of a term's weeks: odd, even, first half."""

    __tablename__ = "week_sets"
    __table_args__ = (sa.UniqueConstraint("term_id", "code"),)

    week_set_id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]
    weeks: Mapped[frozenset[int]] = mapped_column(WeekNumbers)


class TermWeekKind(StrEnum):
    """What a week of a term is for; classes are held in teaching weeks alone."""

    TEACHING = "teaching"
    READING = "reading"
    EXAM = "exam"
    BREAK = "break"


class TermWeek(Model):
    """What one week of a term is for, where it is not an ordinary teaching week, which has no row.

    Its number follows from the order of the weeks: teaching weeks are counted, others where they say so.
    """

    __tablename__ = "term_weeks"
    __table_args__ = (
        sa.UniqueConstraint("term_id", "monday"),
        sa.CheckConstraint("extract(isodow FROM monday) = 1", name="begins_on_monday"),
    )

    term_week_id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    monday: Mapped[date]
    kind: Mapped[TermWeekKind] = mapped_column(choice(TermWeekKind, "kind"))
    counted: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="has a number although no classes are held; teaching weeks always have"
    )
    note: Mapped[str] = mapped_column(sa.String(200), server_default="")


class Holiday(Model):
    """Days without classes: for everybody, or for the classes of some departments, programmes or groups."""

    __tablename__ = "holidays"
    __table_args__ = (
        sa.UniqueConstraint("term_id", "first_day", "name"),
        sa.CheckConstraint("last_day >= first_day", name="ends_after_start"),
    )

    holiday_id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date | None] = mapped_column(comment="empty: the first day alone")
    name: Mapped[Name]
    programmes: Mapped[Codes] = mapped_column(comment="empty: of whatever programme")


class HolidayDepartment(Model):
    """A department for whose courses a holiday is."""

    __tablename__ = "holiday_departments"

    holiday_id: Mapped[int] = mapped_column(sa.ForeignKey("holidays.holiday_id", ondelete="CASCADE"), primary_key=True)
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.department_id"), primary_key=True, index=True)


class HolidayGroup(Model):
    """A group for whose classes a holiday is."""

    __tablename__ = "holiday_groups"

    holiday_id: Mapped[int] = mapped_column(sa.ForeignKey("holidays.holiday_id", ondelete="CASCADE"), primary_key=True)
    student_group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id"), primary_key=True, index=True
    )


class MakeupDay(Model):
    """A date on which the classes of another day of the week are held: this Saturday is a Wednesday."""

    __tablename__ = "makeup_days"
    __table_args__ = (
        sa.UniqueConstraint("term_id", "held_on"),
        sa.CheckConstraint("follows BETWEEN 0 AND 6", name="day_of_week"),
        sa.CheckConstraint("week BETWEEN 1 AND 60", name="week_in_range"),
    )

    makeup_day_id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    held_on: Mapped[date]
    follows: Mapped[int] = mapped_column(sa.SmallInteger, comment="0 is Monday")
    week: Mapped[int | None] = mapped_column(comment="as in the week of this number; empty: as in its own")
    note: Mapped[str] = mapped_column(sa.String(200), server_default="")
