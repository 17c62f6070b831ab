"""Let the figures of timetables that use nothing of what changed go along with the state of the data; say when counted.

Revision ID: 0021_narrow_marks
Revises: 0020_day_patterns

Rows of an organisation raise the number of each of its terms, since checks and boards look at all rooms and people. A
timetable's own figures depend on the rooms and teachers that it uses, and of them on what is counted: the others'
number is raised with their term's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_narrow_marks"
down_revision = "0020_day_patterns"
branch_labels = None
depends_on = None

TERMS = "SELECT terms.term_id FROM changed JOIN terms USING (organization_id)"
TABLES = ("buildings", "rooms", "departments", "faculty", "courses", "students")
COUNTED = {
    "rooms": "room_id, building_id, capacity, kind, features, is_open",
    "faculty": "faculty_id, max_slots_day, max_slots_week",
}
"""By table of which figures depend at all, the columns that they depend on; the rest are names."""
USERS = {
    "rooms": "SELECT timetable_id FROM changed JOIN timetable_entries USING (room_id)",
    "faculty": "SELECT timetable_id FROM changed JOIN entry_faculty USING (faculty_id) "
    "JOIN timetable_entries USING (entry_id)",
}
"""The timetables that use a row."""
NONE = "SELECT NULL::integer AS timetable_id FROM changed WHERE FALSE"
CHANGED = {
    "insert": ("TABLE new_rows", "NEW TABLE AS new_rows"),
    "delete": ("TABLE old_rows", "OLD TABLE AS old_rows"),
    "update": (
        "(TABLE old_rows EXCEPT TABLE new_rows) UNION ALL (TABLE new_rows EXCEPT TABLE old_rows)",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    ),
}

RAISE = """
CREATE FUNCTION raise_data_revision_of_organization() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
    users bigint[];
    has_counted boolean;
BEGIN
    EXECUTE format('WITH changed AS (%s) SELECT array_agg(DISTINCT term_id) FROM (%s) AS found', TG_ARGV[0], TG_ARGV[1])
        INTO concerned;
    IF concerned IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('WITH changed AS (%s) SELECT array_agg(DISTINCT timetable_id), (SELECT count(*) > 0 FROM changed) '
        'FROM (%s) AS found', TG_ARGV[2], TG_ARGV[3]) INTO users, has_counted;
    -- In the order of their keys, so that two who change several terms never wait for each other.
    PERFORM FROM terms WHERE term_id = ANY (concerned) ORDER BY term_id FOR NO KEY UPDATE;
    UPDATE timetables SET
        data_revision = timetables.data_revision + 1,
        -- With another room there may be a timetable that costs less.
        bound = CASE WHEN has_counted AND TG_ARGV[4] = 'bound' THEN NULL ELSE timetables.bound END
        FROM terms
        WHERE terms.term_id = timetables.term_id AND terms.term_id = ANY (concerned)
            AND timetables.data_revision = terms.data_revision
            -- One that has just lost a row to a deletion is without a score until it is counted again.
            AND timetables.quality_score IS NOT NULL
            AND timetables.timetable_id <> ALL (COALESCE(users, ARRAY[]::bigint[]));
    UPDATE terms SET data_revision = data_revision + 1 WHERE term_id = ANY (concerned);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    comment = "when its figures were counted again without a change of it; null: not since it was made or changed"
    op.add_column("timetables", sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True, comment=comment))
    op.execute(RAISE)
    for table in TABLES:
        for event, (changed, transition) in CHANGED.items():
            counted, users = _counted(table, event)
            bound = "bound" if table == "rooms" and event != "delete" else ""
            arguments = ", ".join(f"'{text}'" for text in (changed, TERMS, counted, users, bound))
            _replace(table, event, transition, f"raise_data_revision_of_organization({arguments})")


def _counted(table: str, event: str) -> tuple[str, str]:
    """What of the rows that changed is counted, and the timetables that use it: what is new, nothing uses yet."""
    if table not in COUNTED or event == "delete":
        return "SELECT 1 WHERE FALSE", NONE
    columns = COUNTED[table]
    if event == "insert":
        return f"SELECT {columns} FROM new_rows", NONE
    old, new = f"SELECT {columns} FROM old_rows", f"SELECT {columns} FROM new_rows"
    return f"({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old})", USERS[table]


def _replace(table: str, event: str, transition: str, call: str) -> None:
    op.execute(f"DROP TRIGGER raise_data_revision_on_{event} ON {table}")
    op.execute(
        f"CREATE TRIGGER raise_data_revision_on_{event} AFTER {event} ON {table} REFERENCING {transition} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {call}"
    )


def downgrade() -> None:
    for table in TABLES:
        for event, (changed, transition) in CHANGED.items():
            _replace(table, event, transition, f"raise_data_revision('{changed}', '{TERMS}')")
    op.execute("DROP FUNCTION raise_data_revision_of_organization()")
    op.drop_column("timetables", "counted_at")
