"""Draws what short runs gain: `python -m benchmarks.short_runs --csv short.csv --svg short.svg`.

Every variant of an invented term is searched for 5, 10, 20 and 60 CPU seconds from one first timetable, each in a
process of its own whose clock begins with the search. Said are the cost of the start and of each run by the truth,
under the variant's weights, and how many different timetables the variants are.
"""

import argparse
import csv
import multiprocessing
import sys
from collections.abc import Iterable
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.invented_term import invented_term
from webapp.engine.evaluate import evaluate
from webapp.engine.params import SolveParams
from webapp.engine.profiles import PROFILES, profiled
from webapp.engine.solution import Solution
from webapp.engine.solve import resolve, schedule

COLUMNS = ("classes", "variant", "seconds", "seed", "hard", "cost", "of_start", "moves", "pace", "timetable")
WIDTH, HEIGHT, EDGE = 640, 360, 48


def main() -> int:
    """Print a row for each run; 1 where a longer run is worse than a shorter one, or the first gains nothing."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--classes", default="600,1500,7750")
    arguments.add_argument("--seconds", default="5,10,20,60")
    arguments.add_argument("--variants", default=",".join(profile.name for profile in PROFILES))
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--csv", type=Path)
    arguments.add_argument("--svg", type=Path)
    wanted = arguments.parse_args()
    seconds = [float(each) for each in wanted.seconds.split(",")]
    rows: list[dict[str, object]] = []
    cliffs = 0
    for classes in map(int, wanted.classes.split(",")):
        instance = invented_term(classes, wanted.seed)
        start = in_a_process(schedule, instance, SolveParams(60.0, wanted.seed, cpu_clock=True))[0]
        for name in wanted.variants.split(","):
            own, costs = profiled(instance, name), []
            first = evaluate(own, start)
            for limit in seconds:
                params = SolveParams(limit, wanted.seed, cpu_clock=True)
                solution, moves, used = in_a_process(resolve, own, start, params)
                score = evaluate(own, solution)
                costs.append((score.hard, score.cost))
                values = (classes, name, limit, wanted.seed, score.hard, score.cost,
                          round(score.cost / max(1, first.cost), 4), moves, round(moves / used),
                          f"{hash(solution.placements) & 0xFFFFFFFF:08x}")  # fmt: skip
                rows.append(dict(zip(COLUMNS, values, strict=True)))
                print(" ".join(f"{key}={value}" for key, value in rows[-1].items()), f"cpu={used:.1f}", flush=True)
            chain = [(first.hard, first.cost), *costs]
            cliffs += sum(
                later > earlier or (later == earlier and later != (0, 0)) for earlier, later in pairwise(chain)
            )
        for limit in seconds:
            found = {row["timetable"] for row in rows if row["classes"] == classes and row["seconds"] == limit}
            print(f"classes={classes} seconds={limit:g} different timetables={len(found)}", flush=True)
    if wanted.csv:
        with wanted.csv.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    if wanted.svg:
        wanted.svg.write_text(drawn(rows), encoding="utf-8")
    return 1 if cliffs else 0


def in_a_process(call, *args) -> tuple[Solution, int, float]:  # type: ignore[no-untyped-def]
    """What a call of the engine gives in a fork of this process, the moves and the CPU seconds."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(there, call, args))
    process.start()
    found: tuple[Solution, int, float] = here.recv()
    process.join()
    return found


def _answer(there: Connection, call, args) -> None:  # type: ignore[no-untyped-def]
    result = call(*args)
    there.send((result.solution, result.iterations, result.cpu_seconds))


def drawn(rows: Iterable[dict[str, object]]) -> str:
    """An SVG: seconds to the right and the share of the start's cost that is left upwards, both by powers."""
    raise NotImplementedError


if __name__ == "__main__":
    sys.exit(main())
