"""The pages of repairing: what happened is listed, refused in words, and its ladder becomes a draft."""

from tests.pages import words
from tests.university import adjustable
from webapp.extensions import db
from webapp.models import GenerationJob, JobStatus


def rung(case):
    entry, slot = case.entry("ALG"), case.slot(2, 2)
    end = slot.end_time.hour * 60 + slot.end_time.minute
    place = [entry.component_id, None, 1, slot.time_slot_id, end, case.rooms[1].room_id]
    moved = [{"label": "ALG A, L 1", "before": "Monday", "now": "", "teachers": ["Dr Rao"]}]
    return {"moves": 1, "cost": 3, "lost": 0, "places": [place], "unplaced": [], "moved": moved}


def test_a_change_is_listed_repaired_and_its_rung_becomes_a_draft(client, pages, sign_in):
    case = adjustable()
    sign_in(client, case.user)
    token, key = pages.csrf_token(), case.timetable.timetable_id
    form = {"csrf_token": token, "timetable": key, "room": case.rooms[0].room_id, "room_days": "0"}
    listed = client.post("/admin/repair", data=form | {"add": "1"})
    assert listed.status_code == 303
    assert "LH-1 is closed on Monday" in client.get(listed.location).get_data(as_text=True)
    begun = client.post("/admin/repair", data=form)
    assert "Waiting" in client.get(begun.location).get_data(as_text=True)
    job = db.session.get_one(GenerationJob, begun.location.rsplit("/", 1)[1])
    job.status = JobStatus.COMPLETED
    told = {
        "status": "feasible",
        "proven": True,
        "bound": 1,
        "hit": 1,
        "in_tray": 0,
        "held": 0,
        "before": 2,
        "seconds": 1,
    }
    job.facts = {"answer": told | {"revision": case.timetable.revision, "rungs": [rung(case)]}}
    db.session.commit()
    page = client.get(begun.location).get_data(as_text=True)
    assert "1 class moves" in page
    assert "that is proven" in page
    assert "data-poll" not in page
    assert "<svg" not in page.partition("More moves, less cost")[2], "one rung is no curve"
    job.facts = {"answer": job.facts["answer"] | {"rungs": [rung(case), rung(case) | {"moves": 2, "cost": 1}]}}
    db.session.commit()
    drawn = client.get(begun.location).get_data(as_text=True).partition("More moves, less cost")[2]
    assert drawn.count("<circle") == 2
    waits = {"key": [case.entry("ALG").component_id, None, 2], "label": "ALG A, L 2", "reason": "There is no room."}
    for lost, said in ((0, "1 class moves"), (1, "Not every class finds a place")):
        job.facts = {"answer": job.facts["answer"] | {"rungs": [rung(case) | {"unplaced": [waits], "lost": lost}]}}
        db.session.commit()
        told = words(pages.get(begun.location))
        assert said in told
        assert "ALG A, L 2: There is no room." in told
    job.facts = {"answer": job.facts["answer"] | {"rungs": [rung(case)]}}
    db.session.commit()
    made = client.post(f"{begun.location}/draft", data={"csrf_token": token, "rung": 1})
    told = words(pages.get(made.location))
    assert "LH-1 is closed on Monday" in told
    assert "Wed 10:00, LH-2" in told
    assert "What the worker found" in told


def test_what_is_missing_or_wrong_is_answered_in_words(client, pages, sign_in):
    case = adjustable()
    sign_in(client, case.user)
    form = {"csrf_token": pages.csrf_token(), "timetable": case.timetable.timetable_id}
    for fields, said in (
        ({}, "Say what has happened"),
        ({"section": case.entry("ALG").section_id, "size": "many"}, "found many"),
        ({"room": 999999}, "no such room"),
    ):
        answer = client.post("/admin/repair", data=form | fields)
        assert (answer.status_code, said in answer.get_data(as_text=True)) == (422, True)
    assert client.post("/admin/repair", data=form | {"timetable": 999999}).status_code == 404
    path = f"/admin/timetables/{case.timetable.timetable_id}/resolve"
    assert client.post(path, data=form | {"seconds": "x"}).status_code == 422
    begun = client.post(path, data=form | {"seconds": "10"})
    assert "Solving the rest" in client.get(begun.location).get_data(as_text=True)
    assert "Re-solve the rest" in client.get(f"/admin/timetables/{case.timetable.timetable_id}/edit").get_data(
        as_text=True
    )
