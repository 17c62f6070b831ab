"""A benchmark goes on where it was interrupted, and its exit status is about all of it."""

from pathlib import Path

import pytest

from webapp.engine.bench import COLUMNS, bench


@pytest.mark.parametrize("hard", [0, 2])
def test_a_run_of_an_earlier_call_is_not_repeated_and_counts(hard: int, tmp_path: Path) -> None:
    """Its row stays as it is, and says whether it was feasible."""
    path, table = tmp_path / "small.ctt", tmp_path / "bench.csv"
    path.write_text("never read", encoding="utf-8")
    known = {"instance": "small", "seconds": "30", "workers": "1", "seed": "1", "hard": str(hard)}
    rows = [",".join(COLUMNS), ",".join(known.get(column, "") for column in COLUMNS)]
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert bench([path], 30, [1], 1, table) == (1 if hard else 0)
    assert table.read_text(encoding="utf-8").splitlines() == rows
