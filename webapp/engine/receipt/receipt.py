"""A receipt of a run as a ZIP of two files, `receipt.json` and `instance.json`, written and read.

A run is a list of parts: the first timetable, then one search a variant, each from a timetable of an earlier part under
weights of its own. What a variant became is the timetable of one of the parts, often of another variant's.
"""

import io
import json
import os
import platform
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from webapp.engine.instance import UNPLACED, Instance
from webapp.engine.params import SearchParams, SolveParams
from webapp.engine.profiles import measured
from webapp.engine.receipt.instance_data import (
    DataRefused,
    Json,
    hash_of,
    instance_from,
    solution_data,
    solution_from,
    timetable_hash,
)
from webapp.engine.result import Result
from webapp.engine.solution import Solution
from webapp.engine.work import WorkDone

FORMAT = "timeloom receipt 1"
RECEIPT_FILE, INSTANCE_FILE = "receipt.json", "instance.json"
GIVEN = "given"
"""The call of a part that was not searched for: its timetable was there."""
MOST_BYTES = 2_000_000_000
"""Of a file of the ZIP, unpacked."""

Weights = tuple[int | None, ...]
"""Of each constraint of the measured instance: None where it is hard, 0 where it is left out."""


@dataclass(frozen=True)
class RunPart:
    """A call of the engine and what came of it.

    Parameters
    ----------
    name, call
        What it is called, and which function of the engine was called: schedule, resolve or solve; or `GIVEN`.
    params
        Seed, limits and workers.
    solution, timetable
        The timetable, less what was taken out, and its hash.
    cost, hard
        What the engine counted of what it gave, by the weights of the part; None where nothing was searched for.
    work
        What was done, where the parameters alone do not say it.
    weights
        Of a variant; None for those of the instance.
    start
        The name of the part whose timetable it began from.
    is_tight
        Whether annealing could not find the first timetable.
    taken_out
        Meetings (indices) that were taken out of what the search gave, since what is stored breaks no hard rule.
    versions, machine
        Of the program and its libraries, and what it ran on.
    """

    name: str
    call: str
    params: SolveParams
    solution: Solution
    timetable: str
    cost: int | None
    hard: int | None
    limit: str
    iterations: int
    work: WorkDone | None = None
    weights: Weights | None = None
    start: str | None = None
    is_tight: bool = False
    taken_out: tuple[int, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class VariantOrigin:
    """The part whose timetable a variant became, and its hash."""

    name: str
    taken_from: str
    timetable: str


@dataclass(frozen=True)
class Receipt:
    """All parts of a run, what its variants became, and what else is said of the run."""

    instance: str
    parts: tuple[RunPart, ...]
    variants: tuple[VariantOrigin, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    def part(self, name: str) -> RunPart:
        """The part of that name; raises `DataRefused`."""
        for part in self.parts:
            if part.name == name:
                return part
        raise DataRefused(f"the receipt has no part {name!r}")

    def of_variant(self, name: str) -> "Receipt":
        """The parts that one variant needs: the one it became, and those that one began from."""
        origins = [origin for origin in self.variants if origin.name == name]
        needed, wanted = set[str](), origins[0].taken_from if origins else None
        while wanted is not None and wanted not in needed:
            needed.add(wanted)
            wanted = self.part(wanted).start
        parts = tuple(part for part in self.parts if part.name in needed)
        return replace(self, parts=parts, variants=tuple(origins))


def part_of(
    name: str,
    call: str,
    params: SolveParams,
    result: Result,
    instance: Instance,
    *,
    solution: Solution | None = None,
    weights: Weights | None = None,
    start: str | None = None,
    is_tight: bool = False,
    program: str = "",
) -> RunPart:
    """The part that a call of the engine was.

    Parameters
    ----------
    solution
        What was kept of its timetable, where that is less.
    program
        The version of Timeloom, where it is not the engine alone.
    """
    kept = result.solution if solution is None else solution
    before, after = (each.placements for each in (result.solution, kept))
    return RunPart(
        name=name,
        call=call,
        params=params,
        solution=kept,
        timetable=timetable_hash(instance, kept),
        cost=result.cost,
        hard=result.hard,
        limit=result.limit,
        iterations=result.iterations,
        work=result.work,
        weights=weights,
        start=start,
        is_tight=is_tight,
        taken_out=tuple(i for i, (was, now) in enumerate(zip(before, after, strict=True)) if was != now == UNPLACED),
        versions={**result.versions, "engine": code_hash(), **({"timeloom": program} if program else {})},
        machine=machine(),
    )


@cache
def code_hash() -> str:
    """Twelve hex digits of the engine's source, more exact than a version."""
    folder = Path(__file__).parent.parent
    sources = sorted(path for path in folder.rglob("*.py"))
    return hash_of(b"".join(path.relative_to(folder).as_posix().encode() + path.read_bytes() for path in sources))[:12]


@cache
def machine() -> Mapping[str, str]:
    """System, kind of processor and how many cores this process may use."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "system": platform.platform(),
        "processor": models[0] if models else platform.processor() or platform.machine(),
        "cores": str(len(os.sched_getaffinity(0))),
    }


# Weights


def weights_within(instance: Instance, weighed: Instance) -> Weights:
    """The weights of an instance that was made of another by weighing its measured rules otherwise."""
    others = list(weighed.constraints)
    found: list[int | None] = []
    for constraint in measured(instance).constraints:
        if others and (others[0] is constraint or replace(others[0], weight=constraint.weight) == constraint):
            found.append(others.pop(0).weight)
        else:
            found.append(0)
    if others:
        raise ValueError(f"rule {others[0].rule.name} is not one of the instance")
    return tuple(found)


def with_weights(instance: Instance, weights: Weights | None) -> Instance:
    """The instance under the weights of a variant."""
    if weights is None:
        return instance
    pairs = zip(measured(instance).constraints, weights, strict=True)
    return replace(instance, constraints=tuple(replace(c, weight=weight) for c, weight in pairs if weight != 0))


# As JSON


def part_data(part: RunPart) -> Json:
    """A part as JSON."""
    data = {key: getattr(part, key) for key in part.__dataclass_fields__}
    work = part.work
    return data | {
        "params": asdict(part.params),
        "solution": solution_data(part.solution),
        "work": None
        if work is None
        else {
            "slices": work.slices,
            "searches": {step: asdict(search) for step, search in work.searches.items()},
            "given": {step: None if s is None else solution_data(s) for step, s in work.given.items()},
        },
    }


def part_from(data: Json) -> RunPart:
    """The part that `part_data` wrote."""
    work = data["work"]
    if work is not None:
        work = WorkDone(
            {step: [(float(used), int(moves)) for used, moves in each] for step, each in work["slices"].items()},
            {step: _search_from(search) for step, search in work["searches"].items()},
            {step: None if given is None else solution_from(given) for step, given in work["given"].items()},
        )
    params = SolveParams(**{**data["params"], "search": _search_from(data["params"]["search"])})
    weights = None if data["weights"] is None else tuple(data["weights"])
    known = {"params": params, "work": work, "weights": weights, "solution": solution_from(data["solution"])}
    return RunPart(**{**data, **known, "taken_out": tuple(data["taken_out"])})


def _search_from(data: Json) -> SearchParams:
    return SearchParams(**{**data, "cooler": tuple(data["cooler"])})


def zipped(receipt: Receipt, instance: bytes) -> bytes:
    """The ZIP of a receipt, with the instance's JSON as its text was hashed."""
    data = {
        "format": FORMAT,
        "instance": receipt.instance,
        "about": dict(receipt.about),
        "parts": [part_data(part) for part in receipt.parts],
        "variants": [asdict(origin) for origin in receipt.variants],
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(RECEIPT_FILE, json.dumps(data, ensure_ascii=False, separators=(",", ":")))
        archive.writestr(INSTANCE_FILE, instance)
    return content.getvalue()


def unzipped(content: bytes) -> tuple[Receipt, Instance]:
    """The receipt and the instance of a ZIP; raises `DataRefused` where it is none, or the instance is another."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            large = [info.filename for info in archive.infolist() if info.file_size > MOST_BYTES]
            if large:
                raise DataRefused(f"{large[0]} has more than {MOST_BYTES} bytes")
            data, text = json.loads(archive.read(RECEIPT_FILE)), archive.read(INSTANCE_FILE)
        if data["format"] != FORMAT:
            raise DataRefused(f"expected the format {FORMAT!r}, found {data['format']!r}")
        if hash_of(text) != data["instance"]:
            raise DataRefused(f"{INSTANCE_FILE} has the hash {hash_of(text)}, the receipt is of {data['instance']}")
        parts = tuple(part_from(part) for part in data["parts"])
        variants = tuple(VariantOrigin(**origin) for origin in data["variants"])
        return Receipt(data["instance"], parts, variants, data["about"]), instance_from(json.loads(text))
    except (zipfile.BadZipFile, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataRefused(f"expected a ZIP with {RECEIPT_FILE} and {INSTANCE_FILE}: {error}") from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise DataRefused(f"this is no receipt: {type(error).__name__} {error}") from error
