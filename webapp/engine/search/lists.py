"""Lists of lists as two arrays, and numbers for equal tuples: what the arrays of the search are made with."""

from collections.abc import Hashable, Iterable

import numpy as np

from webapp.engine.search.arrays import Ints


def flattened(lists: Iterable[Iterable[int]], dtype: type = np.int32) -> tuple[Ints, Ints]:
    """The offsets and the items of a list of lists."""
    rows = [list(row) for row in lists]
    at = np.zeros(len(rows) + 1, np.int32)
    at[1:] = np.cumsum([len(row) for row in rows])
    return at, np.array([item for row in rows for item in row], dtype)


class Numbered:
    """Gives equal tuples one number, looking at each object once: domains are shared, and long."""

    def __init__(self) -> None:
        self._of_object: dict[int, int] = {}
        self._of_value: dict[Hashable, int] = {}

    def __call__(self, value: tuple[Hashable, ...]) -> int:
        if id(value) not in self._of_object:
            self._of_object[id(value)] = self._of_value.setdefault(value, len(self._of_value))
        return self._of_object[id(value)]
