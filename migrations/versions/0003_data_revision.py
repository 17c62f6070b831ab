"""Number the states of a term's data, raised by PostgreSQL itself whenever what the engine reads of it changes."""

import sqlalchemy as sa
from alembic import op

revision = "0003_data_revision"
down_revision = "0002_override_rules"
branch_labels = None
depends_on = None

ALWAYS_HOLD = ("all_placed", "room_clash", "instructor_clash", "group_clash", "possible_time", "suitable_room")
"""Rules that pages offered to switch off, which the engine never did: their rows say now what was so all along."""

OF_TERM = "SELECT term_id FROM changed"
OF_ORGANIZATION = "SELECT terms.term_id FROM changed JOIN terms USING (organization_id)"
OF_SECTION = "SELECT term_id FROM changed JOIN sections USING (section_id)"
OF_COMPONENT = "SELECT term_id FROM changed JOIN components USING (component_id) JOIN sections USING (section_id)"

TERMS_OF = {
    "time_slots": OF_TERM,
    "week_sets": OF_TERM,
    "student_groups": OF_TERM,
    "sections": OF_TERM,
    "term_rules": OF_TERM,
    "section_faculty": OF_SECTION,
    "section_groups": OF_SECTION,
    "course_enrollments": OF_SECTION,
    "components": OF_SECTION,
    "component_batches": OF_COMPONENT,
    "component_faculty": OF_COMPONENT,
    "pins": OF_COMPONENT,
    "availability": "SELECT term_id FROM changed JOIN time_slots USING (time_slot_id)",
    "term_rule_components": "SELECT term_id FROM changed JOIN term_rules USING (term_rule_id)",
    "student_group_members": "SELECT term_id FROM changed JOIN student_groups USING (student_group_id)",
    "buildings": OF_ORGANIZATION,
    "rooms": OF_ORGANIZATION,
    "departments": OF_ORGANIZATION,
    "faculty": OF_ORGANIZATION,
    "courses": OF_ORGANIZATION,
    "students": OF_ORGANIZATION,
}
"""Per table, the terms whose problem is made from the changed rows. A row that goes with its section, group or term is
told by that one's own trigger."""

CHANGED = {
    "insert": ("TABLE new_rows", "NEW TABLE AS new_rows"),
    "delete": ("TABLE old_rows", "OLD TABLE AS old_rows"),
    "update": (
        "(TABLE old_rows EXCEPT TABLE new_rows) UNION ALL (TABLE new_rows EXCEPT TABLE old_rows)",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    ),
}
"""Per event, the rows that it changed, and the transition tables that hold them; an update to the same says none."""

ASKED_OF_TODAYS_DATA = """
UPDATE generation_jobs SET data_revision = 1 WHERE NOT EXISTS (
    SELECT FROM audit_events
    WHERE audit_events.organization_id = generation_jobs.organization_id
        AND audit_events.created_at > generation_jobs.created_at
        AND action LIKE ANY (ARRAY['%.create', '%.edit', '%.delete', '%.paint', 'import.%', 'term.copy'])
)
"""
"""What the audit trail told until now: after which jobs no data were changed."""

RAISE = """
CREATE FUNCTION raise_data_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    EXECUTE format('WITH changed AS (%s) SELECT array_agg(DISTINCT term_id) FROM (%s) AS found', TG_ARGV[0], TG_ARGV[1])
        INTO concerned;
    IF concerned IS NOT NULL THEN
        -- In the order of their keys, so that two who change several terms never wait for each other.
        PERFORM FROM terms WHERE term_id = ANY (concerned) ORDER BY term_id FOR NO KEY UPDATE;
        UPDATE terms SET data_revision = data_revision + 1 WHERE term_id = ANY (concerned);
    END IF;
    RETURN NULL;
END $$
"""

RAISE_OWN = """
CREATE FUNCTION raise_own_data_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.weeks, OLD.break_minutes, OLD.starts_on, OLD.ends_on)
        IS DISTINCT FROM (NEW.weeks, NEW.break_minutes, NEW.starts_on, NEW.ends_on) THEN
        NEW.data_revision := OLD.data_revision + 1;
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Add the numbers and the triggers."""
    op.add_column(
        "terms",
        sa.Column(
            "data_revision",
            sa.BigInteger(),
            server_default="1",
            nullable=False,
            comment="raised by triggers whenever what the engine reads of the term changes",
        ),
    )
    op.add_column(
        "timetables",
        sa.Column(
            "data_revision",
            sa.BigInteger(),
            nullable=True,
            comment="the term's, of the data that figures and scores were counted with",
        ),
    )
    op.add_column(
        "generation_jobs",
        sa.Column("data_revision", sa.BigInteger(), nullable=True, comment="the term's, when it was asked for"),
    )
    op.execute(ASKED_OF_TODAYS_DATA)
    rules = sa.table("term_rules", sa.column("rule"), sa.column("is_enabled"), sa.column("is_hard"))
    op.execute(rules.update().where(rules.c.rule.in_(ALWAYS_HOLD)).values(is_enabled=sa.true(), is_hard=sa.true()))
    op.execute(RAISE)
    op.execute(RAISE_OWN)
    op.execute(
        "CREATE TRIGGER raise_own_data_revision BEFORE UPDATE ON terms "
        "FOR EACH ROW EXECUTE FUNCTION raise_own_data_revision()"
    )
    for table, terms in TERMS_OF.items():
        for event, (changed, transition) in CHANGED.items():
            op.execute(
                f"CREATE TRIGGER raise_data_revision_on_{event} AFTER {event} ON {table} REFERENCING {transition} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION raise_data_revision('{changed}', '{terms}')"
            )


def downgrade() -> None:
    """Take numbers and triggers away; rules that always hold stay as they were."""
    for table in TERMS_OF:
        for event in CHANGED:
            op.execute(f"DROP TRIGGER raise_data_revision_on_{event} ON {table}")
    op.execute("DROP TRIGGER raise_own_data_revision ON terms")
    op.execute("DROP FUNCTION raise_own_data_revision()")
    op.execute("DROP FUNCTION raise_data_revision()")
    op.drop_column("generation_jobs", "data_revision")
    op.drop_column("timetables", "data_revision")
    op.drop_column("terms", "data_revision")
