"""Keep the problem and the parts of a run, so that it can be done again from its receipt.

Revision ID: 0016_run_records
Revises: 0015_job_groups
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_run_records"
down_revision = "0015_job_groups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_records",
        sa.Column("job_id", sa.String(length=15), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False, comment="0: the problem; 1: a part"),
        sa.Column(
            "content", sa.LargeBinary(), nullable=False, comment="JSON, deflated: services/timetables/receipts.py"
        ),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["generation_jobs.job_id"],
            name=op.f("fk_run_records_job_id_generation_jobs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_id", "position", name=op.f("pk_run_records")),
    )


def downgrade() -> None:
    op.drop_table("run_records")
