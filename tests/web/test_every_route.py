"""Every route with every role: who gets in stands in one table, and no page is born outside of it."""

import pytest

from tests import factories
from tests.every_row import HEAD_WHO_TEACHES, STUDENT_WHO_ASSISTS, make_every_row
from tests.pages import assert_sound, parse
from webapp.models import Role
from webapp.services.schema.tables import WITH_PAGES
from webapp.web.access import permissions_needed

REGISTRAR, HOD, FACULTY, STUDENT = Role.REGISTRAR, Role.HOD, Role.FACULTY, Role.STUDENT
PEOPLE: dict[str, frozenset[Role]] = {
    REGISTRAR: frozenset({REGISTRAR}),
    HOD: frozenset({HOD}),
    FACULTY: frozenset({FACULTY}),
    STUDENT: frozenset({STUDENT}),
    HEAD_WHO_TEACHES: frozenset({HOD, FACULTY}),
    STUDENT_WHO_ASSISTS: frozenset({STUDENT, FACULTY}),
}
"""The columns of the table: who there is, and in which roles."""
OPEN = {
    "static",
    "health.health",
    "health.ready",
    "metrics.metrics",
    "auth.home",
    "auth.sign_in",
    "auth.sign_out",
    "auth.reset_password",
    "public.sheet",
    "public.sheet_lines",
    "public.feed",
    "auth.set_up",
    "auth.accept_invitation",
}
# The rows of the table: every endpoint stands here, by the roles of which one lets in.
ROUTES = {
    frozenset(Role): """
        auth.profile auth.change_password auth.create_token auth.revoke_token
        auth.create_calendar_link auth.revoke_calendar_link auth.own_calendar
    """,
    frozenset({REGISTRAR}): """
        admin.dashboard
        admin.records admin.add_record admin.edit_record admin.delete_record
        admin.add_section admin.edit_section
        admin.word_list admin.add_word admin.rename_word admin.merge_words admin.delete_word
        admin.choices admin.add_choice admin.edit_cell admin.bulk admin.undo_change admin.undo_rules
        admin.begin_term admin.term_week admin.term_data admin.load_example
        admin.availability admin.paint_availability admin.copy_term admin.start_copy admin.copied_term
        admin.rules admin.add_rule admin.edit_rule admin.delete_rule admin.restore_rules
        admin.calendar
        admin.baskets admin.baskets_from_rules admin.basket admin.choose_option
        admin.attendance admin.set_request_window admin.take_seats admin.take_back_seats
        admin.student_seats admin.move_student
        admin.take_back_import
        admin.imports admin.preview_import admin.confirm_import admin.imported admin.import_template admin.export
        admin.map_import admin.say_mapping admin.ask_import admin.answer_import admin.correct_import
        admin.forget_mapping
        admin.users admin.create_user admin.user admin.edit_user admin.create_users admin.invite_unused
        admin.heads_in_bulk admin.invitations_csv admin.confirm_invitations admin.invite_user admin.revoke_invitation
        admin.reset_user_password admin.create_reset_link admin.disable_user admin.enable_user admin.sign_out_user
        admin.audit admin.audit_csv
        admin.findings admin.start_check admin.check_run admin.start_what_if admin.what_if
        admin.generate admin.generate_plan admin.run admin.cancel_run admin.stop_run
        admin.run_receipt admin.timetable_receipt
        admin.weight_profiles admin.create_weight_profile admin.weight_profile admin.delete_weight_profile
        admin.timetables admin.variants admin.side_by_side admin.timetable admin.timetable_violations
        admin.count_timetable admin.timetable_week admin.timetable_print admin.compare admin.compare_csv
        admin.confirm_deletion admin.delete_timetables
        admin.reports_index admin.report admin.report_csv
        admin.editor admin.editor_branch admin.editor_move admin.editor_unplace admin.editor_lock admin.editor_undo
        admin.editor_redo
        admin.repair admin.start_repair admin.start_resolve admin.place_waiting admin.redo admin.cancel_redo
        admin.draft_of_repair
        admin.approvals admin.approvals_of admin.submit_timetable admin.withdraw_timetable admin.mark_approved
        admin.resolve_comment admin.answer_comment
        admin.publishing admin.publish admin.unpublish
        api.generate api.progress api.result
    """,
    frozenset({REGISTRAR, HOD}): "api.department",
    frozenset({HOD}): """
        hod.timetable hod.timetable_print
        hod.reviews hod.review hod.review_print hod.review_comment hod.review_approve hod.review_take_back
    """,
    frozenset({FACULTY}): "faculty.timetable faculty.timetable_print api.faculty",
    frozenset({STUDENT}): """
        student.timetable student.timetable_print api.student
        student.courses student.ask_for_course student.withdraw_course
    """,
}
ALLOWED = {endpoint: roles for roles, endpoints in ROUTES.items() for endpoint in endpoints.split()}


@pytest.fixture
def here(app):
    return make_every_row()


