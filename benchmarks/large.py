"""Solves large invented terms with a timetable hidden inside: `python -m benchmarks.large`.

The first is as large as the largest published instances of its kind, the second a university of 2,000 courses. Each
is solved by the command line in a process of its own; said are the hard violations left, when the first timetable
without any was found, and the memory at its highest.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.engine.large import planted_ctt

SIZES = {
    "curricula": {"courses": 330, "rooms": 40, "days": 5, "slots": 6, "curricula": 3700},
    "university": {"courses": 2000, "rooms": 200, "days": 5, "slots": 8, "curricula": 1000},
}


def main() -> int:
    """Make each file, solve it, print a line; 1 when a hard violation is left anywhere."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sizes", nargs="*", help=f"of {', '.join(SIZES)}; all when none is named")
    arguments.add_argument("--seconds", type=float, default=60.0)
    arguments.add_argument("--seed", type=int, default=1, help="of the term and of the search")
    arguments.add_argument("--workers", type=int, default=1)
    wanted = arguments.parse_args()
    left = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted.sizes or SIZES:
            path = Path(folder, f"{name}.ctt")
            path.write_text(planted_ctt(**SIZES[name], seed=wanted.seed), encoding="utf-8")
            command = [sys.executable, "-m", "webapp.engine", "solve", str(path), "--seconds", f"{wanted.seconds:g}"]
            command += ["--seed", str(wanted.seed), "--workers", str(wanted.workers)]
            told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
            left += told["hard"]
            said = ("hard", "cost", "first_feasible", "seconds", "cpu_seconds", "peak_mib", "iterations")
            print(name, SIZES[name], *(f"{each}={told[each]}" for each in said), flush=True)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
