"""Measures the timetable editor on an invented term of 1,500 classes: `python -m benchmarks.where_else`.

Server time of whole requests, from the first byte in to the last byte out, in one process: painting the week for one
class (the page's fragment, as a click asks for it) and moving it. Servers of its own, thrown away afterwards.
"""

import argparse
import os
import sys
from collections.abc import Callable
from random import Random
from time import perf_counter, process_time, time
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from webapp.embedded import servers
from webapp.web.access import SESSION_BEGAN

DAYS, SLOTS, LECTURES, SETS = 5, 8, 3, 400
CLOCK: Callable[[], float] = perf_counter
FRAGMENT = {"HX-Request": "true"}


def main() -> int:
    """Make the term, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--classes", type=int, default=1500)
    arguments.add_argument("--requests", type=int, default=200)
    arguments.add_argument(
        "--processor", action="store_true", help="count this process's processor time: for a machine with other work"
    )
    wanted = arguments.parse_args()
    if wanted.processor:
        globals()["CLOCK"] = process_time
    with servers() as started:
        os.environ.update(started.environment, TIMELOOM_ENV="test")
        from webapp.app import create_app

        app = create_app({"TESTING": True, "RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False})
        with app.app_context():
            upgrade("migrations")
            timetable_id, entries, user = made(wanted.classes)
        report(app, timetable_id, entries, user, wanted.requests)
    heavy = sorted({"ortools", "numba"} & set(sys.modules))
    print(f"solvers loaded: {', '.join(heavy) or 'none'}")
    return 0


def made(classes: int) -> tuple[int, list[int], str]:
    """A term with its timetable in the database: its key, its entries, and the session of its registrar."""
    from tests import factories
    from webapp.extensions import db
    from webapp.models import TimetableEntry
    from webapp.services.problem.solutions import TimetableFacts, store_timetable
    from webapp.services.problem.term_problem import build_problem
    from webapp.services.shared.rule_defaults import default_rules

    random = Random(1)
    user = factories.user()
    org = user.organization
    term = factories.term(org, days=DAYS, slots=SLOTS)
    db.session.add_all(default_rules(term.term_id))
    dept = factories.department(org)
    teachers = [factories.faculty(dept) for _ in range(classes // 10)]
    groups = [factories.group(term) for _ in range(classes // 20)]
    for _ in range(classes // 25):
        factories.room(org, capacity=random.choice([60, 90, 120]))
    slots = [factories.slot(term, day, number) for day in range(DAYS) for number in range(SLOTS)]
    sections = []
    for _ in range(classes // LECTURES):
        attends = random.sample(groups, random.choice([1, 1, 1, 2]))
        section = factories.section(
            term, factories.course(dept), faculty=[random.choice(teachers)], groups=attends, expected_size=50
        )
        factories.component(section, meetings_per_week=LECTURES)
        sections.append(section)
    for teacher in teachers:
        for slot in random.sample(slots, 3):
            factories.availability(slot, faculty_id=teacher.faculty_id)
    for _ in range(SETS):
        student = factories.student(org)
        for section in random.sample(sections, 4):
            factories.enrollment(student, section)
    db.session.commit()
    problem = build_problem(term)
    timetable_id = store_timetable(problem, packed(problem), TimetableFacts("Invented"))
    db.session.commit()
    query = sa.select(TimetableEntry.entry_id).filter_by(timetable_id=timetable_id)
    return timetable_id, list(db.session.scalars(query.order_by(TimetableEntry.entry_id))), user.get_id()


def packed(problem: Any) -> Any:
    """Each class in the first of some chosen places that breaks nothing; the rest lies in the tray."""
    from webapp.engine.evaluate import ScoredTimetable
    from webapp.engine.instance import Placement

    random = Random(2)
    timetable = ScoredTimetable(problem.instance)
    for index, meeting in enumerate(problem.instance.meetings):
        for _ in range(60):
            place = Placement(random.choice(meeting.times).time, random.choice(meeting.rooms).room)
            if not timetable.excluded(index, place) and timetable.delta({index: place}).hard < 0:
                timetable.place(index, place)
                break
    return timetable.solution


def report(app: Flask, timetable_id: int, entries: list[int], user: str, requests: int) -> None:
    """Time the requests and print percentiles."""
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"_user_id": user, "_fresh": True, SESSION_BEGAN: int(time())})
    path = f"/admin/timetables/{timetable_id}/edit"
    random = Random(3)
    chosen = random.sample(entries, min(requests, len(entries)))
    first = timed(lambda: client.get(f"{path}?entry={chosen[0]}", headers=FRAGMENT))
    print(f"{len(entries)} classes; first look in a new process: {first * 1000:.0f} ms")
    told(
        "where else (click on a class)",
        [timed(lambda e=e: client.get(f"{path}?entry={e}", headers=FRAGMENT)) for e in chosen],
    )
    moves, pages = [], []
    for entry in chosen:
        seconds = moved(app, client, path, timetable_id, entry)
        if seconds is not None:
            moves.append(seconds[0])
            pages.append(sum(seconds))
    told("a move (the change itself)", moves)
    told("a move and the page after it", pages)
    told("undo", [timed(lambda: post(app, client, path, timetable_id, "undo")) for _ in range(min(50, len(moves)))])


def moved(app: Flask, client: FlaskClient, path: str, timetable_id: int, entry: int) -> tuple[float, float] | None:
    """Seconds to move a class to its best other place, and to show the page again; None where it can't go."""
    from webapp.extensions import db
    from webapp.models import Timetable
    from webapp.services.editor import view

    with app.app_context():
        best = view.chosen(db.session.get_one(Timetable, timetable_id), entry).best[0]
    if best.mark == "bad":
        return None
    answers: list[Any] = []
    change = timed(lambda: answers.append(post(app, client, path, timetable_id, "move", entry=entry, place=best.value)))
    if answers[0].status_code != 303:
        return None
    return change, timed(lambda: client.get(answers[0].headers["Location"], headers=FRAGMENT))


def post(app: Flask, client: FlaskClient, path: str, timetable_id: int, action: str, **form: Any) -> Any:
    """Send one step at the draft's present revision."""
    from webapp.extensions import db
    from webapp.models import Timetable

    with app.app_context():
        revision = db.session.get_one(Timetable, timetable_id).revision
    return client.post(f"{path}/{action}", data={"revision": revision, "by": "group", **form})


def timed(action: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    began = CLOCK()
    action()
    return CLOCK() - began


def told(what: str, seconds: list[float]) -> None:
    """One line: median, 95th percentile, slowest."""
    if not seconds:
        print(f"{what}: nothing measured")
        return
    ordered = sorted(seconds)
    middle, high = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(f"{what}: median {middle * 1000:.0f} ms, 95th percentile {high * 1000:.0f} ms, "
          f"slowest {ordered[-1] * 1000:.0f} ms, {len(ordered)} requests")  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
