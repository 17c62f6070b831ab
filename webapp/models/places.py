"""Where meetings are held."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.people import Department
from webapp.models.types import Code, Codes, Key, Name


class Building(Model):
    """A building with rooms."""

    __tablename__ = "buildings"
    __table_args__ = (sa.UniqueConstraint("organization_id", "code"),)

    building_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]


class BuildingWalk(Model):
    """How long it takes to walk from one building to another; the way back takes as long where it has no row."""

    __tablename__ = "building_walks"
    __table_args__ = (
        sa.UniqueConstraint("from_building_id", "to_building_id"),
        sa.CheckConstraint("from_building_id <> to_building_id", name="between_two_buildings"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes_in_range"),
    )

    building_walk_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    from_building_id: Mapped[int] = mapped_column(sa.ForeignKey("buildings.building_id", ondelete="CASCADE"))
    to_building_id: Mapped[int] = mapped_column(sa.ForeignKey("buildings.building_id", ondelete="CASCADE"), index=True)
    minutes: Mapped[int]


class Room(Model):
    """A room: its seats, its kind ("lecture", "lab") and what is in it ("projector")."""

    __tablename__ = "rooms"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "code"),
        sa.CheckConstraint("capacity >= 0", name="capacity_not_negative"),
    )

    room_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    building_id: Mapped[int | None] = mapped_column(sa.ForeignKey("buildings.building_id"), index=True)
    department_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("departments.department_id"), index=True, comment="home department, for lists and reports"
    )
    code: Mapped[Code]
    name: Mapped[Name]
    capacity: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(64), server_default="lecture")
    features: Mapped[Codes]
    is_open: Mapped[bool] = mapped_column(server_default=sa.true())

    building: Mapped[Building | None] = relationship()
    department: Mapped[Department | None] = relationship()
