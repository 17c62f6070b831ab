"""Supply and demand: what counting proves to be too little, and what is only just enough."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from webapp.engine.counts import Shortage, ShortageKind, shortages
from webapp.engine.rule import ResourceKind
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.checks.needs import FindingAbout
from webapp.services.checks.term_data import CheckedProblem
from webapp.services.problem.words.statements import Statement, some, told
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.target import Target

TIGHT = 0.9
"""From this share of the possible slots on, a load is worth a note."""
LIMITS = ("max_per_week", "max_per_day")


def shortage_findings(case: CheckedProblem, accounted: Sequence[frozenset[int]]) -> Iterator[FindingAbout]:
    """Everything that counting and matching prove, with its meetings.

    Left out is what is about nothing but meetings of one of the sets in ``accounted``: a finding says their want,
    and a teacher who has too few times, say, has too few in one room, too.
    """
    alone: dict[tuple[int, str], list[Shortage]] = defaultdict(list)
    known = list(accounted)
    told: set[str] = set()
    for shortage in shortages(case.instance, case.domains, case.names, thorough=True):
        meetings = frozenset(shortage.meetings)
        if any(group.issuperset(meetings) for group in known):
            continue
        if shortage.kind in (ShortageKind.TIMES, ShortageKind.SUITABLE_ROOMS):
            component = case.component(shortage.meetings[0])
            alone[component.component_id, shortage.kind.value].append(shortage)
        elif shortage.kind is ShortageKind.SLOTS:
            known.append(meetings)
            group = case.group_of(shortage.resources[0]) if shortage.resources else ""
            if group not in told:
                yield _too_many_slots(case, shortage), shortage.meetings
            told |= {group} - {""}
        elif shortage.kind is ShortageKind.DAYS:
            target = case.of_meeting(shortage.meetings[0])
            yield _blocker(shortage, FindingKind.TIMES, target, counted(shortage)), shortage.meetings
        else:
            yield _too_few_rooms(case, shortage), shortage.meetings
    for short in alone.values():
        yield _nowhere(case, short), tuple(meeting for shortage in short for meeting in shortage.meetings)


def counted(shortage: Shortage) -> Statement:
    """What the engine has counted, as a statement."""
    return told("shortage", kind=shortage.code.value, **shortage.values)


def _blocker(shortage: Shortage, kind: FindingKind, target: Target, words: Statement) -> Finding:
    return Finding(Severity.BLOCKER, kind, words, target, shortage.demand, shortage.supply)


def _too_many_slots(case: CheckedProblem, shortage: Shortage) -> Finding:
    if not shortage.resources:
        return _blocker(shortage, FindingKind.STUDENTS, case.of_meeting(shortage.meetings[0]), counted(shortage))
    resource = shortage.resources[0]
    limits = [
        told("limit", rule=c.rule.name, amount=c.amount)
        for c in (case.instance.constraints[index] for index in shortage.constraints)
        if c.rule.name in LIMITS
    ]
    words = counted(shortage)
    if limits:
        words = told("shortage_and_limits", shortage=words, limits=limits)
    return _blocker(shortage, case.kind_of(resource), case.of_resource(resource), words)


def _too_few_rooms(case: CheckedProblem, shortage: Shortage) -> Finding:
    target = case.of_rooms(shortage.rooms)
    words = counted(shortage)
    kinds = case.kinds_of_rooms(shortage.rooms)
    if len(kinds) == 1:
        words = told("rooms_of_kind", kind=kinds[0], shortage=words)
    return _blocker(shortage, FindingKind.ROOMS, target, words)


def _nowhere(case: CheckedProblem, short: Sequence[Shortage]) -> Finding:
    """Meetings of one component of which none has a possible time, or none a suitable room."""
    first = short[0]
    rules = {index for shortage in short for index in shortage.constraints}
    because = some(list(dict.fromkeys(_rule_at_work(case, index) for index in sorted(rules))))
    words = counted(first)
    if len(short) > 1:
        words = told("same_for_more", first=words, number=len(short) - 1)
    if because["first"]:
        words = told("rules_at_work", sentence=words, rules=because)
    kind = FindingKind.TIMES if first.kind is ShortageKind.TIMES else FindingKind.ROOMS
    return Finding(Severity.BLOCKER, kind, words, case.of_meeting(first.meetings[0]), len(short), 0)


def _rule_at_work(case: CheckedProblem, index: int) -> Statement:
    constraint = case.instance.constraints[index]
    return told("rule", rule=constraint.rule.name, label=constraint.label)


# Just enough


def tight_loads(case: CheckedProblem, short: Collection[str]) -> Iterator[Finding]:
    """Teachers and groups who need nearly every slot they have; ``short`` are the labels of those who have too few."""
    grid = case.instance.grid
    possible: dict[int, list[int]] = defaultdict(lambda: [0] * grid.days)
    asked: dict[int, int] = defaultdict(int)
    for meeting, what in enumerate(case.instance.meetings):
        held = case.periods(meeting)
        for resource in what.resources:
            if case.instance.resources[resource].kind is not ResourceKind.STUDENTS:
                possible[resource] = [known | mask for known, mask in zip(possible[resource], held, strict=True)]
                asked[resource] += case.slots[meeting]
    limits = _limits(case)
    told: set[str] = set()
    for resource, demand in asked.items():
        group = case.group_of(resource)
        if group in told:
            continue
        told |= {group} - {""}
        per_day = limits["max_per_day"].get(resource, demand)
        supply = sum(min(per_day, case.fit(day, among)) for day, among in enumerate(possible[resource]))
        if (per_week := limits["max_per_week"].get(resource)) is not None:
            supply = min(supply, per_week)
        if case.instance.resources[resource].label not in short:
            yield from _tight(case, resource, demand, supply)


def _limits(case: CheckedProblem) -> dict[str, dict[int, int]]:
    """The smallest hard limit of each person and group, per rule."""
    smallest: dict[str, dict[int, int]] = {rule: {} for rule in LIMITS}
    for rule in LIMITS:
        for constraint in case.constraints(rule):
            for resource in constraint.resources if constraint.hard else ():
                known = smallest[rule].get(resource, constraint.amount)
                smallest[rule][resource] = min(known, constraint.amount)
    return smallest


def _tight(case: CheckedProblem, resource: int, demand: int, supply: int) -> Iterator[Finding]:
    if case.problem.instance.grid.weeks > 1 or not TIGHT * supply <= demand <= supply:
        return  # with weeks apart a number of slots a week says little
    target, kind = case.of_resource(resource), case.kind_of(resource)
    code = "all_slots" if demand == supply else "nearly_all_slots"
    sentence = told(code, who=target.label, asked=demand, possible=supply)
    severity = Severity.WARNING if demand == supply else Severity.NOTE
    yield Finding(severity, kind, sentence, target, demand, supply)


def own_limits(case: CheckedProblem) -> Iterator[Finding]:
    """Teachers who are asked for more in some week than their own weekly limit, where that limit isn't a hard rule."""
    enforced = _limits(case)["max_per_week"]
    weeks: dict[int, list[int]] = defaultdict(lambda: [0] * len(case.problem.calendar.week_classes))
    for row in case.problem.rows:
        for faculty_id in row.faculty_ids:
            for week, numbers in enumerate(case.problem.calendar.week_classes):
                weeks[faculty_id][week] += row.slots_a_week if numbers <= row.weeks else 0
    for faculty_id, demands in weeks.items():
        demand = max(demands)
        teacher = case.data.rows.faculty[faculty_id]
        most = teacher.max_slots_week
        if most is None or demand <= most or case.problem.resource_of_faculty[faculty_id] in enforced:
            continue
        sentence = told("own_limit", who=teacher.name, asked=demand, most=most)
        target = Target("faculty", faculty_id, teacher.name)
        yield Finding(Severity.WARNING, FindingKind.TEACHERS, sentence, target, demand, most)


