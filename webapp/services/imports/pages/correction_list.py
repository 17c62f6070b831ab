"""What somebody has typed or left out instead of what stands in the file, each to be taken back by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.layouts.plan import BookMapping, cell_of
from webapp.services.imports.layouts.shapes import roles
from webapp.services.imports.readings import UploadReading
from webapp.services.shared.words import _, short

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A cell that is read as what was typed, or a row that is left out: where, what stands there, what counts.

    ``cell`` is the key of the cell, or ``row`` the number of the row that is left out.
    """

    sheet: str
    row: int
    column: str
    found: str
    taken: str
    cell: str = ""


def correction_lines(reading: UploadReading) -> list[CorrectionLine]:
    """Everything that was typed or left out, sheet by sheet and row by row, at most `MOST_SHOWN`."""
    mapping = reading.plan.book
    if mapping is None or not (mapping.corrections or any(sheet.skipped_rows for sheet in mapping.sheets)):
        return []
    places = {said.sheet: at for at, said in enumerate(mapping.sheets)}
    lines = [*_cells(reading, mapping), *_rows(mapping)]
    return sorted(lines, key=lambda line: (places.get(line.sheet, 0), line.row))[:MOST_SHOWN]


def _cells(reading: UploadReading, mapping: BookMapping) -> Iterator[CorrectionLine]:
    sheets = {sheet.name: sheet for sheet in reading.book.sheets} if reading.book is not None else {}
    for key, text in mapping.corrections.items():
        name, row, role = cell_of(key)
        said, sheet = mapping.of(name), sheets.get(name)
        position = said.position(role)
        label = next((str(known.label) for known in roles(said.shape, said.table) if known.name == role), role)
        found = cell_text(sheet.row(row).cell(position)) if sheet is not None and position is not None else ""
        yield CorrectionLine(name, row, label, short(found), short(text), key)


def _rows(mapping: BookMapping) -> Iterator[CorrectionLine]:
    for said in mapping.sheets:
        for row in said.skipped_rows:
            yield CorrectionLine(said.sheet, row, "", "", _("left out"))
