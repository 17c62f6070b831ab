"""The pages of review and publishing: who sees what of a timetable that is on its way, and what a bad form answers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests import factories
from tests.pages import Pages, words
from tests.university import University, university
from webapp.extensions import db
from webapp.models import Role, Timetable, TimetableComment, TimetableStatus, User
from webapp.services.shared.errors import Problem
from webapp.services.timetables import approvals, publishing, reviews
from webapp.services.timetables.publishing import Seen


@pytest.fixture
def uni(client: Any, sign_in: Any) -> University:
    found = university()
    sign_in(client, found.registrar)
    return found


@pytest.fixture
def timetable(uni: University) -> Timetable:
    return approvals.submit(uni.registrar, uni.timetable())


@pytest.fixture
def head(uni: University) -> User:
    return factories.user(uni.organization, Role.HOD, department_id=uni.cse.department_id)


def review(timetable: Timetable, rest: str = "") -> str:
    return f"/hod/review/{timetable.timetable_id}{rest}"


def of(timetable: Timetable, action: str) -> str:
    return f"/admin/timetables/{timetable.timetable_id}/{action}"


def asked(timetable: Timetable, rest: str = "") -> str:
    return f"/admin/approvals/{timetable.timetable_id}{rest}"


def ticks(pages: Pages, timetable: Timetable) -> list[str]:
    page = pages.get(of(timetable, "publish"))
    return [box.get("value", "") for box in page.iter("input") if box.get("type") == "checkbox"]


def test_a_head_sees_the_own_departments_classes_once_they_are_submitted(
    uni: University, timetable: Timetable, head: User, client: Any, pages: Pages, sign_in: Any
) -> None:
    sign_in(client, head)
    assert "Review Balanced" in words(pages.get("/hod/timetable"))
    assert "4 classes of your department" in words(pages.get("/hod/review"))
    seen = words(pages.get(review(timetable)))
    assert "Algorithms" in seen
    for path in ("/hod/review", review(timetable)):
        timetable.unplaced = 2
        assert "Incomplete 2 classes without a place" in words(pages.get(path))
        timetable.unplaced = 0
        assert "Incomplete" not in words(pages.get(path))
    assert "Calculus" not in seen
    assert "MAT101" not in seen
    group = words(pages.get(review(timetable, f"?by=group&key={uni.section_a.student_group_id}")))
    assert "Busy" in group
    assert "Maths" in group
    assert "Calculus" not in group
    assert "Calculus" not in words(pages.get(review(timetable, "/print")))
    for path in ("", "/print"):
        pages.get(review(timetable, f"{path}?by=department&key={uni.mat.department_id}"), 403)
    pages.get(review(timetable, "?by=room"), 200)


@pytest.mark.parametrize("status", [s for s in TimetableStatus if s.value not in ("submitted", "approved")])
def test_what_is_not_in_review_does_not_exist_for_a_head(
    timetable: Timetable, head: User, client: Any, pages: Pages, sign_in: Any, status: TimetableStatus
) -> None:
    timetable.status = status
    sign_in(client, head)
    assert "Nothing is in review" in words(pages.get("/hod/review"))
    pages.get(review(timetable), 404)
    pages.get(review(timetable, "/print"), 404)
    assert "Review Balanced" not in words(pages.get("/hod/timetable"))
    for action in ("/approve", "/take-back"):
        pages.post(review(timetable, action), {"revision": 1}, 404)
    answer = pages.post(review(timetable, "/comment"), {"body": "Not on Mondays!"}, 404)
    assert "You wrote: Not on Mondays!" in answer.get_data(as_text=True)


def test_faculty_students_and_heads_elsewhere_see_nothing_of_it(
    uni: University, timetable: Timetable, client: Any, pages: Pages, sign_in: Any
) -> None:
    for role in (Role.FACULTY, Role.STUDENT):
        sign_in(client, factories.user(uni.organization, role))
        for path in ("/hod/review", review(timetable), "/admin/approvals", asked(timetable)):
            pages.get(path, 403)
    sign_in(client, factories.user(role=Role.HOD))
    pages.get(review(timetable), 404)
    sign_in(client, factories.user())
    pages.get(asked(timetable), 404)
    for action in ("submit", "withdraw", "close", "settle", "answer"):
        pages.post(asked(timetable, f"/{action}"), {}, 404)


def test_a_refused_comment_stays_in_the_form(
    uni: University, timetable: Timetable, head: User, client: Any, pages: Pages, sign_in: Any
) -> None:
    foreign = reviews.classes_of(timetable, uni.mat.department_id)[0][0]
    sign_in(client, head)
    post = review(timetable, "/comment")
    long = "x" * 2001
    assert long in pages.post(post, {"body": long}, 422).get_data(as_text=True)
    assert "comment is empty" in pages.post(post, {"body": " "}, 422).get_data(as_text=True)
    for entry in (foreign, "nonsense", 2**40):
        answer = pages.post(post, {"body": "Too early", "entry": entry}, 404).get_data(as_text=True)
        assert "no such class of Computing" in answer
        assert ">\nToo early</textarea>" in answer
    pages.post(post, {"body": "Too early", "department": uni.mat.department_id}, 403)
    assert not db.session.scalars(sa.select(TimetableComment)).all()


def test_a_head_comments_on_a_class_and_the_registrar_answers_and_settles(
    uni: University, timetable: Timetable, head: User, client: Any, pages: Pages, sign_in: Any
) -> None:
    entry_id, label = reviews.classes_of(timetable, uni.cse.department_id)[0]
    sign_in(client, head)
    pages.post(review(timetable, "/comment"), {"body": "<b>Too early</b>", "entry": entry_id})
    assert label in words(pages.get(review(timetable, f"?entry={entry_id}")))
    sign_in(client, uni.registrar)
    page = pages.get(asked(timetable))
    assert "<b>Too early</b>" in words(page)
    assert any(f"entry={entry_id}" in (link.get("href") or "") for link in page.iter("a"))
    pages.post(asked(timetable, "/answer"), {"department": uni.cse.department_id, "body": "Moved."})
    (said,) = (one for one in reviews.comments_of(timetable) if not one.by_registrar)
    pages.post(asked(timetable, "/settle"), {"comment": said.timetable_comment_id})
    pages.post(asked(timetable, "/settle"), {"comment": "x"}, 404)
    assert "no head has an account" in words(pages.get(asked(timetable, "?q=mat&state=silent")))
    sign_in(client, head)
    assert "Moved." in words(pages.get(review(timetable)))


def test_an_approval_from_a_page_that_is_stale_or_of_another_department_is_refused(
    uni: University, timetable: Timetable, head: User, client: Any, pages: Pages, sign_in: Any
) -> None:
    sign_in(client, head)
    answer = pages.post(review(timetable, "/approve"), {"revision": timetable.revision + 1}, 409)
    assert "has changed since you looked at it" in answer.get_data(as_text=True)
    fit = {"revision": timetable.revision}
    pages.post(review(timetable, "/approve"), fit | {"department": uni.mat.department_id}, 403)
    for _click in range(2):
        pages.post(review(timetable, "/approve"), fit)
    assert "Approved by" in words(pages.get(review(timetable)))
    pages.post(review(timetable, "/take-back"))
    assert "Approve for CSE" in words(pages.get(review(timetable)))


def test_the_registrar_submits_withdraws_and_is_told_who_has_not_approved(
    uni: University, timetable: Timetable, pages: Pages
) -> None:
    pages.post(asked(timetable, "/submit"), {}, 409)
    refused = pages.post(asked(timetable, "/close"), {}, 422).get_data(as_text=True)
    assert "2 departments have not approved Balanced" in refused
    assert "MAT: Maths" in refused
    pages.post(asked(timetable, "/withdraw"))
    pages.post(asked(timetable, "/withdraw"), {}, 409)
    assert "Nothing is in review" in words(pages.get("/admin/approvals"))
    pages.post(asked(timetable, "/submit"))
    assert "0 of 2" in words(pages.get("/admin/approvals"))
    assert "Balanced: 0 of 2 departments have approved, 0 comments are open" in words(pages.get("/admin/"))


def test_publishing_asks_for_a_tick_for_each_point_and_keeps_the_ticks_given(
    uni: University, timetable: Timetable, head: User, client: Any, pages: Pages
) -> None:
    shown = ticks(pages, timetable)
    assert shown == [f"approval-{uni.cse.department_id}", f"approval-{uni.mat.department_id}"]
    seen = {"revision": timetable.revision, "replaces": ""}
    approvals.comment(head, timetable, uni.cse.department_id, "Wait!")
    answer = pages.post(of(timetable, "publish"), seen | {"acknowledge": shown}, 409).get_data(as_text=True)
    assert "1 point is not acknowledged" in answer
    assert "Computing: Wait!" in answer
    assert answer.count(" checked>") == 2
    pages.post(of(timetable, "publish"), seen | {"acknowledge": ticks(pages, timetable)})
    second_click = pages.post(of(timetable, "publish"), seen | {"acknowledge": shown})
    assert second_click.location == "/admin/publishing"
    db.session.expire_all()
    assert (timetable.status, timetable.number) == (TimetableStatus.PUBLISHED, 1)


def test_a_draft_that_fails_the_check_says_why_and_has_no_button(uni: University, pages: Pages) -> None:
    draft = uni.timetable(unplaced=1)
    page = pages.get(of(draft, "publish"))
    assert "1 class has no place yet" in words(page)
    assert "Check again" in words(page)
    pages.post(of(draft, "publish"), {"revision": draft.revision, "replaces": ""}, 422)


def test_who_changes_and_how_is_told_before(uni: University, pages: Pages) -> None:
    first, second = uni.timetable("Balanced"), uni.timetable("Compact-Week")
    publishing.publish(uni.registrar, first, factories.EVERYTHING)
    assert "nobody's week changes" in words(pages.get(of(second, "publish")))
    third = uni.timetable("Room-Saving", shift=1)
    told = words(pages.get(of(third, "publish")))
    assert "6 classes stand otherwise" in told
    assert "3 teachers" in told
    assert "SEN: Dr Sen" in told


def test_one_click_brings_the_version_before_back(uni: University, pages: Pages) -> None:
    first, second = uni.timetable("Balanced"), uni.timetable("Compact-Week", shift=1)
    for one in (first, second):
        publishing.publish(uni.registrar, one, factories.EVERYTHING)
    page = pages.get("/admin/publishing")
    assert "Back to version 1" in words(page)
    pages.post(of(first, "publish"), sent_by(page, of(first, "publish")))
    assert "Everybody sees version 1" in words(pages.get("/admin/publishing"))
    assert "version 2" in words(pages.get(of(second, "week")))


def sent_by(page: Any, action: str) -> dict[str, str]:
    """What a form of the page sends without being filled in."""
    (form,) = [form for form in page.iter("form") if form.get("action") == action]
    return {field.get("name"): field.get("value") for field in form.iter("input") if field.get("name") != "csrf_token"}


def test_a_stale_page_brings_no_version_back_in_the_place_of_one_that_it_does_not_show(
    uni: University, pages: Pages
) -> None:
    first, second, third = (uni.timetable(name, shift=index) for index, name in enumerate(("A", "B", "C")))
    for one in (first, second):
        publishing.publish(uni.registrar, one, factories.EVERYTHING)
    stale = sent_by(pages.get("/admin/publishing"), of(first, "publish"))
    publishing.publish(uni.registrar, third, factories.EVERYTHING)
    answer = pages.post(of(first, "publish"), stale, 409).get_data(as_text=True)
    assert "Version 3 (C) was published since the page was shown" in answer
    pages.post(of(first, "publish"), {}, 400)
    db.session.expire_all()
    assert (first.status, third.status) == (TimetableStatus.SUPERSEDED, TimetableStatus.PUBLISHED)


def publish_at_once(app: Flask, jobs: list[tuple[int, Seen | None]]) -> list[str]:
    """Publish in one thread each, begun together; say how each ended."""
    together = Barrier(len(jobs))

    def run(job: tuple[int, Seen | None]) -> str:
        with app.app_context():
            timetable = db.session.get_one(Timetable, job[0])
            together.wait(10)
            try:
                publishing.publish(None, timetable, factories.EVERYTHING, job[1])
                db.session.commit()
            except Problem as refusal:
                db.session.rollback()
                return type(refusal).__name__
            return "published"

    with ThreadPoolExecutor(len(jobs)) as pool:
        return sorted(pool.map(run, jobs))


def test_of_two_publishes_at_once_one_wins_and_a_double_click_publishes_once(committed_app: Flask) -> None:
    uni = university()
    first, second = (uni.timetable(name).timetable_id for name in ("Balanced", "Compact-Week"))
    db.session.commit()
    assert publish_at_once(committed_app, [(first, Seen(1, None)), (second, Seen(1, None))]) == [
        "PreviewStale",
        "published",
    ]
    db.session.rollback()
    query = sa.select(Timetable.timetable_id).filter_by(status=TimetableStatus.PUBLISHED)
    (winner,) = db.session.scalars(query)
    loser = second if winner == first else first
    db.session.rollback()
    seen = Seen(1, winner)
    assert publish_at_once(committed_app, [(loser, seen), (loser, seen)]) == ["AlreadyPublished", "published"]
    assert db.session.scalars(query).all() == [loser]
