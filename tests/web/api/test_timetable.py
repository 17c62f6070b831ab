"""The JSON endpoints: who may call them, with what, and what they answer."""

import pytest
import sqlalchemy as sa

from tests import factories
from tests.university import university
from webapp.extensions import db
from webapp.models import GenerationJob, Role
from webapp.services.accounts import sessions, tokens
from webapp.services.problem.parts import PartOfTerm
from webapp.services.runs.options import choices_of

PATHS = {
    "/api/timetable/progress/tt_000000000000": {Role.REGISTRAR},
    "/api/timetable/result/tt_000000000000": {Role.REGISTRAR},
    "/api/timetable/faculty/me": {Role.FACULTY},
    "/api/timetable/student/me": {Role.STUDENT},
}
GENERATE = "/api/timetable/generate"


@pytest.fixture
def as_user(client, sign_in):
    """`as_user(user)` signs in and returns the client with the CSRF header that a session's POST needs."""

    def signed_in(user):
        sign_in(client, user)
        return client

    return signed_in


def bearer(user):
    return {"Authorization": f"Bearer {tokens.create_token(user, 'test')}"}


@pytest.fixture
def registrar(app):
    return factories.user()


@pytest.fixture
def term(registrar):
    return factories.term(registrar.organization, academic_year="2024-25", semester=3)


@pytest.mark.parametrize("path", [*PATHS, "/api/timetable/department/1"])
def test_a_stranger_gets_401_as_json(client, path):
    answer = client.get(path)
    assert answer.status_code == 401
    assert set(answer.json) >= {"error", "message"}


def test_a_stranger_may_not_generate_and_is_not_asked_for_a_csrf_token_first(client):
    assert client.post(GENERATE, json={}).status_code == 401


@pytest.mark.parametrize("secret", ["", "tl_guessed", "x" * 500])
def test_a_dead_token_is_a_stranger_even_beside_a_living_session(as_user, registrar, secret):
    client = as_user(registrar)
    path = "/api/timetable/progress/tt_000000000000"
    assert client.get(path).status_code == 404
    assert client.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 401


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("path", list(PATHS))
def test_each_endpoint_is_open_to_the_roles_it_names_only(client, path, role):
    answer = client.get(path, headers=bearer(factories.user(role=role)))
    if role not in PATHS[path]:
        assert answer.status_code == 403
    else:
        assert answer.status_code in (200, 404)


def test_a_head_who_teaches_reads_both_lists(client):
    headers = bearer(factories.user(None, Role.HOD, Role.FACULTY))
    assert client.get("/api/timetable/faculty/me", headers=headers).status_code == 200
    assert client.get("/api/timetable/student/me", headers=headers).status_code == 403


@pytest.mark.parametrize("role", [Role.HOD, Role.FACULTY, Role.STUDENT])
def test_nobody_but_the_registrar_generates(client, role):
    answer = client.post(GENERATE, json={}, headers=bearer(factories.user(role=role)))
    assert answer.status_code == 403


@pytest.mark.parametrize("semester", [3, "3"])
def test_generating_answers_202_with_the_id_of_a_job_of_the_own_organisation(client, registrar, term, semester):
    body = {"semester": semester, "academic_year": "2024-25"}
    answer = client.post(GENERATE, json=body, headers=bearer(registrar))
    assert answer.status_code == 202, answer.json
    job = db.session.get(GenerationJob, answer.json["job_id"])
    assert (job.organization_id, job.term_id) == (registrar.organization_id, term.term_id)
    again = client.post(GENERATE, json=body, headers=bearer(registrar))
    assert again.json["job_id"] == job.job_id


def test_fault_3_an_organisation_that_is_not_the_callers_is_refused_and_nothing_is_queued(client, registrar, term):
    other = factories.organization()
    factories.term(other, academic_year="2024-25", semester=3)
    body = {"semester": 3, "academic_year": "2024-25", "organization_id": other.organization_id}
    answer = client.post(GENERATE, json=body, headers=bearer(registrar))
    assert answer.status_code == 403
    assert db.session.query(GenerationJob).count() == 0


