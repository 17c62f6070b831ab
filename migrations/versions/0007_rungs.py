"""Keep the rung of a repair's ladder that a draft was made of as a column instead of a key of its JSON.

Revision ID: 0007_rungs
Revises: 0006_unplaced_reasons
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_rungs"
down_revision = "0006_unplaced_reasons"
branch_labels = None
depends_on = None

RESULT_WAS, RESULT_IS = (
    "what the engine said: status, seed, seconds, versions, curve",
    "how it was made; see services/problem/results",
)
FIRST_OF_EACH = """
    SELECT DISTINCT ON (generation_job_id, result ->> 'rung') timetable_id FROM timetables
    WHERE generation_job_id IS NOT NULL AND result ? 'rung' ORDER BY generation_job_id, result ->> 'rung', timetable_id
"""


def upgrade() -> None:
    comment = "of a repair's ladder, counted from 1: the one it was made of"
    op.add_column("timetables", sa.Column("rung", sa.Integer(), nullable=True, comment=comment))
    op.execute(
        "UPDATE timetables SET rung = CAST(result ->> 'rung' AS integer), result = result - 'rung' "
        f"WHERE timetable_id IN ({FIRST_OF_EACH})"
    )
    op.create_unique_constraint("uq_timetables_generation_job_id_rung", "timetables", ["generation_job_id", "rung"])
    op.alter_column("timetables", "result", comment=RESULT_IS, existing_comment=RESULT_WAS)


def downgrade() -> None:
    op.alter_column("timetables", "result", comment=RESULT_WAS, existing_comment=RESULT_IS)
    op.drop_constraint("uq_timetables_generation_job_id_rung", "timetables", type_="unique")
    op.execute("UPDATE timetables SET result = result || jsonb_build_object('rung', rung) WHERE rung IS NOT NULL")
    op.drop_column("timetables", "rung")
