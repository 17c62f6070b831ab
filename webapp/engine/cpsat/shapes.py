"""What a cost function over small patterns looks like, found by asking it.

A day pattern rule is any function of the busy slots of a day. Most that people write have a shape
with a small and tight linear form; each shape here is guessed from a few answers of the function
and then verified on all its patterns (on a sample where there are too many to ask about). What
fits no shape becomes a decision diagram, which fits every function of up to `MOST_SLOTS` slots.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random

from webapp.engine.periods import DayPeriods, bits
from webapp.engine.rules.family import DayPatternRule

MOST_SLOTS = 12
"""Up to so many slots a day every pattern is asked about: 4,096 questions."""
SAMPLE = 3_000
"""How many patterns are asked about on finer grids, half of them of several runs at least."""

Line = tuple[int, int]
"""``(a, b)``: the cost is at least ``a + b * load`` on a used day, and the largest line is the cost."""


@dataclass(frozen=True)
class Isolated:
    """Each busy slot whose neighbours are idle costs its amount."""

    amounts: tuple[int, ...]
    before: tuple[bool, ...]
    """Per slot, whether the slot before it is a neighbour."""


@dataclass(frozen=True)
class Windows:
    """Each window of slots that is busy throughout costs its amount."""

    windows: tuple[tuple[int, int], ...]
    """Bit masks and amounts."""


@dataclass(frozen=True)
class Gaps:
    """Each idle slot between busy ones costs its amount."""

    amounts: tuple[int, ...]


@dataclass(frozen=True)
class Load:
    """The number of busy slots decides: the largest of some lines, on a day that is used."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Diagram:
    """Any function: a walk through the slots whose arcs cost something.

    ``layers[slot]`` lists arcs ``(node, bit, next node, cost)``; the walk begins in node 0.
    """

    layers: tuple[tuple[tuple[int, int, int, int], ...], ...]


Shape = Isolated | Windows | Gaps | Load | Diagram


@lru_cache(maxsize=256)
def day_shape(rule: DayPatternRule, day: DayPeriods, amount: int) -> Shape | None:
    """The shape of a day pattern rule over the day's periods; None when none fits where they are too many to ask about.

    A bit of a pattern stands for a period that the day has.
    """

    def cost(busy: int) -> int:
        """The truth for one day."""
        return rule.cost(sum(1 << day.indices[bit] for bit in bits(busy)), day, amount)

    slots = len(day.indices)
    if not slots:
        return Load(((0, 0),))
    patterns: Sequence[int] = range(1 << slots) if slots <= MOST_SLOTS else _sample(slots)
    truth = [(p, cost(p)) for p in patterns]
    for guess in _guesses(cost, slots):
        if all(value_of(guess, p) == c for p, c in truth):
            return guess
    return _diagram([c for _, c in truth], slots) if slots <= MOST_SLOTS else None


def _sample(slots: int) -> list[int]:
    """Patterns that look like teaching days: a few runs of some slots; and of one run as many as make up a half."""
    random, found = Random(slots), {0}
    single = [((1 << length) - 1) << start for start in range(slots) for length in range(1, slots - start + 1, 3)]
    found.update(random.sample(single, min(len(single), SAMPLE // 2)))
    while len(found) < SAMPLE:
        pattern = 0
        for _ in range(random.randint(1, 5)):
            start = random.randrange(slots)
            pattern |= ((1 << random.randint(1, max(1, slots // 4))) - 1) << start & (1 << slots) - 1
        found.add(pattern)
    return sorted(found)


def _guesses(cost: Callable[[int], int], slots: int) -> Iterator[Shape]:
    alone = tuple(cost(1 << i) for i in range(slots))
    load = _load(cost, slots)
    if load is not None:
        yield load
    yield Isolated(alone, tuple(i > 0 and cost(0b11 << i - 1) < alone[i - 1] + alone[i] for i in range(slots)))
    yield Gaps(tuple(cost(0b101 << i - 1) if 0 < i < slots - 1 else 0 for i in range(slots)))
    if slots <= MOST_SLOTS:
        core = _common([p for p in range(1 << slots) if cost(p)])
        if core:
            yield Windows(((core, cost(core)),))
    for length in range(2, slots + 1):
        windows = [((1 << length) - 1) << start for start in range(slots - length + 1)]
        amounts = [(mask, cost(mask)) for mask in windows]
        if any(amount for _, amount in amounts):
            yield Windows(tuple((mask, amount) for mask, amount in amounts if amount))
            break


def _common(patterns: list[int]) -> int:
    if not patterns:
        return 0
    core = patterns[0]
    for pattern in patterns:
        core &= pattern
    return core


def _load(cost: Callable[[int], int], slots: int) -> Load | None:
    """The load's lines, when the cost of the first k slots is convex in k from 1 on."""
    values = [cost((1 << k) - 1) for k in range(1, slots + 1)]
    lines = convex_lines(values, first=1)
    return None if lines is None else Load(lines)


def convex_lines(values: Sequence[int], first: int = 0) -> tuple[Line, ...] | None:
    """Lines whose maximum takes the given values at first, first + 1, ...; None if not convex."""
    steps = [b - a for a, b in pairwise(values)]
    if any(b < a for a, b in pairwise(steps)):
        return None
    if not steps:
        return ((values[0], 0),)
    found = {step: values[i] - step * (first + i) for i, step in enumerate(steps)}
    return tuple((constant, step) for step, constant in found.items())


def value_of(shape: Shape, busy: int) -> int:
    """What a shape says that a pattern costs."""
    match shape:
        case Load(lines):
            return max(a + b * busy.bit_count() for a, b in lines) if busy else 0
        case Isolated(amounts, before):
            return sum(amounts[i] for i in range(len(amounts)) if _is_isolated(busy, i, before))
        case Gaps(amounts):
            return sum(amounts[i] for i in range(len(amounts)) if not busy >> i & 1 and _between(busy, i))
        case Windows(windows):
            return sum(amount for mask, amount in windows if busy & mask == mask)
        case Diagram(layers):
            node = total = 0
            for slot, arcs in enumerate(layers):
                bit = busy >> slot & 1
                node, cost = next((after, c) for at, b, after, c in arcs if at == node and b == bit)
                total += cost
            return total


def _is_isolated(busy: int, i: int, before: tuple[bool, ...]) -> bool:
    left = before[i] and busy >> i - 1 & 1
    right = i + 1 < len(before) and before[i + 1] and busy >> i + 1 & 1
    return bool(busy >> i & 1 and not left and not right)


def _between(busy: int, i: int) -> bool:
    return bool(busy & (1 << i) - 1 and busy >> i + 1)


def _diagram(values: list[int], slots: int) -> Diagram:
    """Merge patterns whose remaining slots cost the same, up to a constant paid at once."""
    layers: list[tuple[tuple[int, int, int, int], ...]] = []
    nodes: list[tuple[int, ...]] = [tuple(values)]
    for _ in range(slots):
        after: dict[tuple[int, ...], int] = {}
        arcs = []
        for node, rest in enumerate(nodes):
            for bit in (0, 1):
                branch = rest[bit::2]
                least = min(branch)
                target = after.setdefault(tuple(c - least for c in branch), len(after))
                arcs.append((node, bit, target, least))
        layers.append(tuple(arcs))
        nodes = list(after)
    return Diagram(tuple(layers))
