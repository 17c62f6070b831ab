"""Makes many objects at once without the collector of garbage, which would go through all of them again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_inside: list[bool] = []
"""For each who is inside at present: whether the collector ran when the first of them came."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage until all who asked for it, in whichever thread, are done."""
    with _lock:
        _inside.append(_inside[0] if _inside else gc.isenabled())
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            if _inside.pop() and not _inside:
                gc.enable()
