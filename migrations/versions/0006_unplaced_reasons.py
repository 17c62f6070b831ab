"""Why a class has no place is a code with its values, put into words where it is shown.

Sentences that are stored already are kept as they are, under the code "text". Taken back, the values of a code are lost
where no sentence was stored.

Revision ID: 0006_unplaced_reasons
Revises: 0005_job_columns
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006_unplaced_reasons"
down_revision = "0005_job_columns"
branch_labels = None
depends_on = None

AS_CODE = "jsonb_build_object('code', 'text', 'values', jsonb_build_object('text', unplaced_reason))"
COMMENT = "code and values; see services/problem/words/reasons"


def upgrade() -> None:
    op.alter_column(
        "timetable_entries",
        "unplaced_reason",
        type_=JSONB(),
        comment=COMMENT,
        postgresql_using=f"CASE WHEN unplaced_reason IS NOT NULL THEN {AS_CODE} END",
    )


def downgrade() -> None:
    op.alter_column(
        "timetable_entries",
        "unplaced_reason",
        type_=sa.Text(),
        comment=None,
        existing_comment=COMMENT,
        postgresql_using="coalesce(unplaced_reason #>> '{values,text}', unplaced_reason ->> 'code')",
    )
