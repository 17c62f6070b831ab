"""Add elective baskets: their sections, the groups that choose, and the triggers that number a term's states.

Revision ID: 0010_baskets
Revises: 0009_counted_rules
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_baskets"
down_revision = "0009_counted_rules"
branch_labels = None
depends_on = None

TERMS_OF = {
    "baskets": "SELECT term_id FROM changed",
    "basket_sections": "SELECT term_id FROM changed JOIN baskets USING (basket_id)",
    "basket_groups": "SELECT term_id FROM changed JOIN baskets USING (basket_id)",
}
"""Per table, the terms whose problem is made from the changed rows, as in 0003."""

CHANGED = {
    "insert": ("TABLE new_rows", "NEW TABLE AS new_rows"),
    "delete": ("TABLE old_rows", "OLD TABLE AS old_rows"),
    "update": (
        "(TABLE old_rows EXCEPT TABLE new_rows) UNION ALL (TABLE new_rows EXCEPT TABLE old_rows)",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    ),
}


def upgrade() -> None:
    op.create_table(
        "baskets",
        sa.Column("basket_id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column(
            "options_each", sa.Integer(), server_default="1", nullable=False, comment="how many of them a student takes"
        ),
        sa.Column(
            "different_days",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="all meetings of an option on different days, whatever its components ask",
        ),
        sa.CheckConstraint("options_each BETWEEN 1 AND 20", name=op.f("ck_baskets_options_each_in_range")),
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.term_id"], name=op.f("fk_baskets_term_id_terms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("basket_id", name=op.f("pk_baskets")),
        sa.UniqueConstraint("term_id", "code", name=op.f("uq_baskets_term_id_code")),
    )
    op.create_index(op.f("ix_baskets_term_id"), "baskets", ["term_id"])
    _add_link("basket_sections", "section_id", "sections")
    _add_link("basket_groups", "student_group_id", "student_groups")
    for table, terms in TERMS_OF.items():
        for event, (changed, transition) in CHANGED.items():
            op.execute(
                f"CREATE TRIGGER raise_data_revision_on_{event} AFTER {event} ON {table} REFERENCING {transition} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION raise_data_revision('{changed}', '{terms}')"
            )


def _add_link(table: str, column: str, other: str) -> None:
    op.create_table(
        table,
        sa.Column("basket_id", sa.Integer(), nullable=False),
        sa.Column(column, sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["basket_id"], ["baskets.basket_id"], name=op.f(f"fk_{table}_basket_id_baskets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint([column], [f"{other}.{column}"], name=op.f(f"fk_{table}_{column}_{other}")),
        sa.PrimaryKeyConstraint("basket_id", column, name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in ("basket_groups", "basket_sections", "baskets"):
        op.drop_table(table)
