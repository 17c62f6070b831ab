"""Note beside a reason which rules it excuses; one that was given before excuses all that its term makes hard."""

import sqlalchemy as sa
from alembic import op

revision = "0002_override_rules"
down_revision = "0001_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and fill it for the reasons that are there."""
    op.add_column(
        "timetable_entries",
        sa.Column(
            "override_rules",
            sa.ARRAY(sa.String(length=64)),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="the rules that were broken when the reason was given",
        ),
    )
    op.execute(
        """
        UPDATE timetable_entries SET override_rules = (
            SELECT coalesce(array_agg(rule), '{}') FROM term_rules JOIN timetables USING (term_id)
            WHERE timetables.timetable_id = timetable_entries.timetable_id AND is_hard AND is_enabled
        ) WHERE override_reason IS NOT NULL
        """
    )


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("timetable_entries", "override_rules")
