"""The application as a whole: health, headers, refusals in words, sessions and tokens."""

import json
import os
import subprocess
import sys

import pytest
import sqlalchemy as sa
from flask import abort
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from tests import factories
from tests.university import university
from webapp.extensions import QueueUnavailable, db, queue
from webapp.models import EntryClaim, Organization
from webapp.services.shared.errors import Conflict, Forbidden, NotFound, Problem
from webapp.web.access import open_to_all
from webapp.web.htmx import redirect_to, render


def answering(app, monkeypatch, view, endpoint="health.health"):
    """Let /health (or another page) run `view` instead, within everything that surrounds a view."""
    monkeypatch.setitem(app.view_functions, endpoint, open_to_all(view))


def raising(error):
    def view():
        raise error

    return view


def test_health_answers_without_asking_any_server(client):
    assert client.get("/health").json["status"] == "ok"


def test_ready_names_database_redis_and_schema(client):
    answer = client.get("/ready")
    assert (answer.status_code, answer.json) == (
        200,
        {"status": "ok", "database": "ok", "redis": "ok", "schema": "ok"},
    )


def test_ready_is_503_and_says_so_when_redis_is_away(client, monkeypatch):
    def away():
        raise QueueUnavailable

    monkeypatch.setattr(queue, "ping", away)
    answer = client.get("/ready")
    assert (answer.status_code, answer.json["redis"], answer.json["database"]) == (503, "unavailable", "ok")


def test_ready_is_503_and_says_so_when_the_schema_is_behind(client, session):
    session.execute(sa.text("UPDATE alembic_version SET version_num = '0000_nothing'"))
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert "0000_nothing" in answer.json["schema"]


def test_metrics_are_closed_without_a_token_of_ones_own(client):
    assert client.get("/metrics").status_code == 404


def test_metrics_show_runs_queues_and_workers_to_whoever_has_the_token(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "TIMELOOM_METRICS_TOKEN", "right")
    factories.job(factories.term())
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    text = client.get("/metrics", headers={"Authorization": "Bearer right"}).get_data(as_text=True)
    assert 'timeloom_runs{status="queued"} 1.0' in text
    assert 'timeloom_queue_jobs{queue="generation"} 0.0' in text
    assert "timeloom_workers 0.0" in text


def test_private_pages_are_not_stored_and_carry_the_strict_policy(client):
    headers = client.get("/no-such-page").headers
    assert headers["Cache-Control"] == "no-store"
    assert "HX-Request" in headers["Vary"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(("query", "seconds"), [("", 3600), ("?v=1", 365 * 86400)])
def test_a_static_file_with_its_version_is_kept_for_a_year(client, query, seconds):
    with client.get(f"/static/app.js{query}") as answer:
        assert answer.headers["Cache-Control"] == f"public, max-age={seconds}"


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotFound("a"), 404), (Forbidden("b"), 403), (Conflict("c"), 409), (Problem("Dr Rao: 18 of 16 hours."), 422)],
)
def test_a_problem_is_answered_with_its_status_and_sentence(app, pages, monkeypatch, error, status):
    answering(app, monkeypatch, raising(error))
    page = pages.get("/health", status)
    assert error.message in "".join(page.itertext())


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 422, 429, 503])
def test_every_refusal_is_a_sound_page_with_its_code(app, pages, monkeypatch, code):
    answering(app, monkeypatch, lambda: abort(code))
    assert f"Error {code}" in "".join(pages.get("/health", code).itertext())


def test_a_problem_in_a_fragment_becomes_a_toast_and_swaps_nothing(app, client, monkeypatch):
    answering(app, monkeypatch, raising(Problem("No room.")))
    headers = client.get("/health", headers={"HX-Request": "true"}).headers
    assert headers["HX-Reswap"] == "none"
    assert "No room." in headers["HX-Trigger"]


LOST = DatabaseError("SELECT", {}, Exception("server closed the connection"), connection_invalidated=True)


@pytest.mark.parametrize("error", [QueueUnavailable(), OperationalError("SELECT", {}, Exception("gone")), LOST])
def test_a_server_that_is_away_is_503_and_no_stack_trace(app, pages, monkeypatch, error):
    answering(app, monkeypatch, raising(error))
    assert "Traceback" not in "".join(pages.get("/health", 503).itertext())


