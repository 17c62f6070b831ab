"""Bytes become a book: the kind is told by the content, and what is too large is refused before it is opened."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

import python_calamine

from webapp.services.imports.faults import UploadRefused
from webapp.services.imports.formats.archives import (
    check_size,
    check_workbook,
    damaged_workbook_is_refused,
    open_archive,
)
from webapp.services.imports.formats.workbooks import BookKind, RawBook, RawRow, RawSheet, RawValue
from webapp.services.shared.words import _

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
DELIMITERS = ",;\t|"


def read_book(filename: str, content: bytes) -> RawBook:
    """Open a file of sheets, whatever its kind; raises `UploadRefused` with what to do where it can't be opened."""
    name = PurePosixPath(filename.replace("\\", "/")).name or "upload"
    check_size(name, content)
    if content.startswith(b"PK\x03\x04"):
        archive = open_archive(name, content)
        names = archive.namelist()
        if "xl/workbook.xml" in names:
            check_workbook(name, archive)
            return _workbook(name, content, BookKind.XLSX)
        if "content.xml" in names:
            check_workbook(name, archive)
            return _workbook(name, content, BookKind.ODS)
        return _zip(name, archive)
    if content.startswith(OLD_EXCEL):
        return _workbook(name, content, BookKind.XLS)
    if PurePosixPath(name).suffix.lower() in (".csv", ".tsv", ".txt"):
        return RawBook(name, BookKind.CSV, (_text(name, content),), "utf-8")
    raise UploadRefused(_("%(name)s is not one of the kinds of file that are read.", name=name))


def _workbook(name: str, content: bytes, kind: BookKind) -> RawBook:
    with damaged_workbook_is_refused(name):
        book = python_calamine.load_workbook(io.BytesIO(content))
        sheets = []
        for title in book.sheet_names:
            sheet = book.get_sheet_by_name(title)
            merged = tuple((a + 1, b, c + 1, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
            lines = sheet.to_python(skip_empty_area=False)
            sheets.append(RawSheet(title, _rows(lines), name, merged))
    return RawBook(name, kind, tuple(sheets))


def _zip(name: str, archive: zipfile.ZipFile) -> RawBook:
    entries = [entry for entry in archive.infolist() if entry.filename.lower().endswith((".csv", ".tsv"))]
    sheets = tuple(_text(entry.filename, archive.read(entry)) for entry in entries)
    return RawBook(name, BookKind.ZIP, sheets, "utf-8")


def _text(file: str, content: bytes) -> RawSheet:
    text = content.decode("utf-8-sig", errors="replace")
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return RawSheet(PurePosixPath(file).stem, _rows(lines), file)


def _rows(lines: Iterable[Sequence[RawValue]]) -> tuple[RawRow, ...]:
    rows = []
    for number, line in enumerate(lines, start=1):
        cells = list(line)
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            rows.append(RawRow(number, tuple(cells)))
    return tuple(rows)
