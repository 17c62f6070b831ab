"""How many threads a search of this process may use."""

import os

MOST_THREADS = 8


def threads() -> int:
    """One for each core that this process may use."""
    return min(MOST_THREADS, len(os.sched_getaffinity(0)))
