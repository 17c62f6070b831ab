"""Books: workbooks of every kind and tables in any code page are opened, or refused with what to do."""

import io
import time
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from webapp.services.imports.faults import UploadRefused
from webapp.services.imports.formats.books import read_book
from webapp.services.imports.formats.workbooks import BookKind, RawBook, ValuelessCell

DATA = Path(__file__).parents[3] / "data"
ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Rooms"><table:table-row>{cells}</table:table-row>
<table:table-row table:number-rows-repeated="{rows}"><table:table-cell{value}
 table:number-columns-repeated="{columns}"/></table:table-row></table:table></office:spreadsheet></office:body>
</office:document-content>"""
MANIFEST = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
CELL = '<table:table-cell office:value-type="string"><text:p>Room No</text:p></table:table-cell>'


def packed(files: Mapping[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text, zipfile.ZIP_STORED if name == "mimetype" else None)
    return content.getvalue()


def ods(rows: int = 1_048_575, columns: int = 16_384, value: str = "") -> bytes:
    text = ODS.format(cells=CELL, rows=rows, columns=columns, value=value)
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "content.xml": text, "META-INF/manifest.xml": MANIFEST})


def workbook(rows: Mapping[str, object], merged: str = "", **sheets: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for where, value in rows.items():
        sheet[where] = value
    if merged:
        sheet.merge_cells(merged)
    for name, state in sheets.items():
        book.create_sheet(name).sheet_state = state
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rows_of(book: RawBook) -> list[tuple[int, tuple[object, ...]]]:
    return [(row.number, row.cells) for row in book.sheets[0].rows]


def with_part(content: bytes, change: Mapping[str, tuple[str, str]], **added: bytes) -> bytes:
    """A workbook with some words of its parts replaced, and parts added."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, (before, after) in change.items():
        assert before.encode() in parts[name]
        parts[name] = parts[name].replace(before.encode(), after.encode())
    return packed({**parts, **{name.replace("__", "/"): part for name, part in added.items()}})


def test_old_excel_and_open_office_are_read_like_excel() -> None:
    book = read_book("list.xls", (DATA / "faculty-list.xls").read_bytes())
    assert book.kind is BookKind.XLS
    assert rows_of(book)[1:] == [
        (3, ("Emp ID", "Name of the Faculty", "Dept.", "Joined")),
        (4, ("CSE01", "Dr T. Müller", "CSE", date(2026, 1, 2))),
        (5, ("CSE02", "Ms R. Śarma", "CSE", date(2026, 1, 2))),
    ]
    assert rows_of(book)[0] == (1, ("LAKSHMI INSTITUTE",) * 4), "a merged area has its value in every cell"
    assert rows_of(read_book("x.ods", ods())) == [(1, ("Room No",))]


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Emp ID;Name;Dept\n1;Dr. T. Müller;CSE\n2;José Ñandú;ECE\n", "cp1252"),
        ("kód;jméno;místa\nA1;Dvořák Šťastný;20\nA2;Příliš žluťoučký kůň;30\n", "cp1250"),
        ("код;название;мест\nА1;Аудитория первая;60\nА2;Лаборатория химии;30\n", "cp1251"),
        ("kod;ad;kapasite\nD1;Şükrü Öğüt Çığ;30\nD2;İstanbul Salonu;20\n", "cp1254"),
        ("コード\t名前\nA1\t大講義室\nA2\t実験室\n", "shift_jis"),
        ("code\tname\nA1\tCafé\n", "utf-16"),
    ],
)
def test_the_code_page_of_a_table_in_text_is_found_out_and_named(text: str, page: str) -> None:
    book = read_book("list.csv", text.encode(page))
    assert (book.encoding, book.notes) == (page, (("code_page", page),))
    delimiter = "\t" if "\t" in text else ";"
    assert rows_of(book) == [(at, tuple(line.split(delimiter))) for at, line in enumerate(text.splitlines(), 1)]


def test_utf_8_needs_no_word_and_a_title_does_not_hide_the_sign_between_cells() -> None:
    book = read_book("list.csv", b"ROOMS, 2026\n\ncode;name;credits\nR1;Hall, north;1,5\n")
    assert (book.encoding, book.notes) == ("utf-8", ())
    assert rows_of(book)[1:] == [(3, ("code", "name", "credits")), (4, ("R1", "Hall, north", "1,5"))]


def test_a_row_that_says_1048576_costs_no_more_than_its_cells() -> None:
    content = workbook({"A1": "code", "B1": "name", "A1048576": "R1", "CV1048576": "Hall"})
    began = time.process_time()
    book = read_book("x.xlsx", content)
    assert time.process_time() - began < 1
    assert [(row.number, len(row.cells)) for row in book.sheets[0].rows] == [(1, 2), (1_048_576, 100)]


