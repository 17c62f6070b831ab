"""Command line of the engine: solve, score, explain, bench, warm.

Exit status: 0 feasible, 1 infeasible or unknown, 2 bad input (with the line and the reason).
"""

import argparse
import json
import resource
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from enum import Enum
from pathlib import Path

from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Instance
from webapp.engine.params import SolveParams
from webapp.engine.readers import ReadError, not_carried, read, read_solution, write_solution
from webapp.engine.result import Result


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    given = _parser().parse_args(arguments)
    try:
        status: int = given.run(given)
    except (ReadError, ValueError, OSError) as refusal:
        print(f"timeloom: {refusal}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m webapp.engine", description="Timetables from files, in files.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    solving = commands.add_parser("solve", help="find a timetable and print its result as JSON")
    solving.add_argument("file", type=Path)
    solving.add_argument("--seconds", type=float, default=60.0, help="wall time; with one worker, CPU time in all")
    solving.add_argument("--seed", type=int, default=1)
    solving.add_argument("--out", type=Path, help="where to write the solution, in the format of the input")
    solving.add_argument("--fet", type=Path, help="where to write a .fet file again, locked as the solution has it")
    solving.add_argument("--workers", type=int, default=1)
    solving.add_argument("--reproducible", action="store_true", help="limit by work: the same again, bit for bit")
    solving.add_argument("--moves", type=int, help="work limit of a reproducible run")
    solving.add_argument("--receipt", type=Path, help="where to write a receipt, with which `replay` does the same")
    solving.set_defaults(run=_solve)
    replaying = commands.add_parser("replay", help="do a run again from its receipt, bit for bit")
    replaying.add_argument("receipt", type=Path)
    replaying.set_defaults(run=_replay)
    scoring = commands.add_parser("score", help="judge a solution by the truth")
    scoring.add_argument("file", type=Path)
    scoring.add_argument("solution", type=Path)
    scoring.set_defaults(run=_score)
    explaining = commands.add_parser("explain", help="say why there is no timetable")
    explaining.add_argument("file", type=Path)
    explaining.add_argument("--seconds", type=float, default=60.0)
    explaining.set_defaults(run=_explain)
    benching = commands.add_parser("bench", help="solve many files, append to a CSV, resume where it ends")
    benching.add_argument("paths", type=Path, nargs="+")
    benching.add_argument("--seconds", type=float, default=60.0)
    benching.add_argument("--seeds", default="1", help="such as 1,2,3")
    benching.add_argument("--workers", type=int, default=1)
    benching.add_argument("--csv", type=Path, help="a run that stands there already is not repeated")
    benching.add_argument("--solutions", type=Path, help="a folder for the solutions: NAME-SEED.sol")
    benching.set_defaults(run=_bench)
    warming = commands.add_parser("warm", help="compile the search ahead")
    warming.set_defaults(run=_warm)
    return parser


def _solve(given: argparse.Namespace) -> int:
    from webapp.engine.live import LiveLine
    from webapp.engine.readers.fet import write_locked
    from webapp.engine.solve import solve

    instance = read(given.file)
    _tell_not_carried(not_carried(instance))
    params = SolveParams(
        seconds=given.seconds,
        seed=given.seed,
        workers=given.workers,
        reproducible=given.reproducible,
        moves=given.moves,
        cpu_clock=given.workers == 1 and not given.reproducible,
    )
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    result = solve(instance, params, asked.is_set, LiveLine(sys.stderr))
    if given.out is not None:
        write_solution(given.out, instance, result.solution, like=given.file)
    if given.fet is not None:
        write_locked(given.fet, instance, result.solution)
    if given.receipt is not None:
        given.receipt.write_bytes(_receipt(instance, params, result))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    said = summary(result, [meeting.code for meeting in instance.meetings]) | {"peak_mib": peak}
    print(json.dumps(said | {"not_carried": dict(not_carried(instance))}))
    return 0 if result.hard == 0 else 1


def _tell_not_carried(counts: Mapping[str, int]) -> None:
    if counts:
        listed = ", ".join(f"{name} ({number})" for name, number in counts.items())
        print(f"timeloom: not carried, and so perhaps not kept: {listed}", file=sys.stderr)


def _receipt(instance: Instance, params: SolveParams, result: Result) -> bytes:
    from webapp.engine.receipt.instance_data import hash_of, instance_data, text_of
    from webapp.engine.receipt.receipt import Receipt, VariantOrigin, part_of, zipped

    text, part = text_of(instance_data(instance)), part_of("solve", "solve", params, result, instance)
    return zipped(Receipt(hash_of(text), (part,), (VariantOrigin("solve", "solve", part.timetable),)), text)


def _replay(given: argparse.Namespace) -> int:
    """Print a line of JSON a part, then one a variant; exit 1 where something came out otherwise."""
    from webapp.engine.receipt.receipt import unzipped
    from webapp.engine.receipt.replay import other_versions, replay

    receipt, instance = unzipped(given.receipt.read_bytes())
    for name, (there, here) in other_versions(receipt).items():
        print(f"timeloom: {name} was {there} and is {here} here: the timetable may differ", file=sys.stderr)
    found, is_same = dict[str, str](), True
    for again in replay(receipt, instance):
        found[again.part.name] = again.timetable
        said: dict[str, object] = {"part": again.part.name, "same": again.is_same, "timetable": again.timetable}
        if not again.is_same:
            said["expected"] = again.part.timetable
        if again.from_receipt:
            said["taken from the receipt"] = list(again.from_receipt)
        print(json.dumps(said | {"seconds": round(again.seconds, 2)}, ensure_ascii=False), flush=True)
        is_same = is_same and again.is_same
    for origin in receipt.variants:
        said = {"variant": origin.name, "taken_from": origin.taken_from}
        said["same"] = found.get(origin.taken_from) == origin.timetable
        print(json.dumps(said | {"timetable": origin.timetable}, ensure_ascii=False))
        is_same = is_same and bool(said["same"])
    return 0 if is_same else 1


def summary(result: Result, codes: list[str]) -> dict[str, object]:
    """A result as plain data, less the solution."""
    gap = None
    if result.bound is not None and result.hard == 0:
        gap = 0.0 if result.cost == result.bound else (result.cost - result.bound) / max(1, result.cost)
    return {
        "status": result.status.value,
        "cost": result.cost,
        "hard": result.hard,
        "bound": result.bound,
        "bound_of": result.bound_of,
        "gap": gap,
        "seconds": round(result.seconds, 3),
        "cpu_seconds": round(result.cpu_seconds, 3),
        "first_feasible": None if result.first_feasible is None else round(result.first_feasible, 3),
        "iterations": result.iterations,
        "limit": result.limit,
        "reason": result.reason,
        "counts": dict(result.counts),
        "unplaced": [{"meeting": codes[each.meeting], "reason": each.reason} for each in result.unplaced],
        "seed": result.seed,
        "versions": dict(result.versions),
        "params": dict(result.params),
    }


def _score(given: argparse.Namespace) -> int:
    instance = read(given.file)
    score = evaluate(instance, read_solution(given.solution, instance, like=given.file))
    summary = {"feasible": score.feasible, "hard": score.hard, "cost": score.cost}
    print(json.dumps(summary | {"counts": dict(score.counts), "costs": dict(score.costs)}))
    return 0 if score.feasible else 1


def _explain(given: argparse.Namespace) -> int:
    from webapp.engine.explain.explanation import explain

    found = explain(read(given.file), seconds=given.seconds)
    print(json.dumps(_plain(found)))
    return 0 if getattr(found, "solvable", False) else 1


def _plain(value: object) -> object:
    """Data that JSON can say."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _bench(given: argparse.Namespace) -> int:
    from webapp.engine.bench import bench

    seeds = [int(seed) for seed in given.seeds.split(",")]
    return bench(given.paths, given.seconds, seeds, given.workers, given.csv, given.solutions)


def _warm(_given: argparse.Namespace) -> int:
    from webapp.engine.warmup import warm_at_once

    warm_at_once()
    return 0


if __name__ == "__main__":
    sys.exit(main())
