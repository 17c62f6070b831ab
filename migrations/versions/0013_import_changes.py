"""Keep what an import did, row by row, so that the whole of it can be taken back.

Revision ID: 0013_import_changes
Revises: 0012_slot_moves
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_import_changes"
down_revision = "0012_slot_moves"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_changes",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=False, comment="as files call it"),
        sa.Column("before", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["uploads.upload_id"],
            name=op.f("fk_import_changes_upload_id_uploads"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("upload_id", "position", name=op.f("pk_import_changes")),
    )
    op.add_column("uploads", sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("uploads", sa.Column("taken_back_by_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_uploads_taken_back_by_id_users"),
        "uploads",
        "users",
        ["taken_back_by_id"],
        ["user_id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_uploads_taken_back_by_id_users"), "uploads", type_="foreignkey")
    op.drop_column("uploads", "taken_back_by_id")
    op.drop_column("uploads", "taken_back_at")
    op.drop_table("import_changes")
