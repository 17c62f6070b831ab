"""The search is compiled ahead, however long the machine takes."""

import time
from itertools import count
from types import SimpleNamespace

import pytest

from webapp.engine.warmup import warm


def test_a_worker_starts_on_a_machine_that_compiles_for_a_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(count(time.monotonic(), 50))
    late = SimpleNamespace(monotonic=lambda: next(clock), process_time=time.process_time)
    monkeypatch.setattr("webapp.engine.solve.time", late)
    warm()
