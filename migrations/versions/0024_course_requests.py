"""Keep the courses that students ask for, when they may, and which enrolments were given for it.

Revision ID: 0024_course_requests
Revises: 0023_rule_links
"""

import sqlalchemy as sa
from alembic import op

revision = "0024_course_requests"
down_revision = "0023_rule_links"
branch_labels = None
depends_on = None

TABLE = "course_requests"
KEYS = (
    ("term_id", "terms", "term_id", "CASCADE"),
    ("student_id", "students", "student_id", "CASCADE"),
    ("course_id", "courses", "course_id", None),
    ("alternative_id", "courses", "course_id", None),
)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("course_request_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("alternative_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{other}.{key}"], name=op.f(f"fk_{TABLE}_{column}_{other}"), ondelete=ondelete
            )
            for column, other, key, ondelete in KEYS
        ),
        sa.CheckConstraint("priority BETWEEN 1 AND 9", name=op.f(f"ck_{TABLE}_priority_in_range")),
        sa.CheckConstraint(
            "alternative_id IS NULL OR alternative_id <> course_id", name=op.f(f"ck_{TABLE}_not_its_own_alternative")
        ),
        sa.PrimaryKeyConstraint("course_request_id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "term_id", "student_id", "course_id", name=op.f(f"uq_{TABLE}_term_id_student_id_course_id")
        ),
    )
    for column, *_rest in KEYS:
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    op.add_column(
        "course_enrollments",
        sa.Column(
            "from_request",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="given by assigning students to sections; goes with it",
        ),
    )
    first, last = "first day on which students ask for courses", "last day on which they do"
    op.add_column("terms", sa.Column("requests_from", sa.Date(), nullable=True, comment=first))
    op.add_column("terms", sa.Column("requests_to", sa.Date(), nullable=True, comment=last))
    op.create_check_constraint(
        op.f("ck_terms_request_window_whole"), "terms", "num_nonnulls(requests_from, requests_to) IN (0, 2)"
    )
    op.create_check_constraint(
        op.f("ck_terms_request_window_ends_after_start"), "terms", "requests_to >= requests_from"
    )


def downgrade() -> None:
    op.drop_column("terms", "requests_to")
    op.drop_column("terms", "requests_from")
    op.drop_column("course_enrollments", "from_request")
    op.drop_table(TABLE)