# Rooms of a kind: in the week, on a day, in a shift


def room_loads(case: CheckedProblem, accounted: Sequence[frozenset[int]]) -> Iterator[Finding]:
    """Kinds of rooms that are only just enough in the week, or too few on a day or in a shift."""
    of_set: dict[frozenset[int], list[int]] = defaultdict(list)
    for meeting, what in enumerate(case.instance.meetings):
        if what.needs_room and case.domains.rooms(meeting) and case.domains.times(meeting):
            of_set[frozenset(case.domains.rooms(meeting))].append(meeting)
    sets = set(of_set) | {frozenset().union(*of_set)} if of_set else set()
    parts = _parts(case)
    for rooms in sorted(sets, key=lambda group: (len(group), sorted(group))):
        members = [m for own, meetings in of_set.items() if own <= rooms for m in meetings]
        yield from _rooms_of_week(case, rooms, members)
        for name, part in parts:
            within = [m for m in members if case.cells(m) <= part]
            if within and not any(group.issuperset(within) for group in accounted):
                yield from _rooms_of_part(case, rooms, within, name)


def _asked(case: CheckedProblem, meetings: Iterable[int]) -> int:
    """Slots of all weeks of the grid that the meetings cover at least."""
    times = ([option.time for option in case.domains.times(meeting)] for meeting in meetings)
    return sum(min((t.length * t.days.bit_count() * t.weeks.bit_count() for t in own), default=0) for own in times)


