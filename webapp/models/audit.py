"""What was done, by whom, the files that were uploaded, and how they are read."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.people import User
from webapp.models.types import Created, Json, Key


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
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    mapping: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB, comment="how its sheets are read, see services/imports/layouts; null where the file is not one of sheets"
    )
    kept_reading: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, deferred=True, comment="what came of reading it, see services/imports/kept_tables"
    )
    created_at: Mapped[Created]
    confirmed_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    taken_back_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    taken_back_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id", ondelete="SET NULL"))

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    taken_back_by: Mapped[User | None] = relationship(foreign_keys=[taken_back_by_id])


class ImportChange(Model):
    """A row that an import has changed, as a file would write it before and after; None where it was not there."""

    __tablename__ = "import_changes"

    upload_id: Mapped[int] = mapped_column(sa.ForeignKey("uploads.upload_id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    table_name: Mapped[str] = mapped_column(sa.String(64), comment="as files call it")
    before: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))


class LastChange(Model):
    """What a user changed last in forms and lists: the rows before and after, as the database holds them."""

    __tablename__ = "last_changes"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"))
    table_name: Mapped[str] = mapped_column(sa.String(64), comment="as addresses call it")
    keys: Mapped[list[int]] = mapped_column(JSONB)
    labels: Mapped[list[str]] = mapped_column(JSONB, comment="how each row of keys was called")
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="rows by table")
    after: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="rows by table")
    created_at: Mapped[Created]


class ImportMapping(Model):
    """How files of one shape are read, kept for the next one: sheets, columns and answers, no rows."""

    __tablename__ = "import_mappings"
    __table_args__ = (sa.UniqueConstraint("organization_id", "fingerprint"),)

    import_mapping_id: Mapped[Key]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organizations.organization_id"))
    fingerprint: Mapped[str] = mapped_column(sa.String(64), comment="of the sheets' names and headings")
    filename: Mapped[str] = mapped_column(sa.String(255), comment="the file that was read so at last")
    mapping: Mapped[Json]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id", ondelete="SET NULL"))
    saved_at: Mapped[Created]

    user: Mapped[User | None] = relationship()
