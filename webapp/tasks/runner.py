"""The one function that Redis names, and what does a job of each kind."""

from collections.abc import Mapping

from ortools.sat.python import cp_model  # noqa: F401 - loaded by the worker before any fork, so that no job waits for it

from webapp.engine.warmup import warm
from webapp.models import JobKind
from webapp.services.jobs import lease
from webapp.tasks import check, generate, repair, resolve, what_if
from webapp.tasks.guard import CarryOut, run_guarded

KINDS: Mapping[JobKind, CarryOut] = {
    JobKind.GENERATE: generate.carry_out,
    JobKind.CHECK: check.carry_out,
    JobKind.WHAT_IF: what_if.carry_out,
    JobKind.REPAIR: repair.carry_out,
    JobKind.RESOLVE: resolve.carry_out,
}
ALLOWED = frozenset({lease.TASK})
"""The functions that a job in Redis may name. Whoever can write to Redis can name any other: those are refused."""


def run_job(job_id: str) -> None:
    """Carry out a job to its end, whatever its kind; the row says how it ended."""
    run_guarded(job_id, KINDS)


def warm_up() -> None:
    """Compile the search once, so that every job's process has it from its first moment."""
    warm()
