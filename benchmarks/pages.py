"""Times the registrar's pages on an invented term of 1,500 classes: `python -m benchmarks.pages`.

Server time of whole requests in one process, each page twice: as the first after a start, and again. Only addresses
that the keys of the term, its two timetables and its department fill are asked for. Servers of its own, thrown away
afterwards.
"""

import argparse
import os
from time import process_time, time
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from benchmarks import where_else
from benchmarks.where_else import made, packed, timed
from webapp.embedded import servers
from webapp.web.access import SESSION_BEGAN


def main() -> int:
    """Make the term and a second timetable of it, walk the pages, print the slowest first."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--classes", type=int, default=1500)
    arguments.add_argument("--only", default="", help="addresses that hold this text")
    arguments.add_argument(
        "--processor", action="store_true", help="count this process's processor time: for a machine with other work"
    )
    wanted = arguments.parse_args()
    if wanted.processor:
        where_else.CLOCK = process_time
    with servers() as started:
        os.environ.update(started.environment, TIMELOOM_ENV="test")
        from webapp.app import create_app

        app = create_app({"TESTING": True, "RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False})
        with app.app_context():
            upgrade("migrations")
            timetable_id, _entries, user = made(wanted.classes)
            keys = also(timetable_id)
        walk(app, user, [path for path in paths(app, keys) if wanted.only in path])
    return 0


def also(timetable_id: int) -> dict[str, Any]:
    """Another timetable of the same term, submitted to the heads; the keys that addresses need."""
    from webapp.extensions import db
    from webapp.models import Department, Timetable, TimetableStatus
    from webapp.services.problem.solutions import TimetableFacts, store_timetable
    from webapp.services.problem.term_problem import build_problem
    from webapp.services.reports import MAKERS

    timetable = db.session.get_one(Timetable, timetable_id)
    problem = build_problem(timetable.term)
    other_id = store_timetable(problem, packed(problem), TimetableFacts("Other"))
    db.session.get_one(Timetable, other_id).status = TimetableStatus.SUBMITTED
    department = db.session.scalars(sa.select(Department)).one()
    db.session.commit()
    return {
        "timetable_id": [timetable_id, other_id],
        "term_id": [timetable.term_id],
        "dept_id": [department.department_id],
        "report_key": list(MAKERS),
        "table_key": ["rooms", "sections", "enrollments"],
    }


def walk(app: Flask, user: str, asked: list[str]) -> None:
    """Ask for every page and print it with both times."""
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"_user_id": user, "_fresh": True, SESSION_BEGAN: int(time())})
    found = []
    for path in asked:
        answers: list[Any] = []
        first, again = (timed(lambda p=path, a=answers: a.append(client.get(p))) for _ in range(2))
        found.append((again, first, len(answers[1].data), answers[1].status_code, path))
    for again, first, size, status, path in sorted(found, reverse=True):
        print(f"{again * 1000:7.0f} ms (first {first * 1000:6.0f} ms) {size // 1024:6d} KiB {status} {path}")


def paths(app: Flask, keys: dict[str, Any]) -> list[str]:
    """Addresses of the registrar's pages, the comparison of the two timetables among them."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("admin.") and "GET" in (rule.methods or ()) and rule.arguments <= set(keys):
            chosen = [{}]
            for name in sorted(rule.arguments):
                chosen = [one | {name: value} for one in chosen for value in keys[name]]
            found += [rule.build(one, append_unknown=False)[1] for one in chosen]
    return found


if __name__ == "__main__":
    raise SystemExit(main())
