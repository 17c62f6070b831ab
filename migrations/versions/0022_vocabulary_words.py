"""Keep kinds and features as lists of the organisation, filled from what its rows say, and from then on by them.

Revision ID: 0022_vocabulary_words
Revises: 0021_narrow_marks
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_vocabulary_words"
down_revision = "0021_narrow_marks"
branch_labels = None
depends_on = None

ROOMS = """
SELECT organization_id, 'room_kinds' AS vocabulary, kind AS word FROM {rows}
UNION SELECT organization_id, 'room_features', unnest(features) FROM {rows}
"""
COMPONENTS = """
SELECT organization_id, 'class_kinds' AS vocabulary, kind AS word
FROM {rows} JOIN sections USING (section_id) JOIN terms USING (term_id)
UNION SELECT organization_id, 'room_kinds', room_kind
FROM {rows} JOIN sections USING (section_id) JOIN terms USING (term_id)
UNION SELECT organization_id, 'room_features', unnest(room_features)
FROM {rows} JOIN sections USING (section_id) JOIN terms USING (term_id)
"""
SAID = {"rooms": ROOMS, "components": COMPONENTS}
INSERT = """
INSERT INTO vocabulary_words (organization_id, vocabulary, word)
SELECT organization_id, vocabulary, word FROM ({said}) AS said WHERE word <> ''
ORDER BY organization_id, vocabulary, word ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.create_table(
        "vocabulary_words",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("vocabulary", sa.String(length=32), nullable=False, comment="room_kinds, room_features, class_kinds"),
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_vocabulary_words_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "vocabulary", "word", name=op.f("pk_vocabulary_words")),
    )
    for table, said in SAID.items():
        op.execute(INSERT.format(said=said.format(rows=table)))
        op.execute(
            f"CREATE FUNCTION list_words_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n"
            f"{INSERT.format(said=said.format(rows='changed'))};\nRETURN NULL;\nEND $$"
        )
        for event in ("insert", "update"):
            op.execute(
                f"CREATE TRIGGER list_words_on_{event} AFTER {event} ON {table} REFERENCING NEW TABLE AS changed "
                f"FOR EACH STATEMENT EXECUTE FUNCTION list_words_of_{table}()"
            )


def downgrade() -> None:
    for table in SAID:
        for event in ("insert", "update"):
            op.execute(f"DROP TRIGGER list_words_on_{event} ON {table}")
        op.execute(f"DROP FUNCTION list_words_of_{table}()")
    op.drop_table("vocabulary_words")
