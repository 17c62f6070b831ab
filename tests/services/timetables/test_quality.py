"""What a score is worth: incomplete, counted with rules off, or older than the data, it says so and ranks lower."""

from collections.abc import Callable
from decimal import Decimal

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests import factories
from tests.pages import Pages, words
from tests.university import university
from webapp.extensions import db
from webapp.models import JobStatus, TermRule
from webapp.services.editor.drafts import branch
from webapp.services.timetables import approvals, publishing, recount, scores
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
    uni.timetable("Student-First")
    assert scores.best_of(scores.timetables_of(uni.term)[::-1]).timetable is whole, "the first of two that are equal"
    assert (standing_of(whole).is_complete, standing_of(lacking).unplaced) == (True, 2)


def test_a_score_says_which_usual_rules_did_not_count_and_ranks_below_one_that_all_counted(session: object) -> None:
    uni = university()
    before = uni.timetable("Balanced")
    assert (before.rules_off, standing_of(before).remarks, standing_of(before).doubt) == ([], (), "")
    rows = {row.rule: row for row in db.session.scalars(sa.select(TermRule).filter_by(term_id=uni.term.term_id))}
    rows["unavailable"].is_enabled = False
    rows["max_per_day"].is_hard, rows["max_per_day"].weight = False, 0
    rows["group_days"].is_enabled = False
    db.session.commit()
    after = uni.timetable("Balanced again")
    assert sorted(after.rules_off or ()) == ["max_per_day", "unavailable"], "what weighed nothing anyway is not told"
    standing = standing_of(after)
    assert standing.remarks == ("Counted without 2 usual rules, which were off: Unavailable times, Most per day.",)
    assert (standing.doubt, standing.is_complete) == ("not all rules counted", True)
    assert standing_of(before).remarks == ("The data have changed since it was counted.",)
    assert standing_of(before).doubt == "out of date"
    whole = ScoreStanding(Decimal(1))
    assert standing.rank < whole.rank
    copied = branch(uni.registrar, after)
    assert standing_of(copied).remarks == standing.remarks


def test_what_a_release_before_counted_says_that_it_is_not_known_with_which_rules(session: object) -> None:
    uni = university()
    old = uni.timetable("Balanced")
    old.rules_off = old.data_revision = None
    db.session.commit()
    assert standing_of(old).remarks == (
        "It is not known which rules counted.",
        "It is not known whether the data have changed since it was counted.",
    )
    assert standing_of(factories.timetable(uni.term)).remarks == (), "nothing was counted"


def test_every_page_with_a_score_says_that_it_is_older_than_the_data(
    session: object, pages: Pages, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    uni = university()
    sign_in(client, uni.registrar)
    job = factories.job(uni.term, status=JobStatus.COMPLETED)
    draft, published, submitted = (
        uni.timetable(name, shift=shift) for shift, name in enumerate(("Balanced", "Compact-Week", "Room-Saving"))
    )
    draft.generation_job_id = published.generation_job_id = job.job_id
    publishing.publish(None, published, factories.EVERYTHING)
    approvals.submit(uni.registrar, submitted)
    uni.hall.capacity -= 1
    db.session.commit()
    key = draft.timetable_id
    paths = {
        "/admin/": 2,
        "/admin/timetables": 3,
        "/admin/timetables/variants": 2,
        f"/admin/timetables/runs/{job.job_id}": 0,
        f"/admin/timetables/compare?a={key}&b={published.timetable_id}": 2,
        f"/admin/timetables/{key}": 1,
        f"/admin/timetables/{key}/publish": 1,
        f"/admin/timetables/{key}/edit": 1,
        "/admin/approvals": 2,
        f"/admin/approvals/{submitted.timetable_id}": 1,
    }
    for path, most in paths.items():
        told = words(pages.get(path)).count("The data have changed since it was counted.")
        assert told >= most, path
    answer = client.get(f"/api/timetable/result/{job.job_id}").get_json()
    assert [(one["is_outdated"], one["rules_off"]) for one in answer["variants"]] == [(True, []), (True, [])]


def test_only_what_a_score_counts_makes_it_out_of_date(session: object) -> None:
    uni = university()
    later = factories.term(uni.organization, semester=4)
    timetable = uni.timetable("Balanced")
    timetable.bound = 3
    spare = factories.room(uni.organization, "SPARE")
    db.session.commit()

    def after(row: object, **change: object) -> tuple[str, int | None]:
        for name, value in change.items():
            setattr(row, name, value)
        db.session.commit()
        return standing_of(timetable).doubt, timetable.bound

    assert timetable.bound is None, "with another room less may be possible"
    timetable.bound = 3
    assert after(spare, name="Another name") == ("", 3)
    assert after(uni.hall, name="Another name") == ("", 3)
    assert after(uni.rao, name="Dr R. Rao", rank="Professor") == ("", 3)
    assert after(uni.cse, name="Computer science") == ("", 3)
    assert after(factories.faculty(uni.cse, "NEW"), max_slots_day=1) == ("", 3), "who teaches nothing of it"
    factories.section(later, uni.logic.course, "Z")
    assert after(factories.student(uni.organization), name="Asha") == ("", 3)
    assert after(spare, capacity=1) == ("", None)
    assert after(uni.rao, max_slots_day=5) == ("out of date", None)
    recount.count_again(uni.registrar, timetable, timetable.revision)
    assert after(uni.hall, capacity=uni.hall.capacity + 1) == ("out of date", None)
