"""The Rules page: classes are looked for and ticked, with and without script; a rule is edited, deleted, restored."""

import io
from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient

from tests.pages import Pages, parse, sent_by, words
from tests.university import University, university
from webapp.extensions import db
from webapp.models import TermRule, TimeSlot
from webapp.services.problem.term_problem import build_problem
from webapp.services.shared.rule_defaults import RULE_NAMES

NEW = "/admin/rules/new"


@pytest.fixture
def uni(session: object, client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> University:
    made = university()
    sign_in(client, made.registrar)
    return made


def ticks(page: Element) -> dict[str, bool]:
    boxes = (box for box in page.iter("input") if box.get("name") == "class")
    return {str(box.get("value")): box.get("checked") is not None for box in boxes}


def test_a_rule_is_added_from_looking_for_classes_to_its_links_edited_and_deleted(
    pages: Pages, uni: University
) -> None:
    form = sent_by(pages.get(NEW + "?rule=precedence"), NEW)
    sent = {**form, "rule": "precedence", "kind": "hard", "q": "CSE301", "find": "1"}
    page = parse(pages.post(NEW, sent, status=200).get_data(as_text=True))
    first, second = ticks(page)
    assert not any(ticks(page).values())
    again = parse(
        pages.post(NEW, {**sent, "class": second, "q": "calculus"}, 200, headers={"HX-Request": "true"}).get_data(
            as_text=True
        )
    )
    assert list(ticks(again).values()) == [True, False], "what is ticked stays, though something else is looked for"
    del sent["find"]
    refused = pages.post(NEW, {**sent, "class": second}, 422)
    assert "Choose at least 2 classes." in words(parse(refused.get_data(as_text=True)))
    places = {f"place-{first}": "2", f"place-{second}": "1"}
    pages.post(NEW, {**sent, **places, "class": [first, second]})
    page = pages.get("/admin/rules")
    assert "Order (1)" in words(page)
    named = [words(a) for a in page.iter("a") if "/records/components/" in (a.get("href") or "")]
    assert named == ["CSE301 B, L", "CSE301 A, L"]
    key = db.session.query(TermRule).filter_by(code="precedence-1").one().term_rule_id
    path = f"/admin/rules/{key}"
    mine = sent_by(pages.get(path), path)
    change = {**mine, "rule": "precedence", "kind": "soft", "weight": "3", "class": [first, second]}
    stale = {**change, "weight": "5"}
    pages.post(path, change)
    assert "it is now “Order: wish, weight 3;" in words(parse(pages.post(path, stale, 409).get_data(as_text=True)))
    pages.post(f"{path}/delete", {"seen": mine["seen"]}, 409)
    pages.post(f"{path}/delete", sent_by(pages.get(f"{path}/delete"), f"{path}/delete"))
    assert "Order (1) is deleted." in words(pages.get("/admin/rules"))
    pages.get(path, 404)


def test_people_slots_and_rooms_are_sent_by_the_form_and_reach_the_engine(pages: Pages, uni: University) -> None:
    slots = db.session.query(TimeSlot).filter_by(term_id=uni.term.term_id).order_by(TimeSlot.code).limit(2).all()
    fields = {
        "interval_days": {"teacher": uni.rao.faculty_id, "slot": [slot.time_slot_id for slot in slots], "amount": "3"},
        "begins_by": {"group": uni.section_a.student_group_id, "amount": "2", "second": "1"},
        "home_room": {"teacher": uni.rao.faculty_id, "room": uni.hall.room_id, "of": "some"},
        "max_breaks": {"of": "all", "amount": "1"},
    }
    for rule, named in fields.items():
        path = f"{NEW}?rule={rule}"
        shown = pages.get(path)
        boxes = {box.get("name") for box in shown.iter("input")}
        assert {"q", *named} - {"teacher", "group", "room"} <= boxes, rule
        sent = sent_by(shown, NEW) | {"rule": rule, "kind": "hard", "on": "1", "weight": ""}
        missing = pages.post(NEW, sent | {"amount": "", "of": "some"}, 422)
        assert "correction" in missing.get_data(as_text=True), rule
        pages.post(NEW, sent | named)
    built = build_problem(uni.term)
    own = {c.rule.name: c for c in built.instance.constraints if c.rule.name in fields and c.hard}
    rao = built.resource_of_faculty[uni.rao.faculty_id]
    assert (own["interval_days"].resources, own["interval_days"].amount) == ((rao,), 3)
    assert len(own["interval_days"].cells) == 2
    assert (own["begins_by"].amount, own["begins_by"].second_amount) == (2, 1)
    assert rao not in own["begins_by"].resources
    assert [built.instance.rooms[room].code for room in own["home_room"].rooms] == [uni.hall.code]
    assert own["max_breaks"].meetings, "everybody: the classes of each"
    assert "Dr Rao" in words(pages.get("/admin/rules"))


def test_the_usual_rules_are_restored_once_it_is_confirmed_what_changes(pages: Pages, uni: University) -> None:
    assert "nothing to restore" in words(pages.get("/admin/rules/usual"))
    row = db.session.query(TermRule).filter_by(code="unavailable").one()
    row.is_enabled = False
    db.session.commit()
    assert "1 rule is used otherwise than in a new term" in words(pages.get("/admin/rules"))
    page = pages.get("/admin/rules/usual")
    rows = [[words(cell) for cell in row] for row in page.iter("tr")]
    assert rows[1:] == [["Unavailable times", "off", "must hold"]]
    sent = sent_by(page, "/admin/rules/usual")
    pages.post("/admin/rules/usual", {**sent, "seen": ""}, 409)
    pages.post("/admin/rules/usual", sent)
    db.session.refresh(row)
    assert row.is_enabled


def test_a_files_rules_are_told_before_and_after_in_its_preview_and_the_others_counted(
    pages: Pages, uni: University
) -> None:
    content = b"code,rule,enabled,hard,components\nunavailable,unavailable,no,yes,\nmine,same_room,yes,yes,CSE391/A/P\n"
    sent = sent_by(pages.get("/admin/import"), "/admin/import") | {"file": (io.BytesIO(content), "rules.csv")}
    page = pages.get(pages.post("/admin/import", sent).location)
    (section,) = (one for one in page.iter("section") if one.get("aria-labelledby") == "rules-of-file")
    assert f"{len(RULE_NAMES) - 1} other rules of the term stay as they are." in words(section)
    rows = [[words(cell) for cell in row.iter("td")] for row in section.iter("tr")]
    assert rows[1:] == [
        ["Unavailable times switched off", "must hold", "off"],
        ["Same room (mine)", "not there", "must hold; CSE391 A, P"],
    ]


def test_the_pages_of_a_section_teacher_room_and_group_add_a_rule_about_it_which_can_be_undone(
    pages: Pages, uni: University
) -> None:
    about = {
        f"/admin/records/faculty/{uni.rao.faculty_id}": ("begins_by", "teacher", "F-RAO"),
        f"/admin/records/groups/{uni.section_a.student_group_id}": ("begins_by", "group", uni.section_a.code),
        f"/admin/records/rooms/{uni.hall.room_id}": ("home_room", "room", uni.hall.code),
        f"/admin/records/sections/{uni.lab.section_id}": ("days_between", "class", "CSE391 A, P"),
    }
    for path, (rule, name, label) in about.items():
        (link,) = (a for a in pages.get(path).iter("a") if words(a) == "Add a rule about this")
        offered = pages.get(str(link.get("href")))
        assert f"About {uni.rao.name if label == 'F-RAO' else label}. Choose what it asks." in words(offered)
        (chosen,) = {a.get("href") for a in offered.iter("a") if f"rule={rule}&" in (a.get("href") or "") + "&"}
        form = pages.get(str(chosen))
        assert [box.get("checked") is not None for box in form.iter("input") if box.get("name") == name] == [True]
    sent = {**sent_by(form, NEW), "kind": "hard", "on": "1", "amount": "2"}
    pages.post(NEW, sent)
    page = pages.get("/admin/rules")
    assert "Rules: Days between (1) added. Undo" in words(page)
    pages.post("/admin/rules/undo", sent_by(page, "/admin/rules/undo"))
    assert "Undone: Rules: Days between (1) added." in words(pages.get("/admin/rules"))
    assert db.session.query(TermRule).filter_by(code="days_between-1").count() == 0
