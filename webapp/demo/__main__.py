"""python -m webapp.demo: an invented university, a web process and two workers, until Ctrl-C.

DATABASE_URL and REDIS_URL name the servers; without them embedded ones are started on the data folder, which
also keeps the secret key and the password of the accounts.
"""

import argparse
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

from webapp.embedded import EmbeddedError, servers

ROOT = Path(__file__).parent.parent.parent
FIRST_PORT, LAST_PORT = 8000, 8019
READY_SECONDS = 60
STOP_SECONDS = 35
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


class DemoError(Exception):
    """The demo can't run; the message says why."""


class Stopped(Exception):
    """Somebody asked the demo to end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare, start, tell, wait, stop."""
    parser = argparse.ArgumentParser(prog="python -m webapp.demo", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "demo", metavar="DIR", help="where data are kept")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--small", action="store_true", help="two years of two programmes, where nothing is there yet")
    which.add_argument("--any-week", action="store_true", help="a term of every rule and every kind of week instead")
    given = parser.parse_args(arguments)
    data: Path = given.data
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        with ExitStack() as stack:
            _prepare_environment(data, stack)
            accounts = _load_university(_keys(data)["password"], small=given.small, any_week=given.any_week)
            address = _start(data, stack)
            _tell(address, data, accounts, _keys(data)["password"])
            signal.pause()
    except Stopped:
        print("Timeloom has stopped.", flush=True)
    except (DemoError, EmbeddedError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def _keys(data: Path) -> dict[str, str]:
    """The secret key and the accounts' password, drawn once."""
    file = data / "keys.json"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        keys = {"secret_key": secrets.token_hex(32), "password": f"loom-{secrets.token_hex(4)}"}
        with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(keys, out)
    stored: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return stored


def _prepare_environment(data: Path, stack: ExitStack) -> None:
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        os.environ.update(stack.enter_context(servers(data)).environment)
    os.environ["SECRET_KEY"] = _keys(data)["secret_key"]
    os.environ["TIMELOOM_ENV"] = "development"


def _load_university(password: str, *, small: bool, any_week: bool) -> list[tuple[str, str, str]]:
    """Migrate, import where nothing is there yet; role, e-mail and name of each account."""
    from flask_migrate import upgrade

    from webapp.app import create_app
    from webapp.demo import any_week as every_kind
    from webapp.demo import catalogue, university
    from webapp.demo.loader import load
    from webapp.extensions import db

    app = create_app()
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        print("Loading the university ...", flush=True)
        programmes = catalogue.SMALL if small else catalogue.PROGRAMMES
        today = datetime.now(ZoneInfo(catalogue.ORGANIZATION[2])).date()
        content = every_kind.archive() if any_week else university.archive(programmes, today)
        accounts = [(account.role.value, account.email, account.who) for account in load(password, content)]
        db.session.remove()
        db.engine.dispose()
    return accounts


def _start(data: Path, stack: ExitStack) -> str:
    """Start web and workers, and answer the address once it is ready."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    web = ["-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    quiet = ["--log-level", "warning", "--graceful-timeout", "5", "--no-control-socket"]
    children = {
        "web": stack.enter_context(_running("web", [*web, *quiet], data)),
        "worker": stack.enter_context(_running("worker", ["worker.py"], data)),
        "fast": stack.enter_context(_running("fast", ["worker.py", "fast"], data)),
    }
    deadline = time.monotonic() + READY_SECONDS
    while not _is_ready(address):
        for name, child in children.items():
            if child.poll() is not None:
                raise DemoError(f"{name} ended with exit code {child.returncode}; see {_log(data, name)}")
        if time.monotonic() > deadline:
            raise DemoError(f"{address}/ready did not answer within {READY_SECONDS} s")
        time.sleep(0.2)
    return address


def _free_port() -> int:
    """The first free one of a few, so that the address is mostly the same; else any."""
    for port in (*range(FIRST_PORT, LAST_PORT + 1), 0):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(tried.getsockname()[1])
    raise DemoError("no port is free")


@contextmanager
def _running(name: str, arguments: list[str], data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child that ends with the block, and with us whatever happens."""
    command = [sys.executable, *arguments]
    with _log(data, name).open("wb") as log:
        child = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True, preexec_fn=_end_with_parent
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            print(f"demo: {name} did not end within {STOP_SECONDS} s and was killed", file=sys.stderr)
            child.kill()
            child.wait()


def _log(data: Path, name: str) -> Path:
    return data / f"{name}.log"


def _end_with_parent() -> None:
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/ready", timeout=5) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _tell(address: str, data: Path, accounts: list[tuple[str, str, str]], password: str) -> None:
    print(f"\nTimeloom is ready: {address}\n")
    width = max(len(email) for _, email, _ in accounts)
    for role, email, who in accounts:
        print(f"  {role:10} {email:{width}}  {password}  {who}")
    print(f"\nLogs are in {data}. Ctrl-C stops it.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
