"""The check page: findings with links to their rows, and the feasibility check in every state."""

from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

import pytest
import sqlalchemy as sa

from tests import factories
from tests.pages import Pages, words
from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, JobStatus, Role
from webapp.services.jobs.failures import FailureCode
from webapp.services.jobs.kinds import (
    GenerateOptions,
    WhatIfAnswer,
    WhatIfFacts,
    WhatIfOptions,
    options_of,
    stored,
)
from webapp.services.shared.rule_defaults import default_rules

PAGE = "/admin/check"


@pytest.fixture
def registrar(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    return user


@pytest.fixture
def term(registrar):
    """One class of a teacher with an address and a group."""
    made = factories.term(registrar.organization)
    db.session.add_all(default_rules(made.term_id))
    factories.room(registrar.organization, "HALL")
    home = factories.department(registrar.organization)
    rao = factories.faculty(home, "RAO", name="Dr Rao", email="rao@example.edu")
    factories.user(registrar.organization, Role.FACULTY, faculty_id=rao.faculty_id)
    course = factories.course(home, "CSE301")
    section = factories.section(made, course, faculty=[rao], groups=[factories.group(made, "CSE-A")])
    factories.component(section, meetings_per_week=3)
    db.session.commit()
    return made


def over_book(term):
    """Give the teacher more than the week has; the row that the page must link to."""
    section = db.session.scalars(sa.select(factories.Section).filter_by(term_id=term.term_id)).one()
    factories.component(section, "T", meetings_per_week=30, different_days=False)
    db.session.commit()
    return section.teachers[0].faculty


def check_of(term, **fields):
    job = factories.job(term, kind=JobKind.CHECK, seconds=20, **fields)
    db.session.commit()
    return job


def links(page: Element) -> dict[str, str]:
    return {words(a): a.get("href", "") for a in page.iter("a")}


def polls(page: Element) -> list[str]:
    return [element.get("hx-get", "") for element in page.iter() if element.get("data-poll") is not None]


ANSWER = {
    "verdict": "possible",
    "seconds": 1.4,
    "classes": 3,
    "placed": 3,
    "clashes": [],
    "more_clashes": 0,
    "relaxations": [],
}


def test_without_a_term_the_page_says_what_to_do(pages: Pages, registrar) -> None:
    assert "There is no term yet" in words(pages.get(PAGE))


def test_nothing_found_proves_nothing_and_leads_to_the_check(pages: Pages, term) -> None:
    page = words(pages.get(PAGE))
    assert "Nothing found" in page
    assert "That proves nothing yet: run the quick check" in page
    assert "Quick check" in page


def test_a_blocker_is_counted_and_leads_to_its_row(pages: Pages, term) -> None:
    teacher = over_book(term)
    page = pages.get(PAGE)
    assert "Dr Rao: 33 slots asked, 30 possible" in words(page)
    assert links(page)["Dr Rao"] == f"/admin/records/faculty/{teacher.faculty_id}"
    pages.get(links(page)["Dr Rao"])


def test_findings_can_be_narrowed_by_severity_and_kind(pages: Pages, term) -> None:
    over_book(term)
    factories.group(term, "IDLE")
    db.session.commit()
    both = words(pages.get(PAGE))
    assert "Dr Rao: 33 slots" in both
    assert "Group IDLE" in both
    assert "Group IDLE" not in words(pages.get(f"{PAGE}?severity=blocker"))
    assert "Dr Rao: 33 slots" not in words(pages.get(f"{PAGE}?kind=unused"))
    assert "is of that kind" in words(pages.get(f"{PAGE}?kind=pins"))
    assert "Group IDLE" in words(pages.get(f"{PAGE}?severity=nonsense&kind=7"))


def test_a_name_that_looks_like_markup_is_shown_as_text(pages: Pages, term) -> None:
    over_book(term).name = "<img src=x onerror=alert(1)>"
    db.session.commit()
    assert "<img src=x onerror=alert(1)>: 33 slots asked" in words(pages.get(PAGE))


def test_the_button_makes_one_job_however_often_it_is_pressed(pages: Pages, term) -> None:
    for key in ("one", "one", "two"):
        answer = pages.post(PAGE, {"term": term.term_id, "idempotency_key": key})
        assert answer.headers["Location"].endswith("/admin/check#feasibility")
    (job,) = db.session.scalars(sa.select(GenerationJob)).all()
    assert (job.kind, job.status, job.term_id, job.seconds) == (JobKind.CHECK, JobStatus.QUEUED, term.term_id, 20)


def test_while_it_waits_or_runs_the_block_polls_and_afterwards_no_more(pages: Pages, term) -> None:
    job = check_of(term)
    address = f"/admin/check/runs/{job.job_id}"
    assert polls(pages.get(PAGE)) == [address]
    assert "Waiting for a worker of the fast queue" in words(pages.fragment(address))
    now = datetime.now(UTC)
    job.status, job.heartbeat_at, job.started_at = JobStatus.RUNNING, now, now - timedelta(seconds=4)
    db.session.commit()
    fragment = pages.fragment(address)
    assert "4 of 20 seconds" in words(fragment)
    assert polls(fragment) == [address]
    job.status, job.facts = JobStatus.COMPLETED, {"answer": ANSWER}
    db.session.commit()
    fragment = pages.fragment(address)
    assert (
        "A timetable for all 3 classes in which every rule that must hold does was found within 1.4 seconds"
        in words(fragment)
    )
    assert polls(fragment) == []
    assert polls(pages.get(address)) == []


def test_an_explanation_shows_the_rules_the_rows_and_the_prices(pages: Pages, term) -> None:
    target = {"table": "faculty", "row_id": 5, "label": "Dr Rao", "column": "", "value": ""}
    members = [{"sentence": f"Dr Rao: rule {n}.", "rule": "Most per week", "who": "Dr Rao"} for n in (1, 2)]
    clash = {"sentence": "Dr Rao is short.", "members": members, "minimal": True, "alike": 2, "targets": [target]}
    ways = [
        {"sentence": "Leave 3 classes out.", "is_enough": True},
        {"sentence": "Giving up X alone is not enough.", "is_enough": False},
    ]
    answer = ANSWER | {"verdict": "impossible", "clashes": [clash], "relaxations": ways}
    check_of(term, status=JobStatus.COMPLETED, facts={"answer": answer})
    page = pages.get(PAGE)
    for said in (
        "There is no timetable",
        "1 set of rules can't hold together",
        "Dr Rao is short. The same holds for 2 more classes.",
        "Dr Rao: rule 2.",
        "Leave 3 classes out.",
    ):
        assert said in words(page)
    assert links(page)["Dr Rao"] == "/admin/records/faculty/5"


RAO = {"table": "faculty", "row_id": 5, "label": "Dr Rao", "column": "", "value": ""}
WAYS = [
    {"sentence": "Allow 2 slots too many (Dr Rao).", "is_enough": True, "price": "2 slots too many", "proven": True}
    | {"rule": "max_per_week", "key": "abc", "targets": [RAO]},
    {"sentence": "Allow 2 clashes (Dr Rao).", "is_enough": True, "price": "2 clashes", "proven": False}
    | {"rule": "instructor_clash", "key": "def", "targets": [RAO]},
    {"sentence": "Giving up X alone is not enough.", "is_enough": False, "price": "", "proven": True}
    | {"rule": "pinned", "key": "ghi", "targets": []},
    {"sentence": "Give up “Fixed classes”.", "is_enough": False, "is_known": False}
    | {"rule": "pinned", "key": "jkl", "targets": []},
]


def explained(term):
    return check_of(
        term, status=JobStatus.COMPLETED, facts={"answer": ANSWER | {"verdict": "impossible", "relaxations": WAYS}}
    )


def test_only_what_may_be_enough_and_is_no_double_booking_can_be_tried(pages: Pages, term) -> None:
    job = explained(term)
    page = pages.get(PAGE)
    tries = [form.get("action") for form in page.iter("form") if "/ways/" in form.get("action", "")]
    assert tries == [f"/admin/check/runs/{job.job_id}/ways/{number}/try" for number in (0, 3)]
    assert "2 slots too many proven: less is not enough" in words(page).replace("manyproven", "many proven")
    for number in (1, 2, 4):
        pages.post(f"/admin/check/runs/{job.job_id}/ways/{number}/try", status=409)


def test_trying_a_way_out_makes_one_job_and_leads_to_its_page(pages: Pages, term) -> None:
    check = explained(term)
    address = f"/admin/check/runs/{check.job_id}/ways/0/try"
    first, second = pages.post(address, {"idempotency_key": "a"}), pages.post(address, {"idempotency_key": "b"})
    assert first.location == second.location
    assert polls(pages.get(first.location)) == [first.location]
    job = db.session.scalars(sa.select(GenerationJob).filter_by(kind=JobKind.WHAT_IF)).one()
    assert (options_of(job, WhatIfOptions).key, job.check_job_id) == ("abc", check.job_id)
    assert "Ways out" in words(pages.get(PAGE)), "the check's answer still stands"


def test_a_draft_of_a_what_if_says_what_it_is_wherever_it_is_shown(pages: Pages, term) -> None:
    check = explained(term)
    address = pages.post(f"/admin/check/runs/{check.job_id}/ways/0/try").location
    job_id = address.rpartition("/")[2]
    job = db.session.get_one(GenerationJob, job_id)
    answer = WhatIfAnswer(classes=3, placed=3, broken=2, excused=3)
    job.status, job.facts = JobStatus.COMPLETED, stored(WhatIfFacts(answer))
    draft = factories.timetable(
        term, variant_name="What-if", generation_job_id=job_id, result={"relaxation": WAYS[0]["sentence"]}
    )
    db.session.commit()
    page = pages.get(address)
    assert "3 of 3 classes have a place" in words(page)
    assert "It counts 2 slots too many" in words(page)
    assert links(page)["Dr Rao"] == "/admin/records/faculty/5"
    at = f"/admin/timetables/{draft.timetable_id}"
    for shown in (at, f"{at}/week", f"{at}/edit", f"{at}/publish"):
        assert "A what-if: Allow 2 slots too many (Dr Rao)." in words(pages.get(shown)), shown


def test_a_run_that_failed_leads_to_the_explanation(pages: Pages, term) -> None:
    run = factories.job(term, status=JobStatus.FAILED, failure_code=FailureCode.IMPOSSIBLE)
    db.session.commit()
    link = links(pages.get(f"/admin/timetables/runs/{run.job_id}"))["Why? Ask for an explanation"]
    assert link == f"{PAGE}?term={term.term_id}#feasibility"


def test_not_proved_and_failed_are_told_as_such(pages: Pages, term) -> None:
    job = check_of(term, status=JobStatus.COMPLETED, facts={"answer": ANSWER | {"verdict": "not proved", "placed": 2}})
    assert "Not proved either way" in words(pages.get(PAGE))
    job.status, job.failure_code = JobStatus.FAILED, FailureCode.TEXT
    job.failure_values = {"text": "The worker was lost 2 times."}
    db.session.commit()
    assert "The worker was lost 2 times." in words(pages.get(PAGE))


def test_an_answer_that_data_have_outrun_says_so(pages: Pages, term) -> None:
    check_of(
        term, status=JobStatus.COMPLETED, facts={"answer": ANSWER}, created_at=datetime.now(UTC) - timedelta(hours=1)
    )
    assert "have changed" not in words(pages.get(PAGE))
    group = {"term": term.term_id, "code": "NEW", "name": "New group", "size": "3"}
    pages.post("/admin/records/groups/new", group)
    assert "The data have changed since then" in words(pages.get(PAGE))


def test_checks_of_others_are_not_found_here(pages: Pages, term) -> None:
    pages.get(f"/admin/check/runs/{check_of(factories.term()).job_id}", 404)


# Generate and the dashboard


def test_a_blocker_stops_generate_with_a_link_and_a_warning_does_not(pages: Pages, term) -> None:
    form = {
        "academic_year": term.academic_year,
        "semester": term.semester,
        "seconds": 5,
        "variants": "Balanced",
        "seed": 1,
    }
    bare = factories.section(term, factories.course(factories.department(term.organization), "CSE999"), "Z")
    db.session.commit()
    page = pages.get("/admin/timetables/generate")
    assert "1 warning, which stops nothing." in words(page)
    assert "CSE999 Z has no weekly class" in words(page)
    over_book_row = db.session.get_one(factories.Section, bare.section_id)
    db.session.delete(over_book_row)
    over_book(term)
    page = pages.get("/admin/timetables/generate")
    assert "1 finding blocks this term" in words(page)
    assert links(page)["Mend what blocks it first"] == "/admin/check?severity=blocker"
    assert not [b for b in page.iter("button") if words(b) == "Generate" and "button--primary" in b.get("class", "")]
    answer = pages.post("/admin/timetables/generate", form, 422)
    assert "1 finding blocks" in answer.get_data(as_text=True)
    assert db.session.scalars(sa.select(GenerationJob)).all() == []


def test_a_blocked_term_is_generated_in_part_by_who_ticks_it(pages: Pages, term) -> None:
    form = {
        "academic_year": term.academic_year,
        "semester": term.semester,
        "seconds": 5,
        "variants": "Balanced",
        "seed": 1,
    }
    assert "what can be placed all the same" not in words(pages.get("/admin/timetables/generate"))
    over_book(term)
    assert "what can be placed all the same" in words(pages.get("/admin/timetables/generate"))
    pages.post("/admin/timetables/generate", form | {"partial": "y"})
    (job,) = db.session.scalars(sa.select(GenerationJob)).all()
    assert options_of(job, GenerateOptions).partial is True
    bare = factories.term(term.organization, slots=0, semester=4)
    db.session.commit()
    answer = pages.post("/admin/timetables/generate", form | {"partial": "y", "semester": bare.semester}, 422)
    assert "Nothing can be placed before that is mended." in answer.get_data(as_text=True)


def test_the_dashboards_ladder_leads_to_the_check_and_waits_there_while_something_blocks(pages: Pages, term) -> None:
    page = pages.get("/admin/")
    assert links(page)["Checked"] == PAGE or links(page)["Checked (done)"] == PAGE
    assert {words(li): li.get("data-state") for li in page.iter("li") if li.get("data-state")}[
        "Checked (done)"
    ] == "done"
    over_book(term)
    page = pages.get("/admin/")
    assert {words(li): li.get("data-state") for li in page.iter("li") if li.get("data-state")}["Checked"] == "here"
    assert "Dr Rao: 33 slots asked" in words(page)
