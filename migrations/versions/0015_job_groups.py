"""Let a run be of some groups only, as it may be of some departments.

Revision ID: 0015_job_groups
Revises: 0014_first_run
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_job_groups"
down_revision = "0014_first_run"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "generation_job_groups",
        sa.Column("job_id", sa.String(15), nullable=False),
        sa.Column("student_group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["generation_jobs.job_id"],
            name=op.f("fk_generation_job_groups_job_id_generation_jobs"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_group_id"],
            ["student_groups.student_group_id"],
            name=op.f("fk_generation_job_groups_student_group_id_student_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_id", "student_group_id", name=op.f("pk_generation_job_groups")),
    )
    op.create_index(op.f("ix_generation_job_groups_student_group_id"), "generation_job_groups", ["student_group_id"])


def downgrade() -> None:
    op.drop_table("generation_job_groups")
