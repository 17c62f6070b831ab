"""A meeting takes the best of its possible times."""

from tests.engine.rules.cases import NOWHERE, at, count, meeting, sentences

TIMES = [at(0, 0).at, at(0, 1).at, at(0, 2).at]
"""Penalties 0, 1 and 2."""


def test_the_best_time_counts_nothing():
    assert count("time_penalty", [at(0, 0)], [meeting("A", TIMES)]) == 0


def test_penalties_add_up():
    assert count("time_penalty", [at(0, 1), at(0, 2)], [meeting("A", TIMES), meeting("B", TIMES)]) == 3


def test_a_time_that_is_not_its_own_and_no_time_have_no_penalty():
    assert count("time_penalty", [at(2, 2), NOWHERE], [meeting("A", TIMES), meeting("B", TIMES)]) == 0


def test_the_sentence_has_the_points():
    assert sentences("time_penalty", [at(0, 2)], [meeting("A", TIMES)]) == ["A at day 1, slot 3: 2 points."]
