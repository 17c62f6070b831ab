"""The kinds of jobs: what each is asked for (its options) and what is known of it (its facts), one dataclass each.

Here alone the JSON of a job's row is read and written. Keys of other rows and what the queue needs are columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from webapp.extensions import QueueName
from webapp.models import GenerationJob, JobKind
from webapp.services.problem.words.reasons import NOT_LOOKED_AT, UnplacedReason
from webapp.services.problem.words.sentences import (
    NOWHERE,
    AmountWords,
    BrokenRule,
    PlaceWords,
    RepairCause,
    RuleWords,
    SearchRemark,
    WayOutWords,
)
from webapp.services.problem.words.statements import Statement
from webapp.services.shared.codec import from_json, to_json
from webapp.services.shared.target import Target

NO_WAY_OUT = WayOutWords.from_text("")

# A generation


@dataclass(frozen=True)
class GenerateOptions:
    """What a run shall be like.

    Parameters
    ----------
    profiles
        The variants, by name.
    weights
        Of the registrar's own profiles among them, as they were when the run was asked for.
    holds_to_base, some_departments, some_groups
        Whether a timetable to hold to was named, and whether departments or groups were: told apart from what was
        deleted since.
    programmes, semesters
        Of the part that is placed anew; its departments and groups are rows of their own.
    keep_locks, close, partial
        See `webapp.services.problem.holds.RunChoices`.
    """

    profiles: tuple[str, ...] = ()
    reproducible: bool = False
    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    holds_to_base: bool = False
    some_departments: bool = False
    some_groups: bool = False
    programmes: tuple[str, ...] = ()
    semesters: tuple[int, ...] = ()
    keep_locks: bool = False
    close: str = ""
    partial: bool = False

    @property
    def some_part(self) -> bool:
        """Whether only a part of the term is placed anew."""
        return self.some_departments or self.some_groups or bool(self.programmes or self.semesters)


class VariantStatus(StrEnum):
    """How far a variant is while its run goes on, and whether it was deleted afterwards."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DELETED = "deleted"


@dataclass(frozen=True)
class VariantFacts:
    """What is known of a variant while its run goes on."""

    name: str
    status: VariantStatus = VariantStatus.WAITING
    cost: int | None = None
    bound: int | None = None
    quality: float | None = None
    unplaced: int | None = None
    seconds: float | None = None
    weighed: int | None = None
    """Cost under the variant's own weights, as the bound is; ``cost`` follows the term's once it is stored."""
    first_feasible: float | None = None
    """Seconds after the run's search began until a timetable without a hard violation stood for this variant."""
    hard: int | None = None
    """Hard rules that the best timetable of the search breaks; the classes that break them end in the tray."""
    taken_from: str = ""
    """The part of the run whose timetable it became, once the run is complete: see services/timetables/receipts."""
    curve: tuple[tuple[float, int], ...] = ()
    """Cost of the best over the seconds of this variant's own time, from when no more than ``hard`` were broken."""

    @property
    def least(self) -> int | None:
        """The bound where it says something, which nothing above 0 for a cost above 0 does not; else None."""
        if self.bound is None or (self.weighed is not None and self.weighed < self.bound):
            return None
        return self.bound if self.bound or self.weighed == 0 else None

    @property
    def gap(self) -> float | None:
        """How far the cost may be from the best there is, in percent; None where nothing is proven of that."""
        if self.weighed is None or self.least is None:
            return None
        return 100 * (self.weighed - self.least) / self.weighed if self.weighed else 0.0


@dataclass(frozen=True)
class HeldCounts:
    """How many classes stay where they stand, and why, and how many are free.

    ``combined`` are those of the part placed anew that groups outside it attend too.
    """

    frozen: int = 0
    tray: int = 0
    locked: int = 0
    free: int = 0
    left_out: int = 0
    combined: int = 0


@dataclass(frozen=True)
class GenerateFacts:
    """What is known of a run: the size of the term, the best cost and bound so far, each variant.

    ``broken`` are the hard rules that the classes held break; ``blockers`` what a partial run was begun in spite of;
    ``remark`` what the search said of itself.
    """

    meetings: int | None = None
    rooms: int | None = None
    clusters: int | None = None
    bound: int | None = None
    hard: int | None = None
    best_cost: int | None = None
    first_feasible: float | None = None
    variants: tuple[VariantFacts, ...] = ()
    held: HeldCounts | None = None
    broken: tuple[BrokenRule, ...] = ()
    blockers: tuple[Statement, ...] = ()
    more_blockers: int = 0
    remark: tuple[SearchRemark, ...] = ()


