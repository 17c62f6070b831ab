"""The one door to numba: a typed decorator for functions that run without the interpreter.

Functions behind it hold no lock (`nogil`) and are kept on disk after their first compilation.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function on its first call, without the interpreter's lock, cached on disk."""
    made: Callable[_P, _R] = numba.njit(nogil=True, cache=True, _nrt=False, error_model="numpy")(function)
    return made


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Like `compiled`, for small helpers of compiled functions."""
    made: Callable[_P, _R] = numba.njit(nogil=True, cache=True, _nrt=False, error_model="numpy", inline="always")(
        function
    )
    return made
