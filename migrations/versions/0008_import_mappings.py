"""Keep how an uploaded file is read, and by organisation how files of its shape are.

Revision ID: 0008_import_mappings
Revises: 0007_rungs
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_import_mappings"
down_revision = "0007_rungs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "how its sheets are read, see services/imports/layouts; null where the file is not one of sheets"
    op.add_column("uploads", sa.Column("mapping", postgresql.JSONB(), nullable=True, comment=comment))
    op.create_table(
        "import_mappings",
        sa.Column("import_mapping_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False, comment="of the sheets' names and headings"),
        sa.Column("filename", sa.String(length=255), nullable=False, comment="the file that was read so at last"),
        sa.Column("mapping", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_import_mappings_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_import_mappings_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("import_mapping_id", name=op.f("pk_import_mappings")),
        sa.UniqueConstraint(
            "organization_id", "fingerprint", name=op.f("uq_import_mappings_organization_id_fingerprint")
        ),
    )


def downgrade() -> None:
    op.drop_table("import_mappings")
    op.drop_column("uploads", "mapping")
