"""A run is done again from its receipt with the same timetable, bit for bit, whatever else the machine does."""

import json
import multiprocessing
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from tests.engine.drawn import drawn
from tests.engine.large import planted_ctt
from webapp.engine.__main__ import main
from webapp.engine.instance import Instance
from webapp.engine.params import SolveParams
from webapp.engine.profiles import PROFILES, profiled
from webapp.engine.receipt.instance_data import DataRefused, hash_of, instance_data, text_of
from webapp.engine.receipt.receipt import Receipt, VariantOrigin, part_of, unzipped, weights_within, zipped
from webapp.engine.receipt.replay import replay
from webapp.engine.result import Result
from webapp.engine.search.annealing import AnnealingResult
from webapp.engine.solution import Solution
from webapp.engine.solve import resolve, schedule

REPEATABLE = SolveParams(seconds=30.0, seed=3, reproducible=True, moves=60_000)
BY_CLOCK = SolveParams(seconds=0.6, seed=3, workers=2)


@pytest.fixture(scope="module")
def instance() -> Instance:
    """Small, with all families of rules."""
    return drawn(120)


def _spin() -> None:
    while True:
        pass


@contextmanager
def load() -> Iterator[None]:
    """A process for each core that computes as fast as it can."""
    busy = [multiprocessing.Process(target=_spin, daemon=True) for _ in os.sched_getaffinity(0)]
    for each in busy:
        each.start()
    try:
        yield
    finally:
        for each in busy:
            each.kill()
            each.join()


def run(instance: Instance, params: SolveParams) -> Receipt:
    """A first timetable and the five variants, as a worker makes them; each begins from the variant before."""
    first = schedule(instance, params)
    parts = [part_of("first timetable", "schedule", params, first, instance)]
    for profile in PROFILES:
        weighed = profiled(instance, profile.name)
        result = resolve(weighed, parts[-1].solution, params, is_tight=first.is_tight)
        weights = weights_within(instance, weighed)
        parts.append(part_of(profile.name, "resolve", params, result, instance, weights=weights, start=parts[-1].name))
    origins = [VariantOrigin(part.name, part.name, part.timetable) for part in parts[1:]]
    return Receipt(hash_of(text_of(instance_data(instance))), tuple(parts), tuple(origins))


def test_a_repeatable_run_gives_the_same_five_variants_under_load_and_without(instance: Instance) -> None:
    """Its receipt needs no note of the work: the parameters say it."""
    alone = run(instance, REPEATABLE)
    with load():
        busy = run(instance, REPEATABLE)
    assert [part.solution for part in busy.parts] == [part.solution for part in alone.parts]
    assert len({part.timetable for part in alone.parts}) > 3
    assert [part.work for part in alone.parts] == [None] * 6


@pytest.mark.parametrize("params", [REPEATABLE, BY_CLOCK])
def test_each_of_five_variants_is_done_again_bit_for_bit_under_load(instance: Instance, params: SolveParams) -> None:
    """Also where the clock had ended each search: then by the work that was noted, read from the ZIP."""
    receipt = run(instance, params)
    read, problem = unzipped(zipped(receipt, text_of(instance_data(instance))))
    assert read == receipt
    with load():
        again = list(replay(read, problem))
    assert [(each.part.name, each.is_same) for each in again] == [(part.name, True) for part in receipt.parts]
    assert len(again) == 6


def test_a_repeatable_run_that_somebody_stopped_is_done_again_up_to_there(instance: Instance) -> None:
    """The moves alone do not say when that was."""
    stop, first = threading.Event(), schedule(instance, REPEATABLE)
    params = replace(REPEATABLE, moves=100_000_000)
    timer = threading.Timer(0.7, stop.set)
    timer.start()
    result = resolve(instance, first.solution, params, stop.is_set)
    assert result.limit == "stopped"
    parts = (
        part_of("first", "schedule", REPEATABLE, first, instance),
        part_of("Balanced", "resolve", params, result, instance, start="first"),
    )
    assert [each.is_same for each in replay(Receipt("", parts), instance)] == [True, True]


@pytest.mark.parametrize("reproducible", [False, True])
def test_what_cpsat_found_by_the_clock_is_taken_from_the_receipt_and_else_found_again(
    reproducible: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How far it comes depends on the clock and on its threads, unless its own measure of work limits it."""

    def blind(problem: object, start: Solution, *_: object) -> AnnealingResult:
        return AnnealingResult(start, 1, 0, 0)

    for name in ("find_feasible", "find_by_evictions"):
        monkeypatch.setattr(f"webapp.engine.solve.{name}", blind)
    params = SolveParams(seconds=8.0, seed=2, reproducible=reproducible)
    small = replace(drawn(120), constraints=drawn(120).constraints[:6])
    first = schedule(small, params)
    assert first.is_tight
    if not reproducible:
        monkeypatch.setattr("webapp.engine.cpsat.feasible.find_feasible", None)
    [again] = replay(Receipt("", (part_of("first", "schedule", params, first, small),)), small)
    assert again.is_same
    assert again.from_receipt == (() if reproducible else ("CP-SAT",))


def test_another_timetable_than_the_receipts_is_seen(instance: Instance) -> None:
    """A replay begins from its own timetables, so what follows from a forged one differs, too."""
    result: Result = schedule(instance, REPEATABLE)
    part = part_of("first", "schedule", replace(REPEATABLE, seed=4), result, instance)
    assert [each.is_same for each in replay(Receipt("", (part,)), instance)] == [False]


def test_the_command_writes_a_receipt_and_does_it_again_in_another_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hashes of texts differ between processes: no order may hang on them."""
    file, receipt = tmp_path / "planted.ctt", tmp_path / "receipt.zip"
    file.write_text(planted_ctt(courses=40, rooms=8, curricula=60), encoding="utf-8")
    main(["solve", str(file), "--seconds", "1", "--workers", "2", "--receipt", str(receipt)])
    capsys.readouterr()
    command = [sys.executable, "-m", "webapp.engine", "replay", str(receipt)]
    done = subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": "77"}, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [line["same"] for line in lines] == [True, True]
    assert lines[1]["variant"] == "solve"


def test_what_is_no_receipt_is_refused_with_what_is_amiss(
    instance: Instance, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No ZIP, another instance than the one that was hashed, a part that names nothing."""
    receipt = Receipt(hash_of(b"{}"), (part_of("x", "schedule", REPEATABLE, schedule(instance, REPEATABLE), instance),))
    text = text_of(instance_data(instance))
    for content, words in (
        (b"no ZIP", "expected a ZIP with receipt.json and instance.json"),
        (zipped(receipt, text), "instance.json has the hash"),
    ):
        (tmp_path / "r.zip").write_bytes(content)
        assert main(["replay", str(tmp_path / "r.zip")]) == 2
        assert words in capsys.readouterr().err
    odd = replace(receipt.parts[0], call="resolve", start="nobody")
    with pytest.raises(DataRefused, match="part 'x' can't be done again"):
        list(replay(Receipt("", (odd,)), instance))
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("receipt.json", json.dumps({"format": "timeloom receipt 1", "instance": hash_of(b"{}")}))
        archive.writestr("instance.json", "{}")
    with pytest.raises(DataRefused, match="this is no receipt: KeyError 'parts'"):
        unzipped(content.getvalue())
