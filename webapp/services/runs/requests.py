"""Asks for a generation of a term."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flask import current_app

from webapp.config import LEAST_RUN_SECONDS, MOST_RUN_SECONDS
from webapp.models import GenerationJob, JobKind, Term, User
from webapp.services.jobs.requests import JobRequest, request_job, write_job
from webapp.services.jobs.selection import active_job
from webapp.services.problem.holds import RunChoices
from webapp.services.problem.weights import VARIANTS
from webapp.services.runs import weight_profiles
from webapp.services.runs.options import checked, options_with
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _
from webapp.services.terms.selection import load_term


class RunSecondsRefused(Problem):
    """The time limit lies outside what is allowed."""


class VariantsRefused(Problem):
    """No variant, or one that nobody knows, was asked for."""


def default_seconds() -> int:
    """Seconds that a run may take where nothing else is asked for: the setting."""
    return int(current_app.config["TIMELOOM_DEFAULT_SECONDS"])


@dataclass(frozen=True)
class RunRequest:
    """What a run shall be like.

    Parameters
    ----------
    seconds
        Wall time for the whole run.
    profiles
        The variants, by name.
    choices
        What the run holds to.
    weights
        Of the registrar's own profiles among the variants, as they are now.
    """

    seconds: int = field(default_factory=default_seconds)
    profiles: tuple[str, ...] = VARIANTS
    seed: int = 1
    reproducible: bool = False
    idempotency_key: str | None = None
    choices: RunChoices = field(default_factory=RunChoices)
    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not LEAST_RUN_SECONDS <= self.seconds <= MOST_RUN_SECONDS:
            raise RunSecondsRefused(
                _(
                    "A run may take %(least)s to %(most)s seconds, found %(seconds)s.",
                    least=LEAST_RUN_SECONDS,
                    most=MOST_RUN_SECONDS,
                    seconds=self.seconds,
                )
            )

    def as_job(self) -> JobRequest:
        """The job that it asks for."""
        choices = self.choices
        options = options_with(choices, self.profiles, self.weights, reproducible=self.reproducible)
        return JobRequest(
            options,
            self.seconds,
            "run.request",
            self.idempotency_key,
            self.seed,
            base_timetable_id=choices.base_id,
            part=choices.part,
        )


def request_generation(
    user: User,
    academic_year: str,
    semester: int,
    *,
    seconds: int | None = None,
    profiles: Sequence[str] | None = None,
    seed: int = 1,
    reproducible: bool = False,
    idempotency_key: str | None = None,
    choices: RunChoices | None = None,
) -> GenerationJob:
    """Write down a generation of the user's own organisation, and hand it to a worker once it is committed.

    A second click returns the first job. With Redis away the job stays queued, its progress says so, and the next
    sweep hands it over. Raises NotFound, `RunSecondsRefused`, `VariantsRefused` or `ChoiceRefused`.

    Parameters
    ----------
    seconds
        Wall time for the whole run; the setting's where None.
    profiles
        The variants, by name, the organisation's own profiles among them; all five where None.
    choices
        What the run holds to.
    """
    term = load_term(user, academic_year, semester)
    own = weight_profiles.weights_by_name(user)
    names = _variants(profiles, own)
    weights = {name: own[name] for name in names if name in own}
    checked_choices = checked(term, choices or RunChoices())
    limit = default_seconds() if seconds is None else seconds
    run = RunRequest(limit, names, seed, reproducible, idempotency_key, checked_choices, weights)
    return request_job(term, user, run.as_job(), lambda: active_run(term))


def write_run(term: Term, user: User | None, run: RunRequest) -> GenerationJob:
    """Write down a generation, or return the one that is there; no worker is told."""
    return write_job(term, user, run.as_job(), lambda: active_run(term))


def active_run(term: Term) -> GenerationJob | None:
    """The term's generation that is queued or running; there is one at most."""
    return active_job(term, JobKind.GENERATE)


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
