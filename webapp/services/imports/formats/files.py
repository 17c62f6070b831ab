"""A file becomes tables: the kind of file is told by its content, and its sheets are read one by one."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path, PurePosixPath
from typing import Any

import openpyxl
import openpyxl.xml

from webapp.services.imports.cells import cell_text
from webapp.services.imports.faults import Faults, TooManyFaults, UploadRefused
from webapp.services.imports.formats import ctt, fet
from webapp.services.imports.formats.archives import (
    DAMAGED,
    MOST_BYTES,
    check_size,
    check_workbook,
    damaged_workbook_is_refused,
    open_archive,
)
from webapp.services.imports.sheets import (
    GUIDE,
    MOST_COLUMNS,
    MOST_ROWS,
    FileSheet,
    Tables,
    TextGrid,
    read_sheet,
    sheet_name,
)
from webapp.services.shared.words import _

DELIMITERS = ",;\t"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
EXTENSIONS = (".zip", ".xlsx", ".csv", ".ctt", ".ectt", ".fet")


def holds_sheets(filename: str) -> bool:
    """Whether a file of this name holds sheets or tables, of which one can say what they are."""
    return not (ctt.is_ctt(filename) or fet.is_fet(filename))


def read_upload(filename: str, content: bytes) -> Tables:
    """Read a ZIP, a workbook, a single CSV table, a `.ctt` or a `.fet` file.

    What is wrong with single cells is in the tables' ``faults``; a file that can't be opened at all
    raises `UploadRefused`.
    """
    name = PurePosixPath(filename.replace("\\", "/")).name or "upload"
    check_size(name, content)
    extension = PurePosixPath(name).suffix.lower()
    if content.startswith(b"PK\x03\x04"):
        archive = open_archive(name, content)
        if "xl/workbook.xml" in archive.namelist():
            check_workbook(name, archive)
            return _collect(name, lambda faults: _workbook(name, content, faults))
        return _collect(name, lambda faults: _zip(archive, faults))
    if content.startswith(OLD_EXCEL):
        raise UploadRefused(_("%(name)s is in an old Excel format. Save it as .xlsx.", name=name))
    if ctt.is_ctt(name):
        return ctt.read_tables(name, content)
    if fet.is_fet(name):
        return fet.read_tables(name, content)
    if extension == ".csv":
        return _collect(name, lambda faults: [_csv(name, content, faults)])
    raise UploadRefused(
        _(
            "%(name)s is not one of the kinds of file that are read: %(extensions)s.",
            name=name,
            extensions=", ".join(EXTENSIONS),
        )
    )


def read_path(path: Path) -> Tables:
    """Read a folder of CSV files, or any file that `read_upload` reads; raises `UploadRefused`."""
    if path.is_dir():
        return _collect(path.name, lambda faults: _folder(path, faults))
    return read_upload(path.name, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The content of a file; raises `UploadRefused` where it can't be read or is too large."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UploadRefused(
                _("%(name)s is larger than %(most_bytes)s MB.", name=path.name, most_bytes=MOST_BYTES // (1024 * 1024))
            )
        return path.read_bytes()
    except OSError as error:
        raise UploadRefused(
            _("%(name)s can't be read: %(strerror)s.", name=path.name, strerror=error.strerror)
        ) from error


def _collect(filename: str, grids: Any) -> Tables:
    """Read every sheet, keeping faults until there are too many."""
    faults = Faults()
    sheets: dict[str, FileSheet] = {}
    try:
        for grid in grids(faults):
            if grid is None:
                continue
            sheet = read_sheet(grid, faults)
            if sheet is None:
                continue
            if sheet.table.name in sheets:
                faults.add(grid.file, grid.name, 0, "", grid.name, _("the table %(name)s once", name=sheet.table.name))
                continue
            sheets[sheet.table.name] = sheet
        if not sheets and not faults.list:
            faults.add(filename, "", 0, "", "", _("at least one table, such as rooms or courses"))
    except TooManyFaults:
        pass
    return Tables(filename, sheets, tuple(faults.list))


def _folder(path: Path, faults: Faults) -> Iterator[TextGrid | None]:
    for file in sorted(path.iterdir()):
        if file.name.startswith(".") or file.is_dir() or not _is_table(file.name, file.name, faults):
            continue
        if file.stat().st_size > MOST_BYTES:
            faults.add(
                file.name,
                "",
                0,
                "",
                _("%(st_size)s bytes", st_size=file.stat().st_size),
                _("at most %(most_bytes)s bytes", most_bytes=MOST_BYTES),
            )
            continue
        yield _csv(file.name, file.read_bytes(), faults)


def _zip(archive: zipfile.ZipFile, faults: Faults) -> Iterator[TextGrid | None]:
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        hidden = path.name.startswith(".") or "__MACOSX" in path.parts
        if entry.is_dir() or hidden or not _is_table(path.name, entry.filename, faults):
            continue
        try:
            content = archive.read(entry)
        except DAMAGED:
            faults.add(entry.filename, "", 0, "", _("a damaged entry"), _("a file that can be unpacked"))
            continue
        yield _csv(entry.filename, content, faults)


def _is_table(name: str, where: str, faults: Faults) -> bool:
    """Return whether a file of a folder is a CSV file; a README may lie beside them, anything else is a fault."""
    if name.lower().startswith("readme"):
        return False
    if not name.lower().endswith(".csv"):
        faults.add(where, "", 0, "", name, _("files that end in .csv"))
        return False
    return True


def _csv(file: str, content: bytes, faults: Faults) -> TextGrid | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = _("byte 0x%(start)s", start=f"{content[error.start]:02x}")
        faults.add(file, "", line, "", byte, _("text in UTF-8; save the file as CSV UTF-8"))
        return None
    return TextGrid(file, PurePosixPath(file).stem, _csv_rows(file, text, faults))


def _csv_rows(file: str, text: str, faults: Faults) -> Iterator[Sequence[str]]:
    heading = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=heading.count)
    reader = csv.reader(io.StringIO(text.replace("\x00", "\ufffd"), newline=""), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error as error:
        faults.add(file, "", reader.line_num, "", str(error), _("a line of cells in CSV"))


def _workbook(filename: str, content: bytes, faults: Faults) -> Iterable[TextGrid]:
    if not openpyxl.xml.DEFUSEDXML:
        raise UploadRefused(_("Workbooks can't be read safely here: defusedxml is missing."))
    with damaged_workbook_is_refused(filename):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheets = list(book.worksheets)
    for sheet in sheets:
        if sheet_name(sheet.title) != GUIDE:
            yield TextGrid(filename, sheet.title, _sheet_rows(filename, sheet, faults))
    book.close()


def _sheet_rows(filename: str, sheet: Any, faults: Faults) -> Iterator[Sequence[str]]:
    """Yield rows of text. A formula is not evaluated but refused, for nobody sees here what it gave."""
    sheet.reset_dimensions()
    lines = islice(sheet.iter_rows(max_col=MOST_COLUMNS + 1), MOST_ROWS + 1)
    for number in count(1):
        with damaged_workbook_is_refused(filename):
            cells = next(lines, None)
            if cells is None:
                return
            texts = [cell_text(cell.value) for cell in cells]
            formulas = [(at, str(cell.column_letter)) for at, cell in enumerate(cells) if cell.data_type == "f"]
        for at, column in formulas:
            faults.add(filename, sheet.title, number, column, texts[at], _("a value; paste formulas as values"))
            texts[at] = ""
        while texts and not texts[-1].strip():
            texts.pop()
        yield texts
