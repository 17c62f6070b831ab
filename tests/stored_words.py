"""Sees that the rows of jobs and timetables keep no sentences: these are made when they are shown."""

import re
from collections.abc import Iterator
from typing import Any

from webapp.models import GenerationJob, Timetable

SENTENCE = re.compile(r"\w\.$|\w+ \w+ \w+ \w+")
"""What ends in a full stop, or has four words in a row; names of people, classes, rooms and times do not."""
GIVEN = {"name", "label", "when", "place", "weeks", "who", "meeting", "meetings"}
"""Keys under which names stand, which may be as long as people make them."""


def no_sentence_in(*rows: GenerationJob | Timetable) -> None:
    """Assert that no value of the rows' JSON, nor a reason of a timetable's classes, is a sentence."""
    for row in rows:
        if isinstance(row, Timetable):
            stored: list[Any] = [row.result, [entry.override_reason for entry in row.entries]]
        else:
            stored = [row.options, row.facts, row.failure_values, *(draft.result for draft in row.timetables)]
            for draft in row.timetables:
                no_sentence_in(draft)
        sentences = [text for text in texts_of(stored) if SENTENCE.search(text)]
        assert sentences == [], sentences


def texts_of(stored: Any) -> Iterator[str]:
    """Every text in JSON, but for those that are names by their key."""
    if isinstance(stored, dict):
        for key, value in stored.items():
            yield from () if key in GIVEN and isinstance(value, str) else texts_of(value)
    elif isinstance(stored, list):
        for value in stored:
            yield from texts_of(value)
    elif isinstance(stored, str):
        yield stored
