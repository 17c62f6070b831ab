"""Flattens an instance into the arrays of the compiled search, family by family.

Rules are known here by their family alone: a choice rule becomes a cost per time and per room, a
clash rule a weight per pair of kinds, a day or week pattern a table of counts
(`webapp.engine.search.patterns`), a same-place rule a cost per number of rooms, a pair or set rule the number of a
compiled function. The tables are made by calling the truth.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from webapp.engine.domains import ANY_TIME, Domains, traits_of
from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import (
    ChoiceRule,
    ClashRule,
    PairRule,
    PlacedRule,
    SamePlaceRule,
    subjects_of,
)
from webapp.engine.rules.pinned import Pinned
from webapp.engine.rules.room_closed import RoomClosed
from webapp.engine.search.arrays import Ints, Model, Walk, pack
from webapp.engine.search.dates import dates_of
from webapp.engine.search.days import MOST_TABLE_PERIODS, SearchDays
from webapp.engine.search.joint import Joint
from webapp.engine.search.lists import Numbered, flattened
from webapp.engine.search.patterns import Patterns
from webapp.engine.search.relief import relief
from webapp.engine.search.scale import scaled, unit_of
from webapp.engine.timegrid import Time


@dataclass(frozen=True)
class Compiled:
    """The arrays, and how to read them.

    Attributes
    ----------
    times
        The distinct times; the model's times are indices into it.
    closed
        (room, unit) pairs at which nothing may stand.
    left_out
        Names of rules that have no compiled form on this grid: the truth alone judges them.
    unit
        Points of cost that are one in the search (`webapp.engine.search.scale`).
    """

    instance: Instance
    model: Model
    times: tuple[Time, ...]
    closed: tuple[tuple[int, int], ...]
    left_out: tuple[str, ...]
    unit: int = 1
    _index: dict[Time, int] = field(init=False, repr=False, compare=False)

    @property
    def is_exact(self) -> bool:
        """Whether hard violations and cost are what the truth counts."""
        return self.unit == 1 and not self.left_out

    def time_index(self, time: Time | None) -> int:
        """Index of a time, -1 for none or for one that no meeting can have."""
        return -1 if time is None else self._index.get(time, -1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {time: index for index, time in enumerate(self.times)})


def compile_instance(instance: Instance, table_periods: int = MOST_TABLE_PERIODS) -> Compiled:
    """Flatten an instance; days of more than ``table_periods`` periods get lists instead of tables."""
    return _Compiler(instance, table_periods).compiled()


class _Compiler:
    """Builds the model; one method per family."""

    def __init__(self, instance: Instance, table_periods: int) -> None:
        self.instance, self.grid, self.unit = instance, instance.grid, unit_of(instance)
        # What has no weight is counted by the truth and steers nothing.
        self.rules = [(c.rule, c) for c in instance.constraints if c.weight != 0]
        self.known_prices: dict[Hashable, Ints] = {}
        self.days = SearchDays(self.grid, table_periods)
        # What each meeting is subject to: (constraint, times counted), by family.
        self.choices: list[dict[int, int]] = [defaultdict(int) for _ in instance.meetings]
        self._collect_choices()
        self._make_kinds()
        self.joint = Joint(instance, self.rules, self.kind, self._weight)

    def _weight(self, constraint: Constraint) -> int:
        return pack(1, 0) if constraint.weight is None else scaled(constraint.weight, self.unit)

    def _collect_choices(self) -> None:
        self.unplaced = [0] * len(self.instance.meetings)
        for index, (rule, constraint) in enumerate(self.rules):
            if not isinstance(rule, ChoiceRule | PlacedRule):
                continue
            for subject in subjects_of(self.instance, constraint):
                for meeting in subject.meetings:
                    if isinstance(rule, PlacedRule):
                        self.unplaced[meeting] += self._weight(constraint)
                    else:
                        self.choices[meeting][index] += 1

    def _make_kinds(self) -> None:
        """Meetings that nothing tells apart get one kind."""
        instance = self.instance
        named: list[list[int]] = [[] for _ in instance.meetings]
        for index, (rule, constraint) in enumerate(self.rules):
            if constraint.meetings and not isinstance(rule, ChoiceRule | PlacedRule):
                for member in constraint.meetings:
                    named[member].append(-1 - member if isinstance(rule, PairRule) else index)
        seen: dict[Hashable, int] = {}
        kinds: list[int] = []
        self.samples: list[int] = []
        domain = Numbered()
        for index, meeting in enumerate(instance.meetings):
            reference = instance.reference[index] if instance.reference else None
            choices = tuple(self.choices[index].items())
            alike = (meeting.resources, meeting.size, meeting.needs_room, meeting.pin, reference)
            key = (
                alike,
                domain(meeting.times),
                domain(meeting.rooms),
                choices,
                tuple(named[index]),
                self.unplaced[index],
            )
            if key not in seen:
                seen[key] = len(seen)
                self.samples.append(index)
            kinds.append(seen[key])
        self.kind = np.array(kinds, np.int32)
        self.members: list[list[int]] = [[] for _ in self.samples]
        for index, kind in enumerate(kinds):
            self.members[kind].append(index)

    def compiled(self) -> Compiled:
        """All arrays."""
        self._times_and_rooms()
        arrays = self._choice_arrays() | self._time_arrays() | self._clash_arrays()
        patterns = Patterns(self.instance, self.rules, self.kind, self.days, self._weight)
        arrays |= self.days.arrays(self.times) | patterns.arrays() | self._place_arrays()
        joint = self.joint.arrays() | {"dates": dates_of(self.instance, self.times)}
        arrays["relief"], arrays["rest_relief"] = relief(arrays, joint, self.kind, self.days, patterns.subjects)
        grid = self.grid
        units = grid.weeks * grid.cells
        sizes = [len(self.kind), len(self.samples), len(self.times), len(self.instance.rooms), units]
        sizes += [grid.weeks * grid.days, grid.days, grid.weeks, self.days.most]
        sizes += [len(arrays["day_at"]) - 1, arrays["place_cost"].shape[0], grid.calendar_weeks]
        sizes.append(0 if self.days.have_tables else len(self.days.layouts))
        walk = Walk(**{name: arrays.pop(name) for name in Walk._fields})
        listed = None if self.days.have_tables else 1
        model = Model(size=np.array(sizes, np.int64), kind=self.kind, listed=listed, walk=walk, **arrays, **joint)
        return Compiled(
            self.instance,
            model,
            self.times,
            self._closed(),
            tuple(sorted(patterns.left_out | self.joint.left_out)),
            self.unit,
        )

    # Choice ---------------------------------------------------------------------------------------

    def _times_and_rooms(self) -> None:
        """The times and rooms of each kind that hard pins and other hard rules about single placements leave."""
        domains = Domains(self.instance)
        self.kind_times: list[tuple[Time, ...]] = []
        self.kind_rooms: list[tuple[int, ...]] = []
        shared: dict[int, tuple[Time, ...]] = {}
        for sample in self.samples:
            # A class without need of a room may be pinned to one, and then has no place where that one is forbidden.
            needs_room = self.instance.meetings[sample].needs_room or domains.pin(sample).room is not None
            rooms = domains.rooms(sample)
            options = domains.times(sample) if rooms or not needs_room else ()
            if id(options) not in shared:
                shared[id(options)] = tuple(option.time for option in options)
            self.kind_times.append(shared[id(options)])
            self.kind_rooms.append(rooms if needs_room else ())
        self.times = tuple(sorted({time for times in self.kind_times for time in times}))
        self.time_at = {time: index for index, time in enumerate(self.times)}
        self.sometimes_closed = {room for room, data in enumerate(self.instance.rooms) if data.closed}
        self.closes = all(self._is_closing(sample) for sample in self.samples)

    def _is_closing(self, sample: int) -> bool:
        """Whether a hard rule keeps the meeting out of closed rooms."""
        rules = (self.rules[index] for index in self.choices[sample])
        return any(constraint.hard and isinstance(rule, RoomClosed) for rule, constraint in rules)

    def _closed(self) -> tuple[tuple[int, int], ...]:
        """Closed rooms hold nothing where a hard rule says so of every meeting; elsewhere it is a price."""
        found: set[tuple[int, int]] = set()
        for room, data in enumerate(self.instance.rooms if self.closes else ()):
            for time in data.closed:
                found.update((room, unit) for unit in self._units(time))
        return tuple(sorted(found))

    def _is_kept(self, rule: ChoiceRule, constraint: Constraint, sample: int) -> bool:
        """Whether a rule needs no price, since the meeting has no option that breaks it."""
        if isinstance(rule, RoomClosed):
            return self.closes or not self.sometimes_closed
        if isinstance(rule, Pinned):
            return constraint.hard or self.instance.meetings[sample].pin is None
        return constraint.hard and (rule.time_only or rule.room_only)

    def _choice_arrays(self) -> dict[str, Ints]:
        kinds, times, rooms = len(self.samples), len(self.times), len(self.instance.rooms)
        time_cost, room_cost = np.zeros((kinds, times), np.int64), np.zeros((kinds, max(1, rooms)), np.int64)
        time_ok, room_ok = np.zeros((kinds, times), np.int8), np.zeros((kinds, max(1, rooms)), np.int8)
        both_row = np.full(kinds, -1, np.int32)
        both: dict[Hashable, tuple[int, Ints]] = {}
        time_rows = [[self.time_at[time] for time in row] for row in self.kind_times]
        for kind, sample in enumerate(self.samples):
            own = time_rows[kind]
            time_ok[kind, own] = 1
            room_ok[kind, self.kind_rooms[kind]] = 1
            together = []
            for index, times_counted in self.choices[sample].items():
                rule, constraint = self.rules[index]
                assert isinstance(rule, ChoiceRule)  # noqa: S101  # collected as such
                if self._is_kept(rule, constraint, sample):
                    continue
                weight = self._weight(constraint) * times_counted
                if rule.time_only:
                    time_cost[kind, own] += weight * self._counted(index, kind)
                elif rule.room_only:
                    room_cost[kind, self.kind_rooms[kind]] += weight * self._counted(index, kind)
                else:
                    together.append((rule, constraint, weight))
            if together:
                row = self._both(kind, sample, together)
                alone = any(rule.free(self.instance, constraint, sample) for rule, constraint, _ in together)
                # Rows about a place of one's own are not shared: another price of a move is laid over them.
                both_row[kind] = both.setdefault(kind if alone else row.tobytes(), (len(both), row))[0]
        times_at, times_flat = flattened(time_rows)
        rooms_at, rooms_flat = flattened(self.kind_rooms)
        table = np.stack([row for _, row in both.values()]) if both else np.zeros((0, 1), np.int64)
        unplaced = np.array([self.unplaced[sample] for sample in self.samples], np.int64)
        return {
            "time_cost": time_cost, "time_ok": time_ok, "times_at": times_at, "times": times_flat,
            "room_cost": room_cost, "room_ok": room_ok, "rooms_at": rooms_at, "rooms": rooms_flat,
            "both_row": both_row, "both_cost": table, "unplaced_cost": unplaced,
        }  # fmt: skip

    def _counted(self, index: int, kind: int) -> Ints:
        """What a rule about times, or about rooms, counts at each of a kind's; asked once for kinds that are alike."""
        sample, (rule, constraint) = self.samples[kind], self.rules[index]
        assert isinstance(rule, ChoiceRule)  # noqa: S101  # collected as such
        key = (index, traits_of(self.instance, sample), id(self.kind_times[kind]), id(self.kind_rooms[kind]))
        if key not in self.known_prices:
            if rule.time_only:
                places = [Placement(time) for time in self.kind_times[kind]]
            else:
                places = [Placement(ANY_TIME, room) for room in self.kind_rooms[kind]]
            counts = [rule.cost(self.instance, constraint, sample, place) for place in places]
            self.known_prices[key] = np.array(counts, np.int64)
        return self.known_prices[key]

    def _both(self, kind: int, sample: int, rules: Sequence[tuple[ChoiceRule, Constraint, int]]) -> Ints:
        """Cost of time and room together, over the kind's own times and rooms (the last column: no room)."""
        width = len(self.instance.rooms) + 1
        found = np.zeros(len(self.times) * width, np.int64)
        times = [self.time_at[time] for time in self.kind_times[kind]]
        cells = [(time, room) for time in times for room in self.kind_rooms[kind] or [width - 1]]
        for rule, constraint, weight in rules:
            free = rule.free(self.instance, constraint, sample)
            if free is not None:
                found[[time * width + room for time, room in cells]] += weight
                if free.time in self.time_at:
                    found[self.time_at[free.time] * width + (width - 1 if free.room is None else free.room)] -= weight
                continue
            for time, room in cells:
                if isinstance(rule, RoomClosed) and room not in self.sometimes_closed:
                    continue
                place = Placement(self.times[time], room if room < width - 1 else None)
                found[time * width + room] += weight * rule.cost(self.instance, constraint, sample, place)
        return found

    # Times ----------------------------------------------------------------------------------------

    def _units(self, time: Time) -> list[int]:
        cells = list(time.cells(self.grid))
        weeks = [week for week in range(self.grid.weeks) if time.weeks >> week & 1]
        return [week * self.grid.cells + cell for week in weeks for cell in cells]

    def _time_arrays(self) -> dict[str, Ints]:
        grid, count = self.grid, len(self.times)
        units = [self._units(time) for time in self.times]
        parts = [self.days.parts(time) for time in self.times]
        touches = np.zeros((count, grid.weeks * grid.days), np.int8)
        for time, row in enumerate(parts):
            touches[time, row] = 1
        overlap = self._overlap()
        units_at, units_flat = flattened(units)
        parts_at, parts_flat = flattened(parts)
        overlaps_at, overlaps = flattened([np.flatnonzero(row).tolist() for row in overlap])
        return {
            "units_at": units_at, "units": units_flat, "parts_at": parts_at, "parts": parts_flat,
            "days_of": np.array([t.days for t in self.times], np.int64),
            "touches": touches, "overlap": overlap,
            "overlaps_at": overlaps_at, "overlaps": overlaps,
            "week_size": np.array(grid.size_of_week, np.int64),
        }  # fmt: skip

    def _overlap(self) -> Ints:
        """Time x time -> 1 when they overlap, row by row: there may be thousands of times."""
        start, end, days, weeks = (
            np.array([getattr(time, name) for time in self.times], np.int64)
            for name in ("start", "end", "days", "weeks")
        )
        found = np.zeros((len(self.times), len(self.times)), np.int8)
        for row, time in zip(found, self.times, strict=True):
            meet = (start < time.end) & (end > time.start)
            row[:] = meet & (days & time.days > 0) & (weeks & time.weeks > 0)
        return found

    # Clash ----------------------------------------------------------------------------------------

    def _clash_arrays(self) -> dict[str, Ints]:
        """Packed costs of pairs of kinds, each subject's pairs added up; a kind with itself too."""
        count = len(self.samples)
        keys, costs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for length, rows in self._clashing().items():
            kinds = np.array([row for row, _ in rows], np.int64)
            first, second = np.triu_indices(length)
            keys.append((kinds[:, first] * count + kinds[:, second]).ravel())
            costs.append(np.repeat(np.array([weight for _, weight in rows], np.int64), len(first)))
        pairs, row_of = np.unique(np.concatenate(keys), return_inverse=True)
        cost = np.zeros(len(pairs), np.int64)
        np.add.at(cost, row_of, np.concatenate(costs))
        first, second = pairs // count, pairs % count
        own, apart = np.zeros(count, np.int64), first != second
        own[first[~apart]] = cost[~apart]
        here, there = np.concatenate((first, second[apart])), np.concatenate((second, first[apart]))
        order = np.argsort(here * count + there)
        at = np.zeros(count + 1, np.int32)
        at[1:] = np.cumsum(np.bincount(here, minlength=count))
        both = np.concatenate((cost, cost[apart]))
        bits = np.zeros((count, -(-count // 64)), np.int64)
        np.bitwise_or.at(bits, (here, there >> 6), 1 << (there & 63))
        return {
            "clash_at": at, "clash": there[order].astype(np.int32), "clash_cost": both[order], "clash_bits": bits,
            "clash_self": own,
        }  # fmt: skip

    def _clashing(self) -> dict[int, list[tuple[list[int], int]]]:
        """Who cannot be in two places, by number of kinds: these kinds, and the packed cost of a pair of them."""
        found: dict[int, list[tuple[list[int], int]]] = defaultdict(list)
        kind = self.kind.tolist()
        for rule, constraint in self.rules:
            if not isinstance(rule, ClashRule) or rule.rooms:
                continue
            for subject in subjects_of(self.instance, constraint):
                weight = self._weight(constraint)
                if rule.weighted and subject.resource is not None:
                    weight *= self.instance.resources[subject.resource].weight
                kinds = sorted({kind[meeting] for meeting in subject.meetings})
                found[len(kinds)].append((kinds, weight))
        return found

    # Same place -----------------------------------------------------------------------------------

    def _place_arrays(self) -> dict[str, Ints]:
        rooms = len(self.instance.rooms)
        costs, kind_places = [], [[] for _ in self.samples]  # type: tuple[list[Ints], list[list[int]]]
        by_meetings: dict[tuple[int, ...], int] = {}
        counts: dict[tuple[str, int], Ints] = {}
        for rule, constraint in self.rules:
            if not isinstance(rule, SamePlaceRule):
                continue
            if (rule.name, constraint.amount) not in counts:
                costs_of = [rule.cost(range(n), constraint.amount) for n in range(rooms + 1)]
                counts[rule.name, constraint.amount] = np.array(costs_of, np.int64)
            row = self._weight(constraint) * counts[rule.name, constraint.amount]
            for subject in subjects_of(self.instance, constraint):
                key = tuple(sorted(subject.meetings))
                if key in by_meetings:
                    costs[by_meetings[key]] += row
                elif key:
                    for kind in sorted(set(self.kind[list(key)].tolist())):
                        kind_places[kind].append(len(costs))
                    by_meetings[key] = len(costs)
                    costs.append(row.copy())
        at, flat = flattened(kind_places)
        table = np.stack(costs) if costs else np.zeros((0, rooms + 1), np.int64)
        return {"places_at": at, "places": flat, "place_cost": table}