def test_naming_the_own_organisation_is_no_fault(client, registrar, term):
    body = {"semester": 3, "academic_year": "2024-25", "organization_id": registrar.organization_id}
    assert client.post(GENERATE, json=body, headers=bearer(registrar)).status_code == 202


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"academic_year": "2024-25"}, "semester"),
        ({"academic_year": "2024-25", "semester": "three"}, "semester"),
        ({"academic_year": "2024-25", "semester": True}, "semester"),
        ({"academic_year": "2024-25", "semester": 0}, "semester"),
        ({"academic_year": "2024-25", "semester": 3.5}, "semester"),
        ({"academic_year": "2024-26", "semester": 3}, "academic_year"),
        ({"academic_year": 2024, "semester": 3}, "academic_year"),
        ({"semester": 3}, "academic_year"),
        ({"academic_year": "2024-25", "semester": 3, "seconds": "long"}, "seconds"),
        ({"academic_year": "2024-25", "semester": 3, "partial": "yes"}, "partial"),
        ({"academic_year": "2024-25", "semester": 3, "part": ["CSE"]}, "part must be an object"),
        ({"academic_year": "2024-25", "semester": 3, "part": {"teachers": []}}, "part has no teachers"),
        ({"academic_year": "2024-25", "semester": 3, "part": {"groups": "A"}}, "part.groups"),
        ({"academic_year": "2024-25", "semester": 3, "part": {"semesters": ["3"]}}, "part.semesters"),
        ({"academic_year": "2024-25", "semester": 3, "part": {"departments": ["\0"]}}, "no department"),
        ({"academic_year": "2024-25", "semester": 3, "part": {"semesters": [10**30]}}, "Choose a timetable"),
        ({"academic_year": "2024-25", "semester": 3, "timetable_id": "one"}, "timetable_id"),
        ({"academic_year": "2024-25", "semester": 3, "keep_locks": 1}, "keep_locks must be true or false"),
        ({"academic_year": "2024-25", "semester": 3, "close": "very"}, 'close must be one of "", "little", "strongly"'),
        (
            {"academic_year": "2024-25", "semester": 3, "close": "little"},
            "Choose a timetable, so that the run can stay",
        ),
    ],
)
def test_a_wrong_body_is_refused_in_words_that_name_the_field(client, registrar, term, body, named):
    answer = client.post(GENERATE, json=body, headers=bearer(registrar))
    assert answer.status_code == 422
    assert named in answer.json["message"]


def test_a_part_of_the_term_is_named_by_codes(client, session):
    uni = university()
    base = uni.timetable()
    uni.year.programme, uni.year.semester_of_study = "B.Tech", 3
    db.session.commit()
    body = {
        "semester": 3,
        "academic_year": "2024-25",
        "part": {"departments": ["CSE"], "programmes": ["B.Tech"], "semesters": [3], "groups": ["A1", "A2"]},
        "timetable_id": base.timetable_id,
        "keep_locks": True,
        "close": "strongly",
    }
    answer = client.post(GENERATE, json=body, headers=bearer(uni.registrar))
    assert answer.status_code == 202, answer.json
    choices = choices_of(db.session.scalars(sa.select(GenerationJob)).one())
    keys = (uni.a1.student_group_id, uni.a2.student_group_id)
    assert choices.part == PartOfTerm((uni.cse.department_id,), ("B.Tech",), (3,), keys)
    assert (choices.base_id, choices.keep_locks, choices.close) == (base.timetable_id, True, "strongly")


@pytest.mark.parametrize("body", ["", "[]", "{", '"text"'])
def test_what_is_no_json_object_is_refused_in_words(client, registrar, body):
    answer = client.post(GENERATE, data=body, content_type="application/json", headers=bearer(registrar))
    assert answer.status_code == 422
    assert "JSON" in answer.json["message"]


def test_brackets_without_end_are_no_fault_of_ours(client, registrar, term):
    headers = bearer(registrar)
    for depth in (*range(600, 1000, 20), 30_000):
        for body in ('{"organization_id": %s}', '{"academic_year": "2024-25", "semester": %s}'):
            nested = body % ("[" * depth + "]" * depth)
            answer = client.post(GENERATE, data=nested, content_type="application/json", headers=headers)
            assert answer.status_code in (403, 422), depth


@pytest.mark.parametrize(
    "number", ["9" * 4000, "9" * 5000, "1e999", "-1", '"' + "9" * 50_000 + '"', '"\\u0000"', '"\\ud800"']
)
@pytest.mark.parametrize("field", ["organization_id", "academic_year", "semester", "seconds", "partial"])
def test_values_beyond_any_column_are_refused_in_words(client, registrar, term, number, field):
    known = {"academic_year": '"2024-25"', "semester": "3"} | {field: number}
    body = "{" + ", ".join(f'"{name}": {value}' for name, value in known.items()) + "}"
    answer = client.post(GENERATE, data=body, content_type="application/json", headers=bearer(registrar))
    assert answer.status_code == 422 or (answer.status_code == 403 and field == "organization_id")
    assert len(answer.json["message"]) < 200


