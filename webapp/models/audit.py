"""What was done, by whom, and the files that were uploaded."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.people import User
from webapp.models.types import Created, Key


class AuditEvent(Model):
    """Who did what to which row, with before and after; written in the change's own transaction."""

    __tablename__ = "audit_events"
    __table_args__ = (sa.Index("ix_audit_events_organization_time", "organization_id", "created_at"),)

    audit_event_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id", ondelete="SET NULL"), index=True)
    action: Mapped[str] = mapped_column(sa.String(64))
    subject: Mapped[str] = mapped_column(sa.String(64), comment="table of the row")
    subject_key: Mapped[str] = mapped_column(sa.String(64))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[Created]

    user: Mapped[User | None] = relationship()


class Upload(Model):
    """A file that somebody sent for import, kept with its hash."""

    __tablename__ = "uploads"

    upload_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"), index=True)
    term_id: Mapped[int | None] = mapped_column(sa.ForeignKey("terms.term_id", ondelete="SET NULL"), index=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id", ondelete="SET NULL"))
    filename: Mapped[str] = mapped_column(sa.String(255))
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    created_at: Mapped[Created]
    confirmed_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
