"""A block rendered alone for htmx is the block of the whole page."""

import pytest
from flask import Flask
from jinja2 import DictLoader

from webapp.web import htmx

TEMPLATES = {
    "base.html": "<html>{% block content %}{% endblock %}</html>",
    "macros.html": "{% macro loud(text) %}{{ text|upper }}!{% endmacro %}",
    "page.html": (
        "{% extends 'base.html' %}{% from 'macros.html' import loud %}{% set word = 'hello' %}"
        "{% block content %}<p>{{ loud(word) }} {{ name }}</p>{% endblock %}"
    ),
}


@pytest.fixture
def small_app() -> Flask:
    app = Flask(__name__)
    app.jinja_loader = DictLoader(TEMPLATES)  # type: ignore[assignment]
    return app


def test_a_block_alone_knows_the_macros_its_page_imports_at_the_top(small_app: Flask) -> None:
    with small_app.test_request_context("/", headers={"HX-Request": "true"}):
        assert htmx.render("page.html", "content", name="<b>") == "<p>HELLO! &lt;b&gt;</p>"


def test_without_htmx_the_same_call_gives_the_whole_page(small_app: Flask) -> None:
    with small_app.test_request_context("/"):
        assert htmx.render("page.html", "content", name="<b>") == "<html><p>HELLO! &lt;b&gt;</p></html>"


def test_a_restored_history_entry_gets_the_whole_page(small_app: Flask) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    with small_app.test_request_context("/", headers=headers):
        assert htmx.render("page.html", "content", name="x").startswith("<html>")
