"""Let rules name teachers, groups, slots and rooms and have a second number, and keep the minutes between buildings.

Revision ID: 0023_rule_links
Revises: 0022_vocabulary_words
"""

import sqlalchemy as sa
from alembic import op

revision = "0023_rule_links"
down_revision = "0022_vocabulary_words"
branch_labels = None
depends_on = None

LINKS = {
    "term_rule_faculty": ("faculty_id", "faculty"),
    "term_rule_groups": ("student_group_id", "student_groups"),
    "term_rule_slots": ("time_slot_id", "time_slots"),
    "term_rule_rooms": ("room_id", "rooms"),
}
TERMS_OF = dict.fromkeys(LINKS, "SELECT term_id FROM changed JOIN term_rules USING (term_rule_id)") | {
    "building_walks": "SELECT terms.term_id FROM changed JOIN terms USING (organization_id)"
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
    op.add_column(
        "term_rules", sa.Column("second_amount", sa.Integer(), nullable=True, comment="of a rule with two numbers")
    )
    op.create_check_constraint(
        op.f("ck_term_rules_second_amount_not_negative"), "term_rules", "second_amount IS NULL OR second_amount >= 0"
    )
    for table, (column, other) in LINKS.items():
        op.create_table(
            table,
            sa.Column("term_rule_id", sa.Integer(), nullable=False),
            sa.Column(column, sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(
                ["term_rule_id"],
                ["term_rules.term_rule_id"],
                name=op.f(f"fk_{table}_term_rule_id_term_rules"),
                ondelete="CASCADE",
            ),
            sa.ForeignKeyConstraint([column], [f"{other}.{column}"], name=op.f(f"fk_{table}_{column}_{other}")),
            sa.PrimaryKeyConstraint("term_rule_id", column, name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    _create_walks()
    for table, terms in TERMS_OF.items():
        for event, (changed, transition) in CHANGED.items():
            op.execute(
                f"CREATE TRIGGER raise_data_revision_on_{event} AFTER {event} ON {table} REFERENCING {transition} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION raise_data_revision('{changed}', '{terms}')"
            )


def _create_walks() -> None:
    op.create_table(
        "building_walks",
        sa.Column("building_walk_id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("from_building_id", sa.Integer(), nullable=False),
        sa.Column("to_building_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_building_id <> to_building_id", name=op.f("ck_building_walks_between_two_buildings")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name=op.f("ck_building_walks_minutes_in_range")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_building_walks_organization_id_organizations"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column],
                ["buildings.building_id"],
                name=op.f(f"fk_building_walks_{column}_buildings"),
                ondelete="CASCADE",
            )
            for column in ("from_building_id", "to_building_id")
        ),
        sa.PrimaryKeyConstraint("building_walk_id", name=op.f("pk_building_walks")),
        sa.UniqueConstraint(
            "from_building_id", "to_building_id", name=op.f("uq_building_walks_from_building_id_to_building_id")
        ),
    )
    for column in ("organization_id", "to_building_id"):
        op.create_index(op.f(f"ix_building_walks_{column}"), "building_walks", [column])


def downgrade() -> None:
    op.drop_table("building_walks")
    for table in LINKS:
        op.drop_table(table)
    op.drop_constraint(op.f("ck_term_rules_second_amount_not_negative"), "term_rules")
    op.drop_column("term_rules", "second_amount")
