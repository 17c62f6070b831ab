"""Keep what came of reading an upload, so that the next page need not read the file again.

Revision ID: 0019_kept_readings
Revises: 0018_held
"""

import sqlalchemy as sa
from alembic import op

revision = "0019_kept_readings"
down_revision = "0018_held"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "what came of reading it, see services/imports/kept_tables"
    op.add_column("uploads", sa.Column("kept_reading", sa.LargeBinary(), nullable=True, comment=comment))


def downgrade() -> None:
    op.drop_column("uploads", "kept_reading")
