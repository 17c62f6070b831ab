"""How a short job stands, as its page shows it: what a check, a what-if, a repair and a re-solve have in common."""

from dataclasses import dataclass

from webapp.models import GenerationJob
from webapp.services.jobs.failures import failure_in_words
from webapp.services.jobs.requests import elapsed_of
from webapp.services.jobs.selection import ACTIVE


@dataclass(frozen=True)
class JobState:
    """How a job stands; ``queue_is_away`` where it waits and Redis does not answer."""

    job: GenerationJob
    queue_is_away: bool

    @property
    def is_active(self) -> bool:
        """Whether it is queued or running, so that polling goes on."""
        return self.job.status in ACTIVE

    @property
    def status(self) -> str:
        """The job's status."""
        return self.job.status.value

    @property
    def elapsed(self) -> float:
        """Seconds since a worker began with it, until its end."""
        return elapsed_of(self.job)

    @property
    def failure(self) -> str:
        """Why it failed, in words."""
        return failure_in_words(self.job)
