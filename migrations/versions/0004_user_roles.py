"""A user has a set of roles.

A head of department who is linked to a teacher becomes a teacher as well: what a user sees follows from its links.
Taken back, each user keeps the widest of its roles.

Revision ID: 0004_user_roles
Revises: 0003_data_revision
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_user_roles"
down_revision = "0003_data_revision"
branch_labels = None
depends_on = None

ROLES = ("registrar", "hod", "faculty", "student")
LINKS = {"hod_has_department": ("hod", "department_id"), "faculty_is_linked": ("faculty", "faculty_id"),
         "student_is_linked": ("student", "student_id")}  # fmt: skip


def upgrade() -> None:
    for name in (*LINKS, "role"):
        op.drop_constraint(op.f(f"ck_users_{name}"), "users", type_="check")
    op.add_column("users", sa.Column("roles", sa.ARRAY(sa.String(24)), nullable=True))
    op.execute(
        "UPDATE users SET roles = CASE WHEN role = 'hod' AND faculty_id IS NOT NULL"
        " THEN ARRAY['hod', 'faculty'] ELSE ARRAY[role] END"
    )
    op.alter_column("users", "roles", nullable=False)
    op.drop_column("users", "role")
    each_once = " + ".join(f"('{role}' = ANY (roles))::int" for role in ROLES)
    op.create_check_constraint(
        op.f("ck_users_roles_each_once"), "users", f"cardinality(roles) > 0 AND cardinality(roles) = {each_once}"
    )
    for name, (role, link) in LINKS.items():
        op.create_check_constraint(
            op.f(f"ck_users_{name}"), "users", f"NOT '{role}' = ANY (roles) OR {link} IS NOT NULL"
        )


def downgrade() -> None:
    for name in (*LINKS, "roles_each_once"):
        op.drop_constraint(op.f(f"ck_users_{name}"), "users", type_="check")
    op.add_column("users", sa.Column("role", sa.String(24), nullable=True))
    widest = " ".join(f"WHEN '{role}' = ANY (roles) THEN '{role}'" for role in ROLES)
    op.execute(f"UPDATE users SET role = CASE {widest} END")
    op.alter_column("users", "role", nullable=False)
    op.drop_column("users", "roles")
    known = ", ".join(f"'{role}'" for role in ROLES)
    op.create_check_constraint(op.f("ck_users_role"), "users", f"role IN ({known})")
    for name, (role, link) in LINKS.items():
        op.create_check_constraint(op.f(f"ck_users_{name}"), "users", f"role <> '{role}' OR {link} IS NOT NULL")
