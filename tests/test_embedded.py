"""The embedded servers stand up, pass everything through, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from webapp.embedded import EmbeddedError, servers

ASK_BOTH = """
import os, psycopg2, redis
with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    cursor.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    cursor.execute("INSERT INTO kept VALUES (1)")
    cursor.execute("SELECT count(*), lower('\\u00c4'), current_setting('server_encoding') FROM kept")
    print(*cursor.fetchone(), redis.Redis.from_url(os.environ["REDIS_URL"]).ping())
"""
PRINT_PIDS = "import os, time; print(os.getpid(), os.environ['DATABASE_URL'], flush=True); time.sleep(60)"


def start(*arguments: str, **variables: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.Popen(
        [sys.executable, "-m", "webapp.embedded", *arguments],
        env={**environment, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def embedded(*arguments: str, **variables: str) -> tuple[int, str, str]:
    process = start(*arguments, **variables)
    out, err = process.communicate(timeout=90)
    return process.returncode, out.strip(), err.strip()


def folder_of(database_url: str) -> Path:
    return Path(database_url.split("host=")[1]).parent


def processes_on(folder: Path) -> list[str]:
    """The command lines of live processes that name the folder."""
    found = []
    for command_line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = command_line.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if str(folder) in words:
            found.append(words)
    return found


def wait_until(claim, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.1)
    return claim()


def test_the_command_finds_both_servers_with_btree_gist_and_unicode():
    assert embedded("--", sys.executable, "-c", ASK_BOTH) == (0, "1 ä UTF8 True", "")


@pytest.mark.parametrize("code", [0, 3, 130])
def test_the_exit_code_of_the_command_is_passed_on_and_nothing_is_left(code):
    got, out, _ = embedded("--", "sh", "-c", f"echo $DATABASE_URL; exit {code}")
    assert got == code
    assert not folder_of(out).exists()
    assert processes_on(folder_of(out)) == []


def test_a_command_that_does_not_exist_gives_127_and_says_so():
    code, _, err = embedded("--", "no-such-command-of-ours")
    assert code == 127
    assert "no-such-command-of-ours" in err


def test_a_command_that_is_killed_gives_the_shells_code_for_it():
    assert embedded("--", "sh", "-c", "kill -9 $$")[0] == 128 + signal.SIGKILL


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_command_and_the_servers_still_end(sent):
    trap = f"trap 'echo heard; exit 5' {sent.name[3:]}; echo $DATABASE_URL; while :; do sleep 0.1; done"
    process = start("--", "sh", "-c", trap)
    folder = folder_of(process.stdout.readline().strip())
    process.send_signal(sent)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out.strip()) == (5, "heard")
    assert processes_on(folder) == []
    assert not folder.exists()


def test_nothing_is_started_when_both_variables_are_set():
    shown = "echo $DATABASE_URL $REDIS_URL; ls -d /tmp/none"
    code, out, _ = embedded("--", "sh", "-c", shown, DATABASE_URL="postgresql://mine", REDIS_URL="redis://mine")
    assert (code, out) == (2, "postgresql://mine redis://mine")


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_one_variable_without_the_other_is_refused_by_name(name):
    code, _, err = embedded("--", "true", **{name: "x://y"})
    assert code == 2
    assert f"{name} is set" in err


def test_kept_data_are_there_at_the_second_start(tmp_path):
    first = embedded("--data", str(tmp_path / "kept"), "--", sys.executable, "-c", ASK_BOTH)
    second = embedded("--data", str(tmp_path / "kept"), "--", sys.executable, "-c", ASK_BOTH)
    assert (first[1], second[1]) == ("1 ä UTF8 True", "2 ä UTF8 True")


def test_kept_data_can_be_used_by_one_at_a_time(tmp_path):
    with servers(tmp_path):
        code, _, err = embedded("--data", str(tmp_path), "--", "true")
    assert code == 1
    assert "in use" in err


def test_after_kill_9_no_process_is_left_and_the_data_still_work(tmp_path):
    process = start("--data", str(tmp_path), "--", sys.executable, "-c", PRINT_PIDS)
    command_pid = int(process.stdout.readline().split()[0])
    process.kill()
    process.communicate()
    assert wait_until(lambda: not Path("/proc", str(command_pid)).exists())
    assert wait_until(lambda: processes_on(tmp_path) == [])
    assert embedded("--data", str(tmp_path), "--", sys.executable, "-c", ASK_BOTH)[0] == 0


def test_a_stale_pid_file_that_names_a_foreign_process_does_not_stop_the_start(tmp_path):
    with servers(tmp_path):
        stale = (tmp_path / "postgres/postmaster.pid").read_text()
    own_pid = str(os.getpid())
    (tmp_path / "postgres/postmaster.pid").write_text("\n".join([own_pid, *stale.split("\n")[1:]]))
    with servers(tmp_path) as again:
        assert Path("/proc", str(again.postgres_pid)).exists()


def test_a_folder_that_is_no_database_is_refused_with_postgresqls_own_reason(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres/mine.txt").write_text("not yours")
    with pytest.raises(EmbeddedError, match="not empty"), servers(tmp_path):
        pass
    assert (tmp_path / "postgres/mine.txt").read_text() == "not yours"
