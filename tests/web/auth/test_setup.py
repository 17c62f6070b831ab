"""The page of the first run: it leads in once, with the server's token, and is gone afterwards."""

import click
import pytest

from tests import factories
from tests.pages import Pages, parse, words
from webapp.app import create_app
from webapp.commands.setup import announce, is_development_server
from webapp.extensions import db, limiter
from webapp.services.accounts import first_run

SENT = {
    "name": "A University",
    "code": "BHU",
    "timezone": "Asia/Kolkata",
    "registrar": "Dr Rao",
    "email": "rao@example.edu",
    "new": "seven horses sleep",
    "again": "seven horses sleep",
}


def test_an_empty_installation_leads_to_it_and_in_and_then_it_is_gone(app, client, pages, capsys):
    announce(app)
    said = capsys.readouterr().err
    token = next(word for word in said.split() if word.startswith("ts_"))
    assert "/setup" in said
    announce(app)
    assert capsys.readouterr().err == "", "one token for all processes of a start"
    assert [client.get(path).location for path in ("/", "/sign-in")] == ["/setup", "/setup"]
    assert "printed" in words(pages.get("/setup"))
    assert pages.post("/setup", SENT | {"token": token}).location == "/admin/"
    assert "A University is set up" in words(pages.get("/admin/"))
    assert client.get("/setup").status_code == 404
    assert pages.post("/setup", SENT | {"token": token}, 404)
    assert client.get("/").location == "/admin/"


def test_what_is_wrong_is_said_at_its_place(app, pages):
    token = first_run.token_at_start()
    db.session.commit()
    for change, said in (
        ({"token": "ts_guess"}, "not a token that the server has printed"),
        ({"again": "another one"}, "not the same"),
        ({"code": "two words"}, "no code"),
        ({"email": "nobody"}, "not an e-mail address"),
        ({"new": "short", "again": "short"}, "at least 10"),
        ({"timezone": "Mars"}, "valid choice"),
        ({"timezone": "Factory"}, "valid choice"),
        ({"name": ""}, "This is needed"),
    ):
        answer = pages.post("/setup", SENT | {"token": token} | change, 422)
        assert said in words(parse(answer.get_data(as_text=True))), change
    assert first_run.is_empty()


def test_the_command_prints_a_token_and_refuses_once_there_is_an_organisation(runner, pages):
    token = runner.invoke(args=["setup-token"]).output.strip()
    pages.post("/setup", SENT | {"token": token})
    again = runner.invoke(args=["setup-token"])
    assert (again.exit_code, "There is an organisation already" in again.stderr) == (2, True)


def test_an_organisation_by_command_ends_it_too(runner, client):
    runner.invoke(args=["setup-token"])
    assert runner.invoke(args=["create-organization", "BHU", "A University"]).exit_code == 0
    assert (client.get("/setup").status_code, client.get("/").location) == (404, "/sign-in")


@pytest.fixture
def limited(app):
    """An application that counts."""
    made = create_app({"TESTING": True, "RATELIMIT_ENABLED": True, "RATELIMIT_STORAGE_URI": "memory://"})
    limiter.reset()
    yield made
    limiter.enabled = False


def test_a_guesser_is_stopped(app, limited):
    with limited.app_context():
        guesser = Pages(limited.test_client())
        for _attempt in range(10):
            guesser.post("/setup", SENT | {"token": "ts_guess"}, 422)
        guesser.post("/setup", SENT | {"token": "ts_guess"}, 429)


def test_a_server_whose_database_is_away_starts_all_the_same(capsys):
    announce(create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": "postgresql+psycopg2://nobody@127.0.0.1:1/none"}))
    assert "give this token" not in capsys.readouterr().err


def test_only_flask_run_is_a_development_server_that_prints_a_token():
    assert not is_development_server()
    for name, is_so in (("run", True), ("shell", False)):
        with click.Context(click.Command(name), info_name=name):
            assert is_development_server() is is_so


def test_a_stranger_of_a_running_house_finds_no_setup(client):
    factories.organization()
    db.session.commit()
    assert client.get("/setup").status_code == 404
