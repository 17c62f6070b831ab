"""Draws what short runs gain: `python -m benchmarks.short_runs --csv short.csv --svg short.svg`.

Every variant of an invented term is searched for 5, 10, 20 and 60 CPU seconds from one first timetable, each in a
process of its own whose clock begins with the search. Said are the cost of each run by the truth under the variant's
weights, beside that of the start, and how many different timetables the variants are.
"""

import argparse
import csv
import math
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.invented_term import invented_term
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Instance
from webapp.engine.params import SolveParams
from webapp.engine.profiles import PROFILES, profiled
from webapp.engine.result import Result
from webapp.engine.solution import Solution
from webapp.engine.solve import resolve, schedule

COLUMNS = ("classes", "variant", "seconds", "hard", "cost", "start", "moves", "pace", "timetable")
Row = dict[str, Any]

PANEL, HEIGHT, EDGE = 300, 260, 44
"""Width and height of a panel of the picture, and what is round it."""
STROKES = ("#1b6ca8", "#c1440e", "#2e7d32", "#7b4397", "#8a6d00")


def main() -> int:
    """Print a row for each run; 1 where a run does not gain on the shorter one before it, the start being the first."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--classes", default="600,1500,7750")
    arguments.add_argument("--seconds", default="5,10,20,60")
    arguments.add_argument("--variants", default=",".join(profile.name for profile in PROFILES))
    arguments.add_argument("--seed", type=int, default=1, help="of the term and of the search")
    arguments.add_argument("--csv", type=Path)
    arguments.add_argument("--svg", type=Path)
    wanted = arguments.parse_args()
    seconds = [float(each) for each in wanted.seconds.split(",")]
    rows: list[Row] = []
    for classes in map(int, wanted.classes.split(",")):
        for row in runs(invented_term(classes, wanted.seed), wanted.variants.split(","), seconds, wanted.seed):
            rows.append(row)
            print(" ".join(f"{key}={value}" for key, value in row.items()), flush=True)
    cliffs = list(without_gain(rows))
    for row in cliffs:
        print("no gain:", row["classes"], row["variant"], row["seconds"])
    for size, limit in dict.fromkeys((row["classes"], row["seconds"]) for row in rows):
        found = {row["timetable"] for row in rows if (row["classes"], row["seconds"]) == (size, limit)}
        print(f"classes={size} seconds={limit:g} different timetables={len(found)}")
    if wanted.csv:
        with wanted.csv.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    if wanted.svg:
        wanted.svg.write_text(picture(rows), encoding="utf-8")
    return 1 if cliffs else 0


def runs(instance: Instance, variants: Sequence[str], seconds: Sequence[float], seed: int) -> Iterator[Row]:
    """Yield a row for each variant and limit, all from one first timetable."""
    first = in_a_process(schedule, instance, SolveParams(60.0, seed, cpu_clock=True)).solution
    for name in variants:
        own = profiled(instance, name)
        start = evaluate(own, first)
        for limit in seconds:
            result = in_a_process(resolve, own, first, SolveParams(limit, seed, cpu_clock=True))
            values = (
                len(instance.meetings), name, limit, result.hard, result.cost, start.cost, result.iterations,
                round(result.iterations / result.cpu_seconds), digest(result.solution),
            )  # fmt: skip
            yield dict(zip(COLUMNS, values, strict=True))


def digest(solution: Solution) -> str:
    """Eight hex digits that tell timetables apart within one call."""
    return f"{hash(solution.placements) & 0xFFFFFFFF:08x}"


def in_a_process(call: Callable[..., Result], *arguments: object) -> Result:
    """What a call of the engine gives in a fork of this process, whose clock of CPU seconds begins at 0."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(there, call, arguments))
    process.start()
    there.close()
    found: Result = here.recv()
    process.join()
    return found


def _answer(there: Connection, call: Callable[..., Result], arguments: tuple[object, ...]) -> None:
    there.send(call(*arguments))


def without_gain(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the runs that are no better than the one before, or than the start, unless nothing was left to gain."""
    for classes, variant in dict.fromkeys((row["classes"], row["variant"]) for row in rows):
        own = [row for row in rows if (row["classes"], row["variant"]) == (classes, variant)]
        if own[0]["cost"] >= own[0]["start"] or own[0]["hard"]:
            yield own[0]
        for earlier, later in pairwise(own):
            if later["hard"] or (later["cost"] >= earlier["cost"] and later["cost"]):
                yield later


def picture(rows: Sequence[Row]) -> str:
    """An SVG: a panel for each size, seconds to the right and the share of the start's cost upwards, both by powers."""
    sizes = list(dict.fromkeys(row["classes"] for row in rows))
    shares = [row["cost"] / max(1, row["start"]) for row in rows]
    low = math.floor(math.log10(max(1e-6, min(shares))))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PANEL * len(sizes)} {HEIGHT}" font-size="11">']
    for number, size in enumerate(sizes):
        parts.append(f'<g transform="translate({PANEL * number} 0)"><text x="{EDGE}" y="16">{size} classes</text>')
        own = [row for row in rows if row["classes"] == size]
        parts += _axes(own, low)
        for stroke, variant in zip(STROKES, dict.fromkeys(row["variant"] for row in own), strict=False):
            points = [(_x(own, row["seconds"]), _y(row["cost"] / max(1, row["start"]), low)) for row in own
                      if row["variant"] == variant]  # fmt: skip
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{stroke}" stroke-width="1.5"/>')
            name = 30 + 13 * STROKES.index(stroke)
            parts.append(f'<text x="{PANEL - 10}" y="{name}" fill="{stroke}" text-anchor="end">{variant}</text>')
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _axes(rows: Sequence[Row], low: int) -> Iterator[str]:
    bottom = HEIGHT - EDGE
    yield f'<path d="M{EDGE} 24V{bottom}H{PANEL - 8}" fill="none" stroke="#888"/>'
    for seconds in dict.fromkeys(row["seconds"] for row in rows):
        yield f'<text x="{_x(rows, seconds):.1f}" y="{bottom + 14}" text-anchor="middle">{seconds:g} s</text>'
    for power in range(low, 1):
        yield f'<text x="{EDGE - 4}" y="{_y(10**power, low) + 4:.1f}" text-anchor="end">{100 * 10**power:g} %</text>'


def _x(rows: Sequence[Row], seconds: float) -> float:
    first, last = (math.log(pick(row["seconds"] for row in rows)) for pick in (min, max))
    return EDGE + 14 + (PANEL - EDGE - 36) * (math.log(seconds) - first) / max(1e-9, last - first)


def _y(share: float, low: int) -> float:
    """``low``: the power of ten at the bottom."""
    return 24 + (HEIGHT - EDGE - 24) * max(low, math.log10(max(share, 1e-9))) / min(-1, low)


if __name__ == "__main__":
    sys.exit(main())
