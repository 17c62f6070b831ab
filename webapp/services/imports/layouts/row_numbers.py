"""Row numbers as people type them: 3, 7-9."""

import re
from collections.abc import Iterable

from webapp.models.types import runs
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _

MOST_ROWS = 5_000
"""Rows that can be named to be skipped; who leaves out more leaves out the sheet, or changes the file."""
PART = re.compile(r"(\d{1,7})(?:\s*[-–]\s*(\d{1,7}))?", re.ASCII)


class RowNumbersRefused(Problem):
    """A text names no rows."""


def written_rows(numbers: Iterable[int]) -> str:
    """Row numbers as they are typed."""
    return ", ".join(f"{first}-{last}" if first != last else str(first) for first, last in runs(numbers))


def read_rows(text: str) -> tuple[int, ...]:
    """The numbers that a text names, in order; raises `RowNumbersRefused`."""
    numbers: set[int] = set()
    for part in re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", text.strip())):
        match = PART.fullmatch(part)
        if part and match is None:
            raise RowNumbersRefused(_("“%(part)s” names no rows. Write them as 3, 7-9.", part=part[:40]))
        if match is not None:
            first, last = int(match[1]), int(match[2] or match[1])
            if last < first or last - first >= MOST_ROWS or len(numbers) + last - first >= MOST_ROWS:
                sentence = _("Rows are named from the smaller to the larger number, at most %(most)d.", most=MOST_ROWS)
                raise RowNumbersRefused(sentence)
            numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))
