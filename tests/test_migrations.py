"""The migrations make exactly the tables that the models declare, and can be taken back."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from webapp.extensions import db
from webapp.models import EntryClaim, TimetableEntry

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def differences() -> list[object]:
    with db.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata))


def test_the_head_file_names_the_last_migration() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert (MIGRATIONS / "head").read_text().strip() == scripts.get_current_head()
    assert len(scripts.get_heads()) == 1


def test_migrations_are_numbered_and_named_like_their_files() -> None:
    for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions():
        assert Path(script.path).stem == script.revision
        assert script.revision[:4].isdigit()


def test_up_down_and_up_again_gives_what_the_models_declare(empty_app: Flask) -> None:
    upgrade(str(MIGRATIONS))
    assert tables() == set(db.metadata.tables)
    assert differences() == []
    downgrade(str(MIGRATIONS), revision="base")
    assert tables() == set()
    upgrade(str(MIGRATIONS))
    assert differences() == []


def test_db_check_finds_nothing_to_migrate(empty_app: Flask) -> None:
    upgrade(str(MIGRATIONS))
    result = empty_app.test_cli_runner().invoke(args=["db", "check", "--directory", str(MIGRATIONS)])
    assert result.exit_code == 0, result.output


def test_what_always_holds_is_switched_on_where_it_was_off_and_answers_of_todays_data_stay_so(empty_app: Flask) -> None:
    upgrade(str(MIGRATIONS), revision="0002_override_rules")
    columns = "job_id, organization_id, term_id, kind, semester, academic_year, seconds, created_at"
    job = f"INSERT INTO generation_jobs ({columns}) VALUES ('tt_{{}}', 1, 1, 'check', 1, '2024-25', 9, '{{}}')"
    for statement in (
        "INSERT INTO organizations (code, name) VALUES ('U', 'U')",
        "INSERT INTO terms (organization_id, academic_year, semester, name, starts_on, ends_on) "
        "VALUES (1, '2024-25', 1, 'Autumn', '2024-08-01', '2024-12-01')",
        "INSERT INTO term_rules (term_id, code, rule, is_enabled, is_hard, weight) "
        "VALUES (1, 'suitable_room', 'suitable_room', false, false, 1), (1, 'changes', 'changes', false, false, 1)",
        "INSERT INTO audit_events (organization_id, action, subject, subject_key, created_at) "
        "VALUES (1, 'room.edit', 'rooms', '1', '2024-06-01')",
        job.format("earlier", "2024-05-01"),
        job.format("later", "2024-07-01"),
    ):
        db.session.execute(sa.text(statement))
    db.session.commit()
    upgrade(str(MIGRATIONS))
    rules = db.session.execute(sa.text("SELECT rule, is_enabled, is_hard FROM term_rules ORDER BY rule")).all()
    assert rules == [("changes", False, False), ("suitable_room", True, True)]
    asked = db.session.execute(sa.text("SELECT job_id, data_revision FROM generation_jobs ORDER BY job_id")).all()
    assert asked == [("tt_earlier", None), ("tt_later", 1)]
    assert db.session.scalar(sa.text("SELECT data_revision FROM terms")) == 1


def claim(entry: TimetableEntry, resource: str, begin: int, end: int, weeks: set[int]) -> EntryClaim:
    return EntryClaim(
        entry_id=entry.entry_id,
        timetable_id=entry.timetable_id,
        resource=resource,
        minutes=Range(begin, end),
        weeks=frozenset(weeks),
    )


@pytest.mark.parametrize(
    ("begin", "weeks", "refused"),
    [(540, {1}, True), (599, {1, 2}, True), (600, {1}, False), (540, {2}, False)],
    ids=["same minutes", "last minute", "next slot", "other weeks"],
)
def test_postgresql_refuses_a_double_booking_at_commit(
    session: scoped_session[Session], begin: int, weeks: set[int], refused: bool
) -> None:
    term = factories.term()
    timetable = factories.timetable(term)
    component = factories.component(term=term)
    first, second = (
        factories.entry(timetable, component, factories.slot(term, 0, number), ordinal=number) for number in (1, 2)
    )
    session.add_all([claim(first, "room:1", 540, 600, {1}), claim(second, "room:1", begin, begin + 60, weeks)])
    session.flush()  # deferred: a swap may pass through a clash
    if refused:
        with pytest.raises(IntegrityError, match="ex_entry_claims_no_double_booking"):
            session.commit()
        session.rollback()
    else:
        session.commit()


def test_terms_of_one_organisation_do_not_overlap(session: scoped_session[Session]) -> None:
    organization = factories.organization()
    factories.term(organization, semester=1, starts_on=date(2024, 8, 1), ends_on=date(2024, 12, 1))
    with pytest.raises(IntegrityError, match="ex_terms_dates_do_not_overlap"):
        factories.term(organization, semester=2, starts_on=date(2024, 12, 1), ends_on=date(2025, 3, 1))
    session.rollback()


def test_a_term_has_one_published_timetable(session: scoped_session[Session]) -> None:
    term = factories.term()
    factories.timetable(term, status="published")
    with pytest.raises(IntegrityError, match="uq_timetables_one_published"):
        factories.timetable(term, status="published")
    session.rollback()


def test_a_database_that_is_away_is_said_in_one_line() -> None:
    environment = os.environ | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "TIMELOOM_ENV": "test"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=MIGRATIONS.parent)
    assert ended.returncode == 1
    assert "The database does not answer: " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_users_keep_their_role_and_a_head_who_is_a_teacher_gains_that_one(empty_app: Flask) -> None:
    """0004: one role became a set; taken back, the widest is left."""
    upgrade(str(MIGRATIONS), revision="0002_override_rules")
    with db.engine.begin() as connection:
        for statement in (
            "INSERT INTO organizations (code, name) VALUES ('U', 'U')",
            "INSERT INTO departments (organization_id, code, name) SELECT organization_id, 'D', 'D' FROM organizations",
            "INSERT INTO faculty (organization_id, department_id, code, name)"
            " SELECT organization_id, department_id, 'F', 'F' FROM departments",
            "INSERT INTO users (organization_id, email, name, role, department_id, faculty_id)"
            " SELECT f.organization_id, m.email, '', m.role, f.department_id, CASE WHEN m.teaches THEN f.faculty_id END"
            " FROM faculty f, (VALUES ('a', 'registrar', false), ('b', 'hod', false), ('c', 'hod', true),"
            " ('d', 'faculty', true)) AS m (email, role, teaches)",
        ):
            connection.execute(sa.text(statement))
    upgrade(str(MIGRATIONS), revision="0004_user_roles")
    roles = {"a": ["registrar"], "b": ["hod"], "c": ["hod", "faculty"], "d": ["faculty"]}
    with db.engine.connect() as connection:
        assert dict(connection.execute(sa.text("SELECT email, roles FROM users")).all()) == roles
    downgrade(str(MIGRATIONS), revision="0002_override_rules")
    with db.engine.connect() as connection:
        widest = {email: held[0] for email, held in roles.items()}
        assert dict(connection.execute(sa.text("SELECT email, role FROM users")).all()) == widest


def test_the_sentence_why_a_class_has_no_place_is_kept_as_a_reason_without_a_code(empty_app: Flask) -> None:
    """0006: text became a code with its values; taken back, the sentence is there again."""
    upgrade(str(MIGRATIONS), revision="0004_user_roles")
    columns = "timetable_id, course_id, section_id, component_id, ordinal, unplaced_reason"
    with db.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))  # the entries alone will do
        for ordinal, reason in ((1, "'The hall is full.'"), (2, "NULL")):
            values = f"1, 1, 1, 1, {ordinal}, {reason}"
            connection.execute(sa.text(f"INSERT INTO timetable_entries ({columns}) VALUES ({values})"))
    query = sa.text("SELECT unplaced_reason FROM timetable_entries ORDER BY ordinal")
    upgrade(str(MIGRATIONS), revision="0006_unplaced_reasons")
    with db.engine.connect() as connection:
        stored = {"code": "text", "values": {"text": "The hall is full."}}
        assert connection.execute(query).scalars().all() == [stored, None]
    downgrade(str(MIGRATIONS), revision="0004_user_roles")
    with db.engine.connect() as connection:
        assert connection.execute(query).scalars().all() == ["The hall is full.", None]


def test_the_rung_that_a_draft_was_made_of_moves_to_a_column_and_back(empty_app: Flask) -> None:
    """0007: of two drafts of one rung, which one click at a time never made, the first alone keeps it."""
    upgrade(str(MIGRATIONS), revision="0006_unplaced_reasons")
    columns = "organization_id, term_id, generation_job_id, variant_name, result"
    drafts = (("a", '{"rung": 2}'), ("b", '{"rung": 2}'), ("c", '{"status": "imported"}'))
    with db.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))  # the timetables alone will do
        for name, result in drafts:
            row = f"1, 1, 'tt_000000000001', '{name}', :result"
            connection.execute(sa.text(f"INSERT INTO timetables ({columns}) VALUES ({row})"), {"result": result})
    upgrade(str(MIGRATIONS), revision="0007_rungs")
    query = sa.text("SELECT rung FROM timetables ORDER BY variant_name")
    with db.engine.connect() as connection:
        assert connection.execute(query).scalars().all() == [2, None, None]
    downgrade(str(MIGRATIONS), revision="0006_unplaced_reasons")
    query = sa.text("SELECT result ->> 'rung' FROM timetables ORDER BY variant_name")
    with db.engine.connect() as connection:
        assert connection.execute(query).scalars().all() == ["2", "2", None]


def test_the_classes_of_a_rule_keep_their_order_and_old_scores_know_of_no_rules(empty_app: Flask) -> None:
    """0009: the engine took the classes by their keys, so the term's data are as they were."""
    upgrade(str(MIGRATIONS), revision="0008_import_mappings")
    with db.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for rule, component in ((1, 30), (1, 10), (2, 20)):
            values = {"rule": rule, "component": component}
            connection.execute(sa.text("INSERT INTO term_rule_components VALUES (:rule, :component)"), values)
        connection.execute(
            sa.text("INSERT INTO timetables (organization_id, term_id, variant_name) VALUES (1, 1, 'a')")
        )
    upgrade(str(MIGRATIONS), revision="0009_counted_rules")
    query = sa.text("SELECT component_id, position FROM term_rule_components ORDER BY term_rule_id, position")
    with db.engine.connect() as connection:
        assert connection.execute(query).all() == [(10, 0), (30, 1), (20, 0)]
        assert connection.execute(sa.text("SELECT rules_off FROM timetables")).scalars().all() == [None]
    downgrade(str(MIGRATIONS), revision="0008_import_mappings")


