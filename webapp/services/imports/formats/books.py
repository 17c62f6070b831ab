"""Bytes become a book: the kind is told by the content, and what is too large is refused before it is opened.

Workbooks are read by python-calamine, tables in text by `texts`. Macros are never run; formulas are read by the value
that the spreadsheet program saved last.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import python_calamine

from webapp.services.imports.faults import MOST_FAULTS, Fault, UploadRefused
from webapp.services.imports.formats import sheet_parts, texts
from webapp.services.imports.formats.archives import (
    DAMAGED,
    MOST_BYTES,
    check_size,
    check_workbook,
    damaged_workbook_is_refused,
    open_archive,
)
from webapp.services.imports.formats.merged_areas import merged_areas
from webapp.services.imports.formats.workbooks import (
    BookKind,
    RawBook,
    RawRow,
    RawSheet,
    RawValue,
    ValuelessCell,
)
from webapp.services.imports.sheets import MOST_ROWS
from webapp.services.shared.words import _

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
TEXT_EXTENSIONS = (".csv", ".tsv", ".txt", ".tab")
EXTENSIONS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".zip", ".fet", ".ctt", ".ectt")
"""What the import page names, the usual first."""
NOT_SHEETS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"RIFF", "WEBP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
)
"""How files of other kinds begin."""
EMPTY_ZIP = b"PK\x05\x06"
ERROR_TEXT = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)|Err:\d{3}")


def read_book(filename: str, content: bytes, encoding: str = "") -> RawBook:
    """Open a file of sheets, whatever its kind; raises `UploadRefused` with what to do where it can't be opened.

    ``encoding`` is the code page of tables in text, where somebody said which; otherwise it is found out.
    """
    name = file_name(filename)
    check_size(name, content)
    if content.startswith((b"PK\x03\x04", EMPTY_ZIP)):
        return _packed(name, content, encoding)
    if content.startswith(OLD_EXCEL):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _protected(name)
        return _workbook(name, content, BookKind.XLS)
    refuse_other_kinds(name, content)
    beginning = content[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if b"mso-application" in beginning or beginning.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        raise UploadRefused(
            _(
                "%(name)s is a web page that is called a workbook. Open it in your spreadsheet program, "
                "save it as .xlsx, and upload that.",
                name=name,
            )
        )
    extension = PurePosixPath(name).suffix.lower()
    if extension in TEXT_EXTENSIONS or (extension == ".xls" and b"\x00" not in content):
        sheet, found, faults = _text_sheet(name, PurePosixPath(name).stem, content, encoding)
        return RawBook(name, BookKind.CSV, (sheet,), found, _code_page_note(found), faults)
    raise _unknown_kind(name)


def read_folder(path: Path) -> RawBook:
    """Open a folder of tables in text as if it were a ZIP of them."""
    return _texts(path.name, _files_of(path), "")


def file_name(filename: str) -> str:
    """The name of a file without its folders."""
    return PurePosixPath(filename.replace("\\", "/")).name or "upload"


def _unknown_kind(name: str) -> UploadRefused:
    return UploadRefused(
        _(
            "%(name)s is not one of the kinds of file that are read: %(extensions)s.",
            name=name,
            extensions=", ".join(EXTENSIONS),
        )
    )


def _protected(name: str) -> UploadRefused:
    return UploadRefused(_("%(name)s is protected by a password. Save it without one.", name=name))


def refuse_other_kinds(name: str, content: bytes) -> None:
    """Refuse a picture, a PDF or the like, whatever its name says."""
    kind = next((kind for mark, kind in NOT_SHEETS if content.startswith(mark)), "")
    if kind:
        raise UploadRefused(
            _(
                "%(name)s is a file of the kind %(kind)s, whatever its name says. "
                "Upload the workbook, or whatever file was meant, itself.",
                name=name,
                kind=kind,
            )
        )


def _packed(name: str, content: bytes, encoding: str) -> RawBook:
    archive = open_archive(name, content)
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        check_workbook(name, archive)
        return _workbook(name, content, BookKind.XLSX, sheet_parts.look_at(name, content, archive))
    if "xl/workbook.bin" in names:
        check_workbook(name, archive)
        return _workbook(name, content, BookKind.XLSX)
    if "content.xml" in names:
        check_workbook(name, archive)
        with damaged_workbook_is_refused(name):
            data = archive.read("content.xml")
        _refuse_endless_repeats(name, data)
        with damaged_workbook_is_refused(name):
            parts = sheet_parts.SheetParts(content, merged=merged_areas(data))
        return _workbook(name, content, BookKind.ODS, parts)
    if "[Content_Types].xml" in names or any(entry.startswith("Index/") for entry in names):
        raise _unknown_kind(name)
    return _texts(name, _entries_of(archive), encoding)


def _refuse_endless_repeats(name: str, data: bytes) -> None:
    """Refuse an ODS whose filled rows or cells are repeated so often that the library would not end."""
    for row in re.finditer(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", data, re.DOTALL):
        cells = re.findall(rb"<table:table-cell\b([^>]*)>", row[2])
        filled = [cell for cell in cells if b"office:" in cell or not cell.endswith(b"/")]
        width = sum(_times(rb"columns", cell) for cell in filled)
        if width * _times(rb"rows", row[1]) > sheet_parts.LARGE_AREA:
            raise too_large_rows(name)


def _times(axis: bytes, attributes: bytes) -> int:
    match = re.search(rb"number-" + axis + rb"-repeated=\"(\d{1,9})\"", attributes)
    return int(match[1]) if match is not None else 1


def too_large_rows(name: str) -> UploadRefused:
    """The refusal of a sheet with more rows than are read."""
    return UploadRefused(
        _(
            "%(name)s has more than %(most)d rows in a sheet. Delete what is not needed, or share it out over several "
            "files.",
            name=name,
            most=MOST_ROWS,
        )
    )


def _workbook(name: str, content: bytes, kind: BookKind, parts: sheet_parts.SheetParts | None = None) -> RawBook:
    seen = parts or sheet_parts.SheetParts(content)
    sheets, hidden = [], []
    try:
        with damaged_workbook_is_refused(name):
            book = python_calamine.load_workbook(io.BytesIO(seen.content))
            for about in book.sheets_metadata:
                if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                if about.visible != python_calamine.SheetVisibleEnum.Visible:
                    hidden.append(about.name)
                sheets.append(_sheet(name, book.get_sheet_by_name(about.name), seen))
    except UploadRefused as refused:
        if isinstance(refused.__cause__, python_calamine.PasswordError):
            raise _protected(name) from refused
        raise
    notes = [("formulas", str(seen.formulas))] if seen.formulas else []
    notes += [("macros", "")] if seen.has_macros else []
    notes += [("hidden_sheet", title) for title in hidden]
    return RawBook(name, kind, tuple(sheets), "", tuple(notes), from_1904=seen.from_1904)


def _sheet(file: str, sheet: python_calamine.CalamineSheet, seen: sheet_parts.SheetParts) -> RawSheet:
    if sheet.height > MOST_ROWS * 6:
        raise too_large_rows(file)
    lines: list[list[RawValue]] = list(sheet.to_python(skip_empty_area=False))
    numbers = seen.rows.get(sheet.name)
    areas = seen.merged.get(sheet.name, ())
    if not numbers and sheet.merged_cell_ranges:
        areas = tuple((top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges)
    for top, left, bottom, right in areas:
        _fill(lines, top, left, bottom, right)
    for (row, position), text in seen.valueless.get(sheet.name, {}).items():
        _put(lines, numbers.index(row) if numbers else row - 1, position, ValuelessCell(text))
    rows = _rows(lines, numbers)
    if len(rows) > MOST_ROWS:
        raise too_large_rows(file)
    return RawSheet(sheet.name, rows, file, areas)


def _fill(lines: list[list[RawValue]], top: int, left: int, bottom: int, right: int) -> None:
    """Write the value of a merged area into all of its cells, within the sheet."""
    value = lines[top - 1][left] if top <= len(lines) and left < len(lines[top - 1]) else ""
    if value == "":
        return
    for line in lines[top - 1 : bottom]:
        for position in range(left, min(right + 1, len(line))):
            line[position] = value


def _put(lines: list[list[RawValue]], at: int, position: int, value: RawValue) -> None:
    while len(lines) <= at:
        lines.append([])
    line = lines[at]
    line.extend([""] * (position + 1 - len(line)))
    line[position] = value


def _rows(lines: Iterable[Sequence[RawValue]], numbers: Sequence[int] | None = None) -> tuple[RawRow, ...]:
    """The rows that are not empty, each with its number, without the empty cells at its end."""
    rows = []
    for at, line in enumerate(lines):
        width = len(line)
        while width and (line[width - 1] == "" or str(line[width - 1]).isspace()):
            width -= 1
        if width and (numbers is None or at < len(numbers)):
            rows.append(RawRow(numbers[at] if numbers else at + 1, tuple(map(_value, line[:width]))))
    return tuple(rows)


def _value(cell: RawValue) -> RawValue:
    return ValuelessCell(cell) if isinstance(cell, str) and ERROR_TEXT.fullmatch(cell) else cell


Entry = tuple[str, bytes | Fault]


def _entries_of(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        if entry.is_dir() or path.name.startswith(".") or "__MACOSX" in path.parts:
            continue
        try:
            yield entry.filename, archive.read(entry)
        except DAMAGED:
            yield entry.filename, _fault(entry.filename, _("a damaged entry"), _("a file that can be unpacked"))


def _files_of(path: Path) -> Iterator[Entry]:
    for file in sorted(path.iterdir()):
        if file.name.startswith(".") or file.is_dir():
            continue
        size = file.stat().st_size
        if size > MOST_BYTES:
            found, most = _("%(size)s bytes", size=size), _("at most %(most)s bytes", most=MOST_BYTES)
            yield file.name, _fault(file.name, found, most)
        else:
            yield file.name, file.read_bytes()


def _fault(file: str, found: str, expected: str, row: int = 0) -> Fault:
    return Fault(file, "", row, "", found, expected)


def _texts(name: str, entries: Iterator[Entry], encoding: str) -> RawBook:
    """The tables in text of a ZIP or a folder; a README may lie beside them, anything else is a fault."""
    sheets: dict[str, RawSheet] = {}
    pages: dict[str, None] = {}
    faults: list[Fault] = []
    for path, content in entries:
        short = PurePosixPath(path)
        if short.name.lower().startswith("readme"):
            continue
        if isinstance(content, Fault):
            faults.append(content)
        elif short.suffix.lower() not in TEXT_EXTENSIONS:
            faults.append(_fault(path, short.name, _("files that end in .csv")))
        else:
            title = short.stem if short.stem not in sheets else path
            try:
                sheets[title], page, wrong = _text_sheet(path, title, content, encoding)
            except texts.NoText as refused:
                faults.append(_fault(path, _("bytes that are no text"), str(refused)))
                continue
            pages[page] = None
            faults += wrong
    found = [page for page in pages if page not in ("utf-8", "ascii")]
    notes = tuple(note for page in found for note in _code_page_note(page))
    return RawBook(
        name, BookKind.ZIP, tuple(sheets.values()), found[0] if found else "utf-8", notes, tuple(faults[:MOST_FAULTS])
    )


def _code_page_note(page: str) -> tuple[tuple[str, str], ...]:
    return (("code_page", page),) if page and page != "utf-8" else ()


def _text_sheet(file: str, title: str, content: bytes, encoding: str) -> tuple[RawSheet, str, tuple[Fault, ...]]:
    text, found = texts.decoded(file, content, encoding)
    try:
        lines = texts.lines_of(text)
    except csv.Error as error:
        line = int(error.__notes__[0])
        return RawSheet(title, (), file), found, (_fault(file, str(error), _("a line of cells in CSV"), line),)
    rows = _rows(lines)
    if len(rows) > MOST_ROWS:
        raise too_large_rows(file)
    return RawSheet(title, rows, file), found, ()
