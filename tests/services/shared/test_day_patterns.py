"""Patterns over days, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.services.shared.day_patterns import ONE_DAY, DayPatterns, has_two_readings, parse

PATTERN = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))
PATTERNS = st.lists(PATTERN, min_size=1, max_size=4, unique=True).map(lambda named: DayPatterns(named=tuple(named)))


@pytest.mark.parametrize(
    ("text", "number", "named"),
    [
        ("", 1, ()),
        ("1", 1, ()),
        ("3", 3, ()),
        ("2 days", 2, ()),
        ("Mon-Wed-Fri", 1, ((0, 2, 4),)),
        ("MWF", 1, ((0, 2, 4),)),
        ("MWF, TTh", 1, ((0, 2, 4), (1, 3))),
        ("mw or tuth", 1, ((0, 2), (1, 3))),
        ("Monday and Friday", 1, ((0, 4),)),
        ("Mon+Fri; Tue + Sat", 1, ((0, 4), (1, 5))),
        ("Wed/Mon", 1, ((0, 2),)),
        ("Tue-Thu", 1, ((1, 3),)),
        ("MTWRF", 1, ((0, 1, 2, 3, 4),)),
        ("Mon", 1, ((0,),)),
    ],
)
def test_what_people_write_is_read(text: str, number: int, named: tuple[tuple[int, ...], ...]) -> None:
    assert parse(text) == DayPatterns(number, named)


@pytest.mark.parametrize("text", ["0", "8", "Mon-Fri", "Mon-Mon", "XYZ", "Mon-Xyz", "M-W, Foo", "MM", ",", "-", "1.5"])
def test_what_has_no_or_two_readings_is_refused(text: str) -> None:
    assert parse(text) is None


@given(PATTERNS)
def test_what_is_written_is_read_again_without_a_doubt(patterns: DayPatterns) -> None:
    assert parse(str(patterns)) == patterns
    assert not has_two_readings(str(patterns))


def test_days_side_by_side_may_be_all_or_one_of_them() -> None:
    assert all(map(has_two_readings, ["Mon, Wed, Fri", "M;W", "Tue | Thu"]))
    assert not any(map(has_two_readings, ["Mon OR Wed", "Mon", "Mon-Wed", "Mon, Wed-Fri", "3", "", "nonsense"]))


def test_any_days_are_all_choices_and_named_ones_must_be_there() -> None:
    assert list(DayPatterns(2).among([4, 0, 2])) == [(0, 2), (0, 4), (2, 4)]
    named = DayPatterns(named=((0, 2, 4), (1, 3)))
    assert list(named.among(range(4))) == [(1, 3)]
    assert (named.least_days, named.most_days) == (2, 3)
    assert list(ONE_DAY.among([1, 5])) == [(1,), (5,)]
