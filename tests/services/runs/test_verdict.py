"""A run that has ended says one thing, decided from what its row keeps."""

from typing import Any

import pytest

from tests import factories
from webapp.models import JobStatus
from webapp.services.runs.verdict import RunOutcome, verdict_of

NOT_FOUND = {"code": "not_found", "values": {"hard": 3}}
LEFT_OUT = {"code": "left_out", "values": {"rules": ["group_gaps"]}}


def run(*unplaced: int, status: JobStatus = JobStatus.COMPLETED, remark: Any = (NOT_FOUND, LEFT_OUT)) -> Any:
    variants = [{"name": f"V{number}", "status": "done", "unplaced": lost} for number, lost in enumerate(unplaced)]
    return factories.job(factories.term(), status=status, facts={"variants": variants, "remark": list(remark)})


@pytest.mark.parametrize(
    ("unplaced", "outcome", "sentence"),
    [
        ((), RunOutcome.NOTHING, "No variant is stored."),
        ((0,), RunOutcome.ALL, "1 variant is stored, every class has its place."),
        (
            (0, 2, 1),
            RunOutcome.SOME,
            "3 variants are stored: 1 is complete, the rest without a place for up to 2 classes.",
        ),
        ((5, 1), RunOutcome.NONE, "Incomplete: 2 variants are stored, 1 class has no place in the best of them."),
    ],
)
def test_the_verdict_counts_what_is_complete(session, unplaced, outcome, sentence) -> None:
    verdict = verdict_of(run(*unplaced))
    assert (verdict.outcome, verdict.sentence) == (outcome, sentence)


def test_that_nothing_whole_was_found_is_not_said_beside_what_is_whole(session) -> None:
    assert verdict_of(run(0, 0)).remarks == (
        "The search did not see these rules, which the result counts: Group gaps.",
    )
    assert (
        verdict_of(run(1)).remarks[0]
        == "No timetable in which every rule that must hold does was found: 3 breaches are left."
    )
    old = "No timetable without hard violations was found: 3 are left."
    assert verdict_of(run(0, remark=[old])).remarks == ()
    assert verdict_of(run(1, remark=[old])).remarks == (old,)


def test_variants_that_are_one_timetable_are_told_as_one(session) -> None:
    job = run(0, 0, 0)
    names = ["Balanced", "Student-First", "Room-Saving"]
    variants = [
        {"name": name, "status": "done", "unplaced": 0, "taken_from": of}
        for name, of in zip(names, ["Balanced", "Balanced", ""], strict=True)
    ]
    job.facts = {"variants": variants}
    assert verdict_of(job).sentence == (
        "3 variants are stored, every class has its place. "
        "One timetable is the best that was found for each of these variants: Balanced, Student-First."
    )


def test_what_goes_on_or_has_failed_has_no_verdict(session) -> None:
    assert verdict_of(run(0, status=JobStatus.RUNNING)) is None
    assert verdict_of(run(0, status=JobStatus.FAILED)) is None
    assert verdict_of(run(0, status=JobStatus.CANCELLED)).sentence.startswith("1 variant is stored")
