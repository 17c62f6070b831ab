"""Let a class be held on several days at the same hour: patterns of a component, days of an entry, a claim a day.

Revision ID: 0020_day_patterns
Revises: 0019_kept_readings
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0020_day_patterns"
down_revision = "0019_kept_readings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "components",
        sa.Column(
            "day_patterns",
            sa.String(length=200),
            server_default="",
            nullable=False,
            comment="empty: one day; see services/shared/day_patterns",
        ),
    )
    op.add_column(
        "timetable_entries",
        sa.Column(
            "days",
            ARRAY(sa.SmallInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="all its days where it has several, that of day first",
        ),
    )
    op.create_check_constraint(
        op.f("ck_timetable_entries_first_of_its_days"),
        "timetable_entries",
        "days = '{}' OR (cardinality(days) > 1 AND days[1] = day)",
    )
    op.execute("ALTER TABLE entry_claims DROP CONSTRAINT pk_entry_claims")
    op.create_primary_key(op.f("pk_entry_claims"), "entry_claims", ["entry_id", "resource", "minutes"])


def downgrade() -> None:
    # What stood on several days keeps the first of them, as the release before could have stored it.
    op.execute(
        "DELETE FROM entry_claims later USING entry_claims first WHERE later.entry_id = first.entry_id"
        " AND later.resource = first.resource AND lower(later.minutes) > lower(first.minutes)"
    )
    op.execute("ALTER TABLE entry_claims DROP CONSTRAINT pk_entry_claims")
    op.create_primary_key(op.f("pk_entry_claims"), "entry_claims", ["entry_id", "resource"])
    op.drop_constraint(op.f("ck_timetable_entries_first_of_its_days"), "timetable_entries")
    op.drop_column("timetable_entries", "days")
    op.drop_column("components", "day_patterns")
