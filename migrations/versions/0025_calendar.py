"""Keep what is otherwise on a date: weeks that are not taught, holidays, days that follow another day's timetable.

A term without such rows has a teaching week in every week of its dates, up to as many as it says, so nothing is to be
filled in for the terms that there are.

Revision ID: 0025_calendar
Revises: 0024_course_requests
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_calendar"
down_revision = "0024_course_requests"
branch_labels = None
depends_on = None

KINDS = ("teaching", "reading", "exam", "break")


def upgrade() -> None:
    _create(
        "term_weeks",
        sa.Column("term_week_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column(
            "kind", sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=24), nullable=False
        ),
        sa.Column(
            "counted",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="has a number although no classes are held; teaching weeks always have",
        ),
        _note(),
        sa.CheckConstraint("extract(isodow FROM monday) = 1", name=op.f("ck_term_weeks_begins_on_monday")),
        unique=("monday",),
    )
    _create(
        "holidays",
        sa.Column("holiday_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True, comment="empty: the first day alone"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column(
            "programmes",
            sa.ARRAY(sa.String(64)),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="empty: of whatever programme",
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_holidays_ends_after_start")),
        unique=("first_day", "name"),
    )
    _create(
        "makeup_days",
        sa.Column("makeup_day_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("follows", sa.SmallInteger(), nullable=False, comment="0 is Monday"),
        sa.Column("week", sa.Integer(), nullable=True, comment="as in the week of this number; empty: as in its own"),
        _note(),
        sa.CheckConstraint("follows BETWEEN 0 AND 6", name=op.f("ck_makeup_days_day_of_week")),
        sa.CheckConstraint("week BETWEEN 1 AND 60", name=op.f("ck_makeup_days_week_in_range")),
        unique=("held_on",),
    )
    _add_link("holiday_departments", "department_id", "departments")
    _add_link("holiday_groups", "student_group_id", "student_groups")


def _note() -> sa.Column[str]:
    return sa.Column("note", sa.String(200), server_default="", nullable=False)


def _create(table: str, key: sa.Column[int], *parts: sa.schema.SchemaItem, unique: tuple[str, ...]) -> None:
    """Create a table whose rows are a term's own, its ``unique`` columns once a term."""
    op.create_table(
        table,
        key,
        sa.Column("term_id", sa.Integer(), nullable=False),
        *parts,
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.term_id"], name=op.f(f"fk_{table}_term_id_terms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(key.name, name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("term_id", *unique, name=op.f("_".join([f"uq_{table}_term_id", *unique]))),
    )
    op.create_index(op.f(f"ix_{table}_term_id"), table, ["term_id"])


def _add_link(table: str, column: str, other: str) -> None:
    op.create_table(
        table,
        sa.Column("holiday_id", sa.Integer(), nullable=False),
        sa.Column(column, sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holiday_id"], ["holidays.holiday_id"], name=op.f(f"fk_{table}_holiday_id_holidays"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint([column], [f"{other}.{column}"], name=op.f(f"fk_{table}_{column}_{other}")),
        sa.PrimaryKeyConstraint("holiday_id", column, name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in ("holiday_groups", "holiday_departments", "makeup_days", "holidays", "term_weeks"):
        op.drop_table(table)
