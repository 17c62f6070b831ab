"""A database of the release before comes along: its rows are kept both ways, and its pages open."""

import gzip
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade

from tests.conftest import ApartClient
from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, Role, Timetable, TimetableEntry, User

MIGRATIONS = str(Path(__file__).parent.parent / "migrations")
OLD_HEAD = "0002_override_rules"
DUMP = Path(__file__).parent / "data" / "release-0.1.0.sql.gz"
BLOCK = re.compile(rb"^COPY (?P<table>\w+) (?P<columns>\(.*?\)) FROM stdin;\n(?P<rows>.*?)^\\\.\n", re.S | re.M)
ACCOUNTS = {role: f"{role.value}@saru.example" for role in Role}


def load() -> None:
    """Fill the tables of the old schema, and let their numbers go on after the last."""
    with psycopg2.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as own:
        cursor = own.cursor()
        for block in BLOCK.finditer(gzip.decompress(DUMP.read_bytes())):
            table, columns = block["table"].decode(), block["columns"].decode()
            cursor.copy_expert(f"COPY {table} {columns} FROM STDIN", io.BytesIO(block["rows"]))
            key = columns.strip("()").split(",")[0].strip('"')
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", (table, key))
            (sequence,) = cursor.fetchone() or (None,)
            if sequence:
                cursor.execute(f"SELECT setval('{sequence}', (SELECT max({key}) FROM {table}))")
    own.close()


def counts() -> dict[str, int]:
    """Rows by table."""
    with db.engine.connect() as connection:
        names = sorted(set(sa.inspect(connection).get_table_names()) - {"alembic_version"})
        return {name: connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in names}


@pytest.fixture
def old_counts(empty_app: Flask) -> dict[str, int]:
    """How many rows there were before they came to the newest revision."""
    upgrade(MIGRATIONS, revision=OLD_HEAD)
    load()
    before = counts()
    upgrade(MIGRATIONS)
    return before


@pytest.fixture
def come_along(old_counts: dict[str, int], empty_app: Flask) -> Flask:
    empty_app.test_client_class = ApartClient
    return empty_app


def test_no_row_is_lost_on_the_way_up_or_down(old_counts: dict[str, int], empty_app: Flask) -> None:
    assert sum(1 for number in old_counts.values() if number) >= 37
    now = counts()
    assert {name: now[name] for name in old_counts} == old_counts
    checked = empty_app.test_cli_runner().invoke(args=["db", "check", "--directory", MIGRATIONS])
    assert checked.exit_code == 0, checked.output
    downgrade(MIGRATIONS, revision=OLD_HEAD)
    assert counts() == old_counts
    upgrade(MIGRATIONS)
    assert counts() == now


def addresses(app: Flask, *arguments: str) -> Iterator[Callable[..., str]]:
    """Every page that these arguments name, in the table of routes."""
    for rule in app.url_map.iter_rules():
        if rule.arguments == set(arguments) and "GET" in (rule.methods or ()) and rule.endpoint != "static":
            yield lambda rule=rule, **values: rule.build(values, append_unknown=False)[1]


def open_all(client: FlaskClient, paths: list[str]) -> list[str]:
    """Those of the pages that are there; none is a fault of ours."""
    opened = []
    for path in paths:
        answer = client.get(path)
        assert answer.status_code < 500, path
        if answer.status_code == 200:
            opened.append(path)
    return opened


def signed_in(app: Flask, sign_in: Callable[..., FlaskClient], role: Role) -> FlaskClient:
    user = db.session.scalars(sa.select(User).filter_by(email=ACCOUNTS[role])).one()
    return sign_in(app.test_client(), user)


def test_every_job_timetable_and_page_opens_for_whom_it_is(
    come_along: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    client = signed_in(come_along, sign_in, Role.REGISTRAR)
    jobs = {job.job_id: job.kind for job in db.session.scalars(sa.select(GenerationJob))}
    edited = set(
        db.session.scalars(sa.select(TimetableEntry.timetable_id).where(TimetableEntry.override_reason.is_not(None)))
    )
    one_each = sa.select(sa.func.max(Timetable.timetable_id)).outerjoin(Timetable.job)
    timetables = set(db.session.scalars(one_each.group_by(Timetable.status, GenerationJob.kind))) | edited
    assert len(jobs) == 7
    for job_id, kind in jobs.items():
        opened = open_all(client, [path(job_id=job_id) for path in addresses(come_along, "job_id")])
        if kind is not JobKind.CHECK:  # a check is shown on the page of its term
            assert [path for path in opened if path.startswith("/admin/")], (job_id, kind)
    assert len(timetables) >= 4
    for timetable_id in sorted(timetables):
        opened = open_all(client, [path(timetable_id=timetable_id) for path in addresses(come_along, "timetable_id")])
        assert f"/admin/timetables/{timetable_id}" in opened
        if timetable_id in edited:
            assert f"/admin/timetables/{timetable_id}/edit" in opened
    assert edited
    for role in Role:
        client = signed_in(come_along, sign_in, role)
        assert len(open_all(client, [path() for path in addresses(come_along)])) >= 3, role
