"""Runs and what becomes of them: generate, publish, sweep."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.commands.options import in_term, report_problems, term_of
from webapp.config import LEAST_RUN_SECONDS, MOST_RUN_SECONDS
from webapp.extensions import QueueUnavailable, db
from webapp.models import GenerationJob, JobStatus
from webapp.services.jobs import lease
from webapp.services.jobs.requests import cancel, hand_over
from webapp.services.problem.holds import CLOSENESS, RunChoices
from webapp.services.runs.options import checked, part_by_codes
from webapp.services.runs.progress import Progress, progress_of
from webapp.services.runs.requests import RunRequest, default_seconds, write_run
from webapp.services.shared import transaction
from webapp.services.timetables import publishing
from webapp.services.timetables.publishing import NotAcknowledged, Point

POLL_SECONDS = 0.5


@click.command("generate")
@in_term
@click.option(
    "--seconds",
    type=click.IntRange(LEAST_RUN_SECONDS, MOST_RUN_SECONDS),
    default=default_seconds,
    show_default="TIMELOOM_DEFAULT_SECONDS",
    help="Wall time for the whole run.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Where chance begins.")
@click.option("--reproducible", is_flag=True, help="Limit the search by work, so that it can be repeated exactly.")
@click.option("--partial", is_flag=True, help="Place what can be placed although the check finds that not all can.")
@click.option("--department", "departments", multiple=True, metavar="CODE", help="Only classes of this department.")
@click.option("--programme", "programmes", multiple=True, metavar="NAME", help="Only classes of this programme.")
@click.option("--study-semester", "semesters", multiple=True, type=int, help="Only classes of this semester of study.")
@click.option("--group", "groups", multiple=True, metavar="CODE", help="Only classes of this group and its parts.")
@click.option("--base", type=int, metavar="NUMBER", help="The timetable that the run holds to.")
@click.option("--keep-locks", is_flag=True, help="Keep the times and rooms that are locked in the timetable --base.")
@click.option(
    "--close",
    type=click.Choice([name for name in CLOSENESS if name]),
    help="Stay close to the timetable --base: each class that moves costs a little, or much.",
)
@click.option("--wait", is_flag=True, help="Show the progress until the run has ended; needs a worker.")
@click.option("--inline", is_flag=True, help="Run in this process instead of a worker's, and wait.")
@with_appcontext
@report_problems
def generate(
    organization: str,
    year: str,
    semester: int,
    seconds: int,
    seed: int,
    reproducible: bool,
    partial: bool,
    base: int | None,
    keep_locks: bool,
    close: str | None,
    wait: bool,
    inline: bool,
    **part: tuple[Any, ...],
) -> None:
    """Generate the variants of a term's timetable. Exit code 1 says that the run did not complete.

    Departments, programmes, semesters of study and groups name a part of the term, each as often as wanted; all other
    classes stay where the timetable --base has them.
    """
    _, term = term_of(organization, year, semester)
    asked = RunChoices(part_by_codes(term, **part), base, keep_locks, close or "", partial)
    choices = checked(term, asked)
    request = RunRequest(seconds=seconds, seed=seed, reproducible=reproducible, choices=choices)
    job = write_run(term, None, request)
    transaction.commit()
    if inline:
        ended = _show_until_ended(job, _start_here(job.job_id))
    else:
        if not hand_over(job.job_id):
            raise QueueUnavailable("Redis does not answer: the run is queued, and begins once it does.")
        if not wait:
            click.echo(f"Run {job.job_id} is queued.")
            return
        ended = _show_until_ended(job, lambda: True)
    click.echo(ended.message, err=ended.status != JobStatus.COMPLETED)
    if ended.status != JobStatus.COMPLETED:
        sys.exit(1)


def _start_here(job_id: str) -> Callable[[], bool]:
    """Run the job in a thread of this process; returns what tells whether it still goes on."""
    from webapp.tasks import runner  # the solver is loaded by this command alone

    runner.warm_up()
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - a thread needs the app itself, not the proxy typed as it

    def run() -> None:
        with app.app_context():
            runner.run_job(job_id)

    thread = threading.Thread(target=run, name=f"run {job_id}")
    thread.start()
    return thread.is_alive


def _show_until_ended(job: GenerationJob, goes_on: Callable[[], bool]) -> Progress:
    """Follow a run; Ctrl-C cancels it."""
    shown = sys.stderr.isatty()
    if shown:
        logging.getLogger("webapp.tasks").setLevel(logging.WARNING)  # the bar says it, on one line
    cancelled = False
    while True:
        try:
            alive = goes_on()
            progress = progress_of(job)
            transaction.commit()
            if shown:
                _draw(progress)
            if not progress.is_active or not alive:
                break
            time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            if cancelled:
                raise
            cancelled = True
            cancel(None, job)
            transaction.commit()
        db.session.refresh(job)
    if shown:
        click.echo("", err=True)
    return progress


def _draw(progress: Progress) -> None:
    width = 30
    full = progress.progress * width // 100
    cost = "" if progress.best_cost is None else f", best cost {progress.best_cost}"
    click.echo(
        f"\r\x1b[K[{'#' * full}{'.' * (width - full)}] {progress.progress:3d} %  {progress.stage or progress.status}, "
        f"{progress.elapsed:.0f} of {progress.limit} s, "
        f"{progress.variants_done} of {progress.variants_total} variants{cost}",
        nl=False,
        err=True,
    )


@click.command("publish")
@in_term
@click.option("--variant", required=True, help="Name of the variant, such as Balanced; of the term's latest run.")
@click.option(
    "--acknowledge", "keys", multiple=True, metavar="POINT", help="A point that speaks against it, by its key."
)
@click.option("--acknowledge-all", "everything", is_flag=True, help="Every such point; they are listed all the same.")
@with_appcontext
@report_problems
def publish(organization: str, year: str, semester: int, variant: str, keys: tuple[str, ...], everything: bool) -> None:
    """Publish a variant of the term's latest run, or a draft of that name.

    Missing approvals, open comments and rules overridden with a reason are to be acknowledged, each by its key or all
    at once; without that they are listed and nothing is published. The audit trail keeps them.
    """
    _, term = term_of(organization, year, semester)
    timetable = publishing.latest_named(term, variant)
    points = publishing.readiness(timetable).open_points()
    given = {point.key for point in points} if everything else set(keys)
    _refuse_unless_acknowledged(points, given)
    timetable = publishing.publish(None, timetable, given)
    transaction.commit()
    for point in points:
        click.echo(f"Acknowledged: {point.sentence}")
    click.echo(f"Published {timetable.variant_name} as version {timetable.number} ({timetable.content_hash}).")


def _refuse_unless_acknowledged(points: Sequence[Point], given: Collection[str]) -> None:
    unknown = sorted(set(given) - {point.key for point in points})
    if unknown:
        raise NotAcknowledged(
            f"Nothing that speaks against it has the key {', '.join(unknown)}; nothing was published."
        )
    missing = [point for point in points if point.key not in given]
    if missing:
        number = "1 point is" if len(missing) == 1 else f"{len(missing)} points are"
        listed = [f"{point.key}: {point.sentence}" for point in missing]
        how = "Acknowledge each by its key with --acknowledge, or all with --acknowledge-all."
        raise NotAcknowledged(f"{number} not acknowledged, so nothing was published.", [*listed, how])


@click.command("sweep")
@with_appcontext
@report_problems
def sweep() -> None:
    """Settle runs whose worker was lost, and queue again what Redis has forgotten."""
    try:
        settled = lease.sweep()
    finally:
        transaction.commit()  # what was settled stays settled where Redis is away
    runs = "1 run" if len(settled) == 1 else f"{len(settled)} runs"
    click.echo(f"{runs} settled." if settled else "Nothing to settle.")


COMMANDS = (generate, publish, sweep)
