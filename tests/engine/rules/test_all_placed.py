"""Every meeting has a time."""

from tests.engine.rules.cases import NOWHERE, at, count, sentences


def test_placed_meetings_count_nothing():
    assert count("all_placed", [at(0, 0), at(0, 1)]) == 0


def test_each_unplaced_meeting_counts_1():
    assert count("all_placed", [NOWHERE, at(0, 1), NOWHERE]) == 2


def test_only_the_meetings_named_count():
    assert count("all_placed", [NOWHERE, NOWHERE], only=(1,)) == 1


def test_the_sentence_names_the_meeting():
    assert sentences("all_placed", [at(0, 0), NOWHERE]) == ["M2 has no time."]
