"""Elective baskets: sections of which a student takes one, held at the same times."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.types import Code, Key, Name


class Basket(Model):
    """Sections among which students choose: the first meetings of all of them start together, and so do the second.

    Where students take more than one of them, they do not start together: nobody could attend two.
    """

    __tablename__ = "baskets"
    __table_args__ = (
        sa.UniqueConstraint("term_id", "code"),
        sa.CheckConstraint("options_each BETWEEN 1 AND 20", name="options_each_in_range"),
    )

    basket_id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="CASCADE"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]
    options_each: Mapped[int] = mapped_column(server_default="1", comment="how many of them a student takes")
    different_days: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="all meetings of an option on different days, whatever its components ask"
    )


class BasketSection(Model):
    """A section that can be chosen in a basket."""

    __tablename__ = "basket_sections"

    basket_id: Mapped[int] = mapped_column(sa.ForeignKey("baskets.basket_id", ondelete="CASCADE"), primary_key=True)
    section_id: Mapped[int] = mapped_column(sa.ForeignKey("sections.section_id"), primary_key=True, index=True)


class BasketGroup(Model):
    """A group whose students choose from a basket."""

    __tablename__ = "basket_groups"

    basket_id: Mapped[int] = mapped_column(sa.ForeignKey("baskets.basket_id", ondelete="CASCADE"), primary_key=True)
    student_group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("student_groups.student_group_id"), primary_key=True, index=True
    )
