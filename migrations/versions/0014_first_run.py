"""Let the first organisation be made in the browser, and accounts be handed over by invitation.

Revision ID: 0014_first_run
Revises: 0013_import_changes
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_first_run"
down_revision = "0013_import_changes"
branch_labels = None
depends_on = None

PURPOSES = ("api", "calendar", "password_reset")


def upgrade() -> None:
    op.create_table(
        "setup_tokens",
        sa.Column("setup_token_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("setup_token_id", name=op.f("pk_setup_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_setup_tokens_token_hash")),
    )
    op.add_column("user_tokens", sa.Column("draw", sa.String(length=64), nullable=True))
    _allow(*PURPOSES, "invitation")


def downgrade() -> None:
    op.execute("DELETE FROM user_tokens WHERE purpose = 'invitation'")
    _allow(*PURPOSES)
    op.drop_column("user_tokens", "draw")
    op.drop_table("setup_tokens")


def _allow(*purposes: str) -> None:
    listed = ", ".join(f"'{purpose}'" for purpose in purposes)
    op.drop_constraint(op.f("ck_user_tokens_purpose"), "user_tokens", type_="check")
    op.create_check_constraint(op.f("ck_user_tokens_purpose"), "user_tokens", f"purpose IN ({listed})")
