"""A section and its weekly classes on one page, without any script: rows, faults, one save, one undo."""

import re

import pytest
import sqlalchemy as sa

from tests import factories
from tests.pages import Pages, parse, sent_by, words
from webapp.extensions import db
from webapp.models import AuditEvent, Component, Section

NEW = "/admin/records/sections/new"


@pytest.fixture
def here(client, sign_in):
    """A registrar's term with two teachers, a group with two batches, a course, and a section of it with one class."""
    user = factories.user()
    sign_in(client, user)
    term = factories.term(user.organization, days=2, slots=2)
    department = factories.department(user.organization)
    for code in ("RAO", "DAS"):
        factories.faculty(department, code=code)
    group = factories.group(term, code="A")
    for code in ("B1", "B2"):
        factories.group(term, code=code, parent=group)
    course = factories.course(department, code="CS1")
    section = factories.section(term, course, code="X", groups=[group])
    factories.component(section, code="L", kind="lecture", meetings_per_week=3)
    db.session.commit()
    return section


def form_of(page, path):
    """What a browser would send of the section's form; the classes' numbers as the list that they are."""
    sent = sent_by(page, path)
    sent["class"] = [field.get("value") for field in page.iter("input") if field.get("name") == "class"]
    return sent


def pressed(pages, path, sent, button, value="1"):
    answer = pages.post(path, {**sent, button: value}, status=200)
    return form_of(parse(answer.text), path)


def classes():
    query = sa.select(Component).order_by(Component.code)
    return {c.code: c for c in db.session.scalars(query.execution_options(populate_existing=True))}


def edit_path(section):
    return f"/admin/records/sections/{section.section_id}"


def test_a_section_is_added_with_its_classes_listed_in_short_and_undone_as_a_whole(pages: Pages, here):
    sent = form_of(pages.get(NEW), NEW)
    assert sent["class"] == ["1"], "a new section begins with one class"
    assert not any("open" in details.attrib for details in pages.get(NEW).iter("details"))
    sent |= {"course_id": "CS1", "code": "Y", "teachers": "RAO", "groups": "A", "class-1-meetings_per_week": "3"}
    sent = pressed(pages, NEW, sent, "add")
    sent |= {"class-2-kind": "lab", "class-2-slots_per_meeting": "2", "class-2-batches": "B1, B2"}
    sent |= {"class-2-teachers": "RAO@B1, DAS@B2", "class-2-parallel": "y"}
    sent = pressed(pages, NEW, sent, "add")
    assert sent["class-2-teachers"] == "RAO@B1, DAS@B2", "a button keeps what was typed"
    sent = pressed(pages, NEW, sent, "remove", "3")
    assert sent["class"] == ["1", "2"]
    pages.post(NEW, sent)
    (section,) = db.session.scalars(sa.select(Section).filter_by(code="Y"))
    lab = db.session.scalars(sa.select(Component).filter_by(section_id=section.section_id, code="P")).one()
    assert (lab.kind, lab.slots_per_meeting, lab.parallel) == ("lab", 2, True)
    assert [(t.faculty.code, t.student_group_id is not None) for t in lab.teachers] == [("RAO", True), ("DAS", True)]
    listed = pages.get("/admin/records/sections")
    assert "3 × lecture, 1 × lab of 2 slots (2 batches)" in words(listed)
    (event,) = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action.startswith("sections.")))
    assert event.after["class L"]["meetings_per_week"] == "3"
    assert event.after["class P"]["batches"] == "B1, B2"
    undo = "/admin/records/sections/undo"
    pages.post(undo, sent_by(listed, undo))
    assert "Undone: Sections: CS1 Y added" in words(pages.get("/admin/records/sections"))
    assert list(classes()) == ["L"]


def test_every_fault_stands_at_its_field_and_nothing_is_lost_or_stored(pages: Pages, here):
    path = edit_path(here)
    sent = pressed(pages, path, form_of(pages.get(path), path), "add")
    sent |= {"teachers": "NOBODY", "class-1-meetings_per_week": "many", "class-2-code": "L", "class-2-batches": "B9"}
    sent |= {"class-2-kind": "tutorial", "expected_size": "40"}
    page = parse(pages.post(path, sent, status=422).text)
    assert "5 fields need a correction." in words(page)
    at = {e.get("id"): words(e) for e in page.iter() if (e.get("id") or "").endswith("-error")}
    assert "has the code “NOBODY”" in at["teachers-error"]
    assert "a whole number from 1 to 60" in at["class-1-meetings_per_week-error"]
    assert at["class-1-code-error"] == at["class-2-code-error"] == "Two classes of the section have this code."
    assert "has the code “B9”" in at["class-2-batches-error"]
    again = form_of(page, path)
    assert {name: again[name] for name in sent} == sent
    assert db.session.get(Section, here.section_id).expected_size == 30
    assert list(classes()) == ["L"]