@pytest.mark.parametrize("kind", ["progress", "result"])
def test_a_job_that_nobody_could_have_does_not_exist(client, registrar, kind):
    for job in ("x" * 5000, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "9" * 40):
        assert client.get(f"/api/timetable/{kind}/{job}", headers=bearer(registrar)).status_code == 404


@pytest.mark.parametrize("wanted", ["9" * 40, "-1", "x", "%00", "²", ""])
def test_a_term_that_no_row_could_have_is_no_fault_of_ours(client, wanted):
    headers = bearer(factories.user(role=Role.STUDENT))
    answer = client.get(f"/api/timetable/student/me?term={wanted}", headers=headers)
    assert answer.status_code == (200 if wanted == "" else 400 if wanted == "%00" else 404)


def test_a_body_beyond_what_the_endpoint_reads_is_refused_with_the_size(client, registrar, term):
    body = {"semester": 3, "academic_year": "2024-25", "note": "x" * 70_000}
    answer = client.post(GENERATE, json=body, headers=bearer(registrar))
    assert (answer.status_code, answer.json["message"]) == (413, "It has more than 64 KB.")


def test_a_term_that_there_is_not_answers_404(client, registrar, term):
    answer = client.post(GENERATE, json={"semester": 9, "academic_year": "2024-25"}, headers=bearer(registrar))
    assert answer.status_code == 404


def test_a_session_needs_its_csrf_header_to_post_and_a_token_does_not(as_user, pages, registrar, term):
    client = as_user(registrar)
    body = {"semester": 3, "academic_year": "2024-25"}
    assert client.post(GENERATE, json=body).status_code == 400
    token = pages.csrf_token()
    assert client.post(GENERATE, json=body, headers={"X-CSRFToken": token}).status_code == 202


def test_a_run_of_another_organisation_does_not_exist(client, registrar):
    foreign = factories.job(factories.term())
    for kind in ("progress", "result"):
        assert client.get(f"/api/timetable/{kind}/{foreign.job_id}", headers=bearer(registrar)).status_code == 404


def test_fault_7_progress_says_stage_time_variants_and_cost(client, registrar, term):
    job = factories.job(term)
    answer = client.get(f"/api/timetable/progress/{job.job_id}", headers=bearer(registrar)).json
    assert set(answer) >= {"progress", "status", "stage", "elapsed", "limit", "variants_done", "best_cost", "bound"}


class TestDepartment:
    @pytest.fixture
    def department(self, registrar):
        return factories.department(registrar.organization)

    def get(self, client, user, department_id):
        return client.get(f"/api/timetable/department/{department_id}", headers=bearer(user))

    def test_its_head_and_the_registrar_read_it(self, client, registrar, department):
        head = factories.user(registrar.organization, Role.HOD, department_id=department.department_id)
        for user in (registrar, head):
            answer = self.get(client, user, department.department_id)
            assert (answer.status_code, answer.json) == (200, [])

    def test_fault_1_a_student_or_teacher_of_the_organisation_may_not_read_it(self, client, registrar, department):
        for role in (Role.STUDENT, Role.FACULTY):
            user = factories.user(registrar.organization, role)
            assert self.get(client, user, department.department_id).status_code == 403

    def test_another_department_of_the_own_organisation_is_forbidden_to_a_head(self, client, registrar, department):
        head = factories.user(registrar.organization, Role.HOD)
        assert self.get(client, head, department.department_id).status_code == 403

    @pytest.mark.parametrize("role", [Role.REGISTRAR, Role.HOD])
    def test_a_department_of_another_organisation_does_not_exist(self, client, registrar, role):
        user = factories.user(registrar.organization, role)
        assert self.get(client, user, factories.department().department_id).status_code == 404
        assert self.get(client, user, 2**40).status_code == 404


def test_when_a_token_was_used_is_noted_whatever_the_request_comes_to(client, registrar):
    assert client.get("/api/timetable/progress/tt_000000000000", headers=bearer(registrar)).status_code == 404
    assert tokens.list_tokens(registrar)[0].used_at is not None


def test_a_disabled_users_token_is_dead(client, registrar):
    other = factories.user(registrar.organization)
    headers = bearer(other)
    path = "/api/timetable/progress/tt_000000000000"
    assert client.get(path, headers=headers).status_code == 404
    sessions.set_enabled(other, False, registrar)
    assert client.get(path, headers=headers).status_code == 401
