"""A real worker process on real servers, and a term small enough for seconds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests import factories
from webapp.extensions import db
from webapp.models import GenerationJob, JobStatus, Term, TimeSlot
from webapp.services.jobs.requests import hand_over
from webapp.services.runs.requests import RunRequest, write_run
from webapp.services.shared import transaction
from webapp.services.shared.rule_defaults import default_rules

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120
"""No step of a test may take longer than this many seconds."""


@dataclass
class WorkerProcess:
    """A worker in a process group of its own, and what it wrote."""

    pid: int
    log: Path
    horses: set[int] = field(default_factory=set)
    """Every job's process that was asked for."""

    @property
    def horse(self) -> int:
        """The process that carries out the job in hand; 0 if there is none."""
        with suppress(FileNotFoundError):
            listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            self.horses.update(map(int, listed))
            return int(listed[0]) if listed else 0
        return 0

    def kill(self) -> None:
        """As by the machine: no chance to say a word."""
        self._end_by(signal.SIGKILL)

    def stop(self) -> None:
        """As by a supervisor."""
        self._end_by(signal.SIGTERM)

    def _end_by(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
            for _ in range(PATIENCE * 20):
                os.kill(self.pid, 0)
                time.sleep(0.05)
            pytest.fail(f"the worker lives {PATIENCE} seconds after {number.name}")


@pytest.fixture(scope="session")
def compiled() -> None:
    """Compile the search once and keep it on disk, so that no worker of a test has to."""
    subprocess.run([sys.executable, "-c", "from webapp.engine.warmup import warm; warm()"], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def fork_worker(environment: dict[str, str], compiled: None) -> Iterator[Callable[..., int]]:
    """Fork workers from a process that has read and compiled everything; `worker.py` itself starts in the browser's
    journeys."""
    command = [sys.executable, str(Path(__file__).with_name("forked_worker.py"))]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forking:
        assert forking.stdin
        assert forking.stdout

        def fork(log: Path, *queues: str) -> int:
            print(log, *queues, sep="\t", file=forking.stdin, flush=True)
            return int(forking.stdout.readline())

        yield fork
        forking.stdin.close()


@pytest.fixture
def start_worker(
    committed_app: Flask, fork_worker: Callable[..., int], tmp_path: Path
) -> Iterator[Callable[[], WorkerProcess]]:
    """Start workers; whatever is left of them when the test ends is killed."""
    started: list[WorkerProcess] = []

    def start(*queues: str) -> WorkerProcess:
        log = tmp_path / f"worker-{len(started)}.log"
        started.append(WorkerProcess(fork_worker(log, *queues), log))
        return started[-1]

    yield start
    for worker in started:
        assert worker.horse >= 0  # noted, so that no orphan outlives the test
        worker.kill()
        print(worker.log.read_text())
        for horse in worker.horses:
            with suppress(FileNotFoundError, ProcessLookupError):
                if b"worker.py" in Path(f"/proc/{horse}/cmdline").read_bytes():
                    os.kill(horse, signal.SIGKILL)


def wait_until(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Look every fifth of a second until it is so; fail when it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        db.session.rollback()
        if what():
            return
        time.sleep(0.2)
    pytest.fail(f"nothing happened within {seconds} seconds")


def status_of(job_id: str) -> JobStatus:
    """The row's word, read anew."""
    db.session.rollback()
    return db.session.get_one(GenerationJob, job_id, populate_existing=True).status


def wait_for(job_id: str, *wanted: JobStatus) -> GenerationJob:
    """Wait until a run has one of these statuses."""
    wait_until(lambda: status_of(job_id) in wanted)
    return db.session.get_one(GenerationJob, job_id)


def wait_for_progress(job_id: str, least: int) -> None:
    """Wait until a run's bar has come so far."""
    wait_until(lambda: db.session.get_one(GenerationJob, job_id, populate_existing=True).progress >= least)


@pytest.fixture
def tiny_term(committed_app: Flask) -> Term:
    """Two groups, three teachers, six courses of three meetings, three rooms.

    Two courses are fixed at the same three hours, at which a third room is open, and of the other two one or the other:
    somebody changes rooms. No bound sees that, so a run takes the seconds that it is given.
    """
    term = factories.term(academic_year="2024-25", semester=3)
    db.session.add_all(default_rules(term.term_id))
    home = factories.department(term.organization)
    teachers = [factories.faculty(home) for _ in range(3)]
    groups = [factories.group(term) for _ in range(2)]
    rooms = [factories.room(term.organization, capacity=40 + number) for number in range(3)]
    slots = sa.select(TimeSlot).filter_by(term_id=term.term_id).order_by(TimeSlot.day, TimeSlot.start_time)
    hours = [[slot for slot in db.session.scalars(slots) if slot.day == day][2] for day in range(3)]
    for room, closed in zip(rooms, (hours[:2], hours[2:]), strict=False):
        for hour in closed:
            factories.availability(hour, room_id=room.room_id)
    for number in range(6):
        section = factories.section(
            term, factories.course(home), faculty=[teachers[number % 3]], groups=[groups[number % 2]]
        )
        component = factories.component(section, meetings_per_week=3)
        for ordinal, hour in enumerate(hours if number < 2 else (), 1):
            factories.pin(component, hour, ordinal=ordinal)
    db.session.commit()
    return term


@pytest.fixture
def request_run(tiny_term: Term) -> Callable[..., str]:
    """Ask for a run of the tiny term and hand it to Redis; returns its id."""

    def request(seconds: int = 6) -> str:
        job = write_run(tiny_term, None, RunRequest(seconds=seconds))
        transaction.commit()
        hand_over(job.job_id)
        return job.job_id

    return request
