"""What is incomplete says so before its score, and ranks below all that is complete."""

from decimal import Decimal

from flask import Flask

from tests.university import university
from webapp.services.timetables import scores
from webapp.services.timetables.quality import ScoreStanding, standing_of


def test_what_is_missing_is_said_before_the_score_and_by_number(app: Flask) -> None:
    with app.test_request_context():
        lacking = ScoreStanding(Decimal("91.15"), unplaced=55)
        assert lacking.sentence == "Incomplete: 55 classes without a place"
        assert lacking.aside == "91.15 of 100 with what is missing counted in"
        assert ScoreStanding(Decimal("91.15"), 1, 2).sentence == (
            "Incomplete: 1 class without a place, 2 breaches of rules that must hold"
        )
        assert ScoreStanding(Decimal(80), hard=1).sentence == "Breaks rules: 1 breach of a rule that must hold"
        whole = ScoreStanding(Decimal("60.00"))
        assert (whole.sentence, whole.title, whole.lacks, whole.aside) == ("60.00 of 100", "", "", "")


def test_no_score_lifts_an_incomplete_timetable_over_a_complete_one() -> None:
    low, none = ScoreStanding(Decimal(1)), ScoreStanding(None)
    few, broken, many = ScoreStanding(Decimal(10), 1), ScoreStanding(Decimal(90), 0, 3), ScoreStanding(Decimal(99), 5)
    assert sorted([many, none, few, broken, low], key=lambda one: one.rank) == [many, few, broken, none, low]


def test_lists_put_the_complete_ones_first(session: object) -> None:
    uni = university()
    whole, lacking = uni.timetable("Balanced"), uni.timetable("Compact-Week", unplaced=2)
    listed = scores.timetables_of(uni.term)
    assert [variant.timetable for variant in listed] == [whole, lacking], "though it is the newer one"
    assert scores.best_of(listed[::-1]) is listed[0]
    assert (standing_of(whole).is_complete, standing_of(lacking).unplaced) == (True, 2)
