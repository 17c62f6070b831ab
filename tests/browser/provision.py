"""Find a Chromium for the browser tests, or get one: `python -m tests.browser.provision`.

A browser can't be downloaded by Playwright on every network, so four ways are tried in order: `chromium` on the PATH,
Playwright's own, `playwright install`, and Debian's package when root.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHT = (sys.executable, "-m", "playwright", "install")
SECONDS = 600


def find() -> str | None:
    """The path of a Chromium that starts on this machine."""
    candidates = [path for name in NAMES if (path := shutil.which(name))]
    return next((path for path in candidates if _starts(path)), None) or _of_playwright()


def _of_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() and _starts(path) else None


def _starts(path: str) -> bool:
    """Say whether the program runs at all: it may lack libraries of the system."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def get() -> str | None:
    """Install a Chromium by whatever way works here; returns its path, or None where none does."""
    attempts = [[*PLAYWRIGHT, "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        attempts += [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]
    for command in attempts:
        _try(command)
        path = find()
        if path:
            return path
    return None


def _try(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("$", *command, flush=True)
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
        print(f"(exit status {done.returncode})")
    except subprocess.TimeoutExpired:
        print(f"(gave up after {SECONDS} s)")


if __name__ == "__main__":
    found = find() or get()
    print(f"Browser tests run in {found}." if found else "There is no Chromium: browser tests will be skipped.")