def _open(case: CheckedProblem, rooms: Iterable[int], cells: Collection[int]) -> int:
    closed = case.domains.closed_cells
    return case.instance.grid.weeks * sum(len(set(cells) - closed[room]) for room in rooms)


def _rooms_of_week(case: CheckedProblem, rooms: frozenset[int], meetings: list[int]) -> Iterator[Finding]:
    cells = frozenset().union(*(case.cells(m) for m in meetings))
    demand, supply = _asked(case, meetings), _open(case, rooms, cells)
    is_fixed = len(rooms) == 1 and all(len(case.domains.times(m)) == 1 for m in meetings)
    if is_fixed or not TIGHT * supply <= demand <= supply:
        return  # what is fixed to hours of a room fills them, and needs no others
    weeks = case.instance.grid.weeks
    target = case.of_rooms(sorted(rooms))
    sentence = told(
        "tight_rooms", rooms=target.label, number=len(meetings), asked=-(-demand // weeks), possible=supply // weeks
    )
    severity = Severity.WARNING if demand == supply else Severity.NOTE
    yield Finding(severity, FindingKind.ROOMS, sentence, target, demand, supply)


def _rooms_of_part(
    case: CheckedProblem, rooms: frozenset[int], within: list[int], part: str | Statement
) -> Iterator[Finding]:
    """Too few rooms, on a day or in a shift, for the classes that can be held at no other time."""
    weeks = case.instance.grid.weeks
    demand = _asked(case, within)
    supply = _open(case, rooms, frozenset().union(*(case.cells(m) for m in within)))
    if demand <= supply:
        return
    target = case.of_rooms(sorted(rooms))
    asked, possible = -(-demand // weeks), supply // weeks
    sentence = told("few_rooms_then", part=part, rooms=target.label, number=len(within), asked=asked, possible=possible)
    yield Finding(Severity.BLOCKER, FindingKind.ROOMS, sentence, target, asked, possible)


def _parts(case: CheckedProblem) -> list[tuple[str | Statement, frozenset[int]]]:
    """Days and shifts with the cells they consist of; where there is one only, it is the week and left out."""
    days: dict[int, set[int]] = defaultdict(set)
    shifts: dict[str, set[int]] = defaultdict(set)
    calendar = case.problem.calendar
    for slot in calendar.slots:
        days[slot.day] |= calendar.cells_of(slot.time_slot_id)
        shifts[slot.shift] |= calendar.cells_of(slot.time_slot_id)
    parts: list[tuple[str | Statement, frozenset[int]]] = [
        (DAY_NAMES[day], frozenset(cells)) for day, cells in sorted(days.items())
    ]
    if len(shifts) > 1:
        parts += [(told("shift", name=name or "–"), frozenset(cells)) for name, cells in sorted(shifts.items())]
    return parts