# A check of whether there is a timetable at all


@dataclass(frozen=True)
class CheckOptions:
    """A check has no choices."""


@dataclass(frozen=True)
class RuleAtWork:
    """One of the rules that can't hold together."""

    sentence: RuleWords
    who: str = ""


@dataclass(frozen=True)
class Clash:
    """Rules that can't hold together, and whom they are about.

    ``minimal``: without any one of them the others can hold. ``verified``: a second model, of these rules alone, has no
    timetable either. ``alike``: of so many more classes the same is true.
    """

    sentence: Statement | None = None
    members: tuple[RuleAtWork, ...] = ()
    minimal: bool = False
    verified: bool = False
    alike: int = 0
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True)
class Relaxation:
    """A way out and its price; ``is_enough`` where it makes a timetable possible.

    ``is_known`` is False where there was no time to ask whether it is enough.
    ``price`` is in the rule's own unit, and ``proven`` where less is not enough. ``key`` finds the rule again; it is
    empty for leaving classes out. ``targets`` are the rows where the data would be changed for good.
    """

    sentence: WayOutWords
    is_enough: bool = False
    is_known: bool = True
    price: AmountWords | None = None
    proven: bool = False
    rule: str = ""
    key: str = ""
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True)
class CheckAnswer:
    """What a check found out.

    ``verdict`` is "possible", "impossible" or "not proved"; ``seconds`` how long that took.
    """

    verdict: str
    seconds: float = 0.0
    classes: int = 0
    placed: int = 0
    clashes: tuple[Clash, ...] = ()
    more_clashes: int = 0
    relaxations: tuple[Relaxation, ...] = ()


@dataclass(frozen=True)
class CheckFacts:
    """The answer, once there is one."""

    answer: CheckAnswer | None = None


# A what-if: a draft made as if one rule gave way


@dataclass(frozen=True)
class WhatIfOptions:
    """Which way out a job tries.

    ``key`` finds the rule again in the instance; it is empty where classes are left out and no rule gives way.
    """

    key: str = ""
    rule: str = ""
    sentence: WayOutWords = NO_WAY_OUT
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True)
class WhatIfAnswer:
    """The draft in numbers: how often it breaks the rule, and how many classes stand there for this reason."""

    classes: int = 0
    placed: int = 0
    broken: int = 0
    excused: int = 0


@dataclass(frozen=True)
class WhatIfFacts:
    """The answer, once there is one."""

    answer: WhatIfAnswer | None = None


# A repair after something has happened


class EventKind(StrEnum):
    """What may happen."""

    ROOM = "room"
    FACULTY = "faculty"
    SECTION = "section"


@dataclass(frozen=True)
class RepairEvent:
    """One thing that has happened, checked against the term.

    ``key`` is the row it is about. ``slots`` are the time slots that it is about, empty for the whole week; ``size`` is
    how many students a section has now.
    """

    what: EventKind
    key: int
    text: str
    words: RepairCause
    slots: tuple[int, ...] = ()
    size: int = 0


@dataclass(frozen=True)
class RepairOptions:
    """What has happened; ``place_waiting`` where classes without a place shall have one, and others move for them."""

    changes: tuple[RepairEvent, ...] = ()
    place_waiting: bool = False


Place = tuple[int | None, ...]
"""Where a class stands: component, batch, number, time slot, end in minutes, room, and its days."""


@dataclass(frozen=True)
class MovedClass:
    """A class that stands elsewhere on a rung; without words for the tray."""

    label: str
    before: PlaceWords = NOWHERE
    now: PlaceWords = NOWHERE
    teachers: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnplacedClass:
    """A class without a place: its component, batch and number, and why it has none."""

    key: Place
    label: str = ""
    reason: UnplacedReason = NOT_LOOKED_AT


@dataclass(frozen=True)
class Rung:
    """A rung of the ladder: so many moves, at such a cost; ``lost`` counts the classes that lose their place."""

    moves: int = 0
    cost: int = 0
    lost: int = 0
    places: tuple[Place, ...] = ()
    unplaced: tuple[UnplacedClass, ...] = ()
    moved: tuple[MovedClass, ...] = ()


