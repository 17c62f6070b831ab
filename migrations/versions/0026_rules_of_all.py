"""Keep whether a rule is about everybody, so that one whose classes are all deleted does not become so.

Revision ID: 0026_rules_of_all
Revises: 0025_calendar
"""

import sqlalchemy as sa
from alembic import op

revision = "0026_rules_of_all"
down_revision = "0025_calendar"
branch_labels = None
depends_on = None

OF_CLASSES = (
    "same_start",
    "same_time_of_day",
    "same_days",
    "same_weeks",
    "overlap",
    "no_overlap",
    "different_weekdays",
    "different_time",
    "different_weeks",
    "same_attendees",
    "precedence",
    "precedence_of_pairs",
    "consecutive",
    "together_on_a_day",
    "grouped",
    "ends_day",
    "days_between",
    "min_gap",
    "work_day",
    "max_day_load",
    "most_at_once",
    "same_room",
    "different_room",
    "max_rooms",
)
"""The rules that are about classes alone: one that was added and names none asks nothing of anybody."""
NAMED = ("term_rule_components", "term_rule_faculty", "term_rule_groups")


def upgrade() -> None:
    op.add_column(
        "term_rules",
        sa.Column(
            "is_of_all",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="about everybody; else about those it names, be they nobody any more",
        ),
    )
    named = " UNION ".join(f"SELECT term_rule_id FROM {table}" for table in NAMED)
    op.execute(f"UPDATE term_rules SET is_of_all = false WHERE term_rule_id IN ({named})")
    rules = sa.table("term_rules", sa.column("rule"), sa.column("code"), sa.column("is_of_all"))
    of_none = rules.update().where(rules.c.rule.in_(OF_CLASSES), rules.c.code != rules.c.rule)
    op.execute(of_none.values(is_of_all=sa.false()))


def downgrade() -> None:
    op.drop_column("term_rules", "is_of_all")
