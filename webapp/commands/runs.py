"""Runs and what becomes of them: generate, publish, sweep."""

import logging
import sys
import threading
import time
from collections.abc import Callable

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.commands.telling import in_term, term_of, told
from webapp.extensions import QueueUnavailable, db
from webapp.flow import generating, leasing, publishing, requesting
from webapp.flow.choices import Choices
from webapp.flow.generating import LEAST_SECONDS, MOST_SECONDS, Progress, Wanted
from webapp.models import GenerationJob, JobStatus

POLL_SECONDS = 0.5


@click.command("generate")
@in_term
@click.option(
    "--seconds",
    type=click.IntRange(LEAST_SECONDS, MOST_SECONDS),
    default=lambda: int(current_app.config["TIMELOOM_DEFAULT_SECONDS"]),
    show_default="TIMELOOM_DEFAULT_SECONDS",
    help="Wall time for the whole run.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Where chance begins.")
@click.option("--reproducible", is_flag=True, help="Limit the search by work, so that it can be repeated exactly.")
@click.option("--partial", is_flag=True, help="Place what can be placed although the check finds that not all can.")
@click.option("--wait", is_flag=True, help="Show the progress until the run has ended; needs a worker.")
@click.option("--inline", is_flag=True, help="Run in this process instead of a worker's, and wait.")
@with_appcontext
@told
def generate(
    organization: str,
    year: str,
    semester: int,
    seconds: int,
    seed: int,
    reproducible: bool,
    partial: bool,
    wait: bool,
    inline: bool,
) -> None:
    """Generate the variants of a term's timetable. Exit code 1 says that the run did not complete."""
    _, term = term_of(organization, year, semester)
    wanted = Wanted(seconds=seconds, seed=seed, reproducible=reproducible, choices=Choices(partial=partial))
    job = generating.request_of_term(term, None, wanted)
    if inline:
        ended = _show_until_ended(job, _start_here(job.job_id))
    else:
        if not requesting.hand_over(job.job_id):
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
    from webapp import jobs  # the solver is loaded by this command alone
    from webapp.engine.solve import warm

    warm()
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - a thread needs the app itself

    def run() -> None:
        with app.app_context():
            jobs.execute_run(job_id)

    thread = threading.Thread(target=run, name=f"run {job_id}")
    thread.start()
    return thread.is_alive


def _show_until_ended(job: GenerationJob, goes_on: Callable[[], bool]) -> Progress:
    """Follow a run; Ctrl-C cancels it."""
    shown = sys.stderr.isatty()
    if shown:
        logging.getLogger("webapp.jobs").setLevel(logging.WARNING)  # the bar says it, on one line
    cancelled = False
    while True:
        try:
            alive = goes_on()
            progress = generating.progress_of(job)
            db.session.commit()
            if shown:
                _draw(progress)
            if not progress.is_active or not alive:
                break
            time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            if cancelled:
                raise
            cancelled = True
            generating.cancel(None, job)
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
@with_appcontext
@told
def publish(organization: str, year: str, semester: int, variant: str) -> None:
    """Publish a variant of the term's latest run, or a draft of that name.

    Missing approvals, open comments and rules overridden with a reason are acknowledged by whoever runs the command;
    the audit trail keeps their names.
    """
    _, term = term_of(organization, year, semester)
    timetable = publishing.publish(None, publishing.latest_named(term, variant), publishing.EVERYTHING)
    click.echo(f"Published {timetable.variant_name} as version {timetable.number} ({timetable.content_hash}).")


@click.command("sweep")
@with_appcontext
@told
def sweep() -> None:
    """Settle runs whose worker was lost, and queue again what Redis has forgotten."""
    settled = leasing.sweep()
    runs = "1 run" if len(settled) == 1 else f"{len(settled)} runs"
    click.echo(f"{runs} settled." if settled else "Nothing to settle.")


COMMANDS = (generate, publish, sweep)