@dataclass(frozen=True)
class RepairAnswer:
    """What a repair has found for a timetable of that ``revision``.

    ``hit`` classes stood where they can't stay, ``in_tray`` were without a place before, ``held`` are held by a lock or
    a reason; fewer moves than ``bound`` are proven impossible, and ``proven`` where the first rung is the fewest.
    ``looked_further``: whether there was time to look for what more moves would gain.
    """

    revision: int = 0
    status: str = ""
    proven: bool = False
    bound: int = 0
    classes: int = 0
    hit: int = 0
    in_tray: int = 0
    held: int = 0
    before: int = 0
    rungs: tuple[Rung, ...] = ()
    seconds: float = 0.0
    looked_further: bool = True


@dataclass(frozen=True)
class RepairFacts:
    """The answer, once there is one."""

    answer: RepairAnswer | None = None


# The rest of a draft solved anew around its locks


@dataclass(frozen=True)
class ResolveOptions:
    """How much a class that moves must gain, in units of the term's lightest soft rule; 0 for no matter."""

    closeness: int = 0


@dataclass(frozen=True)
class Figures:
    """A timetable in two numbers."""

    cost: int = 0
    unplaced: int = 0


@dataclass(frozen=True)
class ResolveAnswer:
    """What a re-solve has found; a draft was made where ``moved`` is not 0."""

    classes: int = 0
    locked: int = 0
    moved: int = 0
    before: Figures = Figures()
    after: Figures = Figures()
    seconds: float = 0.0


@dataclass(frozen=True)
class ResolveFacts:
    """The answer, once there is one."""

    answer: ResolveAnswer | None = None


# All kinds

Options = GenerateOptions | CheckOptions | WhatIfOptions | RepairOptions | ResolveOptions
Facts = GenerateFacts | CheckFacts | WhatIfFacts | RepairFacts | ResolveFacts
O = TypeVar("O", bound=Options)  # noqa: E741 - the types of two functions
F = TypeVar("F", bound=Facts)


@dataclass(frozen=True)
class KindSpec:
    """What belongs to a kind: the types of its options and facts, and the queue that carries it.

    Short jobs never wait behind long ones.
    """

    options: type[Options]
    facts: type[Facts]
    queue: QueueName


KINDS: Mapping[JobKind, KindSpec] = {
    JobKind.GENERATE: KindSpec(GenerateOptions, GenerateFacts, "generation"),
    JobKind.CHECK: KindSpec(CheckOptions, CheckFacts, "fast"),
    JobKind.WHAT_IF: KindSpec(WhatIfOptions, WhatIfFacts, "fast"),
    JobKind.REPAIR: KindSpec(RepairOptions, RepairFacts, "fast"),
    JobKind.RESOLVE: KindSpec(ResolveOptions, ResolveFacts, "fast"),
}
KIND_OF: Mapping[type[Options], JobKind] = {spec.options: kind for kind, spec in KINDS.items()}
"""The kind of job that has these options."""


class KindMistaken(TypeError):
    """A job of one kind was read as another: a fault of the program."""


def options_of(job: GenerationJob, expected: type[O]) -> O:
    """The options with which a job was asked for; raises `KindMistaken` where it is of another kind."""
    _check(job, expected, KINDS[job.kind].options)
    return from_json(expected, job.options)


def facts_of(job: GenerationJob, expected: type[F]) -> F:
    """The facts known of a job; raises `KindMistaken` where it is of another kind."""
    _check(job, expected, KINDS[job.kind].facts)
    return from_json(expected, job.facts)


def keep_facts(job: GenerationJob, facts: Facts) -> None:
    """Write down what is known of a job that no worker holds any more."""
    _check(job, type(facts), KINDS[job.kind].facts)
    job.facts = stored(facts)


def _check(job: GenerationJob, expected: type[Any], own: type[Any]) -> None:
    if expected is not own:
        raise KindMistaken(f"Job {job.job_id} is a {job.kind.value}, which has no {expected.__name__}.")


def stored(value: Options | Facts) -> dict[str, Any]:
    """Options or facts as a job's row holds them."""
    return dict(to_json(value))
