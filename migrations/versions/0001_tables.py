"""Lay down the tables: people, places, calendar, courses, wishes, runs, audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_tables"
down_revision = None
branch_labels = None
depends_on = None


TABLES = (
    "organizations",
    "buildings",
    "departments",
    "terms",
    "weight_profiles",
    "courses",
    "faculty",
    "rooms",
    "student_groups",
    "students",
    "term_rules",
    "time_slots",
    "week_sets",
    "sections",
    "student_group_members",
    "users",
    "audit_events",
    "availability",
    "components",
    "course_enrollments",
    "generation_jobs",
    "section_faculty",
    "section_groups",
    "uploads",
    "user_tokens",
    "component_batches",
    "component_faculty",
    "pins",
    "term_rule_components",
    "timetables",
    "timetable_approvals",
    "timetable_changes",
    "timetable_entries",
    "timetable_scores",
    "entry_claims",
    "entry_faculty",
    "entry_groups",
    "timetable_comments",
)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "organizations",
        sa.Column("organization_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("timezone", sa.String(length=64), server_default="UTC", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("code", name=op.f("uq_organizations_code")),
    )
    op.create_table(
        "buildings",
        sa.Column("building_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_buildings_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("building_id", name=op.f("pk_buildings")),
        sa.UniqueConstraint("organization_id", "code", name=op.f("uq_buildings_organization_id_code")),
    )
    op.create_index(op.f("ix_buildings_organization_id"), "buildings", ["organization_id"], unique=False)

    op.create_table(
        "departments",
        sa.Column("department_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_departments_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("department_id", name=op.f("pk_departments")),
        sa.UniqueConstraint("organization_id", "code", name=op.f("uq_departments_organization_id_code")),
    )
    op.create_index(op.f("ix_departments_organization_id"), "departments", ["organization_id"], unique=False)

    op.create_table(
        "terms",
        sa.Column("term_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("academic_year", sa.String(length=9), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), server_default="16", nullable=False),
        sa.Column(
            "break_minutes",
            sa.Integer(),
            server_default="15",
            nullable=False,
            comment="slots with a longer break between them are not adjacent",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("organization_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_terms_dates_do_not_overlap",
        ),
        sa.CheckConstraint("break_minutes >= 0", name=op.f("ck_terms_break_not_negative")),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_terms_ends_after_start")),
        sa.CheckConstraint("weeks BETWEEN 1 AND 60", name=op.f("ck_terms_weeks_in_range")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.organization_id"], name=op.f("fk_terms_organization_id_organizations")
        ),
        sa.PrimaryKeyConstraint("term_id", name=op.f("pk_terms")),
        sa.UniqueConstraint(
            "organization_id", "academic_year", "semester", name=op.f("uq_terms_organization_id_academic_year_semester")
        ),
    )
    op.create_index(op.f("ix_terms_organization_id"), "terms", ["organization_id"], unique=False)

    op.create_table(
        "weight_profiles",
        sa.Column("weight_profile_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "weights", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_weight_profiles_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("weight_profile_id", name=op.f("pk_weight_profiles")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_weight_profiles_organization_id_name")),
    )
    op.create_index(op.f("ix_weight_profiles_organization_id"), "weight_profiles", ["organization_id"], unique=False)

    op.create_table(
        "courses",
        sa.Column("course_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("credits", sa.Numeric(precision=4, scale=1), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.department_id"], name=op.f("fk_courses_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_courses_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_courses")),
        sa.UniqueConstraint("organization_id", "code", name=op.f("uq_courses_organization_id_code")),
    )
    op.create_index(op.f("ix_courses_department_id"), "courses", ["department_id"], unique=False)
    op.create_index(op.f("ix_courses_organization_id"), "courses", ["organization_id"], unique=False)

    op.create_table(
        "faculty",
        sa.Column("faculty_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("rank", sa.String(length=64), server_default="", nullable=False),
        sa.Column("max_slots_day", sa.Integer(), nullable=True),
        sa.Column("max_slots_week", sa.Integer(), nullable=True),
        sa.Column("leaves_per_month", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.CheckConstraint(
            "max_slots_day IS NULL OR max_slots_day >= 0", name=op.f("ck_faculty_max_slots_day_not_negative")
        ),
        sa.CheckConstraint(
            "max_slots_week IS NULL OR max_slots_week >= 0", name=op.f("ck_faculty_max_slots_week_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.department_id"], name=op.f("fk_faculty_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_faculty_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("faculty_id", name=op.f("pk_faculty")),
        sa.UniqueConstraint("organization_id", "code", name=op.f("uq_faculty_organization_id_code")),
    )
    op.create_index(op.f("ix_faculty_department_id"), "faculty", ["department_id"], unique=False)
    op.create_index(op.f("ix_faculty_organization_id"), "faculty", ["organization_id"], unique=False)

    op.create_table(
        "rooms",
        sa.Column("room_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True, comment="home department, for lists and reports"),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), server_default="lecture", nullable=False),
        sa.Column("features", sa.ARRAY(sa.String(length=64)), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_rooms_capacity_not_negative")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["buildings.building_id"], name=op.f("fk_rooms_building_id_buildings")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.department_id"], name=op.f("fk_rooms_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.organization_id"], name=op.f("fk_rooms_organization_id_organizations")
        ),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("organization_id", "code", name=op.f("uq_rooms_organization_id_code")),
    )
    op.create_index(op.f("ix_rooms_building_id"), "rooms", ["building_id"], unique=False)
    op.create_index(op.f("ix_rooms_department_id"), "rooms", ["department_id"], unique=False)
    op.create_index(op.f("ix_rooms_organization_id"), "rooms", ["organization_id"], unique=False)

    op.create_table(
        "student_groups",
        sa.Column("student_group_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "split", sa.String(length=64), server_default="", nullable=False, comment="which partition of the parent"
        ),
        sa.Column("programme", sa.String(length=200), server_default="", nullable=False),
        sa.Column("semester_of_study", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> student_group_id", name=op.f("ck_student_groups_not_its_own_parent")
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_student_groups_size_not_negative")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.department_id"], name=op.f("fk_student_groups_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["student_groups.student_group_id"], name=op.f("fk_student_groups_parent_id_student_groups")
        ),
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.term_id"], name=op.f("fk_student_groups_term_id_terms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("student_group_id", name=op.f("pk_student_groups")),
        sa.UniqueConstraint("term_id", "code", name=op.f("uq_student_groups_term_id_code")),
    )
    op.create_index(op.f("ix_student_groups_department_id"), "student_groups", ["department_id"], unique=False)
    op.create_index(op.f("ix_student_groups_parent_id"), "student_groups", ["parent_id"], unique=False)
    op.create_index(op.f("ix_student_groups_term_id"), "student_groups", ["term_id"], unique=False)

    op.create_table(
        "students",
        sa.Column("student_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.department_id"], name=op.f("fk_students_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_students_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_students")),
        sa.UniqueConstraint("organization_id", "code", name=op.f("uq_students_organization_id_code")),
    )
    op.create_index(op.f("ix_students_department_id"), "students", ["department_id"], unique=False)
    op.create_index(op.f("ix_students_organization_id"), "students", ["organization_id"], unique=False)

    op.create_table(
        "term_rules",
        sa.Column("term_rule_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column(
            "code", sa.String(length=64), nullable=False, comment="the rule's name, or one of its own where used twice"
        ),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_hard", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name=op.f("ck_term_rules_amount_not_negative")),
        sa.CheckConstraint(
            "weight IS NULL OR weight BETWEEN 0 AND 1000000", name=op.f("ck_term_rules_weight_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.term_id"], name=op.f("fk_term_rules_term_id_terms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("term_rule_id", name=op.f("pk_term_rules")),
        sa.UniqueConstraint("term_id", "code", name=op.f("uq_term_rules_term_id_code")),
    )
    op.create_index(op.f("ix_term_rules_term_id"), "term_rules", ["term_id"], unique=False)

    op.create_table(
        "time_slots",
        sa.Column("time_slot_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=64), server_default="", nullable=False),
        sa.Column("shift", sa.String(length=64), server_default="", nullable=False),
        sa.Column("day", sa.SmallInteger(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("end_time", sa.Time(), nullable=False),
        sa.CheckConstraint("day BETWEEN 0 AND 6", name=op.f("ck_time_slots_day_of_week")),
        sa.CheckConstraint("end_time > start_time", name=op.f("ck_time_slots_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.term_id"], name=op.f("fk_time_slots_term_id_terms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("time_slot_id", name=op.f("pk_time_slots")),
        sa.UniqueConstraint("term_id", "code", name=op.f("uq_time_slots_term_id_code")),
        sa.UniqueConstraint(
            "term_id", "shift", "day", "start_time", name=op.f("uq_time_slots_term_id_shift_day_start_time")
        ),
    )
    op.create_index(op.f("ix_time_slots_term_id"), "time_slots", ["term_id"], unique=False)

    op.create_table(
        "week_sets",
        sa.Column("week_set_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("weeks", postgresql.INT4MULTIRANGE(), nullable=False),
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.term_id"], name=op.f("fk_week_sets_term_id_terms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("week_set_id", name=op.f("pk_week_sets")),
        sa.UniqueConstraint("term_id", "code", name=op.f("uq_week_sets_term_id_code")),
    )
    op.create_index(op.f("ix_week_sets_term_id"), "week_sets", ["term_id"], unique=False)

    op.create_table(
        "sections",
        sa.Column("section_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column(
            "expected_size",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="students expected; the larger of this, its groups and its enrolments counts",
        ),
        sa.CheckConstraint("expected_size >= 0", name=op.f("ck_sections_expected_size_not_negative")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.course_id"], name=op.f("fk_sections_course_id_courses")),
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.term_id"], name=op.f("fk_sections_term_id_terms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", name=op.f("pk_sections")),
        sa.UniqueConstraint("term_id", "course_id", "code", name=op.f("uq_sections_term_id_course_id_code")),
    )
    op.create_index(op.f("ix_sections_course_id"), "sections", ["course_id"], unique=False)
    op.create_index(op.f("ix_sections_term_id"), "sections", ["term_id"], unique=False)

    op.create_table(
        "student_group_members",
        sa.Column("student_group_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_group_id"],
            ["student_groups.student_group_id"],
            name=op.f("fk_student_group_members_student_group_id_student_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.student_id"],
            name=op.f("fk_student_group_members_student_id_students"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_group_id", "student_id", name=op.f("pk_student_group_members")),
    )
    op.create_index(op.f("ix_student_group_members_student_id"), "student_group_members", ["student_id"], unique=False)

    op.create_table(
        "users",
        sa.Column("user_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "registrar",
                "hod",
                "faculty",
                "student",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "session_key",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="raised on password change, disabling and forced sign-out: older sessions are dead",
        ),
        sa.Column("must_change_password", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("faculty_id", sa.Integer(), nullable=True),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role <> 'faculty' OR faculty_id IS NOT NULL", name=op.f("ck_users_faculty_is_linked")),
        sa.CheckConstraint("role <> 'hod' OR department_id IS NOT NULL", name=op.f("ck_users_hod_has_department")),
        sa.CheckConstraint("role <> 'student' OR student_id IS NOT NULL", name=op.f("ck_users_student_is_linked")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.department_id"], name=op.f("fk_users_department_id_departments")
        ),
        sa.ForeignKeyConstraint(["faculty_id"], ["faculty.faculty_id"], name=op.f("fk_users_faculty_id_faculty")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.organization_id"], name=op.f("fk_users_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["student_id"], ["students.student_id"], name=op.f("fk_users_student_id_students")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
    )
    op.create_index(op.f("ix_users_department_id"), "users", ["department_id"], unique=False)
    op.create_index(op.f("ix_users_faculty_id"), "users", ["faculty_id"], unique=False)
    op.create_index(op.f("ix_users_organization_id"), "users", ["organization_id"], unique=False)
    op.create_index(op.f("ix_users_student_id"), "users", ["student_id"], unique=False)
    op.create_index("uq_users_email_lower", "users", [sa.literal_column("lower(email)")], unique=True)

    op.create_table(
        "audit_events",
        sa.Column("audit_event_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False, comment="table of the row"),
        sa.Column("subject_key", sa.String(length=64), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_audit_events_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_audit_events_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("audit_event_id", name=op.f("pk_audit_events")),
    )
    op.create_index(
        "ix_audit_events_organization_time", "audit_events", ["organization_id", "created_at"], unique=False
    )
    op.create_index(op.f("ix_audit_events_user_id"), "audit_events", ["user_id"], unique=False)

    op.create_table(
        "availability",
        sa.Column("availability_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("time_slot_id", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "unavailable", "avoid", "prefer", name="level", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("faculty_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("student_group_id", sa.Integer(), nullable=True),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(faculty_id, room_id, student_group_id, section_id) = 1",
            name=op.f("ck_availability_names_exactly_one"),
        ),
        sa.ForeignKeyConstraint(
            ["faculty_id"], ["faculty.faculty_id"], name=op.f("fk_availability_faculty_id_faculty"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["rooms.room_id"], name=op.f("fk_availability_room_id_rooms"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["sections.section_id"],
            name=op.f("fk_availability_section_id_sections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_group_id"],
            ["student_groups.student_group_id"],
            name=op.f("fk_availability_student_group_id_student_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["time_slot_id"],
            ["time_slots.time_slot_id"],
            name=op.f("fk_availability_time_slot_id_time_slots"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("availability_id", name=op.f("pk_availability")),
        sa.UniqueConstraint(
            "time_slot_id",
            "faculty_id",
            "room_id",
            "student_group_id",
            "section_id",
            name=op.f("uq_availability_time_slot_id_faculty_id_room_id_student_group_id_section_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_availability_faculty_id"), "availability", ["faculty_id"], unique=False)
    op.create_index(op.f("ix_availability_room_id"), "availability", ["room_id"], unique=False)
    op.create_index(op.f("ix_availability_section_id"), "availability", ["section_id"], unique=False)
    op.create_index(op.f("ix_availability_student_group_id"), "availability", ["student_group_id"], unique=False)
    op.create_index(op.f("ix_availability_time_slot_id"), "availability", ["time_slot_id"], unique=False)

    op.create_table(
        "components",
        sa.Column("component_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), server_default="lecture", nullable=False),
        sa.Column("meetings_per_week", sa.Integer(), nullable=False),
        sa.Column("slots_per_meeting", sa.Integer(), server_default="1", nullable=False),
        sa.Column("needs_room", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("room_kind", sa.String(length=64), server_default="", nullable=False, comment="empty: any kind"),
        sa.Column("room_features", sa.ARRAY(sa.String(length=64)), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("different_days", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("min_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("parallel", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("week_set_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("meetings_per_week BETWEEN 1 AND 60", name=op.f("ck_components_meetings_per_week_in_range")),
        sa.CheckConstraint("min_days BETWEEN 0 AND 7", name=op.f("ck_components_min_days_in_range")),
        sa.CheckConstraint("slots_per_meeting BETWEEN 1 AND 12", name=op.f("ck_components_slots_per_meeting_in_range")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["sections.section_id"], name=op.f("fk_components_section_id_sections"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["week_set_id"], ["week_sets.week_set_id"], name=op.f("fk_components_week_set_id_week_sets")
        ),
        sa.PrimaryKeyConstraint("component_id", name=op.f("pk_components")),
        sa.UniqueConstraint("section_id", "code", name=op.f("uq_components_section_id_code")),
    )
    op.create_index(op.f("ix_components_section_id"), "components", ["section_id"], unique=False)
    op.create_index(op.f("ix_components_week_set_id"), "components", ["week_set_id"], unique=False)

    op.create_table(
        "course_enrollments",
        sa.Column("course_enrollment_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("student_group_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["sections.section_id"],
            name=op.f("fk_course_enrollments_section_id_sections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_group_id"],
            ["student_groups.student_group_id"],
            name=op.f("fk_course_enrollments_student_group_id_student_groups"),
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.student_id"],
            name=op.f("fk_course_enrollments_student_id_students"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("course_enrollment_id", name=op.f("pk_course_enrollments")),
        sa.UniqueConstraint("student_id", "section_id", name=op.f("uq_course_enrollments_student_id_section_id")),
    )
    op.create_index(op.f("ix_course_enrollments_section_id"), "course_enrollments", ["section_id"], unique=False)
    op.create_index(
        op.f("ix_course_enrollments_student_group_id"), "course_enrollments", ["student_group_id"], unique=False
    )
    op.create_index(op.f("ix_course_enrollments_student_id"), "course_enrollments", ["student_id"], unique=False)

    op.create_table(
        "generation_jobs",
        sa.Column("job_id", sa.String(length=15), nullable=False, comment="tt_ and 12 hex digits"),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "generate",
                "check",
                "repair",
                "resolve",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            server_default="generate",
            nullable=False,
        ),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("academic_year", sa.String(length=9), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "completed",
                "failed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            server_default="queued",
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "clustering",
                "scheduling",
                "conflict resolution",
                "saving",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False, comment="wall time for the whole run"),
        sa.Column("seed", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="what was asked for: profiles, weights, reproducible",
        ),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="what is known so far: cost, bound, placed, per variant",
        ),
        sa.Column("failure", sa.Text(), nullable=True, comment="why it failed, as a sentence"),
        sa.Column("idempotency_key", sa.String(length=64), nullable=True),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "stop_requested_at", sa.DateTime(timezone=True), nullable=True, comment="finish now and keep the best"
        ),
        sa.Column("lease_token", sa.String(length=64), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_generation_jobs_progress_in_percent")),
        sa.CheckConstraint("seconds BETWEEN 1 AND 86400", name=op.f("ck_generation_jobs_seconds_in_range")),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users.user_id"],
            name=op.f("fk_generation_jobs_created_by_id_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_generation_jobs_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.term_id"], name=op.f("fk_generation_jobs_term_id_terms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_generation_jobs")),
        sa.UniqueConstraint(
            "created_by_id", "idempotency_key", name=op.f("uq_generation_jobs_created_by_id_idempotency_key")
        ),
    )
    op.create_index(op.f("ix_generation_jobs_created_by_id"), "generation_jobs", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_generation_jobs_organization_id"), "generation_jobs", ["organization_id"], unique=False)
    op.create_index("ix_generation_jobs_status_heartbeat", "generation_jobs", ["status", "heartbeat_at"], unique=False)
    op.create_index(op.f("ix_generation_jobs_term_id"), "generation_jobs", ["term_id"], unique=False)
    op.create_index(
        "uq_generation_jobs_one_active_generation",
        "generation_jobs",
        ["term_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'generate' AND status IN ('queued', 'running')"),
    )

    op.create_table(
        "section_faculty",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("faculty_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["faculty_id"], ["faculty.faculty_id"], name=op.f("fk_section_faculty_faculty_id_faculty")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["sections.section_id"],
            name=op.f("fk_section_faculty_section_id_sections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("section_id", "faculty_id", name=op.f("pk_section_faculty")),
    )
    op.create_index(op.f("ix_section_faculty_faculty_id"), "section_faculty", ["faculty_id"], unique=False)

    op.create_table(
        "section_groups",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("student_group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["sections.section_id"],
            name=op.f("fk_section_groups_section_id_sections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_group_id"],
            ["student_groups.student_group_id"],
            name=op.f("fk_section_groups_student_group_id_student_groups"),
        ),
        sa.PrimaryKeyConstraint("section_id", "student_group_id", name=op.f("pk_section_groups")),
    )
    op.create_index(op.f("ix_section_groups_student_group_id"), "section_groups", ["student_group_id"], unique=False)

    op.create_table(
        "uploads",
        sa.Column("upload_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_uploads_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.term_id"], name=op.f("fk_uploads_term_id_terms"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_uploads_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_organization_id"), "uploads", ["organization_id"], unique=False)
    op.create_index(op.f("ix_uploads_sha256"), "uploads", ["sha256"], unique=False)
    op.create_index(op.f("ix_uploads_term_id"), "uploads", ["term_id"], unique=False)

    op.create_table(
        "user_tokens",
        sa.Column("user_token_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "api",
                "calendar",
                "password_reset",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_user_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_token_id", name=op.f("pk_user_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_tokens_token_hash")),
    )
    op.create_index(op.f("ix_user_tokens_user_id"), "user_tokens", ["user_id"], unique=False)

    op.create_table(
        "component_batches",
        sa.Column("component_id", sa.Integer(), nullable=False),
        sa.Column("student_group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["component_id"],
            ["components.component_id"],
            name=op.f("fk_component_batches_component_id_components"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_group_id"],
            ["student_groups.student_group_id"],
            name=op.f("fk_component_batches_student_group_id_student_groups"),
        ),
        sa.PrimaryKeyConstraint("component_id", "student_group_id", name=op.f("pk_component_batches")),
    )
    op.create_index(
        op.f("ix_component_batches_student_group_id"), "component_batches", ["student_group_id"], unique=False
    )

    op.create_table(
        "component_faculty",
        sa.Column("component_faculty_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("component_id", sa.Integer(), nullable=False),
        sa.Column("faculty_id", sa.Integer(), nullable=False),
        sa.Column("student_group_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["component_id"],
            ["components.component_id"],
            name=op.f("fk_component_faculty_component_id_components"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["faculty_id"], ["faculty.faculty_id"], name=op.f("fk_component_faculty_faculty_id_faculty")
        ),
        sa.ForeignKeyConstraint(
            ["student_group_id"],
            ["student_groups.student_group_id"],
            name=op.f("fk_component_faculty_student_group_id_student_groups"),
        ),
        sa.PrimaryKeyConstraint("component_faculty_id", name=op.f("pk_component_faculty")),
        sa.UniqueConstraint(
            "component_id",
            "faculty_id",
            "student_group_id",
            name=op.f("uq_component_faculty_component_id_faculty_id_student_group_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_component_faculty_component_id"), "component_faculty", ["component_id"], unique=False)
    op.create_index(op.f("ix_component_faculty_faculty_id"), "component_faculty", ["faculty_id"], unique=False)
    op.create_index(
        op.f("ix_component_faculty_student_group_id"), "component_faculty", ["student_group_id"], unique=False
    )

    op.create_table(
        "pins",
        sa.Column("pin_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("component_id", sa.Integer(), nullable=False),
        sa.Column("student_group_id", sa.Integer(), nullable=True),
        sa.Column("ordinal", sa.Integer(), server_default="1", nullable=False),
        sa.Column("time_slot_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_pins_ordinal_from_one")),
        sa.CheckConstraint("time_slot_id IS NOT NULL OR room_id IS NOT NULL", name=op.f("ck_pins_pins_something")),
        sa.ForeignKeyConstraint(
            ["component_id"],
            ["components.component_id"],
            name=op.f("fk_pins_component_id_components"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.room_id"], name=op.f("fk_pins_room_id_rooms")),
        sa.ForeignKeyConstraint(
            ["student_group_id"],
            ["student_groups.student_group_id"],
            name=op.f("fk_pins_student_group_id_student_groups"),
        ),
        sa.ForeignKeyConstraint(
            ["time_slot_id"], ["time_slots.time_slot_id"], name=op.f("fk_pins_time_slot_id_time_slots")
        ),
        sa.PrimaryKeyConstraint("pin_id", name=op.f("pk_pins")),
        sa.UniqueConstraint(
            "component_id",
            "student_group_id",
            "ordinal",
            name=op.f("uq_pins_component_id_student_group_id_ordinal"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_pins_component_id"), "pins", ["component_id"], unique=False)
    op.create_index(op.f("ix_pins_room_id"), "pins", ["room_id"], unique=False)
    op.create_index(op.f("ix_pins_student_group_id"), "pins", ["student_group_id"], unique=False)
    op.create_index(op.f("ix_pins_time_slot_id"), "pins", ["time_slot_id"], unique=False)

    op.create_table(
        "term_rule_components",
        sa.Column("term_rule_id", sa.Integer(), nullable=False),
        sa.Column("component_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["component_id"],
            ["components.component_id"],
            name=op.f("fk_term_rule_components_component_id_components"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["term_rule_id"],
            ["term_rules.term_rule_id"],
            name=op.f("fk_term_rule_components_term_rule_id_term_rules"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("term_rule_id", "component_id", name=op.f("pk_term_rule_components")),
    )
    op.create_index(
        op.f("ix_term_rule_components_component_id"), "term_rule_components", ["component_id"], unique=False
    )

    op.create_table(
        "timetables",
        sa.Column("timetable_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("generation_job_id", sa.String(length=15), nullable=True),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("variant_name", sa.String(length=100), nullable=False),
        sa.Column("quality_score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "approved",
                "published",
                "superseded",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column(
            "revision",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="raised by every change, for stale moves",
        ),
        sa.Column("number", sa.Integer(), nullable=True, comment="given when it is published, counted within the term"),
        sa.Column("content_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("cost", sa.Integer(), nullable=True),
        sa.Column("bound", sa.Integer(), nullable=True),
        sa.Column("hard_violations", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unplaced", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "result",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="what the engine said: status, seed, seconds, versions, curve",
        ),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("quality_score BETWEEN 0 AND 100", name=op.f("ck_timetables_quality_score_in_range")),
        sa.ForeignKeyConstraint(
            ["based_on_id"],
            ["timetables.timetable_id"],
            name=op.f("fk_timetables_based_on_id_timetables"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.user_id"], name=op.f("fk_timetables_created_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["generation_job_id"],
            ["generation_jobs.job_id"],
            name=op.f("fk_timetables_generation_job_id_generation_jobs"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_timetables_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["users.user_id"],
            name=op.f("fk_timetables_published_by_id_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.term_id"], name=op.f("fk_timetables_term_id_terms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("timetable_id", name=op.f("pk_timetables")),
        sa.UniqueConstraint(
            "generation_job_id", "variant_name", name=op.f("uq_timetables_generation_job_id_variant_name")
        ),
        sa.UniqueConstraint("term_id", "number", name=op.f("uq_timetables_term_id_number")),
    )
    op.create_index(op.f("ix_timetables_generation_job_id"), "timetables", ["generation_job_id"], unique=False)
    op.create_index(op.f("ix_timetables_organization_id"), "timetables", ["organization_id"], unique=False)
    op.create_index(op.f("ix_timetables_term_id"), "timetables", ["term_id"], unique=False)
    op.create_index(
        "uq_timetables_one_published",
        "timetables",
        ["term_id"],
        unique=True,
        postgresql_where=sa.text("status = 'published'"),
    )

    op.create_table(
        "timetable_approvals",
        sa.Column("timetable_approval_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False, comment="the timetable's revision that was approved"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"],
            ["users.user_id"],
            name=op.f("fk_timetable_approvals_approved_by_id_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.department_id"],
            name=op.f("fk_timetable_approvals_department_id_departments"),
        ),
        sa.ForeignKeyConstraint(
            ["timetable_id"],
            ["timetables.timetable_id"],
            name=op.f("fk_timetable_approvals_timetable_id_timetables"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("timetable_approval_id", name=op.f("pk_timetable_approvals")),
        sa.UniqueConstraint(
            "timetable_id", "department_id", name=op.f("uq_timetable_approvals_timetable_id_department_id")
        ),
    )
    op.create_index(
        op.f("ix_timetable_approvals_department_id"), "timetable_approvals", ["department_id"], unique=False
    )
    op.create_index(op.f("ix_timetable_approvals_timetable_id"), "timetable_approvals", ["timetable_id"], unique=False)

    op.create_table(
        "timetable_changes",
        sa.Column("timetable_change_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="the timetable's revision after the change"),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.user_id"], name=op.f("fk_timetable_changes_made_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["timetable_id"],
            ["timetables.timetable_id"],
            name=op.f("fk_timetable_changes_timetable_id_timetables"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("timetable_change_id", name=op.f("pk_timetable_changes")),
        sa.UniqueConstraint("timetable_id", "revision", name=op.f("uq_timetable_changes_timetable_id_revision")),
    )
    op.create_index(op.f("ix_timetable_changes_timetable_id"), "timetable_changes", ["timetable_id"], unique=False)

    op.create_table(
        "timetable_entries",
        sa.Column("entry_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("component_id", sa.Integer(), nullable=False),
        sa.Column("student_group_id", sa.Integer(), nullable=True, comment="the batch, where there are batches"),
        sa.Column("ordinal", sa.Integer(), server_default="1", nullable=False),
        sa.Column("faculty_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("time_slot_id", sa.Integer(), nullable=True),
        sa.Column("week_set_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.SmallInteger(), nullable=True),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("end_time", sa.Time(), nullable=True),
        sa.Column("locked_time", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("locked_room", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("unplaced_reason", sa.Text(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("end_time > start_time", name=op.f("ck_timetable_entries_ends_after_start")),
        sa.CheckConstraint(
            "num_nonnulls(time_slot_id, day, start_time, end_time) IN (0, 4)",
            name=op.f("ck_timetable_entries_placed_or_unplaced"),
        ),
        sa.ForeignKeyConstraint(
            ["component_id"], ["components.component_id"], name=op.f("fk_timetable_entries_component_id_components")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.course_id"], name=op.f("fk_timetable_entries_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["faculty_id"], ["faculty.faculty_id"], name=op.f("fk_timetable_entries_faculty_id_faculty")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.room_id"], name=op.f("fk_timetable_entries_room_id_rooms")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["sections.section_id"], name=op.f("fk_timetable_entries_section_id_sections")
        ),
        sa.ForeignKeyConstraint(
            ["student_group_id"],
            ["student_groups.student_group_id"],
            name=op.f("fk_timetable_entries_student_group_id_student_groups"),
        ),
        sa.ForeignKeyConstraint(
            ["time_slot_id"], ["time_slots.time_slot_id"], name=op.f("fk_timetable_entries_time_slot_id_time_slots")
        ),
        sa.ForeignKeyConstraint(
            ["timetable_id"],
            ["timetables.timetable_id"],
            name=op.f("fk_timetable_entries_timetable_id_timetables"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["week_set_id"], ["week_sets.week_set_id"], name=op.f("fk_timetable_entries_week_set_id_week_sets")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_timetable_entries")),
        sa.UniqueConstraint(
            "timetable_id",
            "component_id",
            "student_group_id",
            "ordinal",
            name=op.f("uq_timetable_entries_timetable_id_component_id_student_group_id_ordinal"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_timetable_entries_component_id"), "timetable_entries", ["component_id"], unique=False)
    op.create_index(op.f("ix_timetable_entries_course_id"), "timetable_entries", ["course_id"], unique=False)
    op.create_index(op.f("ix_timetable_entries_faculty_id"), "timetable_entries", ["faculty_id"], unique=False)
    op.create_index(op.f("ix_timetable_entries_room_id"), "timetable_entries", ["room_id"], unique=False)
    op.create_index(op.f("ix_timetable_entries_section_id"), "timetable_entries", ["section_id"], unique=False)
    op.create_index(
        op.f("ix_timetable_entries_student_group_id"), "timetable_entries", ["student_group_id"], unique=False
    )
    op.create_index(op.f("ix_timetable_entries_time_slot_id"), "timetable_entries", ["time_slot_id"], unique=False)
    op.create_index(op.f("ix_timetable_entries_timetable_id"), "timetable_entries", ["timetable_id"], unique=False)
    op.create_index(op.f("ix_timetable_entries_week_set_id"), "timetable_entries", ["week_set_id"], unique=False)

    op.create_table(
        "timetable_scores",
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_hard", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column(
            "cost", sa.Integer(), nullable=False, comment="weighted by the term's own weights, 0 for a hard rule"
        ),
        sa.ForeignKeyConstraint(
            ["timetable_id"],
            ["timetables.timetable_id"],
            name=op.f("fk_timetable_scores_timetable_id_timetables"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("timetable_id", "rule", name=op.f("pk_timetable_scores")),
    )
    op.create_table(
        "entry_claims",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "resource",
            sa.String(length=255),
            nullable=False,
            comment="room:ID, faculty:ID or group:ID+ID (a leaf group)",
        ),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("minutes", postgresql.INT4RANGE(), nullable=False, comment="minutes of the week"),
        sa.Column("weeks", postgresql.INT4MULTIRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("timetable_id"), "="),
            (sa.column("resource"), "="),
            (sa.column("minutes"), "&&"),
            (sa.column("weeks"), "&&"),
            deferrable=True,
            initially="DEFERRED",
            using="gist",
            name="ex_entry_claims_no_double_booking",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["timetable_entries.entry_id"],
            name=op.f("fk_entry_claims_entry_id_timetable_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["timetable_id"],
            ["timetables.timetable_id"],
            name=op.f("fk_entry_claims_timetable_id_timetables"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("entry_id", "resource", name=op.f("pk_entry_claims")),
    )
    op.create_index(op.f("ix_entry_claims_timetable_id"), "entry_claims", ["timetable_id"], unique=False)

    op.create_table(
        "entry_faculty",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("faculty_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["timetable_entries.entry_id"],
            name=op.f("fk_entry_faculty_entry_id_timetable_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["faculty_id"], ["faculty.faculty_id"], name=op.f("fk_entry_faculty_faculty_id_faculty")
        ),
        sa.PrimaryKeyConstraint("entry_id", "faculty_id", name=op.f("pk_entry_faculty")),
    )
    op.create_index(op.f("ix_entry_faculty_faculty_id"), "entry_faculty", ["faculty_id"], unique=False)

    op.create_table(
        "entry_groups",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("student_group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["timetable_entries.entry_id"],
            name=op.f("fk_entry_groups_entry_id_timetable_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_group_id"],
            ["student_groups.student_group_id"],
            name=op.f("fk_entry_groups_student_group_id_student_groups"),
        ),
        sa.PrimaryKeyConstraint("entry_id", "student_group_id", name=op.f("pk_entry_groups")),
    )
    op.create_index(op.f("ix_entry_groups_student_group_id"), "entry_groups", ["student_group_id"], unique=False)

    op.create_table(
        "timetable_comments",
        sa.Column("timetable_comment_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.user_id"], name=op.f("fk_timetable_comments_author_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.department_id"],
            name=op.f("fk_timetable_comments_department_id_departments"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["timetable_entries.entry_id"],
            name=op.f("fk_timetable_comments_entry_id_timetable_entries"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["timetable_id"],
            ["timetables.timetable_id"],
            name=op.f("fk_timetable_comments_timetable_id_timetables"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("timetable_comment_id", name=op.f("pk_timetable_comments")),
    )
    op.create_index(op.f("ix_timetable_comments_timetable_id"), "timetable_comments", ["timetable_id"], unique=False)


def downgrade() -> None:
    """Drop the tables, dependants first. The extension stays: it may not be ours alone."""
    for table in reversed(TABLES):
        op.drop_table(table)
