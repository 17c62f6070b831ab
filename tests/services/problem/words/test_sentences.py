"""The sentences that the audit trail keeps: every code has words, and an unknown one is no error."""

import pytest

from webapp.engine.words import WayOutCode
from webapp.services.problem.words.sentences import CODES_OF_AUDIT, words_of


@pytest.mark.usefixtures("app")
def test_a_way_out_that_was_tried_is_told_in_words() -> None:
    assert {code.value for code in WayOutCode} <= set(CODES_OF_AUDIT)
    assert words_of({"code": "text", "values": {"text": "Allow 2."}}) == "Allow 2."


@pytest.mark.usefixtures("app")
def test_what_no_sentence_has_is_shown_as_it_was_stored() -> None:
    assert words_of({"code": "of_another_release", "values": {}}) == "of_another_release"
    assert words_of("as releases before kept it") == "as releases before kept it"
    assert words_of(None) == ""
