"""The timetable editor's pages: everything by plain forms, every refusal in words."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from tests import factories
from tests.pages import Pages, parse, words
from tests.university import Case, adjustable
from webapp.extensions import db
from webapp.models import Role, Timetable, TimetableStatus
from webapp.services.editor import board_cache


@pytest.fixture
def case(client: Any, sign_in: Any) -> Iterator[Case]:
    board_cache.forget_boards()
    found = adjustable()
    sign_in(client, found.user)
    yield found
    board_cache.forget_boards()


def edit(case: Case, entry: int | None = None, by: str = "group", **more: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in {"by": by, "entry": entry or "", **more}.items() if value)
    return f"/admin/timetables/{case.timetable.timetable_id}/edit?{query}"


def form(case: Case, entry: int, **more: object) -> dict[str, Any]:
    db.session.expire_all()
    return {"entry": entry, "revision": case.timetable.revision, "by": "group", **more}


def step(case: Case, action: str) -> str:
    return f"/admin/timetables/{case.timetable.timetable_id}/edit/{action}"


def spots(page: Element) -> dict[str, str]:
    """What each cell of the grid offers, by its slot."""
    return {b.get("data-spot"): b.get("class", "").split("--")[1] for b in page.iter("button") if b.get("data-spot")}


@pytest.mark.parametrize("by", ["group", "faculty", "room", "department"])
def test_the_editor_stands_by_group_teacher_room_and_department(pages: Pages, case: Case, by: str) -> None:
    entry = case.entry("ALG").entry_id
    assert "Choose a class" in words(pages.get(edit(case, by=by)))
    page = pages.get(edit(case, entry, by=by))
    assert "ALG A, L 1" in words(page)
    assert "Monday 08:00 to 09:00, LH-1" in words(page)
    assert set(spots(page).values()) <= {"good", "warn", "bad"}
    assert len(spots(page)) == 11
    fragment = pages.fragment(edit(case, entry, by=by))
    assert len(spots(fragment)) == 11


def test_every_cell_says_its_effect_in_words(pages: Pages, case: Case) -> None:
    page = pages.get(edit(case, case.entry("ALG").entry_id))
    effects = {b.get("data-spot"): b.get("data-effect") for b in page.iter("button") if b.get("data-spot")}
    assert "Dr Rao" in effects[str(case.slot(2, 0).time_slot_id)]
    assert "LAB A, P 1 is at Tuesday" in effects[str(case.slot(1, 0).time_slot_id)]


def test_a_class_is_moved_by_the_button_of_a_cell(pages: Pages, case: Case) -> None:
    entry = case.entry("ALG", 2).entry_id
    page = pages.get(edit(case, entry))
    wanted = str(case.slot(2, 1).time_slot_id)
    place = next(b.get("value") for b in page.iter("button") if b.get("data-spot") == wanted)
    answer = pages.post(step(case, "move"), form(case, entry, place=place))
    assert case.place("ALG", 2)[:2] == (2, 1)
    page = pages.get(answer.headers["Location"])
    assert "Last step: ALG A, L 2: from Monday 09:00" in words(page)


def test_a_clash_is_answered_with_ways_out_and_each_of_them_works(pages: Pages, case: Case) -> None:
    entry = case.entry("BOT").entry_id
    place = f"{case.slot(0, 1).time_slot_id}:{case.rooms[1].room_id}"
    refused = pages.post(step(case, "move"), form(case, entry, place=place), status=409)
    assert refused.headers["HX-Push-Url"] == "false"
    text = words(parse(refused.get_data(as_text=True)))
    assert "it is taken" in text
    assert "Swap the two" in text
    assert case.place("BOT") == (0, 0, "LH-2")
    pages.post(step(case, "move"), form(case, entry, place=place, displaced="swap"))
    assert (case.place("BOT"), case.place("BOT", 2)) == ((0, 1, "LH-2"), (0, 0, "LH-2"))


def test_what_is_displaced_lies_in_the_tray_with_its_reason(pages: Pages, case: Case) -> None:
    entry = case.entry("ALG").entry_id
    place = f"{case.slot(1, 0).time_slot_id}:{case.rooms[1].room_id}"
    pages.post(step(case, "move"), form(case, entry, place=place, displaced="tray"))
    page = words(pages.get(edit(case)))
    assert "Not placed 1 class without a place" in page
    assert "Taken off by hand." in page
    lab = case.entry("LAB").entry_id
    assert "without a place" in words(pages.get(edit(case, lab)))


def test_a_rule_gives_way_to_a_reason_that_is_shown(pages: Pages, case: Case) -> None:
    entry = case.entry("ALG").entry_id
    place = f"{case.slot(2, 0).time_slot_id}:{case.rooms[0].room_id}"
    refused = pages.post(step(case, "move"), form(case, entry, place=place), status=422)
    assert "Why it may stand there even so" in refused.get_data(as_text=True)
    pages.post(step(case, "move"), form(case, entry, place=place, reason="Agreed <b>by phone</b>."))
    page = pages.get(edit(case, entry))
    assert "Agreed <b>by phone</b>." in words(page)
    assert "1 class stands there by a reason" in words(page)
    assert "By a reason: Agreed" in words(page)
    before_publishing = words(pages.get(f"/admin/timetables/{case.timetable.timetable_id}/publish"))
    assert "The reason given: Agreed <b>by phone</b>." in before_publishing


def test_undo_redo_unplace_and_locks_are_forms(pages: Pages, case: Case) -> None:
    entry = case.entry("ALG").entry_id
    pages.post(step(case, "unplace"), form(case, entry))
    assert case.place("ALG") == (None, None, None)
    pages.post(step(case, "undo"), form(case, entry))
    assert case.place("ALG") == (0, 0, "LH-1")
    pages.post(step(case, "redo"), form(case, entry))
    pages.post(step(case, "undo"), form(case, entry))
    pages.post(step(case, "lock"), form(case, entry, lock="both:1"))
    assert (case.entry("ALG").locked_time, case.entry("ALG").locked_room) == (True, True)
    refused = pages.post(step(case, "unplace"), form(case, entry), status=422)
    assert "is locked at" in refused.get_data(as_text=True)
    pages.post(step(case, "lock"), form(case, entry, lock="room:0"))
    assert (case.entry("ALG").locked_time, case.entry("ALG").locked_room) == (True, False)


def test_locks_in_bulk_reach_a_teachers_day_and_no_further(pages: Pages, case: Case) -> None:
    sen = case.entry("LAB").faculty_id
    pages.post(step(case, "lock"), form(case, 0, by="faculty", key=sen, scope="all", day="1", lock="time:1"))
    assert case.entry("LAB").locked_time
    assert not case.entry("BOT").locked_time
    pages.post(step(case, "lock"), form(case, 0, by="room", key=case.rooms[0].room_id, scope="all", lock="both:1"))
    assert case.entry("ALG", 2).locked_room
    assert not case.entry("BOT").locked_time
    dept = case.entry("BOT").course.department_id
    pages.post(step(case, "lock"), form(case, 0, by="department", key=dept, scope="all", lock="both:0"))
    assert not case.entry("LAB").locked_time


def test_two_tabs_never_overwrite_each_other(pages: Pages, case: Case) -> None:
    first, second = form(case, case.entry("ALG").entry_id), form(case, case.entry("BOT").entry_id)
    pages.post(step(case, "move"), first | {"place": f"{case.slot(2, 2).time_slot_id}"})
    refused = pages.post(step(case, "move"), second | {"place": f"{case.slot(2, 3).time_slot_id}"}, status=409)
    text = words(parse(refused.get_data(as_text=True)))
    assert "The draft has changed since you looked at it" in text
    assert "You: ALG A, L 1: from Monday 08:00 to 09:00, LH-1 to Wednesday 10:00 to 11:00, LH-1" in text
    assert case.place("BOT") == (0, 0, "LH-2")
    assert f'name="revision" value="{case.timetable.revision}"' in refused.get_data(as_text=True)


def test_a_double_click_does_nothing_twice(pages: Pages, case: Case) -> None:
    sent = form(case, case.entry("ALG").entry_id) | {"place": f"{case.slot(2, 2).time_slot_id}"}
    pages.post(step(case, "move"), sent)
    pages.post(step(case, "move"), sent, status=409)
    assert case.timetable.revision == 2
    sent = form(case, 0)
    pages.post(step(case, "undo"), sent)
    pages.post(step(case, "undo"), sent, status=409)
    assert case.place("ALG") == (0, 0, "LH-1")


@pytest.mark.parametrize("place", ["", "x", "999999999", "1:999999999", "-1", "99999999999999999999", ":", "1:2:3"])
def test_a_place_that_does_not_exist_is_answered_in_words(pages: Pages, case: Case, place: str) -> None:
    refused = pages.post(step(case, "move"), form(case, case.entry("ALG").entry_id, place=place), status=422)
    assert "no such slot" in refused.get_data(as_text=True) or "no such room" in refused.get_data(as_text=True)
    assert case.place("ALG") == (0, 0, "LH-1")


@pytest.mark.parametrize("entry", ["999999999", "x", "99999999999999999999"])
def test_a_class_that_is_not_there_is_answered_in_words(pages: Pages, case: Case, entry: str) -> None:
    refused = pages.post(step(case, "unplace"), form(case, 0) | {"entry": entry}, status=404)
    assert "not in the timetable any more" in refused.get_data(as_text=True)
    if entry == "999999999":
        assert "not in the timetable any more" in words(pages.get(edit(case, 999999999), status=404))


@pytest.mark.parametrize("revision", ["", "x", "0", "7"])
def test_a_revision_that_nobody_saw_is_stale(pages: Pages, case: Case, revision: str) -> None:
    pages.post(step(case, "undo"), {"revision": revision, "by": "group"}, status=409)


def test_a_published_timetable_is_not_edited_but_branched(pages: Pages, case: Case) -> None:
    case.timetable.status = TimetableStatus.PUBLISHED
    db.session.commit()
    entry = case.entry("ALG").entry_id
    page = pages.get(edit(case, entry))
    assert "Hand-made is published, so it stays as it is." in words(page)
    assert spots(page) == {}
    sent = form(case, entry, place=f"{case.slot(2, 2).time_slot_id}")
    refused = pages.post(step(case, "move"), sent, status=409)
    assert "Make a draft" in refused.get_data(as_text=True)
    branch = f"/admin/timetables/{case.timetable.timetable_id}/branch"
    first, second = (pages.post(branch, {"name": "My draft"}) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert "My draft is yours to change" in words(pages.get(first.headers["Location"]))
    assert db.session.query(Timetable).filter_by(variant_name="My draft").count() == 1


def test_nobody_else_edits(client: Any, sign_in: Any, pages: Pages, case: Case) -> None:
    sign_in(client, factories.user(case.user.organization, Role.HOD))
    pages.get(edit(case), status=403)
    pages.post(step(case, "undo"), form(case, 0), status=403)
    sign_in(client, factories.user())
    pages.get(edit(case), status=404)
    pages.post(step(case, "undo"), form(case, 0), status=404)


def test_what_no_reason_covers_is_shown_and_let_stand_by_one(pages: Pages, case: Case) -> None:
    entry, slot, room = case.entry("ALG").entry_id, case.slot(0, 0), case.rooms[0].room_id
    factories.availability(slot, room_id=room)
    db.session.commit()
    page = pages.get(edit(case, entry))
    assert "No reason covers what it breaks here" in words(page)
    (button,) = [b for b in page.iter("button") if words(b) == "Let it stand by a reason"]
    asked = form(case, entry, place=button.get("value"))
    refused = parse(pages.post(step(case, "move"), asked, 422).get_data(as_text=True))
    assert [words(b) for b in refused.iter("button") if words(b) == "Let it stand by this reason"]
    pages.post(step(case, "move"), asked | {"reason": "The porter opens it."})
    told = words(pages.get(edit(case, entry)))
    assert "No reason covers" not in told
    assert "by a reason" in told
    assert "The porter opens it." in told


def test_weeks_stand_beside_the_first_one_stay_through_a_step_and_are_taken_away(pages: Pages, case: Case) -> None:
    entry = case.entry("ALG")
    teacher, room = f"faculty:{entry.faculty_id}", f"room:{entry.room_id}"
    page = pages.get(edit(case, entry.entry_id) + f"&also={teacher}&also={room}&also=room:0&also=nonsense")
    captions = ["".join(caption.itertext()) for caption in page.iter("caption")]
    assert len(captions) == 3
    assert any("LH-1" in caption for caption in captions)
    moved = form(case, entry.entry_id, place=f"{case.slot(1, 2).time_slot_id}", also=[teacher, room])
    answer = pages.post(step(case, "move"), moved)
    location = answer.headers["Location"]
    assert location.count("also=") == 2
    assert len(list(pages.get(location).iter("caption"))) == 3


def test_a_part_of_the_term_is_locked_as_a_whole_and_one_without_classes_is_said_to_be(
    pages: Pages, case: Case
) -> None:
    entry = case.entry("ALG")
    asked = form(case, 0, scope="part", lock="both:1", department=entry.course.department_id)
    pages.post(step(case, "lock"), asked)
    db.session.expire_all()
    of_department = [one for one in case.timetable.entries if one.course.department_id == entry.course.department_id]
    assert all(one.locked_time for one in of_department if one.time_slot_id)
    refused = pages.post(step(case, "lock"), form(case, 0, scope="part", lock="both:1", semester_of_study=8), 422)
    assert "No class that has a place is of that part: semester of study 8." in refused.get_data(as_text=True)
