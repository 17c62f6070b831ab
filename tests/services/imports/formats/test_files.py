"""Files: every kind is told by its content, and every fault is named by file, sheet, row and column."""

import io
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

import openpyxl
import pytest

from webapp.services.imports.faults import MOST_FAULTS, Fault, UploadRefused
from webapp.services.imports.formats import archives
from webapp.services.imports.formats.books import read_folder
from webapp.services.imports.formats.files import read_bytes, read_upload, tables_of
from webapp.services.imports.formats.writers import template_workbook
from webapp.services.imports.sheets import Tables
from webapp.services.schema.tables import TABLES

ROOMS = "code,name,capacity\nR1,Room 1,60\n"


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook(sheets: Mapping[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def rooms_of(tables: Tables) -> list[tuple[object, object]]:
    assert tables.faults == ()
    return [(row.record["code"], row.record["capacity"]) for row in tables.sheets["rooms"].rows]


def fault_of(content: bytes, filename: str = "rooms.csv") -> Fault:
    (fault,) = read_upload(filename, content).faults
    return fault


@pytest.mark.parametrize(
    "content",
    [
        ROOMS.encode(),
        b"\xef\xbb\xbf" + ROOMS.encode(),
        ROOMS.replace("\n", "\r\n").encode(),
        ROOMS.replace(",", ";").encode(),
        ROOMS.replace(",", "\t").encode(),
        b"Code,Name *,CAPACITY\n\nR1,Room 1,60\n,,\n",
    ],
    ids=["plain", "byte order mark", "crlf", "semicolons", "tabs", "spelling and blank lines"],
)
def test_csv_is_read_however_a_spreadsheet_saved_it(content: bytes) -> None:
    assert rooms_of(read_upload("rooms.csv", content)) == [("R1", 60)]


def test_a_folder_a_zip_and_a_workbook_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "rooms.csv").write_text(ROOMS)
    (tmp_path / "README.md").write_text("not a table")
    assert rooms_of(tables_of(read_folder(tmp_path))) == [("R1", 60)]
    files = {"uni/rooms.csv": ROOMS, "__MACOSX/._rooms.csv": b"\x00", "uni/.DS_Store": b"\x00"}
    assert rooms_of(read_upload("x.zip", zipped(files))) == [("R1", 60)]
    book = workbook({"rooms": [["code", "name", "capacity"], ["R1", "Room 1", 60.0]], "guide": [["anything"]]})
    assert rooms_of(read_upload("x.xlsx", book)) == [("R1", 60)]
    assert rooms_of(read_upload("Rooms (1).csv", ROOMS.encode())) == [("R1", 60)]


def test_the_kind_of_file_is_told_by_its_content() -> None:
    book = workbook({"rooms": [["code", "name", "capacity"], ["R1", "Room 1", 60]]})
    assert rooms_of(read_upload("wrong-name.zip", book)) == [("R1", 60)]


def test_the_empty_template_has_every_table_and_no_fault() -> None:
    tables = read_upload("template.xlsx", template_workbook())
    assert tables.faults == ()
    assert list(tables.sheets) == [table.name for table in TABLES]
    assert all(not sheet.rows for sheet in tables.sheets.values())


def test_a_formula_without_a_value_is_refused_and_not_evaluated() -> None:
    book = workbook({"rooms": [["code", "name", "capacity"], ["R1", "=1+1", 60]]})
    (first,) = read_upload("x.xlsx", book).faults
    assert (first.sheet, first.row, first.column, first.value) == ("rooms", 2, "name", "=1+1")
    assert "formula" in first.expected


def test_the_prefix_against_formulas_is_taken_off() -> None:
    tables = read_upload("rooms.csv", b"code,name,capacity\nR1,'=Hall,60\n")
    assert tables.sheets["rooms"].rows[0].record["name"] == "=Hall"


PLANTED = """code,name,capacity,kind,open,colour
R1,Hall,60,lecture,yes,
,Nameless,10,,,
R2,,10,,,
R3,Hall 3,many,,,
R4,Hall 4,5,,perhaps,
R1,Hall again,5,,,
"R,5",Hall 5,5,,,
R6,Hall 6,5,,,,extra
R7,Hall 7,-1,,,
"""


def test_every_planted_fault_is_found_by_row_and_column() -> None:
    faults = read_upload("rooms.csv", PLANTED.encode()).faults
    assert [(fault.row, fault.column, fault.value) for fault in faults] == [
        (3, "code", ""),
        (4, "name", ""),
        (5, "capacity", "many"),
        (6, "open", "perhaps"),
        (7, "code", "R1"),
        (8, "code", "R,5"),
        (9, "", "extra"),
        (10, "capacity", "-1"),
    ]
    assert (
        str(faults[2]) == "rooms.csv, row 5, column capacity: found 'many', expected a whole number from 0 to 100000."
    )


@pytest.mark.parametrize(
    ("files", "found", "expected"),
    [
        ({"roms.csv": "a,b\n1,2\n"}, "roms", "did you mean 'rooms'"),
        ({"rooms.csv": "code,name,capcty\n"}, "", "the column capacity, which is required (did you mean 'capcty'?)"),
        ({"rooms.csv": "name,capacity\nx,1\n"}, "", "the column code, which is required"),
        ({"rooms.csv": "code,name,name,capacity\nR1,a,b,9\n"}, "name", "b (column C): say which"),
        ({"rooms.csv": ROOMS, "notes.docx": "x"}, "notes.docx", "files that end in .csv"),
        ({"a/rooms.csv": ROOMS, "b/rooms.csv": ROOMS}, "rooms", "once"),
        ({"rooms.csv": 'code,name,capacity\n"R1\x00,x,1\n' + "x" * 140_000 + '"'}, "field larger", "CSV"),
        ({"readme.txt": "x"}, "", "at least one table"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(files: dict[str, str], found: str, expected: str) -> None:
    faults = read_upload("x.zip", zipped(files)).faults
    assert any(found in fault.value and expected in fault.expected for fault in faults), faults


def test_faults_are_collected_up_to_a_limit() -> None:
    rows = "".join(f"R{number},Hall,many\n" for number in range(2 * MOST_FAULTS))
    assert len(read_upload("rooms.csv", ("code,name,capacity\n" + rows).encode()).faults) == MOST_FAULTS


@pytest.mark.parametrize(
    ("filename", "content", "message"),
    [
        ("x.csv", b"", "is empty"),
        ("x.xls", b"\xd0\xcf\x11\xe0rest", "damaged workbook"),
        ("x.xlsx", b"\x89PNG\r\n", "of the kind PNG, whatever its name says"),
        ("x.pdf", b"%PDF-1.7", "of the kind PDF"),
        ("x.json", b"{}", "not one of the kinds"),
        ("x.zip", b"PK\x03\x04 broken", "damaged archive"),
        ("x.xlsx", zipped({"xl/workbook.xml": "<no"}), "damaged workbook"),
    ],
)
def test_what_can_not_be_opened_is_refused_with_its_reason(filename: str, content: bytes, message: str) -> None:
    with pytest.raises(UploadRefused, match=message):
        read_upload(filename, content)


def test_archives_are_looked_at_before_they_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"rooms.csv": b"0" * 5_000_000})
    with pytest.raises(UploadRefused, match=r"times its size, at most 200"):
        read_upload("bomb.zip", bomb)
    with pytest.raises(UploadRefused, match="holds 501 files"):
        read_upload("many.zip", zipped({f"{number}.csv": "" for number in range(501)}))
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1024 * 1024)
    with pytest.raises(UploadRefused, match="unpacks to 5 MB, at most 1 are read"):
        read_upload("bomb.zip", bomb)
    monkeypatch.setattr(archives, "MOST_BYTES", 10)
    with pytest.raises(UploadRefused, match="at most 1 are read"):
        read_upload("large.zip", bomb)


def test_a_workbook_that_would_take_minutes_to_read_is_refused_before_it_is_read() -> None:
    book = workbook({"rooms": [["code", "name", "capacity"], ["R1", "Hall", 1]]})
    strings = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    space, packed = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "[Content_Types].xml":
                named = f'<Override PartName="/xl/other.xml" ContentType="{strings}"/></Types>'
                content = content.replace(b"</Types>", named.encode())
            new.writestr(entry.filename, content)
        new.writestr("xl/other.xml", f"<sst xmlns='{space}'>" + "<si/>" * 2_000_000 + "</sst>")
        new.writestr("xl/media/noise.png", Random(1).randbytes(80_000))
    began = time.process_time()
    with pytest.raises(UploadRefused, match="send its tables as CSV files in a ZIP, each of at most 200000 rows"):
        read_upload("bomb.xlsx", packed.getvalue())
    assert time.process_time() - began < 2


def test_an_entity_in_a_workbook_is_not_expanded() -> None:
    book = workbook({"rooms": [["code", "name", "capacity"], ["R1", "Hall", 1]]})
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(packed, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/workbook.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + content.removeprefix(b"<?xml version='1.0'?>")
            new.writestr(entry.filename, content)
    with pytest.raises(UploadRefused, match="damaged workbook"):
        read_upload("x.xlsx", packed.getvalue())


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UploadRefused, match="can't be read"):
        read_bytes(tmp_path / "nowhere.zip")


def test_a_damaged_file_is_read_or_refused_but_never_breaks_the_reader() -> None:
    chance = Random(2024)
    book = workbook({"rooms": [["code", "name", "capacity"], ["R1", "Hall", 60]], "courses": [["code", "title"]]})
    for _ in range(120):
        packed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(packed, "w") as new:
            spoilt = chance.sample(old.namelist(), 2)
            for entry in old.namelist():
                content = bytearray(old.read(entry))
                if entry in spoilt:
                    for _ in range(chance.randint(1, 8)):
                        content[chance.randrange(len(content))] = chance.randrange(256)
                new.writestr(entry, bytes(content))
        with suppress(UploadRefused):
            assert read_upload("x.xlsx", packed.getvalue()).filename == "x.xlsx"
