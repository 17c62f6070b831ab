"""Make columns of the keys and the bookkeeping in a job's JSON; a what-if is a kind, a failure a code."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005_job_columns"
down_revision = "0004_user_roles"
branch_labels = None
depends_on = None

KINDS_BEFORE = "kind IN ('generate', 'check', 'repair', 'resolve')"
KINDS_AFTER = "kind IN ('generate', 'check', 'what_if', 'repair', 'resolve')"


def upgrade() -> None:
    """Add the columns and the departments' table, and move into them what the rows hold."""
    _add()
    op.execute("ALTER TABLE generation_jobs DROP CONSTRAINT ck_generation_jobs_kind")
    op.execute("ALTER TABLE generation_jobs DROP CONSTRAINT ck_generation_jobs_seconds_in_range")
    op.execute(
        """
        UPDATE generation_jobs SET
            handed_over = coalesce((options->>'handed_over')::int, 0),
            seconds = least(seconds, 21600),
            base_timetable_id = (
                SELECT timetable_id FROM timetables
                WHERE timetable_id = coalesce(options->>'timetable_id', options->'choices'->>'base_id')::int
            ),
            failure_code = CASE WHEN failure IS NULL THEN NULL ELSE 'text' END,
            failure_values = CASE
                WHEN failure IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('text', failure) END
        """
    )
    op.execute(
        """
        INSERT INTO generation_job_departments (job_id, department_id)
        SELECT DISTINCT job_id, department_id
        FROM generation_jobs, jsonb_array_elements_text(options->'choices'->'departments') AS chosen(key)
        JOIN departments ON department_id = chosen.key::int
        WHERE jsonb_typeof(options->'choices'->'departments') = 'array'
        """
    )
    op.execute(
        """
        UPDATE generation_jobs SET options = (options - 'choices') || jsonb_strip_nulls(jsonb_build_object(
            'holds_to_base', nullif(options->'choices'->>'base_id' IS NOT NULL, false),
            'some_departments', nullif(jsonb_array_length(options->'choices'->'departments') > 0, false),
            'keep_locks', nullif(options->'choices'->'keep_locks', 'false'),
            'close', nullif(options->'choices'->'close', '""'),
            'partial', nullif(options->'choices'->'partial', 'false')
        )) WHERE kind = 'generate' AND jsonb_typeof(options->'choices') = 'object'
        """
    )
    op.execute(
        """
        UPDATE generation_jobs SET kind = 'what_if',
            check_job_id = (
                SELECT checks.job_id FROM generation_jobs AS checks
                WHERE checks.job_id = generation_jobs.options->'try'->>'check_id'
            ),
            options = (options->'try') - 'check_id',
            facts = CASE WHEN facts ? 'try' THEN jsonb_build_object('answer',
                (facts->'try') - 'timetable_id' - 'broken' || jsonb_build_object(
                    'broken', coalesce(substring(facts->'try'->>'broken' FROM '^[0-9]+')::int, 0)))
                ELSE '{}'::jsonb END
        WHERE kind = 'check' AND options ? 'try'
        """
    )
    op.execute(
        """
        UPDATE generation_jobs SET facts = CASE
            WHEN facts ? kind THEN jsonb_build_object('answer', (facts->kind) - 'timetable_id') ELSE '{}'::jsonb END
        WHERE kind IN ('check', 'repair', 'resolve')
        """
    )
    op.execute("UPDATE generation_jobs SET options = options - 'handed_over' - 'timetable_id'")
    op.execute(
        """
        UPDATE generation_jobs SET facts = (facts - 'astray') || jsonb_build_object('broken', facts->'astray')
        WHERE kind = 'generate' AND facts ? 'astray'
        """
    )
    op.create_check_constraint(op.f("ck_generation_jobs_kind"), "generation_jobs", KINDS_AFTER)
    op.create_check_constraint(
        op.f("ck_generation_jobs_seconds_in_range"), "generation_jobs", "seconds BETWEEN 1 AND 21600"
    )
    op.drop_column("generation_jobs", "failure")
    op.alter_column("generation_jobs", "options", comment="what was asked for, by kind: services/jobs/kinds.py")
    op.alter_column("generation_jobs", "facts", comment="what is known so far, by kind: services/jobs/kinds.py")


