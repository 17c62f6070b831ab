"""Mark sections and weekly classes that are not held any more, since what was published keeps their rows.

Revision ID: 0018_held
Revises: 0017_last_changes
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_held"
down_revision = "0017_last_changes"
branch_labels = None
depends_on = None

COMMENT = "whether it is asked for; what is not held keeps its place in timetables that have it"


def upgrade() -> None:
    for table in ("sections", "components"):
        op.add_column(table, sa.Column("held", sa.Boolean(), server_default=sa.true(), nullable=False, comment=COMMENT))


def downgrade() -> None:
    for table in ("components", "sections"):
        op.drop_column(table, "held")
