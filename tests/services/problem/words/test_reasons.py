"""Why a class has no place is stored as a code with its values, and read as a sentence."""

import pytest

from webapp.engine.result import Unplaced
from webapp.engine.words import UnplacedCode
from webapp.services.problem.words.reasons import BY_HAND, SENTENCES, UnplacedReason, sentence_of
from webapp.services.problem.words.sentences import RepairCause

LIMIT = {"who": "Dr Rao", "slots": 18, "most": 16}
TAKEN = {"meeting": "ALG A, L 1", "times": 9, "busy": 6, "roomless": 2, "forbidden": 1, "who": "Dr Rao", "who_busy": 5}


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (BY_HAND, "Taken off by hand."),
        (
            UnplacedReason("too_many_slots", LIMIT),
            "Left out: Dr Rao is asked for 18 slots, and may teach 16 a week.",
        ),
        (UnplacedReason.from_engine(Unplaced(3, UnplacedCode.NO_ROOM, {"meeting": "LAB"})), "No room suits LAB."),
        (
            UnplacedReason.from_engine(Unplaced(3, UnplacedCode.ALL_TAKEN, TAKEN)).after(
                [RepairCause("room", {"name": "LH-1"})]
            ),
            "LH-1 is closed all week. Of the 9 possible times of ALG A, L 1: its people are busy at 6 (Dr Rao at 5); "
            "no suitable room is free at 2; 1 not looked at: time was up.",
        ),
    ],
)
def test_a_reason_comes_back_from_the_database_with_the_same_words(app, reason, sentence):
    assert reason.sentence == sentence
    stored = reason.as_json()
    assert UnplacedReason.from_json(stored) == reason
    assert sentence not in str(stored)


def test_a_sentence_of_a_release_before_is_read_as_it_is(app):
    assert sentence_of("No room is free, 100 % sure.") == "No room is free, 100 % sure."
    assert sentence_of({"code": "text", "values": {"text": "The hall is full."}}) == "The hall is full."
    assert sentence_of(None) == ""


def test_no_code_of_ours_is_one_of_the_engines():
    assert SENTENCES.keys().isdisjoint(set(UnplacedCode))
