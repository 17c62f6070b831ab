"""Asking for a generation, watching it, ending it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, JobStatus, Stage, Term, Timetable, User
from webapp.services.jobs import requests
from webapp.services.jobs.requests import ACTIVE, elapsed_of, settle
from webapp.services.problem.holds import RunChoices
from webapp.services.runs import weight_profiles
from webapp.services.runs.options import as_options, checked
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict, NotFound, Problem
from webapp.services.shared.words import _, ngettext
from webapp.services.terms.selection import TermUnknown

VARIANTS = ("Balanced", "Faculty-First", "Student-First", "Room-Saving", "Compact-Week")
DEFAULT_SECONDS = 120
LEAST_SECONDS, MOST_SECONDS = 5, 6 * 3600
ENDED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)


class RunUnknown(NotFound):
    """The organisation has no such run."""


class SecondsRefused(Problem):
    """The time limit lies outside what is allowed."""


class VariantsRefused(Problem):
    """No variant, or one that nobody knows, was asked for."""


class RunEnded(Conflict):
    """The run has ended, so there is nothing to cancel or stop."""


@dataclass(frozen=True)
class VariantFacts:
    """What is known of a variant while its run goes on."""

    name: str
    status: str
    """waiting, running or done."""
    cost: int | None = None
    bound: int | None = None
    quality: float | None = None
    unplaced: int | None = None
    seconds: float | None = None
    timetable_id: int | None = None
    weighed: int | None = None
    """Cost under the variant's own weights, as the bound is; ``cost`` follows the term's once it is stored."""
    first_feasible: float | None = None
    """Seconds after the run's search began until a timetable without a hard violation stood for this variant."""
    hard: int | None = None
    """Hard rules that the best timetable of the search breaks; the classes that break them end in the tray."""
    curve: Sequence[Sequence[float]] = ()
    """Cost of the best over the seconds of this variant's own time, from when no more than ``hard`` were broken."""

    @property
    def gap(self) -> float | None:
        """How far the cost may be from the best there is, in percent; None while there is no bound."""
        if self.weighed is None or self.bound is None:
            return None
        return 100 * max(0, self.weighed - self.bound) / self.weighed if self.weighed else 0.0


@dataclass(frozen=True)
class Progress:
    """How a run stands, as the page and the API show it."""

    job_id: str
    status: str
    stage: str | None
    progress: int
    elapsed: float
    limit: int
    variants_done: int
    variants_total: int
    best_cost: int | None
    bound: int | None
    variants: tuple[VariantFacts, ...]
    message: str
    attempt: int
    facts: Mapping[str, Any]

    @property
    def is_active(self) -> bool:
        """Whether the run is queued or running, so that polling goes on."""
        return self.status in ACTIVE


def term_of(user: User, academic_year: str, semester: int) -> Term:
    """The term of the user's own organisation; raises `TermUnknown`."""
    query = sa.select(Term).filter_by(
        organization_id=user.organization_id, academic_year=academic_year, semester=semester
    )
    term = db.session.scalars(query).one_or_none()
    if term is None:
        raise TermUnknown(_("There is no semester %(semester)s of %(year)s.", semester=semester, year=academic_year))
    return term


def run_of(user: User, job_id: str) -> GenerationJob:
    """A run of the user's own organisation; raises `RunUnknown`."""
    query = sa.select(GenerationJob).filter_by(organization_id=user.organization_id, job_id=job_id)
    job = db.session.scalars(query).one_or_none()
    if job is None:
        raise RunUnknown(_("There is no run %(job)s.", job=job_id[:40]))
    return job


def runs_of(user: User, term: Term | None = None, limit: int = 50) -> Sequence[GenerationJob]:
    """The organisation's generations, latest first; of one term where it is named."""
    query = sa.select(GenerationJob).filter_by(organization_id=user.organization_id, kind=JobKind.GENERATE)
    if term is not None:
        query = query.filter_by(term_id=term.term_id)
    return db.session.scalars(query.order_by(GenerationJob.created_at.desc()).limit(limit)).all()


def active_run(term: Term) -> GenerationJob | None:
    """The term's generation that is queued or running; there is one at most."""
    query = sa.select(GenerationJob).where(
        GenerationJob.term_id == term.term_id,
        GenerationJob.kind == JobKind.GENERATE,
        GenerationJob.status.in_(ACTIVE),
    )
    return db.session.scalars(query).one_or_none()


