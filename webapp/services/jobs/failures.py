"""Why a job failed: kept as a code with its numbers, put into words when it is shown."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from webapp.models import GenerationJob
from webapp.services.problem.words.statements import Statement
from webapp.services.shared.codec import from_json, to_json
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _, first_of

MOST_REASONS = 5


class FailureCode(StrEnum):
    """The reasons for which a job can fail."""

    TEXT = "text"
    """The sentence of an earlier version."""
    LOST = "lost"
    UNFORESEEN = "unforeseen"
    DATA_GONE = "data_gone"
    DATABASE_AWAY = "database_away"
    IMPOSSIBLE = "impossible"
    RULE_GONE = "rule_gone"
    WORK_NOT_DONE = "work_not_done"
    REFUSED = "refused"
    """A service refused, by a code of its own."""


@dataclass(frozen=True)
class Failure:
    """Why a job failed.

    Parameters
    ----------
    attempts, seconds
        How often the worker was lost, and after how many seconds without a sign.
    error
        The class of an error that nobody foresaw.
    text, reasons, more
        What a service said, the first of its reasons, and how many more there are.
    """

    code: FailureCode = FailureCode.TEXT
    text: Statement | None = None
    reasons: tuple[Statement, ...] = ()
    more: int = 0
    attempts: int = 0
    seconds: int = 0
    error: str = ""

    def as_columns(self) -> dict[str, Any]:
        """The columns of a job's row."""
        values = to_json(self)
        values.pop("code", None)
        return {"failure_code": self.code.value, "failure_values": values}


def failure_of(problem: Problem, code: FailureCode = FailureCode.REFUSED) -> Failure:
    """The failure that a refusal makes of a job; what it said is kept as a code where the failure's does not say it.

    A refusal without a code is one that no job expects: its name is kept, and its sentence goes into the log.
    """
    words = problem.words if isinstance(problem.words, Statement) else None
    if code is FailureCode.REFUSED and words is None:
        return Failure(FailureCode.UNFORESEEN, error=type(problem).__name__)
    reasons = tuple(reason for reason in problem.reasons if isinstance(reason, Statement))[:MOST_REASONS]
    return Failure(code, words, reasons, len(problem.findings) - len(reasons))


def failure_in_words(job: GenerationJob) -> str:
    """Why a job failed, as sentences, a line each; empty where it has not."""
    if job.failure_code is None:
        return ""
    failure = from_json(Failure, {**job.failure_values, "code": job.failure_code})
    total = len(failure.reasons) + failure.more
    return "\n".join([_sentence(failure), *first_of(list(map(str, failure.reasons)), len(failure.reasons), total)])


def _sentence(failure: Failure) -> str:
    match failure.code:
        case FailureCode.LOST:
            return _(
                "The worker was lost %(attempts)s times: it ended without a word or gave no sign for %(seconds)s "
                "seconds. What was stored before is kept. Its log or the machine's memory may say why.",
                attempts=failure.attempts,
                seconds=failure.seconds,
            )
        case FailureCode.UNFORESEEN:
            return _(
                "The run failed for a reason that nobody foresaw (%(error)s). The worker's log has it.",
                error=failure.error,
            )
        case FailureCode.DATA_GONE:
            return _(
                "Rows of the term were deleted while the run went on, so what it found does not fit. Start another run."
            )
        case FailureCode.DATABASE_AWAY:
            return _("The database was away in both attempts. What was stored before is kept; start another run.")
        case FailureCode.IMPOSSIBLE:
            return _("There can be no timetable:")
        case FailureCode.RULE_GONE:
            return _("The data have changed since the check, so this way out is not there as it was. Check again.")
        case FailureCode.WORK_NOT_DONE:
            return _(
                "The machine was too busy for a repeatable run: its work took many times the seconds asked for, and to "
                "end it by the clock would change what it finds. What was stored before is kept; start it again later."
            )
    return "" if failure.text is None else failure.text.sentence
