"""What a run holds to, built into the term's problem: pins for what is frozen or locked, what to stay close to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from webapp.engine.domains import meetings_of
from webapp.engine.instance import Constraint, Instance, Meeting, Placement
from webapp.engine.pins import apart, with_pins
from webapp.engine.rule import Rule
from webapp.engine.rules import rule_named
from webapp.engine.rules.changes import Changes
from webapp.engine.rules.family import ChoiceRule, ClashRule, PairRule, SamePlaceRule, SetRule, subjects_of
from webapp.engine.rules.max_per_week import MaxPerWeek
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import Timetable
from webapp.services.problem.parts import PartOfTerm, meetings_of_part
from webapp.services.problem.solutions import hard_violations, is_excused
from webapp.services.problem.stored_entries import EntryState, Overrides, entries_of, solution_of
from webapp.services.problem.term_problem import TermProblem
from webapp.services.problem.words.reasons import UnplacedReason
from webapp.services.problem.words.sentences import BrokenRule
from webapp.services.problem.words.statements import told
from webapp.services.shared.errors import Problem

CLOSENESS: Mapping[str, int] = {"": 0, "little": 1, "strongly": 10}
"""How many times the heaviest soft weight a moved class costs, by the name of the choice."""
CHANGES = Changes.name


class BaseGone(Problem):
    """The timetable to hold to is no longer there."""


@dataclass(frozen=True)
class RunChoices:
    """What a run holds to. Nothing chosen: every class of the term is placed anew.

    Parameters
    ----------
    part
        Whose classes are placed anew, all others are frozen.
    base_id
        The timetable in which frozen and locked classes stand, and which is stayed close to.
    close
        A name in `CLOSENESS`.
    partial
        Whether what can be placed shall be placed although the check finds that not all can.
    """

    part: PartOfTerm = field(default_factory=PartOfTerm)
    base_id: int | None = None
    keep_locks: bool = False
    close: str = ""
    partial: bool = False


@dataclass(frozen=True)
class HeldProblem:
    """A term's problem with what a run holds to built in.

    Parameters
    ----------
    frozen, tray
        Meetings that stay where the base has them, and those that stay without a place as there.
    locked
        Further meetings whose time or room is locked in the base.
    left_out
        Meetings that go beyond what somebody may teach in a week, wherever they stand.
    reasons
        Why those in the tray and those left out have no place.
    combined
        Meetings of the part placed anew that groups outside it attend too.
    locks, overrides
        What is locked of the meetings that stay, and the reasons by which those stand that stay as a whole: both go
        on to what the run makes. A rule that such a reason excuses is none that the search must keep.
    broken
        Hard rules of today that those break which stay where they stand; they will end in the tray for it.
    close
        See `CLOSENESS`.
    """

    instance: Instance
    frozen: tuple[int, ...] = ()
    tray: tuple[int, ...] = ()
    locked: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    reasons: Mapping[int, UnplacedReason] = field(default_factory=dict)
    close: int = 0
    combined: tuple[int, ...] = ()
    locks: Mapping[int, tuple[bool, bool]] = field(default_factory=dict)
    overrides: Overrides = field(default_factory=dict)
    broken: tuple[BrokenRule, ...] = ()


def hold(problem: TermProblem, choices: RunChoices) -> HeldProblem:
    """Build what is chosen into the problem: pins for what is frozen or locked, the reference to stay close to."""
    built = HeldProblem(problem.instance) if choices.base_id is None else _based_on(choices.base_id, problem, choices)
    return _without_excess(problem, built) if choices.partial else built


def excusing(instance: Instance, solution: Solution, overrides: Overrides) -> Instance:
    """The instance in which no rule about single placements that a word excuses forbids a meeting where it stands."""
    kept = []
    for constraint in instance.constraints:
        rule = constraint.rule
        if not constraint.hard or not isinstance(rule, ChoiceRule):
            kept.append(constraint)
            continue
        concerned = meetings_of(instance, constraint)
        excused = (m for m, override in overrides.items() if m in concerned and override.excuses(rule.name))
        guilty = {m for m in excused if rule.cost(instance, constraint, m, solution.placements[m])}
        rest = tuple(sorted(m for m in concerned if m not in guilty))
        if not guilty:
            kept.append(constraint)
        elif rest:
            kept.append(replace(constraint, resources=(), meetings=rest))
    return replace(instance, constraints=tuple(kept))


def _based_on(base_id: int, problem: TermProblem, choices: RunChoices) -> HeldProblem:
    base = db.session.get(Timetable, base_id)
    if base is None or base.term_id != problem.term_id:
        raise BaseGone(told("base_gone"))
    entries = entries_of(problem, base_id)
    stands = solution_of(problem, entries).placements
    part = meetings_of_part(problem.term_id, problem.rows, choices.part)
    free = part.inside
    others = [i for i in range(len(problem.rows)) if i not in free]
    tray = tuple(i for i in others if stands[i].time is None)
    pins = {i: stands[i] for i in others if stands[i].time is not None}
    frozen = tuple(pins)
    locked: tuple[int, ...] = ()
    if choices.keep_locks:
        kept = {i: _locked(stands[i], entries[i].state) for i in sorted(free & entries.keys())}
        pins |= {i: pin for i, pin in kept.items() if pin != Placement()}
        locked = tuple(i for i, pin in kept.items() if pin != Placement())
    stays = [i for i, pin in pins.items() if i in entries and pin == stands[i]]
    overrides = {i: word for i in stays if (word := entries[i].state.override) is not None}
    locks = {
        i: (entries[i].state.locked_time, entries[i].state.locked_room)
        for i in pins
        if i in entries and entries[i].state.is_locked
    }
    excused = excusing(problem.instance, Solution(tuple(stands)), overrides)
    instance = _without_places(with_pins(excused, pins), set(tray))
    close = CLOSENESS[choices.close]
    if close:
        weight = close * instance.weight_range[1]
        rule = Constraint(rule_named(CHANGES), weight, meetings=tuple(sorted(free)))
        reference = tuple(_possible(m, p) for m, p in zip(instance.meetings, stands, strict=True))
        kept_rules = (c for c in instance.constraints if c.rule.name != CHANGES)  # the term's own compares with nothing
        instance = replace(instance, reference=reference, constraints=(*kept_rules, rule))
    why = {i: entries[i].state.unplaced_reason for i in tray if i in entries}
    reasons = {i: reason for i, reason in why.items() if reason is not None}
    broken = _broken_by(problem, {i: stands[i] for i, pin in pins.items() if pin.time is not None}, pins, overrides)
    combined = tuple(sorted(part.combined))
    return HeldProblem(
        instance,
        frozen,
        tray,
        locked,
        reasons=reasons,
        close=close,
        combined=combined,
        locks=locks,
        overrides=overrides,
        broken=tuple(broken),
    )


def _broken_by(
    problem: TermProblem, stands: Mapping[int, Placement], pins: Mapping[int, Placement], overrides: Overrides
) -> Iterator[BrokenRule]:
    """Say what the classes held break whatever the others do; of one held in time alone only what its time breaks."""
    alone = Solution.empty(problem.instance).moved(stands.items())
    roomless = {i for i, pin in pins.items() if pin.room is None}
    for violation in hard_violations(problem, alone):
        if is_excused(violation, overrides):
            continue
        if roomless.isdisjoint(violation.meetings) or not _asks_for_rooms(rule_named(violation.rule)):
            yield BrokenRule.of(violation)


def _asks_for_rooms(rule: Rule) -> bool:
    if isinstance(rule, ClashRule):
        return rule.rooms
    if isinstance(rule, ChoiceRule | PairRule | SetRule):
        return not rule.time_only
    return isinstance(rule, SamePlaceRule)


def _without_excess(problem: TermProblem, built: HeldProblem) -> HeldProblem:
    """Leave out what goes beyond the weekly limit of somebody, those that nothing pins first.

    The search counts no such limit: where every class is placed a week has as many slots whatever it does.
    """
    instance = built.instance
    reasons: dict[int, UnplacedReason] = {}
    for constraint in instance.constraints:
        if constraint.rule.name != MaxPerWeek.name or not constraint.hard:
            continue
        for subject in subjects_of(instance, constraint):
            asked = [m for m in subject.meetings if instance.meetings[m].times and m not in reasons]
            asked.sort(key=lambda m: (instance.meetings[m].pin is None, m))
            slots = _slots_asked(instance, asked)
            while _slots_asked(instance, asked) > constraint.amount:
                who = "" if subject.resource is None else instance.resources[subject.resource].label
                values = {"who": who, "slots": slots, "most": constraint.amount}
                reasons[asked.pop()] = UnplacedReason("too_many_slots", values)
    return replace(
        built,
        instance=_without_places(instance, set(reasons)),
        frozen=tuple(i for i in built.frozen if i not in reasons),
        locked=tuple(i for i in built.locked if i not in reasons),
        left_out=tuple(sorted(reasons)),
        reasons={**built.reasons, **reasons},
    )


def _slots_asked(instance: Instance, meetings: Sequence[int]) -> int:
    """Slots in the fullest week."""
    times = [instance.meetings[meeting].times[0].time for meeting in meetings]
    return max(sum(time.week_load for time in times if time.weeks >> week & 1) for week in range(instance.grid.weeks))


def _locked(placement: Placement, state: EntryState) -> Placement:
    if placement.time is None:
        return Placement()
    if state.is_locked and state.override is not None:
        return placement  # what stands by a reason stands as a whole
    return Placement(placement.time if state.locked_time else None, placement.room if state.locked_room else None)


def _without_places(instance: Instance, tray: set[int]) -> Instance:
    """The instance in which these meetings can stand nowhere, and nobody asks for a place for them."""
    if not tray:
        return instance
    meetings = tuple(
        replace(meeting, times=(), pin=None) if index in tray else meeting
        for index, meeting in enumerate(instance.meetings)
    )
    constraints = tuple(
        replace(c, meetings=tuple(i for i in c.meetings or range(len(meetings)) if i not in tray))
        if c.rule.name == "all_placed"
        else c
        for c in instance.constraints
    )
    return replace(instance, meetings=meetings, constraints=constraints, interchangeable=apart(instance, tray))


def _possible(meeting: Meeting, placement: Placement) -> Placement:
    """The place where a meeting stood, if it may still stand there; nothing to stay close to else."""
    if meeting.pin is not None and meeting.pin.time == placement.time:
        return placement
    times = any(option.time == placement.time for option in meeting.times)
    rooms = not meeting.needs_room if placement.room is None else any(o.room == placement.room for o in meeting.rooms)
    return placement if times and rooms else Placement()
