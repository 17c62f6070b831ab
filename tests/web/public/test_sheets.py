"""The code on a sheet leads to whether it is in force, without a sign-in, and its hash can be recomputed by anybody."""

import hashlib
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskCliRunner

from tests import factories
from tests.pages import Pages, words
from tests.services.views.test_changes import second_version
from tests.university import University, university
from webapp.extensions import db
from webapp.models import Role, Timetable
from webapp.services.timetables import publishing
from webapp.services.views import audience
from webapp.services.views.audience import Lens
from webapp.services.views.grid import Sheet, SheetKind
from webapp.services.views.printed_sheets import PrintedSheet, hash_of_sheet
from webapp.web.public.codes import code_of, read_code


@pytest.fixture
def uni(session, client) -> University:
    made = university()
    factories.room(made.organization, "LH-2")
    return made


def teachers_sheet(uni: University, timetable) -> Sheet:
    (sheet,) = audience.sheets_for(timetable, Lens.FACULTY, [uni.rao.faculty_id])
    return sheet


def code_for(uni: University, timetable) -> str:
    sheet = teachers_sheet(uni, timetable)
    return code_of(
        PrintedSheet(
            timetable.timetable_id, SheetKind.FACULTY, uni.rao.faculty_id, None, hash_of_sheet(timetable, sheet)
        )
    )


def test_a_sheet_in_force_says_so_to_anybody(pages: Pages, client, uni: University):
    timetable = uni.timetable()
    publishing.publish(uni.registrar, timetable, factories.EVERYTHING)
    answer = client.get(f"/sheet/{code_for(uni, timetable)}")
    page = words(pages.get(f"/sheet/{code_for(uni, timetable)}"))
    assert answer.status_code == 200
    assert "In force" in page
    assert "its hash is the same" in page
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in answer.headers


def test_a_sheet_of_an_old_version_says_what_has_changed_on_it_and_nothing_else(pages: Pages, uni: University):
    second = second_version(uni)
    first = db.session.scalars(sa.select(Timetable).filter_by(number=1)).one()
    page = words(pages.get(f"/sheet/{code_for(uni, first)}"))
    assert "This sheet is of version 1. Version 2 is in force since" in page
    assert "Algorithms, CSE301 A, L 1: from Monday 08:00, HALL to Friday 13:00, HALL." in page
    assert "Logic" not in page, "which changes too, on another sheet"
    assert "In force" in words(pages.get(f"/sheet/{code_for(uni, second)}"))


def test_a_draft_tells_nobody_what_is_in_it(pages: Pages, client, uni: University):
    code = code_for(uni, uni.timetable())
    page = words(pages.get(f"/sheet/{code}"))
    assert "a draft, which was never in force" in page
    assert "Algorithms" not in page
    assert client.get(f"/sheet/{code}/lines.txt").status_code == 404


@pytest.mark.parametrize("change", ["hash", "key", "signature", "shorter"])
def test_a_code_that_was_not_signed_here_leads_nowhere(client, uni: University, change: str):
    code = code_for(uni, uni.timetable())
    changed = {
        "hash": re.sub("-[0-9a-f]{12}-", "-000000000000-", code),
        "key": code.replace("-f", "-f1", 1),
        "signature": code[:-1] + ("a" if code[-1] != "a" else "b"),
        "shorter": code[:-1],
    }[change]
    assert changed != code
    assert client.get(f"/sheet/{changed}").status_code == 404
    assert read_code(changed) is None


def test_anybody_can_recompute_the_hash_from_the_lines(client, uni: University):
    timetable = uni.timetable()
    publishing.publish(uni.registrar, timetable, factories.EVERYTHING)
    lines = client.get(f"/sheet/{code_for(uni, timetable)}/lines.txt")
    printed = hash_of_sheet(timetable, teachers_sheet(uni, timetable))
    assert hashlib.sha256(lines.data).hexdigest()[:12] == printed
    assert "Monday\t08:00-09:00\t" in lines.text


def test_the_same_data_have_the_same_hash_in_another_installation_and_others_another(uni: University):
    timetable = uni.timetable()
    here = hash_of_sheet(timetable, teachers_sheet(uni, timetable))
    factories.room(uni.organization, "ROOM-BEFORE")  # whatever keys the database gives
    elsewhere = university(organization=factories.organization(name="Tiny University"))
    code, uni.organization.code = uni.organization.code, "GONE"
    db.session.flush()
    elsewhere.organization.code = code
    db.session.flush()
    there = elsewhere.timetable()
    assert hash_of_sheet(there, teachers_sheet(elsewhere, there)) == here
    elsewhere.rao.name = "Dr Another"
    db.session.flush()
    assert hash_of_sheet(there, teachers_sheet(elsewhere, there)) != here


def test_the_print_has_a_code_and_the_hash_that_the_code_signs(uni: University, sign_in, client):
    publishing.publish(uni.registrar, uni.timetable(), factories.EVERYTHING)
    sign_in(client, factories.user(uni.organization, Role.FACULTY, faculty_id=uni.rao.faculty_id))
    page = client.get("/faculty/timetable/print").text
    assert page.count('class="sheet__qr"') == 1
    assert hash_of_sheet(uni.timetable(), teachers_sheet(uni, uni.timetable())) in page


def test_a_command_names_the_sheet_of_a_hash(runner: FlaskCliRunner, uni: University):
    timetable = uni.timetable()
    publishing.publish(uni.registrar, timetable, factories.EVERYTHING)
    printed = hash_of_sheet(timetable, teachers_sheet(uni, timetable))
    known = ["check-hash", printed, "--organization", uni.organization.code]
    result = runner.invoke(args=known)
    assert result.exit_code == 0
    assert f"version 1 (in force): faculty {uni.rao.code}" in result.output
    unknown = runner.invoke(args=["check-hash", "0" * 12, "--organization", uni.organization.code])
    assert unknown.exit_code == 1
    assert "No sheet of a version that was published has the hash" in unknown.stderr
