"""What came up while a book was read: changes that were made, counted, and questions that have two answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Candidate(NamedTuple):
    """A possible answer: the value to answer with, what to show, how near it is (0 to 100)."""

    value: str
    label: str
    score: int = 0


@dataclass(frozen=True, slots=True)
class ReadAs:
    """A change that was made while reading: what was found in a column of a sheet, as what it was taken, how often."""

    code: str
    sheet: str
    column: str
    found: str
    taken: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only a person knows, asked once for each value.

    ``code`` says what is asked ("link", "date_order", "thousands", "time_of_day", ...), ``values`` what the sentence
    needs beside ``found``; ``rows`` are the first row numbers of ``count``; the nearest candidate comes first.
    """

    key: str
    code: str
    sheet: str
    column: str
    found: str
    count: int = 1
    rows: tuple[int, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    may_create: bool = False
    may_skip: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    most: int = 0
    """Where a number may be typed instead, from 1 on: the largest."""
