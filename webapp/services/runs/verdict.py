"""What came of a run that has ended: decided here alone, from what its row keeps, for page, list, dashboard and API."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from webapp.models import GenerationJob, JobStatus
from webapp.services.jobs.kinds import GenerateFacts, VariantFacts, VariantStatus, facts_of
from webapp.services.shared.words import _, enumerated, ngettext


class RunOutcome(StrEnum):
    """How many of a run's variants are complete: every class has its place, and no rule that must hold is broken."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    NOTHING = "nothing"
    """No variant is stored."""


@dataclass(frozen=True)
class RunVerdict:
    """What came of a run: one sentence that nothing beside it contradicts, and what its search said of itself."""

    outcome: RunOutcome
    sentence: str
    remarks: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether there is a variant that can be published as it is."""
        return self.outcome in (RunOutcome.ALL, RunOutcome.SOME)

    @property
    def title(self) -> str:
        """A word for a list; empty where the status of the run says it all."""
        match self.outcome:
            case RunOutcome.ALL:
                return ""
            case RunOutcome.SOME:
                return _("Partly complete")
            case RunOutcome.NONE:
                return _("Incomplete")
        return _("No variant")


def verdict_of(job: GenerationJob) -> RunVerdict | None:
    """The verdict on a run that is completed or was cancelled; None for one that goes on or has failed."""
    if job.status not in (JobStatus.COMPLETED, JobStatus.CANCELLED):
        return None
    facts = facts_of(job, GenerateFacts)
    done = [variant for variant in facts.variants if variant.status is VariantStatus.DONE]
    lacking = [variant.unplaced or 0 for variant in done]
    complete = sum(not number for number in lacking)
    outcome = (
        RunOutcome.NOTHING if not lacking
        else RunOutcome.ALL if complete == len(lacking)
        else RunOutcome.SOME if complete
        else RunOutcome.NONE
    )  # fmt: skip
    # That no whole timetable was found is no news beside one that another variant's search has found.
    told = (remark for remark in facts.remark if outcome is RunOutcome.NONE or not remark.is_about_failure)
    sentences = (_sentence(outcome, lacking, complete), _same(done))
    return RunVerdict(outcome, " ".join(filter(None, sentences)), tuple(remark.sentence for remark in told))


def _same(done: Sequence[VariantFacts]) -> str:
    """Say which variants are one timetable under several names; nothing where each is another."""
    by_part: dict[str, list[str]] = {}
    for variant in done:
        by_part.setdefault(variant.taken_from or variant.name, []).append(variant.name)
    return " ".join(
        _("One timetable is the best that was found for each of these variants: %(names)s.",
          names=enumerated(names, len(names)))
        for names in by_part.values() if len(names) > 1
    )  # fmt: skip


def _sentence(outcome: RunOutcome, lacking: list[int], complete: int) -> str:
    stored = ngettext("%(num)d variant is stored", "%(num)d variants are stored", len(lacking))
    match outcome:
        case RunOutcome.NOTHING:
            return _("No variant is stored.")
        case RunOutcome.ALL:
            return _("%(stored)s, every class has its place.", stored=stored)
        case RunOutcome.SOME:
            whole = ngettext("%(num)d is complete", "%(num)d are complete", complete)
            most = ngettext("up to %(num)d class", "up to %(num)d classes", max(lacking))
            return _("%(stored)s: %(whole)s, the rest without a place for %(most)s.",
                     stored=stored, whole=whole, most=most)  # fmt: skip
    least = ngettext("%(num)d class has no place", "%(num)d classes have no place", min(lacking))
    where = _("in it") if len(lacking) == 1 else _("in the best of them")
    return _("Incomplete: %(stored)s, %(least)s %(where)s.", stored=stored, least=least, where=where)
