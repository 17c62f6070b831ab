"""Keep of a calendar link whose calendar it shows: one's own classes, a room's, a section's.

No link could be made before, so a token of that purpose opened nothing and goes.

Revision ID: 0028_calendar_links
Revises: 0027_profile_name
"""

import sqlalchemy as sa
from alembic import op

revision = "0028_calendar_links"
down_revision = "0027_profile_name"
branch_labels = None
depends_on = None

KINDS = ("teaching", "studies", "room", "group")
SUBJECTS = {"room_id": "rooms", "student_group_id": "student_groups"}


def upgrade() -> None:
    op.execute("DELETE FROM user_tokens WHERE purpose = 'calendar'")
    kind = sa.Enum(*KINDS, name="feed_kind", native_enum=False, create_constraint=True, length=24)
    op.add_column("user_tokens", sa.Column("feed_kind", kind, nullable=True))
    for name, table in SUBJECTS.items():
        op.add_column("user_tokens", sa.Column(name, sa.Integer(), nullable=True))
        key = op.f(f"fk_user_tokens_{name}_{table}")
        op.create_foreign_key(key, "user_tokens", table, [name], [name], ondelete="CASCADE")
        op.create_index(op.f(f"ix_user_tokens_{name}"), "user_tokens", [name])
    op.create_check_constraint(
        op.f("ck_user_tokens_calendar_of_something"),
        "user_tokens",
        "(purpose = 'calendar') = (feed_kind IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_user_tokens_subject_of_its_kind"),
        "user_tokens",
        "(coalesce(feed_kind, '') = 'room') = (room_id IS NOT NULL)"
        " AND (coalesce(feed_kind, '') = 'group') = (student_group_id IS NOT NULL)",
    )


def downgrade() -> None:
    for name in ("calendar_of_something", "subject_of_its_kind"):
        op.drop_constraint(op.f(f"ck_user_tokens_{name}"), "user_tokens")
    for name in reversed(SUBJECTS):
        op.drop_column("user_tokens", name)
    op.drop_column("user_tokens", "feed_kind")
