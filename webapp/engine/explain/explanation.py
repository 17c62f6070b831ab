"""Why there is no timetable: counting first, then CP-SAT, then what each way out would cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from time import monotonic

from webapp.engine.counts import Shortage, shortages
from webapp.engine.cpsat.run import Clock, Limits
from webapp.engine.domains import meetings_of
from webapp.engine.explain.assumptions import Assumption, assumptions_of
from webapp.engine.explain.core import Core, find_core, find_small_core, meetings_touched, shrink
from webapp.engine.explain.prices import Price, prices
from webapp.engine.instance import Instance
from webapp.engine.result import Status, Stop, never
from webapp.engine.rules.family import ClashRule
from webapp.engine.words import Names

MOST_CONFLICTS = 12
"""So many shortages are shrunk to their rules; the others stay as they were counted."""

SMALL_SHARE = 0.25
"""Of the time, at most, for rules about one person, group or set of meetings at a time, before the whole is asked."""


class Verdict(StrEnum):
    """What is known in the end."""

    IMPOSSIBLE = "impossible"
    POSSIBLE = "possible"
    NOT_PROVED = "not proved"


@dataclass(frozen=True)
class ConflictSet:
    """Rules that can't hold together.

    Attributes
    ----------
    members
        The rules; empty where a meeting is impossible all by itself.
    meetings, resources, rooms
        Indices of whom it is about.
    shortage
        The count behind it, if counting found it.
    minimal
        Without any one of the members the others can hold.
    verified
        A fresh model of the members alone was infeasible too.
    """

    members: tuple[Assumption, ...]
    meetings: tuple[int, ...]
    resources: tuple[int, ...]
    rooms: tuple[int, ...]
    shortage: Shortage | None
    minimal: bool
    verified: bool
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """The answer: a verdict, the conflicts, what each way out of the first one costs, and a sentence."""

    verdict: Verdict
    conflicts: tuple[ConflictSet, ...]
    prices: tuple[Price, ...]
    sentence: str
    seconds: float

    @property
    def solvable(self) -> bool:
        """Whether there is a timetable."""
        return self.verdict is Verdict.POSSIBLE


def explain(
    instance: Instance,
    seconds: float = 30.0,
    stop: Stop = never,
    seed: int = 0,
    names: Names | None = None,
    workers: int = 1,
    known: Sequence[Shortage] | None = None,
) -> Explanation:
    """Say why an instance has no timetable: each step only if the one before found nothing.

    Counting and matching come first (`webapp.engine.counts`), then CP-SAT with every hard rule, first of one
    person or set of meetings at a time, as an assumption and shrinking by deletion; then the price list. All of it
    within ``seconds``.
    "Not proved within the time" is a legal answer, a wrong one is not.

    Parameters
    ----------
    names
        How days, slots, meetings and rooms are called in sentences; numbers and codes if None.
    workers
        Threads for the price list: several ways of searching find a timetable where one is lost.
    known
        What counting has found already, where it has been asked.
    """
    begin = monotonic()
    names = names or Names.of(instance)
    clock = Clock(Limits(seconds, seed=seed, stop=stop))
    everything = assumptions_of(instance, names)
    found = shortages(instance, names=names) if known is None else known
    status: Status = Status.INFEASIBLE
    if found:
        conflicts = _from_counting(instance, everything, found, Clock(clock.limits(clock.left * 0.6)))
    else:
        small = find_small_core(instance, everything, Clock(clock.limits(clock.left * SMALL_SHARE)))
        core = small or find_core(instance, everything, Clock(clock.limits(clock.left * 0.7)))
        conflicts = [_from_search(instance, core)] if isinstance(core, Core) else []
        status = Status.INFEASIBLE if isinstance(core, Core) else core
    if not conflicts:
        possible = status is Status.FEASIBLE
        sentence = "There is a timetable." if possible else "Neither a conflict nor a timetable was found in time."
        verdict = Verdict.POSSIBLE if possible else Verdict.NOT_PROVED
        return Explanation(verdict, (), (), sentence, monotonic() - begin)
    conflicts.sort(key=lambda conflict: len(conflict.members))
    first, shared = conflicts[0], Clock(replace(clock.limits(), workers=workers))
    priced = prices(instance, everything, first.members, shared, first.meetings if first.shortage else None)
    sentence = " ".join(conflict.sentence for conflict in conflicts[:3])
    if len(conflicts) > 3:
        sentence += f" And {len(conflicts) - 3} more conflicts."
    return Explanation(Verdict.IMPOSSIBLE, tuple(conflicts), priced, sentence, monotonic() - begin)


def _from_counting(
    instance: Instance, everything: list[Assumption], found: Sequence[Shortage], clock: Clock
) -> list[ConflictSet]:
    conflicts = []
    for number, shortage in enumerate(found):
        candidates = [a for a in everything if a.of in shortage.constraints and _concerns(instance, a, shortage)]
        if number < MOST_CONFLICTS and candidates and not clock.over:
            share = Clock(clock.limits(clock.left / (min(len(found), MOST_CONFLICTS) - number)))
            core = shrink(instance, candidates, share, shortage.meetings)
        else:
            core = Core(tuple(candidates), not candidates, not candidates)
        conflicts.append(
            ConflictSet(
                core.members,
                shortage.meetings,
                shortage.resources,
                shortage.rooms,
                shortage,
                core.minimal,
                core.verified,
                shortage.sentence,
            )
        )
    return conflicts


def _concerns(instance: Instance, assumption: Assumption, shortage: Shortage) -> bool:
    rule, constraint = assumption.rule, assumption.constraint
    if isinstance(rule, ClashRule) and rule.rooms:
        return True
    if constraint.resources and shortage.resources and isinstance(rule, ClashRule):
        return constraint.resources[0] in shortage.resources
    return not meetings_of(instance, constraint).keys().isdisjoint(shortage.meetings)


def _from_search(instance: Instance, core: Core) -> ConflictSet:
    resources = tuple(dict.fromkeys(r for a in core.members for r in a.constraint.resources))
    about = {m for a in core.members if not _of_all_rooms(a) for m in meetings_of(instance, a.constraint)}
    meetings = tuple(sorted(about)) or tuple(meetings_touched(instance))
    said = " ".join(f"({n}) {a.sentence}" for n, a in enumerate(core.members, 1))
    count = len(core.members)
    sentence = f"These {count} rules can't hold together: {said}" if count > 1 else f"This can't hold: {said}"
    return ConflictSet(core.members, meetings, resources, (), None, core.minimal, core.verified, sentence)


def _of_all_rooms(assumption: Assumption) -> bool:
    rule = assumption.constraint.rule
    return isinstance(rule, ClashRule) and rule.rooms
