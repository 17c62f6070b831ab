"""Records become files again: a folder, a ZIP, a workbook, or the empty template of one."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from webapp.services.imports.formats.cells import guard_formula
from webapp.services.imports.sheets import GUIDE
from webapp.services.schema.columns import Column, Kind, Record, Table, Value
from webapp.services.schema.tables import TABLES
from webapp.services.schema.values import write

Contents = Mapping[str, Sequence[Record]]
"""Records by table name."""

FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
"""Entries carry no time of their own, so that equal data gives an equal file."""
NUMBERS = (Kind.WHOLE, Kind.DECIMAL)
HEADING = Font(bold=True)
REQUIRED = PatternFill("solid", fgColor="FFE8EEF7")
WIDEST = 60
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Forms and imports refuse it; what was stored before they did must not keep a workbook from being made."""


def rows_of(table: Table, records: Iterable[Record]) -> Iterable[list[str]]:
    """Headings and rows of a table as text."""
    yield [column.name for column in table.file_columns]
    for record in records:
        yield [guard_formula(write(column, record[column.name])) for column in table.file_columns]


def csv_of(table: Table, records: Iterable[Record]) -> bytes:
    """A table as CSV in UTF-8, with the mark by which spreadsheets know it."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows_of(table, records))
    return text.getvalue().encode("utf-8-sig")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A file that spreadsheets know by its mark, and in which no cell is a formula to them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guard_formula(cell) for cell in row] for row in rows)
    return "\ufeff" + text.getvalue()


def write_folder(path: Path, contents: Contents) -> None:
    """Write a CSV file for each table, into a folder that is made if absent."""
    path.mkdir(parents=True, exist_ok=True)
    for table, records in _listed(contents):
        (path / f"{table.name}.csv").write_bytes(csv_of(table, records))


def zip_of(contents: Contents) -> bytes:
    """The same files in a ZIP."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for table, records in _listed(contents):
            entry = zipfile.ZipInfo(f"{table.name}.csv", FIRST_DAY_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, csv_of(table, records))
    return packed.getvalue()


def workbook_of(contents: Contents) -> bytes:
    """A workbook with a sheet for each table."""
    book = openpyxl.Workbook(write_only=True)
    for table, records in _listed(contents):
        _add_sheet(book, table, records)
    return _saved(book)


def template_workbook() -> bytes:
    """An empty workbook to fill in: a guide, and every table with its headings, required ones coloured."""
    book = openpyxl.Workbook(write_only=True)
    _add_guide(book)
    for table in TABLES:
        _add_sheet(book, table, ())
    return _saved(book)


def _listed(contents: Contents) -> Iterable[tuple[Table, Sequence[Record]]]:
    return ((table, contents[table.name]) for table in TABLES if table.name in contents)


def _saved(book: Any) -> bytes:
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _add_sheet(book: Any, table: Table, records: Iterable[Record]) -> None:
    sheet = book.create_sheet(table.name)
    sheet.freeze_panes = "A2"
    for position, column in enumerate(table.file_columns, start=1):
        width = max(len(column.name), len(column.example)) + 3
        sheet.column_dimensions[get_column_letter(position)].width = min(width, WIDEST)
    sheet.append([_heading(sheet, column) for column in table.file_columns])
    for record in records:
        sheet.append([_workbook_value(column, record[column.name]) for column in table.file_columns])


def _heading(sheet: Any, column: Column) -> Any:
    cell = WriteOnlyCell(sheet, value=column.name)
    cell.font = HEADING
    if column.required:
        cell.fill = REQUIRED
    return cell


def _workbook_value(column: Column, value: Value) -> Any:
    if column.kind in NUMBERS:
        return value
    return NOT_IN_XML.sub("", guard_formula(write(column, value))) or None


def _add_guide(book: Any) -> None:
    sheet = book.create_sheet(GUIDE)
    for letter, width in zip("ABCDEF", (16, 20, 12, 16, WIDEST, 30), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(["Fill in the sheets you need and leave the others empty. Codes lead from one sheet to another."])
    sheet.append(["Coloured headings are required. This sheet is not read."])
    sheet.append([])
    sheet.append([_bold(sheet, text) for text in ("sheet", "column", "required", "holds", "meaning", "example")])
    for table in TABLES:
        for column in table.file_columns:
            meaning = WriteOnlyCell(sheet, value=column.meaning)
            meaning.alignment = Alignment(wrap_text=True, vertical="top")
            required = "required" if column.required else ""
            sheet.append([table.name, column.name, required, holds(column), meaning, guard_formula(column.example)])


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = HEADING
    return cell


def holds(column: Column) -> str:
    """Describe what a column holds, in a few words."""
    if column.choices:
        return " / ".join(column.choices)
    if column.refers_to:
        return f"{'codes' if column.kind is Kind.ROWS else 'code'} of {column.refers_to}"
    if column.least is not None and column.most is not None:
        return f"{column.kind.value}, {column.least} to {column.most}"
    return column.kind.value
