"""When meetings can be held: terms, their time slots and sets of weeks."""

from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.people import Organization
from webapp.models.types import Code, Key, Name, WeekNumbers


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
