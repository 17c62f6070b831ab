"""Count in each timetable the classes that have lost a row they used, since unpublished ones no longer keep it.

Revision ID: 0011_cut_classes
Revises: 0010_baskets
"""

import sqlalchemy as sa
from alembic import op

revision = "0011_cut_classes"
down_revision = "0010_baskets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "classes that lost a row they used since it was made: deleted, or taken back"
    op.add_column(
        "timetables", sa.Column("cut_classes", sa.Integer(), server_default="0", nullable=False, comment=comment)
    )


def downgrade() -> None:
    op.drop_column("timetables", "cut_classes")
