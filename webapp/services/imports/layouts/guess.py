"""What a book is, as far as it can be told without asking, and the fingerprint of its form."""

import re
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.formats.workbooks import RawBook, RawSheet
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.lists.table import EXACT
from webapp.services.imports.layouts.plan import BookMapping, SheetMapping, SheetShape
from webapp.services.imports.layouts.shapes import SHAPES

ROWS_LOOKED_AT = 3_000
"""What a sheet is shows in its first rows: no week, and no timetable of a term, takes more."""
LEAST_SCORE = 50
"""Below it a sheet is skipped until somebody says what it is."""


def guess(book: RawBook, known: Known) -> BookMapping:
    """Say what every sheet is, and every column, by headings, names and contents."""
    return BookMapping(tuple(_guess_sheet(sheet, known) for sheet in book.sheets))


def _guess_sheet(sheet: RawSheet, known: Known) -> SheetMapping:
    sheet = replace(sheet, rows=sheet.rows[:ROWS_LOOKED_AT])
    own = SHAPES[SheetShape.TABLE].recognise(sheet, known)
    if own is not None and own.score == EXACT:
        return own.mapping
    seen = [found for shape in SHAPES.values() if (found := shape.recognise(sheet, known)) is not None]
    best = max(seen, key=lambda found: found.score, default=None)
    if best is None or best.score < LEAST_SCORE:
        return SheetMapping(sheet.name, SheetShape.SKIP)
    return best.mapping


def fingerprint(book: RawBook) -> str:
    """A book's form in short: the names of its sheets and their headings, whatever the case, spaces, dates and years.

    Two books of one form with other rows have the same; nothing of their contents can be read from it.
    """
    forms = [(plain(sheet.name), _plain_headings(sheet)) for sheet in book.sheets]
    return sha256(repr(forms).encode()).hexdigest()


def plain(text: str) -> str:
    """A name without case, spaces, signs, digits."""
    return re.sub(r"[\W\d_]+", " ", text.casefold()).strip()


def _plain_headings(sheet: RawSheet) -> list[str]:
    """The headings below titles, wherever they stand; of a sheet without any the first row of several texts."""
    said = _guess_sheet(sheet, Known())
    if said.shape is not SheetShape.SKIP and said.heading_row:
        numbers: Iterable[int] = range(said.heading_row, said.heading_row + said.heading_rows)
    else:
        numbers = [row.number for row in sheet.rows[:25] if len({cell for cell in row.cells if cell != ""}) > 1][:1]
    return [plain(cell_text(cell)) for number in numbers for cell in sheet.row(number).cells if isinstance(cell, str)]
