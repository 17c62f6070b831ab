"""Rename profiles that are called like the part of a run from which its variants begin: that name is taken now.

Revision ID: 0027_profile_name
Revises: 0026_rules_of_all
"""

from alembic import op

revision = "0027_profile_name"
down_revision = "0026_rules_of_all"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE weight_profiles SET name = 'First timetable, profile ' || weight_profile_id "
        "WHERE lower(name) = '(first timetable)'"
    )


def downgrade() -> None:
    pass  # the name that it had says nothing that its key does not
