"""The one door to numba: typed decorators for functions that run without the interpreter.

Functions behind it hold no lock (`nogil`) and are kept on disk after their first compilation.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba

_P = ParamSpec("_P")
_R = TypeVar("_R")

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    # No reference counting of arrays: they are owned by the caller, nothing is allocated inside, and
    # counting them in every helper cost 95 % of the time (0.24 instead of 4.8 million moves a second).
    "_nrt": False,
}

_FILES = (
    *("search/arrays", "search/chain_kernel", "search/compiled", "search/dates", "search/day_lists"),
    *("search/ejections", "search/joint", "search/kernel", "search/moves"),
    *("search/pair_counts", "search/set_counts", "sectioning/arrays", "sectioning/students"),
    *("wide/arrays", "wide/chains", "wide/kernel", "wide/moves", "wide/pairs"),
)
"""Whose text goes into compiled code."""

_SOURCES = [Path(__file__).parents[1] / f"{name}.py" for name in _FILES]

_SOURCE = sha256(b"".join(path.read_bytes() for path in _SOURCES)).hexdigest()[:12]
"""Digest of those files: numba looks at a function's own file only, and would miss a change in a helper's."""


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function on its first call, without the interpreter's lock, cached on disk."""
    function.__qualname__ = f"{function.__qualname__}_{_SOURCE}"
    made: Callable[_P, _R] = numba.njit(cache=True, **_OPTIONS)(function)
    return made


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make a function part of each compiled function that calls it: a call would hand over sixty arrays."""
    made: Callable[_P, _R] = numba.njit(inline="always", **_OPTIONS)(function)
    return made


def called(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function that compiled functions call in several places, where a call costs less than its work."""
    made: Callable[_P, _R] = numba.njit(**_OPTIONS)(function)
    return made
