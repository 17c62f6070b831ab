"""Files on the way in and out: which reader a file's name asks for, and how a refusal is worded.

A reader builds an `Instance` or raises `ReadError`; a writer puts a solution down in the format of
the input, so that the format's own scorers read it.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from webapp.engine.instance import Instance
from webapp.engine.readers.problems import ReadError
from webapp.engine.solution import Solution

__all__ = ["MODULES", "ReadError", "not_carried", "read", "read_solution", "write_solution"]

MODULES = {".ctt": "ctt", ".ectt": "ctt", ".tim": "tim", ".xml": "itc2019", ".fet": "fet"}
"""The module that reads each extension, imported when asked for."""


def read(path: str | Path) -> Instance:
    """Read an instance in the format that the file's extension names.

    Raises
    ------
    ReadError
        When the file can't be opened, has an unknown extension, or is malformed: with line and reason.
    """
    reader: Callable[[Path], Instance] = _function(Path(path), "read")
    return reader(Path(path))


def read_solution(path: str | Path, instance: Instance, like: str | Path) -> Solution:
    """Read a solution in the format that belongs to the instance file ``like``."""
    reader: Callable[[Path, Instance], Solution] = _function(Path(like), "read_solution")
    return reader(Path(path), instance)


def write_solution(path: str | Path, instance: Instance, solution: Solution, like: str | Path) -> None:
    """Write a solution in the format that belongs to the instance file ``like``."""
    writer: Callable[[Path, Instance, Solution], None] = _function(Path(like), "write_solution")
    writer(Path(path), instance, solution)


def not_carried(instance: Instance) -> Mapping[str, int]:
    """How many of the file's constraints the instance does not have, by name; nothing where it has all of them."""
    found: Mapping[str, int] = getattr(instance, "not_carried", {})
    return found


def _function(path: Path, what: str) -> Any:
    if path.suffix.lower() not in MODULES:
        raise ReadError(path, 0, f"the extension {path.suffix or '(none)'}", "one of " + ", ".join(MODULES))
    return getattr(import_module(f"webapp.engine.readers.{MODULES[path.suffix.lower()]}"), what)