def request_generation(
    user: User,
    academic_year: str,
    semester: int,
    *,
    seconds: int = DEFAULT_SECONDS,
    profiles: Sequence[str] | None = None,
    seed: int = 1,
    reproducible: bool = False,
    idempotency_key: str | None = None,
    choices: RunChoices | None = None,
) -> GenerationJob:
    """Write down a generation of the user's own organisation, commit, and hand it to a worker.

    A second click returns the first job. With Redis away the job stays queued, its progress says so, and the next
    sweep hands it over. Raises `TermUnknown`, `SecondsRefused`, `VariantsRefused` or `ChoiceRefused`.

    Parameters
    ----------
    seconds
        Wall time for the whole run.
    profiles
        The variants, by name, the organisation's own profiles among them; all five where None.
    choices
        What the run holds to.
    """
    term = term_of(user, academic_year, semester)
    own = weight_profiles.weights_by_name(user)
    names = _variants(profiles, own)
    weights = {name: own[name] for name in names if name in own}
    held = checked(term, choices or RunChoices())
    wanted = Wanted(seconds, names, seed, reproducible, idempotency_key, held, weights)
    return requests.handed(request_of_term(term, user, wanted))


@dataclass(frozen=True)
class Wanted:
    """What a run shall be like; see `request_generation`."""

    seconds: int = DEFAULT_SECONDS
    profiles: tuple[str, ...] = VARIANTS
    seed: int = 1
    reproducible: bool = False
    idempotency_key: str | None = None
    choices: RunChoices = field(default_factory=RunChoices)
    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of the registrar's own profiles among the variants, as they are now."""

    def __post_init__(self) -> None:
        if not LEAST_SECONDS <= self.seconds <= MOST_SECONDS:
            raise SecondsRefused(
                _(
                    "A run may take %(least)s to %(most)s seconds, found %(seconds)s.",
                    least=LEAST_SECONDS,
                    most=MOST_SECONDS,
                    seconds=self.seconds,
                )
            )


def request_of_term(term: Term, user: User | None, wanted: Wanted) -> GenerationJob:
    """Write down a generation and commit, or return the one that is there; nobody is told yet."""
    job = requests.Wanted(JobKind.GENERATE, wanted.seconds, _options(wanted), wanted.idempotency_key, wanted.seed)
    return requests.write_job(term, user, job, "run.request", lambda: active_run(term))


def _options(wanted: Wanted) -> dict[str, Any]:
    """What the job's row says of the request; what was not chosen is not there."""
    options: dict[str, Any] = {"profiles": list(wanted.profiles), "reproducible": wanted.reproducible}
    if wanted.weights:
        options["weights"] = {name: dict(weights) for name, weights in wanted.weights.items()}
    return options | as_options(wanted.choices)


def _variants(profiles: Sequence[str] | None, own: Iterable[str]) -> tuple[str, ...]:
    chosen = VARIANTS if profiles is None else tuple(dict.fromkeys(profiles))
    known = (*VARIANTS, *own)
    unknown = [name for name in chosen if name not in known]
    if unknown or not chosen:
        raise VariantsRefused(
            _(
                "Choose at least one of %(variants)s; found %(found)s.",
                variants=", ".join(known),
                found=", ".join(unknown) or "none",
            )
        )
    return chosen


def cancel(user: User | None, job: GenerationJob) -> None:
    """End a run: at once while it is queued, within seconds while it runs; what is stored is kept.

    Raises `RunEnded`.
    """
    _ask(user, job, "cancel_requested_at", "run.cancel", ends_queued=True)


def stop_and_keep_best(user: User | None, job: GenerationJob) -> None:
    """Let a running job finish now with the best that it has; raises `RunEnded`."""
    _ask(user, job, "stop_requested_at", "run.stop", ends_queued=False)


