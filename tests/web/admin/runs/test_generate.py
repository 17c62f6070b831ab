"""The form of a run with its choices, the page of a run, and the registrar's own weights."""

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests import factories
from tests.edge import commit
from tests.pages import Pages, parse, sent_by, words
from tests.university import University, university
from webapp.extensions import db, queue
from webapp.models import GenerationJob, JobStatus, WeightProfile
from webapp.services.jobs.kinds import GenerateOptions, options_of
from webapp.services.problem.holds import RunChoices
from webapp.services.problem.parts import PartOfTerm
from webapp.services.problem.weights import WEIGHED
from webapp.services.runs import weight_profiles
from webapp.services.runs.options import choices_of
from webapp.services.runs.requests import request_generation

GENERATE = "/admin/timetables/generate"


@pytest.fixture
def here(session, sign_in, client) -> University:
    queue.connection.flushdb()
    found = university()
    sign_in(client, found.registrar)
    return found


def form(**fields):
    return {
        "academic_year": "2024-25",
        "semester": 3,
        "seconds": 10,
        "variants": ["Balanced", "Compact-Week"],
        "seed": 1,
        "close": "",
        "base": "",
    } | fields


def jobs():
    return db.session.scalars(sa.select(GenerationJob)).all()


def ticked(page, name):
    return {box.get("value") for box in page.iter("input") if box.get("name") == name and "checked" in box.attrib}


def weights(**typed):
    return {"name": "Mine"} | {f"weight-{rule}": "1" for rule in WEIGHED} | typed


def test_a_run_is_asked_for_with_what_was_ticked_and_nothing_else(pages: Pages, here: University) -> None:
    base = here.timetable()
    commit(weight_profiles.save, here.registrar, None, "Mine", dict.fromkeys(WEIGHED, "2"))
    page = pages.get(GENERATE)
    assert ticked(page, "variants") == {"Balanced", "Faculty-First", "Student-First", "Room-Saving", "Compact-Week"}
    assert "4 classes" in words(page)
    chosen = form(
        variants=["Mine", "Balanced"], departments=[here.mat.department_id], base=base.timetable_id, keep_locks="y"
    )
    pages.post(GENERATE, chosen)
    (job,) = jobs()
    options = options_of(job, GenerateOptions)
    assert (options.profiles, set(options.weights)) == (("Mine", "Balanced"), {"Mine"})
    assert choices_of(job) == RunChoices(PartOfTerm((here.mat.department_id,)), base.timetable_id, keep_locks=True)


def test_groups_of_a_part_are_found_by_code_however_many_there_are(pages: Pages, here: University) -> None:
    base = here.timetable()
    page = pages.get(GENERATE)
    (field,) = (e for e in page.iter("input") if e.get("name") == "groups")
    assert field.get("data-picker") == f"/admin/records/sections/choices?field=groups&term={here.term.term_id}"
    pages.post(GENERATE, form(groups="A1, B", base=base.timetable_id))
    (job,) = jobs()
    groups = tuple(sorted((here.a1.student_group_id, here.section_b.student_group_id)))
    assert choices_of(job).part == PartOfTerm(groups=groups)
    answer = pages.post(GENERATE, form(groups="A1, NOWHERE", base=base.timetable_id), 422)
    again = parse(answer.get_data(as_text=True))
    assert "has no group NOWHERE." in words(again)
    assert [e.get("value") for e in again.iter("input") if e.get("name") == "groups"] == ["A1, NOWHERE"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"variants": []}, "Tick at least one variant."),
        ({"variants": ["Balanced", "Gone"]}, "There is no variant Gone"),
        ({"seconds": "soon"}, "Seconds"),
        ({"seconds": 1}, "Give 5 to 21600 seconds."),
        ({"seed": -1}, "Give a seed from 0"),
        ({"keep_locks": "y"}, "Choose a timetable, so that its locks can be kept."),
        ({"close": "madly"}, "found madly"),
        ({"base": "abc"}, "no such timetable"),
    ],
)
def test_each_fault_is_said_at_its_field_and_nothing_typed_is_lost(
    pages: Pages, here: University, fields, said
) -> None:
    answer = pages.post(GENERATE, form(reproducible="y", **fields), 422)
    page = parse(answer.get_data(as_text=True))
    assert said in words(page)
    assert [e for e in page.iter("p") if e.get("class") == "field__error"]
    assert ticked(page, "reproducible") == {"y"}
    assert jobs() == []


def test_the_plan_says_what_would_be_frozen_while_one_chooses(pages: Pages, here: University) -> None:
    base = here.timetable()
    query = f"?seconds=100&variants=Balanced&departments={here.mat.department_id}&base={base.timetable_id}"
    said = words(pages.fragment(GENERATE + "/plan" + query))
    assert "62 s at least for each of 1 variant" in said
    assert "Frozen: 4 classes" in said
    assert "Free: 2 classes are placed anew." in said
    assert "Choose a timetable" in words(pages.fragment(GENERATE + "/plan?close=little"))


