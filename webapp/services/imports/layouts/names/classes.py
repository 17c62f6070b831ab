"""Classes as offices write them ("CSE1-A", "II CSE A", "CSE5-A-E1"), and the tree of groups that stands behind them."""

import re
from dataclasses import dataclass

from webapp.services.imports.layouts.names.persons import fold

BETWEEN = re.compile(r"\s*(?:[,;&+|\n]|\band\b)\s*", re.I)
"""What stands between the classes that attend together."""
SUFFIX = re.compile(
    r"""(?P<above>.*?)(?P<sign>[\s\-_/.]+(?:sec(?:tion)?[\s.\-]*)?|(?<=\d))
    (?P<last>[a-z]|[a-z]\d{1,2}|\d{1,2}|batch[\s\-]?\d|lab[\s\-]?\d)""",
    re.I | re.X,
)
SPLITS = {"b": "lab", "l": "lab", "p": "lab", "t": "tutorial", "e": "elective", "o": "elective"}
"""Which partition of a class a part is of, by the letter before its number."""
NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
LARGEST_NUMBER = 12
"""The largest number in a class's code that can be a semester of study."""


def squeeze(text: str) -> str:
    """A code without case, spaces and signs: two that differ in nothing else are one."""
    return fold(text).replace(" ", "")


@dataclass(frozen=True, slots=True)
class ClassPlace:
    """Where a class stands in the tree: the code of the group above it ("" where there is none), and its partition."""

    parent: str
    split: str


def place_of(code: str) -> ClassPlace:
    """Where a class stands in the tree, as its code tells.

    A single letter or number behind a code that has a number is a section; ``B1``, ``T1`` and ``E1`` behind a section
    are its lab batches, tutorial groups and electives. "MCA I" is no section: its letter is the number.
    """
    match = SUFFIX.fullmatch(code.strip())
    if match is None or not re.search(r"[^\W\d_]{2}|\d", match["above"]):
        return ClassPlace("", "")
    above, last = match["above"].rstrip(" -_/."), match["last"].lower()
    if last.isdigit():
        return ClassPlace(above, "section") if _number(above) is not None else ClassPlace("", "")
    if last[:3] in ("bat", "lab"):
        return ClassPlace(above, "lab")
    if len(last) > 1:
        return ClassPlace(above, SPLITS.get(last[0], "group"))
    return ClassPlace("", "") if last in NUMERALS and _number(above) is None else ClassPlace(above, "section")


def classes_in(text: str) -> tuple[str, ...]:
    """The classes that a cell names, in order; "CSE1-A & B" are CSE1-A and CSE1-B."""
    named: list[str] = []
    for part in BETWEEN.split(text.strip()):
        for code in _slashed(" ".join(part.split())):
            if named and re.fullmatch(r"[a-z]\d{0,2}|\d{1,2}", code, re.I):
                code = _beside(named[-1], code)
            if code and code not in named:
                named.append(code)
    return tuple(named)


def _slashed(text: str) -> list[str]:
    """The parts of a text around slashes, where these stand between classes and not within the code of one."""
    parts = [part.strip() for part in text.split("/")]
    if len(parts) < 2:
        return parts
    whole = all(re.search(r"[^\W\d_]{2}", part) for part in parts)
    letters = place_of(parts[0]).parent and all(re.fullmatch(r"[a-z]\d{0,2}", part, re.I) for part in parts[1:])
    return parts if whole or letters else [text]


def _beside(code: str, suffix: str) -> str:
    """The class of another suffix beside a class."""
    match = SUFFIX.fullmatch(code)
    return f"{match['above']}{match['sign']}{suffix}" if match is not None else suffix


def letters_of(code: str) -> tuple[str, ...]:
    """The words of letters in a code, folded: what may be the name of a department or programme."""
    return tuple(word for word in re.findall(r"[^\W\d_]+", fold(code)) if word not in NUMERALS and len(word) > 1)


def number_of(code: str) -> int | None:
    """The number of the year or semester in a class's code; None where it has none, or several."""
    place = place_of(code)
    while place.parent:
        code, place = place.parent, place_of(place.parent)
    return _number(code)


def _number(code: str) -> int | None:
    words = re.findall(r"\d+|[^\W\d_]+", fold(code))
    numbers = [
        int(word) if word.isdecimal() else NUMERALS[word] for word in words if word.isdecimal() or word in NUMERALS
    ]
    return numbers[0] if len(numbers) == 1 and 1 <= numbers[0] <= LARGEST_NUMBER else None
