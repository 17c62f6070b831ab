"""Which timetables are worth a thought: those that no other beats in everything, and a chart of two criteria.

Pure view model, as `webapp.services.views.grid` is: it reads no rows and writes no markup. Fewer is better on every
axis.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from webapp.models import Timetable
from webapp.services.charts.axes import Scale, Tick
from webapp.services.timetables.scores import (
    Criterion,
    Variant,
    best_of,
    criteria,
    names_among,
    sentences_of_variants,
    twins_among,
)

WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 462, 16, 248
LETTER, LINE = 6.4, 13.0
"""Width and height that a label takes a letter and a line, by estimate."""
REACH = 9.0
FIRST_CHOICE = ("group_gaps", "instructor_gaps")


@dataclass(frozen=True)
class Mark:
    """One point of the chart: a timetable, or several that stand on the same one.

    Attributes
    ----------
    letters
        What they are called in the chart and in the table beside it.
    names
        What people call them.
    on_front
        Whether no other is at least as good on both axes and better on one.
    label, label_x, label_y, anchor
        What is written beside it, and where.
    """

    letters: str
    names: tuple[str, ...]
    x: int
    y: int
    at_x: float
    at_y: float
    on_front: bool
    label: str
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True)
class Chart:
    """Timetables by two criteria; ``front`` is the line through those that no other beats on both."""

    across: Criterion
    up: Criterion
    marks: tuple[Mark, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    front: tuple[tuple[float, float], ...]
    letters: tuple[str, ...]
    on_front: tuple[bool, ...]
    """By the timetables' order."""


@dataclass(frozen=True)
class VariantCard:
    """A timetable beside the others.

    ``sentence`` says what it puts first, ``twins`` are later variants of the run that are the same timetable and have
    no card of their own, ``beaten_by`` those that are nowhere worse and somewhere better.
    """

    timetable: Timetable
    name: str
    sentence: str
    twins: tuple[Timetable, ...]
    beaten_by: tuple[str, ...]
    is_best: bool
    is_complete: bool


@dataclass(frozen=True)
class SideBySide:
    """Timetables side by side: a card each, all criteria, and the chart of two of them if there is one."""

    cards: tuple[VariantCard, ...]
    criteria: tuple[Criterion, ...]
    chart: Chart | None

    @property
    def names(self) -> list[str]:
        """What each is called beside the others."""
        return [card.name for card in self.cards]

    @property
    def keys(self) -> list[int]:
        """The keys of the timetables, those included that share a card."""
        return [timetable.timetable_id for card in self.cards for timetable in (card.timetable, *card.twins)]

    @property
    def best(self) -> Timetable | None:
        """The one of the highest quality."""
        return next((card.timetable for card in self.cards if card.is_best), None)

    @property
    def any_beaten(self) -> bool:
        """Whether one is beaten in everything."""
        return any(card.beaten_by for card in self.cards)

    @property
    def apart(self) -> list[Criterion]:
        """The criteria by which they can be told apart."""
        return [row for row in self.criteria if row.differs]

    @property
    def alike(self) -> list[Criterion]:
        """The criteria that are the same in all."""
        return [row for row in self.criteria if not row.differs]

    @property
    def axes(self) -> list[tuple[str, str]]:
        """Rule and title of each criterion that an axis can show."""
        return [(row.rule, row.title) for row in self.criteria]


def side_by_side(variants: Sequence[Variant], across: str = "", up: str = "") -> SideBySide:
    """Timetables side by side, the complete ones first, with the chart of two criteria.

    The criteria stand to reason where none is asked for.
    """
    twins = twins_among(variant.timetable for variant in variants)
    same = [variant.timetable for variant in variants if variant.timetable.timetable_id in twins]
    variants = [variant for variant in variants if variant.timetable not in same]
    variants.sort(key=lambda variant: not variant.standing.is_complete)
    names, rows = names_among(variants), criteria(variants)
    chosen = axes(rows, across, up)
    return SideBySide(
        cards=tuple(_cards(variants, names, dominated_by(rows, len(variants)), same)),
        criteria=tuple(rows),
        chart=chart_of(variants, *chosen, names) if chosen and variants else None,
    )


def _cards(
    variants: Sequence[Variant], names: Sequence[str], beaten: Sequence[Sequence[int]], same: Sequence[Timetable]
) -> Iterator[VariantCard]:
    best, sentences = best_of(variants), sentences_of_variants()
    for variant, name, others in zip(variants, names, beaten, strict=True):
        timetable = variant.timetable
        yield VariantCard(
            timetable=timetable,
            name=name,
            sentence=sentences.get(timetable.variant_name, ""),
            twins=tuple(twin for twin in same if _content(twin) == _content(timetable)),
            beaten_by=tuple(names[other] for other in others),
            is_best=variant is best and variant.standing.is_complete and not variant.standing.is_outdated,
            is_complete=variant.standing.is_complete,
        )


