"""What a run would do with its time and with the classes, said before it begins and while it goes on."""

import time
from collections.abc import Callable, Sequence

from webapp.extensions import db
from webapp.models import GenerationJob, Term, Timetable
from webapp.services.jobs.kinds import GenerateFacts, GenerateOptions, HeldCounts, options_of
from webapp.services.jobs.requests import part_of
from webapp.services.problem.holds import HeldProblem, RunChoices, hold
from webapp.services.problem.parts import PartOfTerm, part_in_words
from webapp.services.problem.term_problem import TermProblem
from webapp.services.problem.words.sentences import BrokenRule
from webapp.services.runs.options import checked, options_with
from webapp.services.shared.words import _, first_of, ngettext

SCHEDULING_SHARE = 0.35
"""The most of a run's time that the first timetable may take; the variants share what is left."""
SAVING_SHARE = 0.03
MOST_BROKEN = 5
LEAST_SECONDS = 0.5
"""Of a variant whose time is up before it begins: enough to store the best that is known."""
LEAST_SEARCH = 0.25
"""Of a variant's part: searched at least, however long storing the ones before took."""


class Shares:
    """The time of a run as it is shared out: what the variants still to come get is equal parts of what really remains.

    A variant takes more than its search: it is prepared, the search may overrun on a busy machine, and it is stored.
    What that took for one is kept back of the search of the next, or the last ones would pay for the first.

    Parameters
    ----------
    by_work
        Whether the run shall be repeatable whatever the clock: then every part follows from the plan.
    """

    def __init__(
        self, seconds: float, variants: int, *, by_work: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds, self._variants, self._by_work, self._clock = seconds, variants, by_work, clock
        self._end = clock() + seconds
        self._part = 0.0
        self._began = self._due = clock()
        self._afterwards = 0.0

    @property
    def left(self) -> float:
        """Seconds until the run's limit."""
        return max(0.0, self._end - self._clock())

    def of_scheduling(self) -> float:
        """Seconds for the first timetable, at most."""
        return SCHEDULING_SHARE * (self.seconds if self._by_work else self.left)

    def of_variant(self, todo: int) -> float:
        """Seconds for the next of so many variants, with all that belongs to it."""
        self._began = self._clock()
        if self._by_work:
            self._part = (1 - SCHEDULING_SHARE - 2 * SAVING_SHARE) * self.seconds / self._variants
        else:
            self._part = max(LEAST_SECONDS, (self.left - SAVING_SHARE * self.seconds) / todo)
        return self._part

    def of_search(self) -> float:
        """Seconds of the variant's part that its search may take, now that it is prepared."""
        seconds = self._part
        if not self._by_work:
            prepared = self._clock() - self._began
            seconds = max(LEAST_SEARCH * self._part, self._part - prepared - self._afterwards)
        self._due = self._clock() + seconds
        return seconds

    def stored(self) -> None:
        """The variant is stored: the next one's search leaves as much time for what comes after it."""
        self._afterwards = max(self._afterwards, self._clock() - self._due)


def seconds_per_variant(seconds: int, variants: int) -> int:
    """Seconds that each variant gets of a run's time at least."""
    return round((1 - SCHEDULING_SHARE - SAVING_SHARE) * seconds / max(1, variants))


def plan(problem: TermProblem | None, term: Term, choices: RunChoices, seconds: int, variants: int) -> list[str]:
    """Describe what a run of these choices would do; raises `ChoiceRefused` where they do not fit together."""
    checked(term, choices)
    sentences = [in_time(seconds, variants)] if variants else []
    if problem is not None:
        built = hold(problem, choices)
        base = None if choices.base_id is None else db.session.get(Timetable, choices.base_id)
        sentences += [
            *_restrictions_in_words(counts_of(built), options_with(choices), choices.part, base),
            *_broken_in_words(built.broken),
        ]
    return sentences


def in_time(seconds: int, variants: int) -> str:
    """Describe how a run's time is shared out."""
    return _(
        "%(seconds)s s in all: %(first)s s at most for a first timetable, %(each)s s at least for each of %(number)s.",
        seconds=seconds,
        first=round(SCHEDULING_SHARE * seconds),
        each=seconds_per_variant(seconds, variants),
        number=_("1 variant") if variants == 1 else _("%(number)s variants", number=variants),
    )


def counts_of(built: HeldProblem) -> HeldCounts:
    """Count the classes that stay where they stand, and those that are free."""
    frozen, tray, left_out = len(built.frozen), len(built.tray), len(built.left_out)
    free = len(built.instance.meetings) - frozen - tray - left_out
    return HeldCounts(frozen, tray, len(built.locked), free, left_out, len(built.combined))


def restrictions_of(job: GenerationJob, facts: GenerateFacts) -> list[str]:
    """Describe what a run holds to; nothing until its worker has counted."""
    options = options_of(job, GenerateOptions)
    if facts.held is None or not (options.holds_to_base or options.partial):
        return []
    base = None if job.base_timetable_id is None else db.session.get(Timetable, job.base_timetable_id)
    return [*_restrictions_in_words(facts.held, options, part_of(job), base), *_broken_in_words(facts.broken)]


def _restrictions_in_words(
    counts: HeldCounts, options: GenerateOptions, part: PartOfTerm, base: Timetable | None
) -> list[str]:
    """Describe what stays where it stands, in numbers."""
    if not options.holds_to_base:
        return [*_left_out(counts), _anew(counts.free)]
    name, number = ("?", "?") if base is None else (base.variant_name, str(base.timetable_id))
    sentences = []
    if options.some_part:
        sentences += [
            _("Only a part is placed anew: %(part)s.", part=part_in_words(part)),
            ngettext(
                "Frozen: %(num)d class outside this part keeps time and room of %(base)s (no. %(number)s).",
                "Frozen: %(num)d classes outside this part keep time and room of %(base)s (no. %(number)s).",
                counts.frozen,
                base=name,
                number=number,
            ),
        ]
    if counts.tray:
        sentences.append(
            ngettext(
                "%(num)d class outside this part has no place there and stays without one.",
                "%(num)d classes outside this part have no place there and stay without one.",
                counts.tray,
            )
        )
    if options.keep_locks:
        sentences.append(
            ngettext(
                "Locked: %(num)d class to be placed keeps what is locked of its time and room.",
                "Locked: %(num)d classes to be placed keep what is locked of their time and room.",
                counts.locked,
            )
        )
    sentences += [*_left_out(counts), _anew(counts.free - counts.locked)]
    if counts.combined:
        sentences.append(
            ngettext(
                "%(num)d class of this part is combined with groups outside it, for whom it moves too.",
                "%(num)d classes of this part are combined with groups outside it, for whom they move too.",
                counts.combined,
            )
        )
    if options.close:
        sentences.append(_closeness_in_words(options.close, name, number))
    return sentences


def _broken_in_words(broken: Sequence[BrokenRule]) -> list[str]:
    """Describe what is held and can't stay, before it turns up in the tray."""
    if not broken:
        return []
    first = ngettext(
        "Held, and against %(num)d rule that must hold today: what breaks it loses its place.",
        "Held, and against %(num)d rules that must hold today: what breaks them loses its place.",
        len(broken),
    )
    return [first, *first_of([rule.sentence for rule in broken[:MOST_BROKEN]], MOST_BROKEN, len(broken))]


def _left_out(counts: HeldCounts) -> list[str]:
    number = counts.left_out
    if not number:
        return []
    return [
        ngettext(
            "Left out: %(num)d class goes beyond what somebody may teach in a week.",
            "Left out: %(num)d classes go beyond what somebody may teach in a week.",
            number,
        )
    ]


def _anew(classes: int) -> str:
    return ngettext("Free: %(num)d class is placed anew.", "Free: %(num)d classes are placed anew.", classes)


def _closeness_in_words(close: str, base: str, number: str) -> str:
    if close == "little":
        return _("A class that moves away from %(base)s (no. %(number)s) costs as much as the heaviest wish.",
                 base=base, number=number)  # fmt: skip
    return _("A class that moves away from %(base)s (no. %(number)s) costs ten times the heaviest wish.",
             base=base, number=number)  # fmt: skip