def test_what_another_has_done_to_section_or_classes_is_shown_and_not_written_over(pages: Pages, here):
    path = edit_path(here)
    factories.component(here, code="T", kind="tutorial")
    db.session.commit()
    sent = form_of(pages.get(path), path)
    factories.component(here, code="P", kind="lab")
    db.session.delete(classes()["T"])
    classes()["L"].room_kind = "hall"
    db.session.commit()
    page = parse(pages.post(path, {**sent, "expected_size": "7"}, status=409).text)
    text = words(page)
    assert "Somebody else has changed this meanwhile" in text
    assert "it is now “hall”" in text
    assert "This class was deleted meanwhile. Saving again adds it anew; or remove it." in text
    again = form_of(page, path)
    assert [again[f"class-{n}-code"] for n in again["class"]] == ["L", "T", "P"], "the new one has joined the others"
    assert db.session.get(Section, here.section_id).expected_size == 30
    pages.post(path, pressed(pages, path, again, "remove", "2"))
    assert list(classes()) == ["L", "P"]
    assert db.session.get(Section, here.section_id).expected_size == 7


def test_a_class_that_timetables_use_goes_after_a_warning_that_may_be_taken_back(pages: Pages, here):
    path = edit_path(here)
    draft = factories.timetable(here.term)
    factories.entry(draft, classes()["L"], factories.slot(here.term))
    db.session.commit()
    sent = form_of(pages.get(path), path)
    page = parse(pages.post(path, {**sent, "remove": "1"}, status=200).text)
    assert "CS1 X L will be deleted when you save. It is used in 1 draft: 1 class goes there." in words(page)
    (focused,) = (e for e in page.iter("button") if e.get("data-focus") is not None)
    assert focused.get("name") == "keep"
    kept = pressed(pages, path, form_of(page, path), "keep", "1")
    assert kept["class-1-meetings_per_week"] == "3"
    pages.post(path, kept)
    assert list(classes()) == ["L"]
    page = parse(pages.post(path, {**form_of(pages.get(path), path), "remove": "1"}, status=200).text)
    other = factories.timetable(here.term)
    factories.entry(other, classes()["L"], factories.slot(here.term))
    db.session.commit()
    page = parse(pages.post(path, form_of(page, path), status=409).text)
    assert "2 drafts" in words(page), "what was agreed to was less"
    pages.post(path, form_of(page, path))
    assert list(classes()) == []
    assert "0 × " not in words(pages.get("/admin/records/sections"))


def test_a_class_that_data_use_says_so_and_stays(pages: Pages, here):
    path = edit_path(here)
    factories.pin(classes()["L"], room=factories.room(here.term.organization))
    db.session.commit()
    assert "L: 1 fixed class" in words(pages.get(path))
    page = parse(pages.post(path, {**form_of(pages.get(path), path), "remove": "1"}, status=200).text)
    assert "CS1 X L can't be deleted; it is used by 1 fixed class." in words(page)
    assert form_of(page, path)["class"] == ["1"]


def test_a_section_is_copied_for_another_group(pages: Pages, here):
    here.expected_size = 60
    db.session.commit()
    page = pages.get(f"{NEW}?like={here.section_id}")
    sent = form_of(page, NEW)
    assert (sent["course_id"], sent["code"], sent["groups"], sent["expected_size"]) == ("CS1", "", "", "60")
    pages.post(NEW, sent | {"code": "Z"})
    assert [(c.code, c.meetings_per_week) for c in db.session.scalars(sa.select(Component))] == [("L", 3)] * 2


def test_a_fragment_is_the_classes_alone_and_begins_in_the_new_row(pages: Pages, here):
    path = edit_path(here)
    sent = {**form_of(pages.get(path), path), "add": "1", "csrf_token": pages.csrf_token()}
    text = pages.client.post(path, data=sent, headers={"HX-Request": "true"}).text
    assert "<html" not in text
    assert re.findall(r'name="class" value="(\d)"', text) == ["1", "2"]
    assert re.findall(r'id="class-(\d)-code"[^>]*data-focus|data-focus[^>]*id="class-(\d)-code"', text) == [("", "2")]


def test_codes_change_places_where_one_is_free_and_say_so_where_none_is(pages: Pages, here):
    path = edit_path(here)
    factories.component(here, code="T", kind="tutorial")
    db.session.commit()
    sent = form_of(pages.get(path), path)
    pages.post(path, sent | {"class-1-code": "T", "class-2-code": "T2"})
    assert {code: one.kind for code, one in classes().items()} == {"T": "lecture", "T2": "tutorial"}
    sent = form_of(pages.get(path), path)
    page = parse(pages.post(path, sent | {"class-1-code": "T2", "class-2-code": "T"}, status=422).text)
    assert "save one of them with a third code first, then let them change places." in words(page)
    assert list(classes()) == ["T", "T2"]


def test_a_foreign_section_and_a_foreign_class_are_nobodys(pages: Pages, here):
    foreign = factories.component()
    db.session.commit()
    path = f"/admin/records/sections/{foreign.section_id}"
    pages.get(path, status=404)
    pages.get(f"{NEW}?like={foreign.section_id}", status=404)
    pages.get(f"{NEW}?like=nothing", status=404)
    mine = edit_path(here)
    sent = form_of(pages.get(mine), mine) | {"class-1-key": str(foreign.component_id)}
    pages.post(mine, sent, status=409)
    assert db.session.get(Component, foreign.component_id).code == foreign.code
