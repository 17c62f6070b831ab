"""The demo starts, says where it is, and ends when told to; the second time it finds everything there."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
STOP_SECONDS = 60


@contextmanager
def demo(data: Path) -> Iterator[str]:
    """What the demo prints until it waits; it is ended as by Ctrl-C."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "TIMELOOM_ENV")}
    command = [sys.executable, "-m", "webapp.demo", "--small", "--data", str(data)]
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield printed(running)
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=STOP_SECONDS)
        assert rest.splitlines()[-1] == "Timeloom has stopped."
        assert running.returncode == 0
    finally:
        if running.poll() is None:
            running.terminate()
            running.wait(STOP_SECONDS)
        if running.stdout:
            running.stdout.close()


def printed(running: subprocess.Popen[str]) -> str:
    lines = []
    assert running.stdout is not None
    patience = threading.Timer(START_SECONDS, running.terminate)
    patience.start()
    try:
        for line in running.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                return "".join(lines)
    finally:
        patience.cancel()
    raise AssertionError("".join(lines))


@pytest.mark.slow
def test_the_demo_starts_tells_its_accounts_and_stops_twice(tmp_path: Path) -> None:
    data, told = tmp_path / "data", []
    for _ in range(2):
        with demo(data) as output:
            found = re.search(r"Timeloom is ready: (http://127\.0\.0\.1:\d+)", output)
            assert found, output
            with urllib.request.urlopen(f"{found[1]}/ready", timeout=10) as answer:  # noqa: S310 (our own address)
                assert json.load(answer)["status"] == "ok"
            told.append(re.findall(r"^  (\w+) +(\S+@saru\.example) +(\S+)  (.+)$", output, re.MULTILINE))
    assert told[0] == told[1]
    assert [role for role, *_ in told[0]] == ["registrar", "hod", "faculty", "student"]
    keys = json.loads((data / "keys.json").read_text())
    assert {password for _, _, password, _ in told[0]} == {keys["password"]}
    assert (data / "keys.json").stat().st_mode & 0o077 == 0
