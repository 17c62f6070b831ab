"""Minutes of the week, and which of them two classes share."""

from datetime import time

from webapp.services.terms.requests.hours import clash, joined, minutes_taken

WEEKS = {1: frozenset({1, 3, 5}), 2: frozenset({2, 4}), 3: frozenset({4, 5})}


def test_classes_clash_where_they_share_a_minute_in_a_week_of_both() -> None:
    first, second = minutes_taken((0, 2), time(9), time(10)), minutes_taken((2,), time(9, 59), time(11))
    assert clash({None: first}, {None: second}, WEEKS)
    assert not clash({None: first}, {None: minutes_taken((2,), time(10), time(11))}, WEEKS)
    assert not clash({1: first}, {2: second}, WEEKS)
    assert clash({1: first}, joined({2: first}, {3: second}), WEEKS)