def _add() -> None:
    table = "generation_jobs"
    op.add_column(
        table,
        sa.Column("base_timetable_id", sa.Integer(), comment="what a run holds to, what is repaired or solved anew"),
    )
    op.create_index(op.f("ix_generation_jobs_base_timetable_id"), table, ["base_timetable_id"])
    op.create_foreign_key(
        op.f("fk_generation_jobs_base_timetable_id_timetables"),
        table,
        "timetables",
        ["base_timetable_id"],
        ["timetable_id"],
        ondelete="SET NULL",
    )
    op.add_column(table, sa.Column("check_job_id", sa.String(15), comment="the check whose way out a what-if tries"))
    op.create_foreign_key(
        op.f("fk_generation_jobs_check_job_id_generation_jobs"),
        table,
        table,
        ["check_job_id"],
        ["job_id"],
        ondelete="SET NULL",
    )
    op.add_column(
        table,
        sa.Column(
            "handed_over",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="how often it was given to Redis",
        ),
    )
    op.add_column(table, sa.Column("failure_code", sa.String(40), comment="why it failed"))
    op.add_column(
        table,
        sa.Column(
            "failure_values",
            JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="the numbers of that",
        ),
    )
    op.create_table(
        "generation_job_departments",
        sa.Column("job_id", sa.String(15), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["generation_jobs.job_id"],
            name=op.f("fk_generation_job_departments_job_id_generation_jobs"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.department_id"],
            name=op.f("fk_generation_job_departments_department_id_departments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_id", "department_id", name=op.f("pk_generation_job_departments")),
    )
    op.create_index(
        op.f("ix_generation_job_departments_department_id"), "generation_job_departments", ["department_id"]
    )


def downgrade() -> None:
    """Put everything back into the JSON, as the version before wrote it."""
    op.execute(
        """
        UPDATE generation_jobs SET facts = (facts - 'broken') || jsonb_build_object('astray', facts->'broken')
        WHERE kind = 'generate' AND facts ? 'broken'
        """
    )
    op.add_column("generation_jobs", sa.Column("failure", sa.Text(), comment="why it failed, as a sentence"))
    op.execute("ALTER TABLE generation_jobs DROP CONSTRAINT ck_generation_jobs_kind")
    op.execute("ALTER TABLE generation_jobs DROP CONSTRAINT ck_generation_jobs_seconds_in_range")
    op.execute(
        """
        UPDATE generation_jobs SET failure = coalesce(failure_values->>'text', 'It failed: ' || failure_code)
        WHERE failure_code IS NOT NULL
        """
    )
    op.execute(
        """
        UPDATE generation_jobs SET options = options || jsonb_build_object('choices', jsonb_build_object(
            'departments', coalesce((
                SELECT jsonb_agg(department_id ORDER BY department_id) FROM generation_job_departments AS chosen
                WHERE chosen.job_id = generation_jobs.job_id), '[]'),
            'base_id', base_timetable_id,
            'keep_locks', coalesce((options->>'keep_locks')::boolean, false),
            'close', coalesce(options->>'close', ''),
            'partial', coalesce((options->>'partial')::boolean, false)
        )) WHERE kind = 'generate' AND options ?| ARRAY['holds_to_base', 'keep_locks', 'close', 'partial']
        """
    )
    op.execute(
        """
        UPDATE generation_jobs SET options = options - 'holds_to_base' - 'some_departments' - 'keep_locks' - 'close'
            - 'partial'
        WHERE kind = 'generate'
        """
    )
    op.execute(
        """
        UPDATE generation_jobs
        SET options = options || jsonb_build_object('timetable_id', coalesce(base_timetable_id, 0))
        WHERE kind IN ('repair', 'resolve')
        """
    )
    op.execute(
        """
        UPDATE generation_jobs SET facts = CASE
            WHEN facts ? 'answer' THEN jsonb_build_object(kind, facts->'answer' || coalesce((
                SELECT jsonb_build_object('timetable_id', min(timetable_id)) FROM timetables
                WHERE kind = 'resolve' AND generation_job_id = job_id HAVING count(*) > 0), '{}'))
            ELSE '{}'::jsonb END
        WHERE kind IN ('check', 'repair', 'resolve')
        """
    )
    op.execute(
        """
        UPDATE generation_jobs SET kind = 'check',
            options = jsonb_build_object('try',
                '{"key": "", "rule": "", "sentence": "", "targets": []}'::jsonb || options
                || jsonb_build_object('check_id', coalesce(check_job_id, ''))),
            facts = CASE WHEN facts ? 'answer' THEN jsonb_build_object('try', facts->'answer' || jsonb_build_object(
                'broken', CASE WHEN facts->'answer'->>'broken' IS NULL THEN '' ELSE facts->'answer'->>'broken' END))
                ELSE '{}'::jsonb END
        WHERE kind = 'what_if'
        """
    )
    op.execute(
        """
        UPDATE generation_jobs SET options = options || jsonb_build_object('handed_over', handed_over)
        WHERE handed_over > 0
        """
    )
    op.create_check_constraint(op.f("ck_generation_jobs_kind"), "generation_jobs", KINDS_BEFORE)
    op.create_check_constraint(
        op.f("ck_generation_jobs_seconds_in_range"), "generation_jobs", "seconds BETWEEN 1 AND 86400"
    )
    op.drop_table("generation_job_departments")
    for column in ("failure_values", "failure_code", "handed_over", "check_job_id", "base_timetable_id"):
        op.drop_column("generation_jobs", column)
    op.alter_column("generation_jobs", "options", comment="what was asked for: profiles, weights, reproducible")
    op.alter_column("generation_jobs", "facts", comment="what is known so far: cost, bound, placed, per variant")