def test_a_rule_is_about_everybody_where_it_names_nobody_and_a_taken_name_of_a_profile_is_free(
    empty_app: Flask,
) -> None:
    """0026 and 0027: nothing is asked of anybody that was not asked before."""
    upgrade(str(MIGRATIONS), revision="0025_calendar")
    rules = {
        1: ("all", "max_per_day"),
        2: ("some", "max_per_day"),
        3: ("same_room", "same_room"),
        4: ("x", "same_room"),
    }
    with db.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for key, (code, rule) in rules.items():
            values = {"key": key, "code": code, "rule": rule}
            statement = "INSERT INTO term_rules (term_rule_id, term_id, code, rule) VALUES (:key, 1, :code, :rule)"
            connection.execute(sa.text(statement), values)
        connection.execute(sa.text("INSERT INTO term_rule_components (term_rule_id, component_id) VALUES (2, 1)"))
        statement = "INSERT INTO weight_profiles (organization_id, name, weights) VALUES (1, '(First timetable)', '{}')"
        connection.execute(sa.text(statement))
    upgrade(str(MIGRATIONS))
    with db.engine.connect() as connection:
        query = sa.text("SELECT is_of_all FROM term_rules ORDER BY term_rule_id")
        assert connection.execute(query).scalars().all() == [True, False, True, False]
        names = connection.execute(sa.text("SELECT name FROM weight_profiles")).scalars().all()
    assert [name.rstrip("0123456789") for name in names] == ["First timetable, profile "]