def _ask(user: User | None, job: GenerationJob, flag: str, action: str, *, ends_queued: bool) -> None:
    values: dict[str, Any] = {flag: sa.func.now()}
    if ends_queued:
        queued = GenerationJob.status == JobStatus.QUEUED
        values["status"] = sa.case((queued, JobStatus.CANCELLED.value), else_=GenerationJob.status)
        values["completed_at"] = sa.case((queued, sa.func.now()), else_=GenerationJob.completed_at)
    query = (
        sa.update(GenerationJob)
        .where(GenerationJob.job_id == job.job_id, GenerationJob.status.in_(ACTIVE))
        .values(**values)
        .returning(GenerationJob.job_id)
        .execution_options(synchronize_session=False)
    )
    if db.session.execute(query).scalar_one_or_none() is None:
        db.session.rollback()
        raise RunEnded(_("Run %(job)s has ended already.", job=job.job_id))
    audit.record(job.organization_id, user, action, job)
    db.session.commit()
    db.session.refresh(job)


def progress_of(job: GenerationJob) -> Progress:
    """How a run stands; a run whose worker is lost, or that Redis forgot, is settled on the way."""
    queue_is_away = settle(job)
    facts = job.facts
    variants = tuple(VariantFacts(**known) for known in facts.get("variants", ()))
    if not variants:
        variants = tuple(VariantFacts(name, "waiting") for name in job.options.get("profiles", VARIANTS))
    return Progress(
        job_id=job.job_id,
        status=job.status.value,
        stage=job.stage.value if job.stage else None,
        progress=100 if job.status is JobStatus.COMPLETED else job.progress,
        elapsed=elapsed_of(job),
        limit=job.seconds,
        variants_done=sum(variant.status == "done" for variant in variants),
        variants_total=len(variants),
        best_cost=facts.get("best_cost"),
        bound=facts.get("bound"),
        variants=variants,
        message=_message(job, queue_is_away),
        attempt=job.attempt,
        facts=facts,
    )


def _message(job: GenerationJob, queue_is_away: bool) -> str:
    """One sentence on where the run is, with its numbers."""
    match job.status:
        case JobStatus.QUEUED if queue_is_away:
            return _("Waiting: the queue (Redis) does not answer. The run begins by itself once it does.")
        case JobStatus.QUEUED if job.attempt:
            return _("Waiting for a worker to go on: the one before was lost.")
        case JobStatus.QUEUED:
            return _("Waiting for a worker.")
        case JobStatus.FAILED:
            return job.failure or _("The run failed.")
        case JobStatus.CANCELLED:
            return _("Cancelled. Variants that were finished before are kept.")
        case JobStatus.COMPLETED:
            return _completed(job)
    if job.cancel_requested_at is not None:
        return _("Cancelling.")
    if job.stop_requested_at is not None:
        return _("Finishing with the best so far.")
    return _stage_message(job)


def _completed(job: GenerationJob) -> str:
    done = [known for known in job.facts.get("variants", ()) if known["status"] == "done"]
    unplaced = [known["unplaced"] or 0 for known in done]
    if any(unplaced):
        stored = ngettext("%(num)d variant is stored", "%(num)d variants are stored", len(done))
        without = ngettext("up to %(num)d class found no place", "up to %(num)d classes found no place", max(unplaced))
        return f"{stored}; {without}."
    return str(
        ngettext(
            "%(num)d variant is stored, every class has its place.",
            "%(num)d variants are stored, every class has its place.",
            len(done),
        )
    )


def _stage_message(job: GenerationJob) -> str:
    facts = job.facts
    match job.stage:
        case Stage.CLUSTERING:
            return _("Finding which classes share people.")
        case Stage.SCHEDULING:
            return _("Finding a first timetable for %(meetings)s classes.", meetings=facts.get("meetings", "?"))
        case Stage.CONFLICT_RESOLUTION:
            name = next((v["name"] for v in facts.get("variants", ()) if v["status"] == "running"), "")
            return _("Improving the variant %(name)s.", name=name) if name else _("Improving the variants.")
        case Stage.SAVING:
            return _("Choosing the best of all timetables found for each variant.")
    return _("Starting.")


def variants_stored(job: GenerationJob) -> dict[str, int]:
    """The variants of a run that are stored already: name and ``timetable_id``."""
    query = sa.select(Timetable.variant_name, Timetable.timetable_id).filter_by(generation_job_id=job.job_id)
    return dict(db.session.execute(query.order_by(Timetable.timetable_id)).all())
