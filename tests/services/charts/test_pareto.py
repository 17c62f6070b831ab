"""Who beats whom in everything, and the chart of two criteria."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from webapp.models import Timetable
from webapp.services.charts.pareto import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    Chart,
    axes,
    chart_of,
    dominated_by,
    letters_of,
    side_by_side,
)
from webapp.services.timetables.scores import Criterion, Variant


def criterion(rule: str, counts: Sequence[int]) -> Criterion:
    return Criterion(rule, rule, "", is_hard=False, counts=tuple(counts), costs=tuple(counts))


def chart(across: Sequence[int], up: Sequence[int], names: Sequence[str] = ()) -> Chart:
    variants = [Variant(Timetable(), ()) for _ in across]
    named = names or [f"Variant {number}" for number, _ in enumerate(across)]
    return chart_of(variants, criterion("x", across), criterion("y", up), named)


def test_a_timetable_is_beaten_by_what_is_nowhere_worse_and_somewhere_better() -> None:
    rows = [criterion("gaps", [1, 2, 1, 0]), criterion("days", [5, 5, 5, 9])]
    assert dominated_by(rows, 4) == [[], [0, 2], [], []], (
        "equals don't beat each other, nor does who is worse somewhere"
    )


def test_on_two_axes_the_front_is_told_from_the_rest() -> None:
    drawn = chart([1, 3, 2, 4], [9, 1, 5, 6])
    assert drawn.on_front == (True, True, True, False)
    assert [mark.letters for mark in drawn.marks if not mark.on_front] == ["D"]
    assert len(drawn.front) == 3
    assert [y for _x, y in drawn.front] == sorted(y for _x, y in drawn.front), (
        "the line falls, that is, y grows on paper"
    )


def test_what_is_incomplete_leads_on_no_axis_and_has_the_least_of_nothing() -> None:
    rows = [replace(criterion("x", [3, 0, 5]), complete=(True, False, True)), criterion("y", [3, 0, 2])]
    assert rows[0].best == 3
    drawn = chart_of([Variant(Timetable(), ())] * 3, rows[0], rows[1], ["whole", "lacking", "other"])
    assert drawn.on_front == (True, False, True)


def test_timetables_on_one_point_are_one_mark_with_all_letters() -> None:
    drawn = chart([3, 3, 8], [2, 2, 1])
    assert [(mark.letters, mark.label) for mark in drawn.marks] == [("A, B", "A, B"), ("C", "C Variant 2")]
    assert drawn.marks[0].names == ("Variant 0", "Variant 1")


@pytest.mark.parametrize("values", [[0, 1], [7, 7], [0, 43], [980, 1543], [3, 1_000_000]])
def test_ticks_are_round_few_and_enclose_the_points(values: list[int]) -> None:
    drawn = chart(values, values)
    ticks = [tick.value for tick in drawn.x_ticks]
    assert 2 <= len(ticks) <= 8
    assert ticks[0] <= min(values) <= max(values) <= ticks[-1]
    assert len({after - before for before, after in pairwise(ticks)}) == 1
    assert all(LEFT < mark.at_x < RIGHT and TOP < mark.at_y < BOTTOM for mark in drawn.marks)


def test_labels_of_near_points_do_not_cover_each_other() -> None:
    drawn = chart([100, 101, 102, 500], [100, 101, 102, 500])
    spots = {(mark.label_x, mark.label_y, mark.anchor) for mark in drawn.marks}
    assert len(spots) == 4
    assert chart([1, 9], [9, 1]).marks[-1].anchor == "end", "at the right edge it stands at the left of its mark"


def test_axes_are_those_asked_for_else_those_that_tell_most() -> None:
    rows = [criterion("rooms", [1, 1]), criterion("days", [1, 2]), criterion("group_gaps", [3, 4])]
    named = [(one.rule, other.rule) for one, other in filter(None, [axes(rows, "", ""), axes(rows, "rooms", "none")])]
    assert named == [("group_gaps", "days"), ("rooms", "group_gaps")]
    assert axes(rows[:1], "", "") is None
    assert letters_of(28)[-3:] == ["Z", "AA", "AB"]


def test_variants_of_a_run_that_are_the_same_timetable_share_a_card() -> None:
    made = [("One", "h1"), ("Two", "h2"), ("Three", "h1")]
    variants = [
        Variant(
            Timetable(
                timetable_id=key,
                variant_name=name,
                content_hash=content,
                unplaced=key,
                hard_violations=0,
                generation_job_id="tt_0123456789ab",
            ),
            (),
        )
        for key, (name, content) in enumerate(made)
    ]
    shown = side_by_side(variants)
    assert [(card.name, [twin.variant_name for twin in card.twins], card.is_best) for card in shown.cards] == [
        ("One", ["Three"], True),
        ("Two", [], False),
    ]
    assert shown.keys == [0, 2, 1], "the twin is compared with its card"
    assert (shown.best, shown.any_beaten, shown.chart) == (variants[0].timetable, False, None)
    variants[2].timetable.generation_job_id = "tt_00000000000f"
    assert len(side_by_side(variants).cards) == 3, "of another run it is a timetable of its own"