def _content(timetable: Timetable) -> tuple[str | None, str]:
    return timetable.generation_job_id, timetable.content_hash


def dominated_by(rows: Sequence[Criterion], number: int) -> list[list[int]]:
    """For each of so many timetables those that are nowhere worse than it and somewhere better, over all criteria."""
    counts = [tuple(row.counts[index] for row in rows) for index in range(number)]
    return [[other for other in range(number) if _beats(counts[other], counts[index])] for index in range(number)]


def _beats(costs: Sequence[int], others: Sequence[int]) -> bool:
    return costs != others and all(cost <= other for cost, other in zip(costs, others, strict=True))


def axes(rows: Sequence[Criterion], across: str, up: str) -> tuple[Criterion, Criterion] | None:
    """The criteria asked for; else gaps of groups and of teachers, else the first two that tell timetables apart."""
    by_rule = {row.rule: row for row in rows}
    telling = [row.rule for row in rows if row.differs]
    wished = [*(rule for rule in FIRST_CHOICE if rule in telling), *telling, *by_rule]
    first = across if across in by_rule else next((rule for rule in wished if rule != up), None)
    second = up if up in by_rule else next((rule for rule in wished if rule != first), None)
    return (by_rule[first], by_rule[second]) if first is not None and second is not None else None


def chart_of(variants: Sequence[Variant], across: Criterion, up: Criterion, names: Sequence[str]) -> Chart:
    """The chart of some timetables by two criteria."""
    points = list(zip(across.counts, up.counts, strict=True))
    # Few classes have few gaps: what is incomplete leads nowhere, unless nothing is complete.
    rivals = [index for index, is_complete in enumerate(across.complete) if is_complete] or range(len(points))
    on_front = tuple(
        index in rivals and not any(_beats(points[other], point) for other in rivals)
        for index, point in enumerate(points)
    )
    letters = tuple(letters_of(len(variants)))
    x_scale, y_scale = Scale(across.counts, LEFT, RIGHT), Scale(up.counts, BOTTOM, TOP)
    together: dict[tuple[int, int], list[int]] = {}
    for index, point in enumerate(points):
        together.setdefault(point, []).append(index)
    writer = _Writer((x_scale.at(x), y_scale.at(y)) for x, y in together)
    marks = []
    for (x, y), indices in sorted(together.items()):
        at_x, at_y = x_scale.at(x), y_scale.at(y)
        called = tuple(names[index] for index in indices)
        lettered = ", ".join(letters[index] for index in indices)
        label, label_x, label_y, anchor = writer.place(at_x, at_y, _labels(lettered, called))
        front = on_front[indices[0]]
        marks.append(Mark(lettered, called, x, y, at_x, at_y, front, label, label_x, label_y, anchor))
    line = sorted({(mark.at_x, mark.at_y) for mark in marks if mark.on_front})
    return Chart(across, up, tuple(marks), x_scale.ticks, y_scale.ticks, tuple(line), letters, on_front)


def letters_of(number: int) -> list[str]:
    """A to Z, then AA and on."""
    size = len(ascii_uppercase)
    return [(ascii_uppercase[index // size - 1] if index >= size else "") + ascii_uppercase[index % size]
            for index in range(number)]  # fmt: skip


def _labels(letters: str, names: Sequence[str]) -> list[str]:
    """Labels that may be written beside a mark, the most telling first."""
    return [f"{letters} {names[0]}", letters] if len(names) == 1 else [letters]


Box = tuple[float, float, float, float]


class _Writer:
    """Finds labels a place in which they cover neither a mark nor each other."""

    def __init__(self, marks: Iterable[tuple[float, float]]) -> None:
        self._taken: list[Box] = [(x - 6, y - 6, x + 6, y + 6) for x, y in marks]

    def place(self, x: float, y: float, labels: Sequence[str]) -> tuple[str, float, float, str]:
        """The first label and place that are free: above (no line is there), left, below, right; else right."""
        for label in labels:
            width = LETTER * len(label)
            for at_x, at_y, anchor in (
                (x + 5, y - REACH, "start"),
                (x - REACH, y + 4, "end"),
                (x, y + REACH + 9, "middle"),
                (x + REACH, y + 4, "start"),
            ):
                left = at_x - {"start": 0.0, "end": width, "middle": width / 2}[anchor]
                box = (left, at_y - LINE + 3, left + width, at_y + 3)
                if left >= LEFT + 2 and box[2] <= WIDTH and box[1] >= TOP - 14 and not self._covers(box, x, y):
                    self._taken.append(box)
                    return label, round(at_x, 1), round(at_y, 1), anchor
        return labels[-1], round(x + REACH, 1), round(y + 4, 1), "start"

    def _covers(self, box: Box, x: float, y: float) -> bool:
        own = (x - 6, y - 6, x + 6, y + 6)
        return any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in self._taken
            if other != own
        )
