"""Forks a worker whenever it is told to: what takes a worker seconds, its imports and the compiled search, is there.

    python tests/tasks/forked_worker.py      then, line by line:  LOG [QUEUE...]

Each line is answered by the process id of the new worker, which writes to LOG.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import worker
from webapp.tasks import runner


def main() -> None:
    """Serve until the input ends."""
    runner.warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system itself forgets a worker that has ended
    while line := sys.stdin.readline():
        log, *queues = line.rstrip("\n").split("\t")
        if (pid := os.fork()) == 0:
            _become_a_worker(log, queues)
        print(pid, flush=True)


def _become_a_worker(log: str, queues: list[str]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output, nothing = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), os.open(os.devnull, os.O_RDONLY)
    for given, taken in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(given, taken)
    sys.exit(worker.main(queues))


if __name__ == "__main__":
    main()
