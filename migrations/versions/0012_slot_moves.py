"""Let the slots of a shift change their times together: what begins when is compared at the end of a statement.

Revision ID: 0012_slot_moves
Revises: 0011_cut_classes
"""

from alembic import op

revision = "0012_slot_moves"
down_revision = "0011_cut_classes"
branch_labels = None
depends_on = None

NAME = "uq_time_slots_term_id_shift_day_start_time"
COLUMNS = ["term_id", "shift", "day", "start_time"]


def upgrade() -> None:
    op.drop_constraint(NAME, "time_slots")
    op.create_unique_constraint(NAME, "time_slots", COLUMNS, deferrable=True, initially="IMMEDIATE")


def downgrade() -> None:
    op.drop_constraint(NAME, "time_slots")
    op.create_unique_constraint(NAME, "time_slots", COLUMNS)
