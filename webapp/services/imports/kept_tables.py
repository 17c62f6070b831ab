"""What came of reading an upload, kept in its own row, so that the next page does not read the file again.

It is compressed JSON, and counts only as long as everything is the same that it was made of: the bytes, the mapping,
the rows that were looked up, the language of its sentences, and the code that read. It goes with the upload, at the
latest.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date, time
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask_babel import get_locale

from webapp.models import Upload
from webapp.services.imports.faults import Fault
from webapp.services.imports.layouts.convert import Converted
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.objections import Objection
from webapp.services.imports.layouts.plan import BookMapping
from webapp.services.imports.layouts.questions import Candidate, Question, ReadAs
from webapp.services.imports.sheets import FileRow, FileSheet, Tables
from webapp.services.schema.columns import Key, Record
from webapp.services.schema.tables import BY_NAME
from webapp.services.shared.codec import to_json

MOST_BYTES = 16 * 1024 * 1024
"""Compressed; what is larger is read again each time."""
SERVICES = Path(__file__).parent.parent


@dataclass(frozen=True)
class KeptReading:
    """A book as tables, and what keeps it from being read so."""

    converted: Converted
    objections: tuple[Objection, ...]


def keep(upload: Upload, mapping: BookMapping, known: Known, reading: KeptReading) -> None:
    """Write what was read into the upload's row; ``known`` is what it was read with."""
    head = {"made_of": _made_of(upload, mapping), "known": {name: _digest(known, name) for name in known.asked}}
    text = json.dumps([head, _written(reading)], default=_tagged, ensure_ascii=False, separators=(",", ":"))
    packed = zlib.compress(text.encode(), 1)
    upload.kept_reading = packed if len(packed) <= MOST_BYTES else None


def kept(upload: Upload, mapping: BookMapping, known: Known) -> KeptReading | None:
    """What was kept; None where there is nothing, or something that it was made of is another now."""
    if upload.kept_reading is None:
        return None
    head, stored = json.loads(zlib.decompress(upload.kept_reading), object_hook=_untagged)
    if head["made_of"] != _made_of(upload, mapping):
        return None
    if any(_digest(known, name) != digest for name, digest in head["known"].items()):
        return None
    return _read(stored)


def _made_of(upload: Upload, mapping: BookMapping) -> str:
    """All that a reading is made of but the rows that were looked up, in short."""
    said = json.dumps(to_json(mapping), sort_keys=True)
    return sha256("\n".join((upload.sha256, upload.filename, said, str(get_locale()), _code())).encode()).hexdigest()


@cache
def _code() -> str:
    """The code that reads files, in short: another release may read them otherwise."""
    digest = sha256()
    for folder in ("imports", "schema"):
        for path in sorted((SERVICES / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _digest(known: Known, table: str) -> str:
    rows: Mapping[Key, Record] = known.records(table)
    return sha256(
        "\n".join(sorted(f"{key!r}{sorted(row.items())!r}" for key, row in rows.items())).encode()
    ).hexdigest()


# What JSON has no word for

TAGS: tuple[tuple[type, str], ...] = ((Decimal, "$decimal"), (date, "$date"), (time, "$time"), (frozenset, "$numbers"))


def _tagged(value: Any) -> Any:
    """A value that JSON does not know, as an object of one key."""
    for kind, tag in TAGS:
        if isinstance(value, kind):
            return {tag: sorted(value) if isinstance(value, frozenset) else str(value)}
    raise TypeError(type(value).__name__)


def _untagged(found: dict[str, Any]) -> Any:
    if len(found) != 1:
        return found
    ((tag, text),) = found.items()
    match tag:
        case "$decimal":
            return Decimal(text)
        case "$date":
            return date.fromisoformat(text)
        case "$time":
            return time.fromisoformat(text)
        case "$numbers":
            return frozenset(text)
        case _:
            return found


def _written(reading: KeptReading) -> Any:
    converted = reading.converted
    tables = converted.tables
    return {
        "filename": tables.filename,
        "sheets": [_written_sheet(sheet) for sheet in tables.sheets.values()],
        "faults": list(map(astuple, tables.faults)),
        "changes": list(map(astuple, converted.changes)),
        "questions": list(map(to_json, converted.questions)),
        "answered": list(map(to_json, converted.answered)),
        "objections": list(map(astuple, reading.objections)),
    }


def _written_sheet(sheet: FileSheet) -> Any:
    """A table with its rows as arrays; what many rows share (columns, place, headings) stands there once."""
    shared: dict[Any, int] = {}
    rows = []
    for row in sheet.rows:
        place = (row.file, row.sheet, tuple(row.headings.items()), row.is_made)
        columns, refused = tuple(row.record), tuple(sorted(row.refused))
        numbers = [shared.setdefault(part, len(shared)) for part in (place, columns, refused)]
        rows.append([row.number, *numbers, *row.record.values()])
    return [sheet.table.name, sheet.file, sheet.columns, sheet.unreadable, list(shared), rows]


def _read(stored: Any) -> KeptReading:
    sheets = (_sheet(*sheet) for sheet in stored["sheets"])
    faults = tuple(Fault(*fault) for fault in stored["faults"])
    tables = Tables(stored["filename"], {sheet.table.name: sheet for sheet in sheets}, faults)
    converted = Converted(
        tables,
        tuple(ReadAs(*change) for change in stored["changes"]),
        tuple(map(_question, stored["questions"])),
        tuple(map(_question, stored["answered"])),
    )
    return KeptReading(converted, tuple(Objection(*objection) for objection in stored["objections"]))


def _question(stored: dict[str, Any]) -> Question:
    candidates = tuple(Candidate(*candidate) for candidate in stored.pop("candidates", ()))
    return Question(**{**stored, "rows": tuple(stored.pop("rows", ())), "candidates": candidates})


def _sheet(name: str, file: str, columns: list[str], unreadable: int, shared: list[Any], rows: list[Any]) -> FileSheet:
    parts = [_shared(part) for part in shared]
    return FileSheet(BY_NAME[name], file, tuple(columns), tuple(_row(parts, *row) for row in rows), unreadable)


def _shared(part: list[Any]) -> Any:
    if len(part) == 4 and isinstance(part[2], list):
        return part[0], part[1], dict(part[2]), part[3]
    return tuple(part)


def _row(parts: list[Any], number: int, place: int, columns: int, refused: int, *values: Any) -> FileRow:
    file, sheet, headings, is_made = parts[place]
    record = dict(zip(parts[columns], (tuple(v) if type(v) is list else v for v in values), strict=True))
    return FileRow(number, record, frozenset(parts[refused]), file, sheet, headings, is_made)
