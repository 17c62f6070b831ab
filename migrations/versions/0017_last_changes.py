"""Keep what each user changed last in forms and lists, so that it can be undone.

Revision ID: 0017_last_changes
Revises: 0016_run_records
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017_last_changes"
down_revision = "0016_run_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last_changes",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=False, comment="as addresses call it"),
        sa.Column("keys", postgresql.JSONB(), nullable=False),
        sa.Column("labels", postgresql.JSONB(), nullable=False, comment="how each row of keys was called"),
        sa.Column("before", postgresql.JSONB(), nullable=False, comment="rows by table"),
        sa.Column("after", postgresql.JSONB(), nullable=False, comment="rows by table"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_last_changes_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_last_changes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_last_changes")),
    )


def downgrade() -> None:
    op.drop_table("last_changes")