def test_the_page_of_a_run_draws_each_curve_and_tells_gap_and_reasons(pages: Pages, here: University) -> None:
    stored = here.timetable(unplaced=1)
    variant = {
        "name": "Balanced", "status": "done", "cost": 40, "weighed": 50, "bound": 40, "unplaced": 1,
        "first_feasible": 1.5, "curve": [[0, 90], [2.5, 50]],
    }  # fmt: skip
    job = GenerationJob(
        job_id="tt_0123456789ab", organization_id=here.organization.organization_id, term_id=here.term.term_id,
        semester=3, academic_year="2024-25", seconds=10, status=JobStatus.COMPLETED, options={"profiles": ["Balanced"]},
        facts={"variants": [variant], "first_feasible": 1.5, "remark": "The search did not see a rule."},
    )  # fmt: skip
    db.session.add(job)
    db.session.flush()
    stored.generation_job_id = job.job_id
    db.session.commit()
    page = pages.get("/admin/timetables/runs/tt_0123456789ab")
    said = words(page)
    assert "20.0 %" in said
    assert "The search did not see a rule." in said
    assert "From 90 to 50 as weighed, in 2.5 s." in said
    assert [e for e in page.iter() if "curve" in (e.get("class") or "").split()]
    assert "Incomplete: 1 variant is stored, 1 class has no place in it." in said
    assert "1 class of Balanced has no place" in said
    assert "Not looked at: time was up." in said
    assert "No timetable of these data" not in said, "of an incomplete timetable a bound says nothing"


def test_how_far_a_cost_is_from_the_least_is_said_where_it_is_known(pages: Pages, here: University) -> None:
    """On the pages of the run, of its variants and of the timetable; never beside a bound of 0 or of other data."""
    stored = here.timetable()
    stored.generation_job_id = factories.job(
        here.term, status=JobStatus.COMPLETED, options={"profiles": ["Balanced"]}
    ).job_id
    key, job = stored.timetable_id, stored.generation_job_id
    paths = (f"/admin/timetables/runs/{job}", f"/admin/timetables/runs/{job}/variants", f"/admin/timetables/{key}")

    def told(cost: int, bound: int | None) -> list[str]:
        stored.cost, stored.bound, stored.data_revision = cost, bound, here.term.data_revision
        db.session.commit()
        sentence = (
            r"No timetable of these data can cost less(?: than \d+; this one costs \d+|: \d+ is the least possible)\."
        )
        said = [re.findall(sentence, words(pages.get(path))) for path in paths]
        assert said == [said[0]] * len(paths)
        return said[0]

    assert told(44, None) == told(44, 0) == told(40, 41) == []
    assert told(44, 41) == ["No timetable of these data can cost less than 41; this one costs 44."]
    assert told(41, 41) == ["No timetable of these data can cost less: 41 is the least possible."]


def test_variants_that_are_one_timetable_are_called_so_wherever_they_stand(
    pages: Pages, here: University, client: FlaskClient
) -> None:
    twins = [here.timetable(), here.timetable("Student-First"), here.timetable("Compact-Week", shift=1)]
    job = factories.job(here.term, status=JobStatus.COMPLETED, options={"profiles": ["Balanced"]})
    for one in twins:
        one.generation_job_id = job.job_id
    db.session.commit()
    for path in ("/admin/timetables", "/admin/approvals", f"/admin/timetables/runs/{job.job_id}/variants"):
        said = words(pages.get(path))
        assert len(re.findall(r"(is )?the same timetable as Balanced", said)) == 1, path
    found = client.get(f"/api/timetable/result/{job.job_id}").get_json()["variants"]
    assert [one["same_as"] for one in found] == [None, "Balanced", None]


def test_weights_are_made_changed_and_deleted(pages: Pages, here: University) -> None:
    assert "No profile of your own yet" in words(pages.get("/admin/weights"))
    pages.post("/admin/weights/new", weights())
    (mine,) = db.session.scalars(sa.select(WeightProfile)).all()
    path = f"/admin/weights/{mine.weight_profile_id}"
    pages.post(path, sent_by(pages.get(path), path) | {"weight-group_gaps": "30"})
    assert "Mine" in words(pages.get(GENERATE))
    typed = {"name": "Other", "weight-group_gaps": "heavy"}
    answer = pages.post(path, sent_by(pages.get(path), path) | typed, 422)
    said = answer.get_data(as_text=True)
    assert "expected a whole number from 0 to 1000000, found heavy." in said
    assert 'value="heavy"' in said
    assert 'value="Other"' in said
    db.session.expire_all()
    assert (mine.name, mine.weights["group_gaps"]) == ("Mine", 30)
    pages.post(path + "/delete")
    assert db.session.scalars(sa.select(WeightProfile)).all() == []


def test_the_setting_of_seconds_is_the_one_default_of_the_form_and_of_a_request(
    app, pages: Pages, here: University, monkeypatch
) -> None:
    monkeypatch.setitem(app.config, "TIMELOOM_DEFAULT_SECONDS", 300)
    (field,) = [box for box in pages.get(GENERATE).iter("input") if box.get("name") == "seconds"]
    assert field.get("value") == "300"
    assert "105 s at most for a first timetable" in words(pages.fragment(f"{GENERATE}/plan?variants=Balanced"))
    job = request_generation(here.registrar, "2024-25", 3)
    assert job.seconds == 300
