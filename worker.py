"""The worker: takes jobs from Redis and runs them, each in a process of its own.

    python worker.py [QUEUE...]

Without a queue's name it serves both, the fast one first; a second worker that serves `fast` alone keeps short jobs
(checks) from waiting behind a long generation. It runs functions of an allow-list only, settles the jobs of workers
that were lost, and on SIGTERM lets the run in hand finish its step, keeps the best, and hands the rest back.
"""

import os
import signal
import sys
import time
from contextlib import suppress
from typing import Any

import structlog
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import DBAPIError

from webapp.app import create_app
from webapp.config import ConfigError
from webapp.extensions import QUEUE_NAMES, QueueUnavailable, db, queue
from webapp.services.jobs import lease
from webapp.services.shared import transaction
from webapp.tasks import guard, runner

SWEEP_SECONDS = 10

log = structlog.get_logger("worker")


class TimeloomWorker(Worker):
    """An RQ worker that refuses unknown functions, sweeps, and ends gracefully."""

    max_connection_wait_time = 5.0
    _swept_at = float("-inf")

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job in a child process, if it names nothing but an allowed function and a job's id."""
        refusal = refusal_of(job)
        if refusal is None:
            super().execute_job(job, queue)
        else:
            log.error("job refused", rq_job=job.id, reason=refusal)
            execution = self.prepare_execution(job)
            self.handle_job_failure(job, queue, exc_string=f"Refused: {refusal}", execution=execution)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the child: forget the parent's connections, which two processes can't share."""
        db.engine.dispose(close=False)
        super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        """In the child: SIGTERM asks the run to end gracefully."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, guard.end_gracefully)

    def handle_warm_shutdown_request(self) -> None:
        """Pass the request to stop on to the run in hand."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]  # RQ leaves it untyped
        if self.horse_pid:
            with suppress(ProcessLookupError):  # it may have ended in this moment
                os.kill(self.horse_pid, signal.SIGTERM)

    def monitor_work_horse(self, job: Job, queue: Queue, execution: Any) -> None:
        """Wait for the child; if it died with a job in its hands, that is settled at once."""
        pid = self.horse_pid
        super().monitor_work_horse(job, queue, execution)
        self._settle(lambda: lease.lose(pid) and lease.enqueue_forgotten(at_once=True))

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Tell Redis that the worker is alive, and sweep now and then."""
        super().heartbeat(timeout, pipeline)
        if not self._is_horse and time.monotonic() - self._swept_at > SWEEP_SECONDS:
            self._swept_at = time.monotonic()
            self._settle(lease.sweep)

    def _settle(self, action: Any) -> None:
        """Settle what can be settled; a server that is away is asked again at the next heartbeat."""
        try:
            try:
                action()
            finally:
                transaction.commit()  # what was settled stays settled where Redis is away
        except (QueueUnavailable, DBAPIError) as error:
            log.warning("sweep put off", error=str(error))
        finally:
            db.session.remove()


def refusal_of(job: Job) -> str | None:
    """Why a job must not run: only our functions, by name, with one id, and nothing called back."""
    if job.func_name not in runner.ALLOWED:
        return f"{job.func_name!r} is not a job of Timeloom"
    if len(job.args) != 1 or job.kwargs or not lease.JOB_ID.fullmatch(str(job.args[0])):
        return "its argument is not the id of a run"
    if job.instance or any((job._success_callback_name, job._failure_callback_name, job._stopped_callback_name)):  # noqa: SLF001
        return "it calls back"
    return None


def main(names: list[str]) -> int:
    """Work until told to stop."""
    try:
        app = create_app()
    except ConfigError as error:
        print(f"worker: {error}", file=sys.stderr)
        return 2
    unknown = [name for name in names if name not in QUEUE_NAMES]
    if unknown:
        print(f"worker: there is no queue {unknown[0]!r}, only {', '.join(QUEUE_NAMES)}", file=sys.stderr)
        return 2
    runner.warm_up()
    with app.app_context():
        worker = TimeloomWorker(
            [queue.get(name) for name in reversed(QUEUE_NAMES) if name in (names or QUEUE_NAMES)],
            connection=queue.connection,
            serializer=JSONSerializer,
            worker_ttl=25,
            job_monitoring_interval=5,
            log_job_description=False,
        )
        worker.work()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
