"""Compares the five variants of an instance: `python -m benchmarks.profiles FILE... --seconds 60`.

Each profile is searched for the same time. A variant is then the best of all five timetables in what its profile is
named for, as the web does it; "alone" says that the profile's own search was the best or tied already.
"""

import argparse
import sys
from pathlib import Path

from webapp.engine.evaluate import evaluate
from webapp.engine.params import SolveParams
from webapp.engine.profiles import PROFILES, criterion, measured, profiled, quality_score, yardstick
from webapp.engine.readers import read
from webapp.engine.solve import resolve, schedule


def main() -> int:
    """Print a table for each file; 1 when a variant's own search was beaten in what it is named for."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("files", nargs="+", type=Path)
    arguments.add_argument("--seconds", type=float, default=60.0, help="for each profile")
    arguments.add_argument("--seed", type=int, default=1)
    wanted = arguments.parse_args()
    return max([compare(path, SolveParams(seconds=wanted.seconds, seed=wanted.seed)) for path in wanted.files])


def compare(path: Path, params: SolveParams) -> int:
    """Search under each profile from one first timetable; return how many profiles were beaten by another's."""
    instance = read(path)
    first = schedule(instance, params).solution
    found = {profile.name: resolve(profiled(instance, profile.name), first, params).solution for profile in PROFILES}
    beaten = 0
    for profile in PROFILES:
        own = profiled(measured(instance), profile.name)
        reached = {name: criterion(profile.name, evaluate(own, solution)) for name, solution in found.items()}
        winner = min(reached, key=lambda name: reached[name])
        alone = (
            reached[profile.name][:-1] <= reached[winner][:-1]
            if profile.tiers
            else reached[profile.name] <= reached[winner]
        )
        beaten += not alone
        chosen = evaluate(measured(instance), found[winner])
        counts = " ".join(f"{rule}={count}" for rule, count in yardstick(chosen).items() if count)
        verdict = "alone" if alone else f"beaten by {winner} ({reached[profile.name]} against {reached[winner]})"
        print(f"{path.stem} {profile.name}: {verdict}; quality {quality_score(instance, chosen)}; {counts}", flush=True)
    return beaten


if __name__ == "__main__":
    sys.exit(main())
