"""What the parts of an XLSX say before it is opened: how far its cells reach, and which of them have no value.

The library makes a rectangle from the first cell to the last, so one cell in row 1048576 would cost a million rows.
Such a sheet is written anew with its rows closed up before it is opened.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import defusedxml.ElementTree

from webapp.services.imports.faults import UploadRefused
from webapp.services.imports.formats.archives import damaged_workbook_is_refused, too_large
from webapp.services.imports.formats.merged_areas import Area
from webapp.services.imports.sheets import MOST_ROWS
from webapp.services.shared.words import _

MOST_POSITIONS = 1000
"""Columns of a sheet that are read at all."""
LARGE_AREA = 1_000_000
"""Cells of a rectangle beyond which a sheet with more gaps than rows is closed up: 32 MB."""
MOST_AREA = 10_000_000
"""Cells of the rectangle that the library may make of a sheet."""
RELATIONS = "xl/_rels/workbook.xml.rels"
FILLED_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
REFERENCE = re.compile(rb"\br=\"([A-Z]{1,3})(\d{1,7})\"")
ROW_NUMBER = re.compile(rb"(<(?:\w+:)?row\b[^>]*?\sr=\")(\d{1,7})(\")")
CELL_NUMBER = re.compile(rb"(<(?:\w+:)?c\b[^>]*?\sr=\"[A-Z]{1,3})(\d{1,7})(\")")
MERGED = re.compile(rb"<(?:\w+:)?mergeCells\b.*?</(?:\w+:)?mergeCells>", re.DOTALL)
FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
CACHED = re.compile(rb"<(?:\w+:)?v\b[^>]*>[^<]")


@dataclass
class SheetParts:
    """What was seen in the parts of a workbook.

    ``valueless`` are, per sheet, the texts of cells without a value by (row from 1, position from 0); ``rows`` the true
    row numbers of sheets that were closed up; ``merged`` the merged areas of an ODS.
    """

    content: bytes
    formulas: int = 0
    has_macros: bool = False
    from_1904: bool = False
    valueless: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    merged: dict[str, tuple[Area, ...]] = field(default_factory=dict)


def look_at(filename: str, content: bytes, archive: zipfile.ZipFile) -> SheetParts:
    """Look at all sheets of a workbook; raises `UploadRefused` where one is damaged or too large."""
    parts = SheetParts(content, has_macros=any(name.endswith("vbaProject.bin") for name in archive.namelist()))
    changed: dict[str, bytes] = {}
    with damaged_workbook_is_refused(filename):
        book = defusedxml.ElementTree.fromstring(archive.read("xl/workbook.xml"))
        paths = _paths(book, archive)
        properties = book.find("{*}workbookPr")
        parts.from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    for name, path in paths.items():
        with damaged_workbook_is_refused(filename):
            data = archive.read(path)
        rows, width = _cells(name, data, parts)
        _refuse_too_large(filename, name, len(rows), width)
        if rows and max(rows) * width > LARGE_AREA and max(rows) > 2 * len(rows):
            numbers = sorted(rows)
            changed[path] = _closed_up(data, {number: at for at, number in enumerate(numbers, start=1)})
            parts.rows[name] = numbers
    if changed:
        parts.content = _with(archive, changed)
    return parts


def _paths(book: Any, archive: zipfile.ZipFile) -> Mapping[str, str]:
    """The path of each sheet's part within the archive, by the sheet's name."""
    names = set(archive.namelist())
    related = defusedxml.ElementTree.fromstring(archive.read(RELATIONS)) if RELATIONS in names else ()
    targets = {relation.get("Id"): str(relation.get("Target")) for relation in related}
    paths = {}
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        identity = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        target = targets.get(identity, "")
        path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        if path in names:
            paths[str(sheet.get("name"))] = path
    return paths


def _cells(name: str, data: bytes, parts: SheetParts) -> tuple[set[int], int]:
    """The rows that hold something, and how many columns do; cells without a value and formulas are noted."""
    rows: set[int] = set()
    letters: set[bytes] = set()
    for match in FILLED_CELL.finditer(data):
        attributes, inside = match.groups()
        where = REFERENCE.search(attributes)
        if where is None:
            continue
        row = int(where[2])
        rows.add(row)
        letters.add(where[1])
        is_formula = b"<f" in inside or b":f" in inside
        parts.formulas += is_formula
        if b't="e"' in attributes:
            parts.valueless.setdefault(name, {})[row, position_of(where[1])] = _text_of(inside, b"v") or "#N/A"
        elif is_formula and b't="str"' not in attributes and CACHED.search(inside) is None:
            formula = FORMULA.search(inside)
            text = formula[1].decode("utf-8", "replace") if formula is not None and formula[1] else ""
            parts.valueless.setdefault(name, {})[row, position_of(where[1])] = f"={text}"
    return rows, max(map(position_of, letters), default=-1) + 1


def _text_of(inside: bytes, tag: bytes) -> str:
    match = re.search(rb"<(?:\w+:)?" + tag + rb"\b[^>]*>([^<]*)<", inside)
    return match[1].decode("utf-8", "replace") if match is not None else ""


def position_of(letters: bytes) -> int:
    """The position from 0 of a column's letters."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1


def _refuse_too_large(filename: str, sheet: str, rows: int, width: int) -> None:
    if rows > MOST_ROWS:
        raise UploadRefused(
            _(
                "%(filename)s, sheet %(sheet)s has %(rows)d rows, at most %(most)d are read. "
                "Delete what is not needed, or share it out over several files.",
                filename=filename,
                sheet=sheet,
                rows=rows,
                most=MOST_ROWS,
            )
        )
    if width > MOST_POSITIONS:
        raise UploadRefused(
            _(
                "%(filename)s, sheet %(sheet)s has a cell in column %(width)d, at most %(most)d are read. "
                "Delete the columns to the right of the table.",
                filename=filename,
                sheet=sheet,
                width=width,
                most=MOST_POSITIONS,
            )
        )
    if rows * width > MOST_AREA:
        raise too_large(filename)


def _closed_up(data: bytes, numbers: Mapping[int, int]) -> bytes:
    """The sheet with its filled rows one below the other, and its empty rows away; merged areas go, too."""

    def renumbered(match: re.Match[bytes]) -> bytes:
        number = numbers.get(int(match[2]))
        return match[1] + (str(number).encode() if number is not None else b"1") + match[3]

    data = re.sub(rb"<(?:\w+:)?row\b[^>]*/>", b"", MERGED.sub(b"", data))
    return CELL_NUMBER.sub(renumbered, ROW_NUMBER.sub(renumbered, data))


def _with(archive: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as new:
        for entry in archive.infolist():
            new.writestr(entry.filename, changed.get(entry.filename) or archive.read(entry))
    return packed.getvalue()
