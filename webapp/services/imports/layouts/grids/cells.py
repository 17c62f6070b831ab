"""What the cell of a timetable names: courses with their teachers, rooms, classes and batches, in any order."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.names.classes import squeeze
from webapp.services.imports.layouts.names.persons import Persons, person_name

PARTS = re.compile(r"[\n/,;|()\[\]&+:]|\s[-–—]\s")
ATOMS = re.compile(r"[\s\-_.–—]+")
BATCH = re.compile(r"(?:batch|b|gr|group)[\s\-]*(\d{1,2})", re.I)
LONGEST_NAME = 8
"""Words of the longest name that is looked for within a part."""
SEPARATORS = ("\n", ";", "|", "/", "&", "+", ",")
"""What stands between the classes of a cell, the strongest first."""
COURSE, TEACHER, ROOM, GROUP, BATCH_KIND = "course", "teacher", "room", "group", "batch"


@dataclass
class CellPart:
    """One class within a cell: what is named, in the order in which it stands there."""

    courses: list[str] = field(default_factory=list)
    teachers: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    batches: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)

    def add(self, kind: str, code: str) -> None:
        """Note that something is named."""
        into = {
            COURSE: self.courses,
            TEACHER: self.teachers,
            ROOM: self.rooms,
            GROUP: self.groups,
            BATCH_KIND: self.batches,
        }[kind]
        if code not in into or kind == COURSE:
            into.append(code)


class Vocabulary:
    """Everything that a cell can name, by its text without case, spaces and signs."""

    def __init__(self, conversion: Conversion) -> None:
        self._words: dict[str, dict[str, set[str]]] = {}
        names = {str(key[0]): str(row.get("name") or "") for key, row in conversion.records("faculty").items()}
        self.persons = Persons(names)
        for table, kind, name in (("courses", COURSE, "title"), ("rooms", ROOM, "name"), ("groups", GROUP, "name")):
            for key, record in conversion.records(table).items():
                self._learn(kind, str(key[0]), str(key[0]), str(record.get(name) or ""))
        for code, teacher in names.items():
            self._learn(TEACHER, code, code, teacher, initials_of(teacher))
        self._done: dict[str, tuple[str, str] | None] = {}

    def _learn(self, kind: str, code: str, *texts: str) -> None:
        for text in filter(None, map(squeeze, texts)):
            self._words.setdefault(text, {}).setdefault(kind, set()).add(code)

    def find(self, text: str) -> tuple[str, str] | None:
        """The one thing that a text names: its kind and code; None where it names none, or several of a kind."""
        if text not in self._done:
            self._done[text] = self._find(text)
        return self._done[text]

    def _find(self, text: str) -> tuple[str, str] | None:
        kinds = self._words.get(squeeze(text), {})
        for kind in (COURSE, ROOM, GROUP, TEACHER):
            if len(kinds.get(kind, ())) == 1:
                return kind, next(iter(kinds[kind]))
        match = BATCH.fullmatch(text.strip())
        if match is not None:
            return BATCH_KIND, f"B{match[1]}"
        if any(len(word) > 2 for word in ATOMS.split(text)) and not any(map(str.isdigit, text)):
            person = self.persons.find(text).code
            return (TEACHER, person) if person is not None else None
        return None

    def read(self, text: str) -> CellPart:
        """All that a text names."""
        part = CellPart()
        for piece in filter(None, (piece.strip() for piece in PARTS.split(text))):
            found = self.find(piece)
            if found is not None:
                part.add(*found)
            else:
                self._read_words(piece, part)
        return part

    def _read_words(self, piece: str, part: CellPart) -> None:
        """Take apart what has no sign between its names: the longest names first, from the left."""
        words = [word for word in ATOMS.split(piece) if word]
        at = 0
        while at < len(words):
            for size in range(min(LONGEST_NAME, len(words) - at), 0, -1):
                found = self.find(" ".join(words[at : at + size]))
                if found is not None:
                    part.add(*found)
                    at += size
                    break
            else:
                part.rest.append(words[at])
                at += 1


def initials_of(name: str) -> str:
    """The initials of a name, as timetables have them: PVS for P. V. Singh."""
    found = person_name(name)
    return found.initials + "".join(word[0] for word in found.words) if found.words else ""


def parts_of(vocabulary: Vocabulary, text: str) -> list[CellPart] | None:
    """The classes of a cell, each for itself; None where it has several and it can't be told what belongs to which."""
    whole = vocabulary.read(text)
    if len(whole.courses) < 2:
        return [whole]
    if len(set(whole.courses)) == 1 and not (whole.batches or len(whole.rooms) > 1):
        whole.courses = whole.courses[:1]
        return [whole]
    for sign in SEPARATORS:
        parts = [vocabulary.read(piece) for piece in text.split(sign) if piece.strip()]
        if len(parts) > 1 and all(len(part.courses) == 1 for part in parts):
            return parts
    return _line_by_line(vocabulary, text)


def _line_by_line(vocabulary: Vocabulary, text: str) -> list[CellPart] | None:
    """Lines of as many items each: the n-th of every line are one class ("A/B", "Rao/Bose", "L1/L2")."""
    lines = [[piece for piece in re.split(r"[/,;|&+]", line) if piece.strip()] for line in text.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) < 2 or len({len(line) for line in lines}) != 1:
        return None
    parts = [vocabulary.read("\n".join(pieces)) for pieces in zip(*lines, strict=True)]
    return parts if all(len(part.courses) == 1 for part in parts) else None


def named_in(vocabulary: Vocabulary, texts: Iterable[str]) -> Mapping[str, str]:
    """The class, teacher or room that titles name, the most exact first: by kind, its code."""
    found: dict[str, str] = {}
    for text in texts:
        for piece in (text, *re.split(r"[:\-–|(),]\s+|\s[-–:]\s|[()]|:\s*", text)):
            thing = vocabulary.find(piece.strip()) if piece.strip() else None
            if thing is not None and thing[0] in (GROUP, TEACHER, ROOM):
                found.setdefault(*thing)
    return found