def test_an_unforeseen_error_is_500_without_its_text(app, pages, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answering(app, monkeypatch, raising(RuntimeError("secret detail")))
    text = "".join(pages.get("/health", 500).itertext())
    assert "secret detail" not in text
    assert "Error 500" in text


@pytest.mark.parametrize("error", [RuntimeError("secret"), DatabaseError("SELECT", {}, Exception("secret"))])
def test_who_is_signed_in_gets_a_page_in_words_when_something_fails(app, pages, client, sign_in, monkeypatch, error):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    sign_in(client, university().registrar)
    answering(app, monkeypatch, raising(error), "auth.profile")
    text = "".join(pages.get("/profile", 500).itertext())
    assert "Something failed on our side; nothing was changed." in text
    assert "secret" not in text


def test_what_a_refused_request_had_begun_is_undone(app, client, monkeypatch):
    def view():
        db.session.add(Organization(code="HALF", name="Half done"))
        db.session.flush()
        raise Problem("No.")

    answering(app, monkeypatch, view)
    client.get("/health")
    assert db.session.scalar(sa.select(sa.func.count(Organization.organization_id))) == 0


def test_the_api_refuses_in_json(client):
    answer = client.get("/api/no-such-thing")
    assert (answer.status_code, answer.json["status"]) == (404, 404)


def test_a_page_may_not_hold_the_database_for_long(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "TIMELOOM_STATEMENT_SECONDS", 1)
    answering(app, monkeypatch, lambda: str(db.session.execute(sa.text("SELECT pg_sleep(3)"))))
    assert client.get("/health").status_code == 503


def test_a_redirect_is_303_for_a_page_and_a_header_for_a_fragment(app, client, monkeypatch):
    answering(app, monkeypatch, lambda: redirect_to("/elsewhere"))
    assert (client.get("/health").status_code, client.get("/health").location) == (303, "/elsewhere")
    fragment = client.get("/health", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (204, "/elsewhere")


def test_a_block_is_rendered_alone_for_htmx_and_whole_for_everyone_else(app, client, monkeypatch):
    answering(app, monkeypatch, lambda: render("errors/error.html", "content", message="Hello."))
    fragment = client.get("/health", headers={"HX-Request": "true"}).get_data(as_text=True)
    page = client.get("/health").get_data(as_text=True)
    restored = client.get("/health", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "Hello." in fragment
    assert "<html" not in fragment
    assert "<html" in page
    assert "<html" in restored.get_data(as_text=True)


def test_a_request_keeps_the_id_that_a_proxy_gave_it_unless_it_is_odd(client):
    assert client.get("/health", headers={"X-Request-ID": "abcdef123456"}).headers["X-Request-ID"] == "abcdef123456"
    assert len(client.get("/health", headers={"X-Request-ID": "<b>"}).headers["X-Request-ID"]) == 32


def test_a_commit_in_a_test_refuses_a_double_booking_as_the_real_one_does(session):
    term = factories.term()
    timetable = factories.timetable(term)
    slot = factories.slot(term)
    for _ in range(2):
        entry = factories.entry(timetable, factories.component(term=term), slot)
        claim = EntryClaim(
            entry_id=entry.entry_id,
            timetable_id=timetable.timetable_id,
            resource="room:1",
            minutes=Range(540, 600),
            weeks=frozenset({1}),
        )
        session.add(claim)
    with pytest.raises(IntegrityError, match="no_double_booking"):
        session.commit()


def test_a_request_leaves_one_line_with_its_id(client, caplog):
    caplog.set_level("INFO")
    answer = client.get("/ready")
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [(line["path"], line["status"], line["request_id"]) for line in lines] == [
        ("/ready", 200, answer.headers["X-Request-ID"])
    ]


def test_in_production_every_line_is_one_json_object_also_a_librarys_with_its_traceback(environment):
    program = (
        "import logging; from webapp.app import create_app; app = create_app();"
        "app.test_client().get('/ready'); logging.getLogger('rq').error('odd', exc_info=ValueError('why'))"
    )
    variables = {**os.environ, **environment, "TIMELOOM_ENV": "production", "SECRET_KEY": "k" * 40}
    done = subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=True)
    request, odd = [json.loads(line) for line in done.stderr.splitlines()]
    assert (request["path"], request["level"]) == ("/ready", "info")
    assert (odd["logger"], odd["event"]) == ("rq", "odd")
    assert "ValueError: why" in odd["exception"]
