"""What shall hold: availability and wishes, pinned meetings, and the rules of a term."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.courses import Component
from webapp.models.types import Key, choice


class WishLevel(StrEnum):
    """How somebody feels about a slot."""

    UNAVAILABLE = "unavailable"
    AVOID = "avoid"
    PREFER = "prefer"


class Availability(Model):
    """Somebody or something is unavailable, or rather not, or gladly there at a slot.

    Exactly one of teacher, room, group and section is named. An unavailable room is closed.
    """

    __tablename__ = "availability"
    __table_args__ = (
        sa.CheckConstraint(
            "num_nonnulls(faculty_id, room_id, student_group_id, section_id) = 1", name="names_exactly_one"
        ),
        sa.UniqueConstraint(
            "time_slot_id",
            "faculty_id",
            "room_id",
            "student_group_id",
            "section_id",
            postgresql_nulls_not_distinct=True,
        ),
    )

    availability_id: Mapped[Key]
    time_slot_id: Mapped[int] = mapped_column(sa.ForeignKey("time_slots.time_slot_id", ondelete="CASCADE"), index=True)
    level: Mapped[WishLevel] = mapped_column(choice(WishLevel, "level"))
    faculty_id: Mapped[int | None] = mapped_column(sa.ForeignKey("faculty.faculty_id", ondelete="CASCADE"), index=True)
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rooms.room_id", ondelete="CASCADE"), index=True)
    student_group_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id", ondelete="CASCADE"), index=True
    )
    section_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sections.section_id", ondelete="CASCADE"), index=True)


class Pin(Model):
    """A meeting that must stand at a slot, in a room, or both."""

    __tablename__ = "pins"
    __table_args__ = (
        sa.UniqueConstraint("component_id", "student_group_id", "ordinal", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("ordinal >= 1", name="ordinal_from_one"),
        sa.CheckConstraint("time_slot_id IS NOT NULL OR room_id IS NOT NULL", name="pins_something"),
    )

    pin_id: Mapped[Key]
    component_id: Mapped[int] = mapped_column(sa.ForeignKey("components.component_id", ondelete="CASCADE"), index=True)
    student_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student_groups.student_group_id"), index=True)
    ordinal: Mapped[int] = mapped_column(server_default="1")
    time_slot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("time_slots.time_slot_id"), index=True)
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rooms.room_id"), index=True)

    component: Mapped[Component] = relationship()


class TermRule(Model):
    """A rule of the engine as a term uses it: on or off, hard or with a weight, its number.

    It names the components, teachers and groups that it is about, or is about everyone. One that is not about everyone
    and names none any more, because they are deleted, is about nobody. It names slots and rooms where it looks at those
    alone.
    """

    __tablename__ = "term_rules"
    __table_args__ = (
        sa.UniqueConstraint("term_id", "code"),
        sa.CheckConstraint("weight IS NULL OR weight BETWEEN 0 AND 1000000", name="weight_in_range"),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name="amount_not_negative"),
        sa.CheckConstraint("second_amount IS NULL OR second_amount >= 0", name="second_amount_not_negative"),
    )

    term_rule_id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(sa.String(64), comment="the rule's name, or one of its own where used twice")
    rule: Mapped[str] = mapped_column(sa.String(64))
    is_enabled: Mapped[bool] = mapped_column(server_default=sa.true())
    is_hard: Mapped[bool] = mapped_column(server_default=sa.false())
    weight: Mapped[int | None]
    amount: Mapped[int | None]
    second_amount: Mapped[int | None] = mapped_column(comment="of a rule with two numbers")
    is_of_all: Mapped[bool] = mapped_column(
        server_default=sa.true(), comment="about everybody; else about those it names, be they nobody any more"
    )

    components: Mapped[list[Component]] = relationship(
        secondary="term_rule_components", order_by="(TermRuleComponent.position, TermRuleComponent.component_id)"
    )


class TermRuleComponent(Model):
    """A component that a rule between meetings is about."""

    __tablename__ = "term_rule_components"

    term_rule_id: Mapped[int] = mapped_column(
        sa.ForeignKey("term_rules.term_rule_id", ondelete="CASCADE"), primary_key=True
    )
    component_id: Mapped[int] = mapped_column(
        sa.ForeignKey("components.component_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(server_default="0", comment="of the classes among each other, from 0")


class TermRuleFaculty(Model):
    """A teacher whom a rule is about."""

    __tablename__ = "term_rule_faculty"

    term_rule_id: Mapped[int] = mapped_column(
        sa.ForeignKey("term_rules.term_rule_id", ondelete="CASCADE"), primary_key=True
    )
    faculty_id: Mapped[int] = mapped_column(sa.ForeignKey("faculty.faculty_id"), primary_key=True, index=True)


class TermRuleGroup(Model):
    """A group that a rule is about."""

    __tablename__ = "term_rule_groups"

    term_rule_id: Mapped[int] = mapped_column(
        sa.ForeignKey("term_rules.term_rule_id", ondelete="CASCADE"), primary_key=True
    )
    student_group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id"), primary_key=True, index=True
    )


class TermRuleSlot(Model):
    """A slot at which a rule looks, where it looks at some alone."""

    __tablename__ = "term_rule_slots"

    term_rule_id: Mapped[int] = mapped_column(
        sa.ForeignKey("term_rules.term_rule_id", ondelete="CASCADE"), primary_key=True
    )
    time_slot_id: Mapped[int] = mapped_column(sa.ForeignKey("time_slots.time_slot_id"), primary_key=True, index=True)


class TermRuleRoom(Model):
    """A room that a rule names: one of the home rooms."""

    __tablename__ = "term_rule_rooms"

    term_rule_id: Mapped[int] = mapped_column(
        sa.ForeignKey("term_rules.term_rule_id", ondelete="CASCADE"), primary_key=True
    )
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("rooms.room_id"), primary_key=True, index=True)
