"""Keep with a score which usual rules did not count, and with a rule between classes their order.

What was counted before is not known: those scores say so. The classes of a rule were taken by their keys until now, so
that order stays.

Revision ID: 0009_counted_rules
Revises: 0008_import_mappings
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_counted_rules"
down_revision = "0008_import_mappings"
branch_labels = None
depends_on = None

ORDER = """
UPDATE term_rule_components AS own SET position = places.place - 1
FROM (
    SELECT term_rule_id, component_id, row_number() OVER (PARTITION BY term_rule_id ORDER BY component_id) AS place
    FROM term_rule_components
) AS places
WHERE (own.term_rule_id, own.component_id) = (places.term_rule_id, places.component_id)
"""


def upgrade() -> None:
    comment = "usual rules that were off when its score was counted; null: not known"
    op.add_column("timetables", sa.Column("rules_off", sa.ARRAY(sa.String(64)), nullable=True, comment=comment))
    comment = "of the classes among each other, from 0"
    position = sa.Column("position", sa.Integer(), server_default="0", nullable=False, comment=comment)
    op.add_column("term_rule_components", position)
    # What the engine reads stays the same, so no term's data have changed.
    op.execute("ALTER TABLE term_rule_components DISABLE TRIGGER USER")
    op.execute(ORDER)
    op.execute("ALTER TABLE term_rule_components ENABLE TRIGGER USER")


def downgrade() -> None:
    op.drop_column("term_rule_components", "position")
    op.drop_column("timetables", "rules_off")