def rules(app):
    """Every rule and method that somebody must be somebody for."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def call(client, token, path, method, **headers):
    headers["X-CSRFToken"] = token
    return client.open(path, method=method, headers=headers, json={} if "/api/" in path else None)


def test_the_table_names_every_route_and_no_ghosts(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == OPEN | set(ALLOWED)


def test_every_view_says_what_permission_it_needs(app):
    needed = {rule.endpoint: permissions_needed(rule.endpoint) for rule in app.url_map.iter_rules()}
    assert [endpoint for endpoint, permissions in needed.items() if permissions is None] == []
    assert {endpoint for endpoint, permissions in needed.items() if not permissions} == OPEN


def test_get_and_post_are_all_that_is_answered(app):
    assert {method for _rule, method in rules(app)} == {"GET", "POST"}


def test_a_stranger_gets_in_nowhere(app, client, pages, here):
    token = pages.csrf_token()
    for rule, method in rules(app):
        path = here.path(rule)
        answer = call(client, token, path, method)
        if rule.endpoint.startswith("api."):
            assert answer.status_code == 401, path
        else:
            assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in"), path
            fragment = call(client, token, path, method, **{"HX-Request": "true"})
            assert fragment.headers["HX-Redirect"].startswith("/sign-in"), path


def may_enter(who, endpoint):
    return not PEOPLE[who].isdisjoint(ALLOWED[endpoint])


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_in_where_the_table_says_and_nowhere_else(app, client, pages, sign_in, here, who):
    token = pages.csrf_token()
    for rule, method in rules(app):
        sign_in(client, here.users[who])
        path = here.path(rule)
        for headers in ({}, {"HX-Request": "true"}):
            answer = call(client, token, path, method, **headers)
            if may_enter(who, rule.endpoint):
                assert answer.status_code not in (401, 403, 500), (method, path, answer.status)
                assert "/sign-in" not in (answer.location or ""), path
            else:
                assert answer.status_code == 403, (method, path, answer.status)


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_is_shown_the_way_to_what_is_theirs_and_to_nothing_else(app, client, sign_in, here, who):
    """Every page that a link of the navigation leads to opens, and each kind of person finds all of theirs."""
    sign_in(client, here.users[who])
    home = client.get("/").location
    links = {link.get("href") for link in parse(client.get(home).get_data(as_text=True)).iter("a")}
    refused = [path for path in links if path.startswith("/") and client.get(path).status_code != 200]
    assert refused == []
    doors = {
        HOD: "/hod/review",
        FACULTY: "/faculty/timetable",
        STUDENT: "/student/timetable",
        REGISTRAR: "/admin/users",
    }
    assert {role for role, path in doors.items() if path in links} == PEOPLE[who]


def test_every_post_of_a_session_needs_its_csrf_token(app, client, sign_in, here):
    sign_in(client, here.users[REGISTRAR])
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods:
            assert client.post(here.path(rule), data={}).status_code == 400, rule.rule


def test_what_belongs_to_another_organisation_does_not_exist(app, client, pages, sign_in, here):
    """Tenant isolation: the registrar of one organisation names the rows of another in every address."""
    there = make_every_row("Foreign {}")
    foreign = {"job_id", "term_id", "timetable_id", "upload_id", "user_id", "user_token_id", "dept_id", "key"}
    foreign |= {"weight_profile_id", "import_mapping_id", "term_rule_id", "student_id"}
    sign_in(client, here.users[REGISTRAR])
    token, named = pages.csrf_token(), 0
    for rule, method in rules(app):
        if not rule.arguments & foreign or REGISTRAR not in ALLOWED[rule.endpoint]:
            continue
        for table in WITH_PAGES if "table_key" in rule.arguments else WITH_PAGES[2:3]:
            path = there.path(rule, table_key=table.address, key=there.keys[table.address])
            assert call(client, token, path, method).status_code == 404, (method, path)
            named += 1
    assert named > len(WITH_PAGES)
    for path in ("/admin/", "/admin/users", "/admin/timetables", "/admin/availability"):
        assert "Foreign" not in client.get(path).get_data(as_text=True), path


def test_what_belongs_to_another_department_or_organisation_is_refused_to_a_head_in_each_its_own_way(
    client, sign_in, here
):
    """What is not one's own does not exist; a department of one's own organisation is the exception of the contract."""
    there = make_every_row("Foreign {}")
    other = factories.department(here.organization).department_id
    for who in (HOD, HEAD_WHO_TEACHES):
        sign_in(client, here.users[who])
        for path in ("/api/timetable/department/{}", "/hod/timetable?by=department&key={}"):
            keys = (here.department_id, other, there.department_id)
            assert [client.get(path.format(key)).status_code for key in keys] == [200, 403, 404], path
        assert client.get(f"/hod/review/{there.submitted.timetable_id}").status_code == 404


@pytest.mark.parametrize("who", [FACULTY, STUDENT, HEAD_WHO_TEACHES, STUDENT_WHO_ASSISTS])
def test_a_term_or_token_of_somebody_else_does_not_exist(client, pages, sign_in, here, who):
    there = make_every_row("Foreign {}")
    sign_in(client, here.users[who])
    pages.post(f"/profile/tokens/{here.token.user_token_id}/revoke", status=404)
    for role, path in ((FACULTY, "faculty"), (STUDENT, "student")):
        if role in PEOPLE[who]:
            for page in (f"/{path}/timetable", f"/{path}/timetable/print", f"/api/timetable/{path}/me"):
                assert client.get(f"{page}?term={there.keys['terms']}").status_code == 404, page


def test_numbers_beyond_any_row_do_not_exist_either(app, client, sign_in, here):
    sign_in(client, here.users[REGISTRAR])
    for path in ("/admin/records/rooms/99999999999999999999", "/admin/timetables/4294967296"):
        assert client.get(path).status_code == 404


def test_a_character_that_nobody_types_is_refused_before_the_database_sees_it(client, sign_in, here):
    sign_in(client, here.users[REGISTRAR])
    assert client.get("/admin/records/rooms?q=%00").status_code == 400
    assert client.get("/admin/records/rooms?kind=%00").status_code == 400


class TestFaultsOfTheSketch:
    """Those that concern the web; the others stand with jobs and the database."""

    def test_1_no_student_reads_a_department(self, client, sign_in, here):
        sign_in(client, here.users[STUDENT])
        assert client.get(f"/api/timetable/department/{here.department_id}").status_code == 403
        assert client.get("/hod/timetable").status_code == 403

    def test_2_nobody_can_send_a_result_over_the_web(self, app, client, pages, sign_in, here):
        sign_in(client, here.users[REGISTRAR])
        writing = {rule.rule for rule in app.url_map.iter_rules() if "POST" in rule.methods and "/api/" in rule.rule}
        assert writing == {"/api/timetable/generate"}
        path = f"/api/timetable/result/{here.job.job_id}"
        assert call(client, pages.csrf_token(), path, "POST").status_code == 405

    def test_4_published_entries_are_those_of_one_term(self, client, sign_in, here):
        sign_in(client, here.users[STUDENT])
        entries = client.get("/api/timetable/student/me").json
        assert [entry["timetable_version"] for entry in entries] == [1, 1]
        other = here.keys["terms"] + 10_000
        assert client.get(f"/api/timetable/student/me?term={other}").status_code == 404

    def test_5_the_result_stands_in_the_database_without_redis(self, app, client, sign_in, here):
        sign_in(client, here.users[REGISTRAR])
        app.config["REDIS_URL"], kept = "redis://127.0.0.1:1", app.config["REDIS_URL"]
        queue, app.extensions["queue"] = app.extensions["queue"], None
        try:
            answer = client.get(f"/api/timetable/result/{here.job.job_id}").json
        finally:
            app.config["REDIS_URL"], app.extensions["queue"] = kept, queue
        assert [len(variant["entries"]) for variant in answer["variants"]] == [2]


def test_an_entry_says_what_when_where_by_whom_and_of_which_version(client, sign_in, here):
    sign_in(client, here.users[FACULTY])
    entry = client.get("/api/timetable/faculty/me").json[0]
    assert set(entry) >= {"entry_id", "course", "section", "kind", "faculty", "room", "day", "start_time", "end_time"}
    assert (entry["course"]["title"], entry["faculty"], entry["weeks"]) == ("Algorithms", ["Dr Rao"], "all")
    assert (entry["day"], entry["start_time"], entry["end_time"], entry["timetable_version"]) == (
        0,
        "08:00",
        "09:00",
        1,
    )


PLANT = '"><b hx-get=/x>{}</b><img src=x onerror=alert(1)>'


def test_names_with_markup_stay_text_on_every_page_of_every_role(app, client, sign_in):
    here, walked = make_every_row(PLANT), 0
    for who in PEOPLE:
        sign_in(client, here.users[who])
        for rule, method in rules(app):
            if method == "GET" and may_enter(who, rule.endpoint) and not rule.endpoint.startswith("api."):
                walked += sum(walk(client, path) for path in paths(here, rule))
    assert walked > 60


def paths(here, rule):
    """Every address of a rule: of each table, each kind of availability, or the one there is."""
    if "kind" in rule.arguments:
        return [here.path(rule, kind=kind, key=here.keys[kind]) for kind in ("faculty", "rooms", "groups", "sections")]
    if "table_key" in rule.arguments:
        return [here.path(rule, table_key=table.address, key=here.keys[table.address]) for table in WITH_PAGES]
    return [here.path(rule)]


def walk(client, path):
    """Fetch a page; it must be sound, and nothing that was planted in it may have become an element."""
    answer = client.get(path)
    assert answer.status_code < 500, path
    if answer.mimetype != "text/html" or answer.status_code != 200:
        return 0
    page = assert_sound(answer.get_data(as_text=True), path)
    assert not [e for e in page.iter() if e.get("src") == "x" or (e.tag == "b" and e.get("hx-get"))], path
    return 1
