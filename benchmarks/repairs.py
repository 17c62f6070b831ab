"""Times repairs and re-solves as a worker does them, on two terms: `python -m benchmarks.repairs`.

The demo university (590 classes, 40 rooms) and an invented term of 1,500 classes, each solved for some seconds first.
What happens: a room closes all week, a teacher is away for a day, the largest section grows by ten, nothing.
Servers of its own, thrown away afterwards. With `--engine` the engine alone repairs an invented term of so many classes
(`benchmarks/invented_term.py`), a first timetable of it: 7750 is a university of 20,000 students.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time
from typing import Any

import sqlalchemy as sa
from flask_migrate import upgrade

from benchmarks.where_else import made
from webapp.embedded import servers


def main() -> int:
    """Make the terms, solve, repair and re-solve them, print; 1 when a repair took 2 s longer than its limit."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=30.0, help="for the timetable that is repaired")
    arguments.add_argument("--limit", type=float, default=15.0, help="for each repair")
    arguments.add_argument("--classes", type=int, default=1500, help="of the invented term")
    arguments.add_argument("--engine", type=int, metavar="CLASSES", help="the engine alone, without servers")
    wanted = arguments.parse_args()
    if wanted.engine:
        return min(1, alone(wanted.engine, wanted.seconds, wanted.limit))
    late = 0
    with servers() as started:
        os.environ.update(started.environment, TIMELOOM_ENV="test")
        from webapp.app import create_app

        with create_app({"TESTING": True}).app_context():
            upgrade("migrations")
            for name, term in terms(wanted.classes):
                late += measure(name, term, wanted.seconds, wanted.limit)
    return min(1, late)


def alone(classes: int, seconds: float, limit: float) -> int:
    """Repair a term of so many classes by the engine alone; returns how many repairs were late."""
    from benchmarks.invented_term import DAYS, SLOTS, invented_term
    from webapp.engine.params import SolveParams
    from webapp.engine.repair import PersonOut, RoomOut, repair
    from webapp.engine.solve import schedule

    instance, late = invented_term(classes), 0
    first = schedule(instance, SolveParams(seconds, 1))
    print(f"{instance.name}: {first.hard} hard violations, {_used()}", flush=True)
    if first.hard:
        print("  no timetable to repair was found in time: give it more with --seconds")
        return 1
    rooms = Counter(place.room for place in first.solution.placements if place.room is not None)
    teachers = range(sum(person.kind == "instructor" for person in instance.resources))
    busiest = max(teachers, key=lambda person: len(instance.meetings_of[person]))
    day = frozenset(cell for cell in range(DAYS * SLOTS) if cell < SLOTS)
    happened = {"a room closes all week": RoomOut(rooms.most_common(1)[0][0]),
                "a teacher is away for a day": PersonOut(busiest, day)}  # fmt: skip
    for words, change in happened.items():
        began, used = perf_counter(), process_time()
        found = repair(instance, first.solution, [change], limit, workers=2)
        took = perf_counter() - began
        late += took > limit + 2
        rungs = ", ".join(f"{rung.moves} moves cost {rung.cost}" for rung in found.ladder)
        print(f"  {words}: {took:.1f} s, {process_time() - used:.1f} s of processor time; {found.sentence} {rungs}; "
              f"{_used()}", flush=True)  # fmt: skip
    return late


def _used() -> str:
    """The most memory that this process has had."""
    return f"{getrusage(RUSAGE_SELF).ru_maxrss / 1_000_000:.2f} GB at most so far"


def terms(classes: int) -> Iterator[tuple[str, Any]]:
    """The two terms, by name."""
    from webapp.demo.loader import load
    from webapp.extensions import db
    from webapp.models import Term, Timetable

    load("not-a-password-that-anybody-has")
    yield "demo", db.session.scalars(sa.select(Term)).one()
    timetable_id, _entries, _user = made(classes)
    yield "invented", db.session.get_one(Timetable, timetable_id).term


def measure(name: str, term: Any, seconds: float, limit: float) -> int:
    """Solve the term, then repair and re-solve; returns how many repairs were late."""
    from webapp.engine.evaluate import evaluate
    from webapp.engine.params import SolveParams
    from webapp.engine.solve import solve
    from webapp.services.problem.repair_base import RepairBase
    from webapp.services.problem.term_problem import build_problem
    from webapp.tasks.repair import repair_timetable
    from webapp.tasks.resolve import resolve_rest
    from webapp.tasks.threads import threads

    problem = build_problem(term)
    solution = solve(problem.instance, SolveParams(seconds, 1, threads())).solution
    score = evaluate(problem.instance, solution)
    print(f"{name}: {len(solution.placements)} classes, {score.hard} hard violations, cost {score.cost}", flush=True)
    base = RepairBase(0, 0, problem, solution, {}, {})
    late = 0
    for words, changes in happenings(problem, solution):
        began = perf_counter()
        answer = repair_timetable(base, changes, limit, 1, lambda: False)
        took = perf_counter() - began
        late += took > limit + 2
        rungs = ", ".join(f"{rung.moves} moves cost {rung.cost}" for rung in answer.rungs)
        proof = "proven" if answer.proven else f"bound {answer.bound}"
        print(f"  {words}: {took:.1f} s, {answer.status}, {answer.hit} hit, {proof}; {rungs}", flush=True)
    for closeness in (10, 1, 0):
        began = perf_counter()
        _, answer = resolve_rest(base, closeness, limit, 1, lambda: False)
        print(f"  re-solve, closeness {closeness}: {perf_counter() - began:.1f} s, {answer.moved} moved, "
              f"cost {answer.before.cost} to {answer.after.cost}", flush=True)  # fmt: skip
    return late


def happenings(problem: Any, solution: Any) -> Iterator[tuple[str, list[Any]]]:
    """What happens, in words and as changes: to the fullest room, the busiest teacher, the largest section."""
    from webapp.services.jobs.kinds import EventKind, RepairEvent

    used = Counter(place.room for place in solution.placements if place.room is not None)
    room = problem.room_ids[used.most_common(1)[0][0]]
    yield "a room closes all week", [RepairEvent(EventKind.ROOM, room, "", "closed")]
    busy = Counter(key for row in problem.rows for key in row.faculty_ids)
    day = min(slot.day for slot in problem.calendar.by_id.values())
    slots = tuple(key for key, slot in problem.calendar.by_id.items() if slot.day == day)
    yield "a teacher is away for a day", [RepairEvent(EventKind.FACULTY, busy.most_common(1)[0][0], "", "away", slots)]
    sizes = {row.section_id: problem.instance.meetings[i].size for i, row in enumerate(problem.rows)}
    section = max(sizes, key=lambda key: sizes[key])
    yield "a section grows by ten", [RepairEvent(EventKind.SECTION, section, "", "grown", size=sizes[section] + 10)]
    yield "nothing", []


if __name__ == "__main__":
    sys.exit(main())
