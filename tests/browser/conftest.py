"""A Chromium, and the application behind a real address, for the tests that look through a reader's eyes."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from werkzeug.serving import make_server

from tests import university
from tests.browser import provision
from tests.university import University
from webapp.models import Organization

ROOT = Path(__file__).parent.parent.parent
STOP_SECONDS = 30
NO_BROWSER = "there is no Chromium (python -m tests.browser.provision gets one)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for a page, so that `-m 'not browser'` leaves it out."""
    for item in items:
        if {"page", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; without one its tests are skipped by name, and fail where CI=true."""
    path = provision.find()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(NO_BROWSER)
    if path is None:
        pytest.skip(NO_BROWSER)
    return path


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium: str) -> dict[str, Any]:
    """Start that Chromium; root has no sandbox to start it in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium, "args": arguments}


@pytest.fixture(scope="session")
def base_url(application: Flask) -> Iterator[str]:
    """The address of the application, served by threads of this process: `page.goto("/sign-in")` finds it."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="web", daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """What every reader has unless a test says otherwise: English, a desktop's window, no animation."""
    return {
        **browser_context_args,
        "locale": "en-GB",
        "viewport": {"width": 1280, "height": 900},
        "reduced_motion": "reduce",
    }


@pytest.fixture(autouse=True)
def data(committed_app: Flask) -> Flask:
    """Every browser test has real commits; they are emptied once its page is closed."""
    return committed_app


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What any page's console says in error; a test that doesn't take its own out again fails by it."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            heard.append(message.text)

    context.on("console", hear)
    context.on("weberror", lambda error: heard.append(str(error.error)))
    yield heard
    assert heard == []


@pytest.fixture
def page(page: Page, complaints: list[str]) -> Page:
    """A page whose console is listened to."""
    return page


@pytest.fixture
def empty_university(data: Flask) -> Organization:
    """An organisation with a registrar and nothing else."""
    return university.empty_university()


@pytest.fixture
def published(data: Flask) -> University:
    """A published term and an account of every role."""
    return university.published_university()


@pytest.fixture
def worker(data: Flask, tmp_path: Path) -> Iterator[None]:
    """A real worker process, until the test ends."""
    with (tmp_path / "worker.log").open("wb") as log:
        command = [sys.executable, str(ROOT / "worker.py")]
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    yield
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
