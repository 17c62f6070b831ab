"""Benchmarks: many instances and seeds, each in a process of its own, a row each in a CSV.

What stands in the CSV already is not run again, so that an hour's work may be interrupted.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from webapp.engine.readers import MODULES

COLUMNS = (
    "instance", "seconds", "workers", "seed", "status", "cost", "hard", "best_known", "gap_percent", "bound",
    "first_feasible", "cpu_seconds", "wall_seconds", "moves", "peak_mib",
)  # fmt: skip
"""What a row says; the gap is to the best known cost, in percent of it; memory at its highest."""


def bench(
    paths: Iterable[Path],
    seconds: float,
    seeds: list[int],
    workers: int,
    table: Path | None,
    solutions: Path | None = None,
) -> int:
    """Run every file with every seed; returns 0 when every run ended feasible, those of an earlier call included.

    Parameters
    ----------
    solutions
        A folder for the solutions, in the format of their input: `NAME-SEED.sol`, for a scorer from outside.
    """
    if solutions is not None:
        solutions.mkdir(parents=True, exist_ok=True)
    files = _files(paths)
    known = _best_known(files)
    done = _done(table)
    feasible = True
    for path in files:
        for seed in seeds:
            key = (path.stem, f"{seconds:g}", str(workers), str(seed))
            if key in done:
                feasible &= done[key] == 0
                continue
            out = None if solutions is None else solutions / f"{path.stem}-{seed}.sol"
            row = _row(path, seconds, workers, seed, known.get(path.stem), out)
            feasible &= row["hard"] == 0
            _append(table, row)
            print(" ".join(f"{column}={row[column]}" for column in COLUMNS), flush=True)
    return 0 if feasible else 1


def _files(paths: Iterable[Path]) -> list[Path]:
    """The instances named, folders opened."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(each for each in path.iterdir() if each.suffix.lower() in MODULES)
        elif path.exists():
            found.append(path)
        else:
            raise ValueError(f"there is no {path}")
    return found


def _best_known(files: list[Path]) -> dict[str, int]:
    """Best known costs, from a `best_known.csv` beside the instances."""
    found = {}
    for folder in sorted({path.parent for path in files}):
        table = folder / "best_known.csv"
        if table.exists():
            with table.open(encoding="utf-8", newline="") as handle:
                for row in csv.DictReader(handle):
                    if (row.get("best_known") or "").isdigit():
                        found[row["instance"]] = int(row["best_known"])
    return found


def _done(table: Path | None) -> dict[tuple[str, str, str, str], int]:
    """The runs that the table has, and how many hard violations each was left with."""
    if table is None or not table.exists():
        return {}
    with table.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {(row["instance"], row["seconds"], row["workers"], row["seed"]): int(row["hard"]) for row in rows}


def _row(path: Path, seconds: float, workers: int, seed: int, best: int | None, out: Path | None) -> dict[str, object]:
    command = [sys.executable, "-m", "webapp.engine", "solve", str(path), "--seconds", f"{seconds:g}"]
    command += ["--seed", str(seed), "--workers", str(workers)]
    command += [] if out is None else ["--out", str(out)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode not in (0, 1):
        raise ValueError(f"{path.name}: {ended.stderr.strip() or 'the run died'}")
    result = json.loads(ended.stdout)
    gap = None
    if best is not None and result["hard"] == 0:
        gap = round(100 * (result["cost"] - best) / best, 1) if best else result["cost"] * 100.0
    return {
        "instance": path.stem, "seconds": f"{seconds:g}", "workers": workers, "seed": seed,
        "status": result["status"], "cost": result["cost"], "hard": result["hard"], "best_known": best,
        "gap_percent": gap, "bound": result["bound"], "first_feasible": result["first_feasible"],
        "cpu_seconds": result["cpu_seconds"], "wall_seconds": result["seconds"], "moves": result["iterations"],
        "peak_mib": result["peak_mib"],
    }  # fmt: skip


def _append(table: Path | None, row: dict[str, object]) -> None:
    if table is None:
        return
    fresh = not table.exists()
    with table.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        if fresh:
            writer.writeheader()
        writer.writerow(row)