def test_formulas_are_read_by_the_value_that_was_saved_and_never_calculated() -> None:
    content = workbook({"A1": "code", "A2": "=1+1", "A3": "=1+2", "A4": "#REF!", "A5": "x"})
    saved = {"xl/worksheets/sheet1.xml": ("<f>1+2</f><v />", "<f>1+2</f><v>3</v>")}
    book = read_book("x.xlsx", with_part(content, saved))
    assert rows_of(book) == [(1, ("code",)), (2, ("=1+1",)), (3, (3.0,)), (4, ("#REF!",)), (5, ("x",))]
    assert [isinstance(row.cells[0], ValuelessCell) for row in book.sheets[0].rows] == [False, True, False, True, False]
    assert book.notes == (("formulas", "2"),)


def test_macros_hidden_sheets_and_the_count_of_days_are_told() -> None:
    content = workbook({"A1": "code"}, Secret="hidden")
    parts = {"xl/workbook.xml": ("<workbookPr ", '<workbookPr date1904="1" ')}
    book = read_book("x.xlsm", with_part(content, parts, **{"xl__vbaProject.bin": b"x"}))
    assert (book.notes, book.from_1904) == ((("macros", ""), ("hidden_sheet", "Secret")), True)


def test_equal_names_in_a_zip_are_told_apart_and_what_is_no_table_is_named() -> None:
    files = {"a/rooms.csv": "code\nR1\n", "b/rooms.csv": "code\nR2\n", "b/plan.png": b"\x89PNG", "README": "x"}
    book = read_book("x.zip", packed(files))
    assert [sheet.name for sheet in book.sheets] == ["rooms", "b/rooms.csv"]
    assert [(fault.file, fault.value) for fault in book.faults] == [("b/plan.png", "plan.png")]
    empty = read_book("x.zip", packed({}))
    assert (empty.kind, empty.sheets) == (BookKind.ZIP, ())


PASSWORD = b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("filename", "content", "message"),
    [
        ("empty.xlsx", b"", "empty.xlsx is empty"),
        ("secret.xlsx", PASSWORD, "protected by a password. Save it without one"),
        ("photo.xlsx", b"\x89PNG\r\n\x1a\n", "of the kind PNG, whatever its name says. Upload the workbook"),
        ("list.xls", b"<html><table><tr><td>x", "is a web page that is called a workbook. Open it"),
        ("letter.docx", packed({"[Content_Types].xml": "", "word/document.xml": ""}), "not one of the kinds of file"),
        ("torn.xlsx", workbook({"A1": "x"})[:-200], "damaged"),
        ("noise.csv", bytes(range(128, 256)) * 4 + b"\x81\x8d", "code page that is known here. Save it as CSV UTF-8"),
        ("far.xlsx", workbook({"A1": "code", "XFD1": "x"}), "Delete the columns to the right of the table"),
        ("endless.ods", ods(value=' office:value-type="float" office:value="1"'), "share it out over several files"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value[:12] else "",
)
def test_what_can_not_be_read_is_refused_with_what_to_do(filename: str, content: bytes, message: str) -> None:
    with pytest.raises(UploadRefused, match=message):
        read_book(filename, content)


def test_a_sheet_of_300000_rows_is_refused_before_it_is_opened() -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 300_001))
    before = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    change = {"xl/worksheets/sheet1.xml": (before, f"<sheetData>{cells}</sheetData>")}
    with pytest.raises(UploadRefused, match=r"sheet Sheet has 300000 rows, at most 200000 are read\. Delete what"):
        read_book("x.xlsx", with_part(workbook({"A1": "x"}), change))


def packed_table(rows: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("rooms.csv", rows)
    return packed.getvalue()


def test_a_text_of_300000_rows_is_refused_before_anything_is_made_of_it() -> None:
    rows = b"code,name\n" + b"R,x\n" * 300_000
    for name, content in (("rooms.csv", rows), ("x.zip", packed_table(rows))):
        with pytest.raises(UploadRefused, match=r"rooms.csv has more than 200000 rows .* share it out over several"):
            read_book(name, content)


def test_merged_areas_of_an_ods_hold_their_value_in_every_cell_as_those_of_an_xlsx_do() -> None:
    def cell(text: str = "", spans: str = "") -> str:
        return f'<table:table-cell {spans} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    rows = [
        cell("Lab", 'table:number-columns-spanned="2"') + "<table:covered-table-cell/>" + cell("Y"),
        '<table:table-cell table:number-columns-repeated="2"/>' + cell("Z", 'table:number-rows-spanned="2"'),
        cell("a") + "<table:table-cell/><table:covered-table-cell/>",
    ]
    gap = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    written = [f"<table:table-row>{row}</table:table-row>" for row in rows]
    head, foot = ODS.partition("<table:table-row>")[0], "</table:table></office:spreadsheet></office:body>"
    text = "".join([head, written[0], gap, *written[1:], foot, "</office:document-content>"])
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    content = packed({"mimetype": kind, "content.xml": text, "META-INF/manifest.xml": MANIFEST})
    (sheet,) = read_book("x.ods", content).sheets
    assert sheet.merged == ((1, 0, 1, 1), (5, 2, 6, 2))
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, ("Lab", "Lab", "Y")),
        (5, ("", "", "Z")),
        (6, ("a", "", "Z")),
    ]
