"""Whether a book is in the exchange format already, to the letter: then nobody has to say what its sheets are."""

from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.formats.workbooks import RawBook, RawSheet
from webapp.services.imports.sheets import GUIDE, sheet_name
from webapp.services.schema.tables import BY_NAME


def is_exchange_format(book: RawBook) -> bool:
    """Whether each sheet is a table of the exchange format, with its headings in the first row and no others."""
    sheets = [sheet for sheet in book.sheets if sheet_name(sheet.name) != GUIDE and sheet.rows]
    return bool(sheets) and all(_is_table(sheet) for sheet in sheets)


def _is_table(sheet: RawSheet) -> bool:
    table = BY_NAME.get(sheet_name(sheet.name))
    if table is None or sheet.rows[0].number != 1:
        return False
    headings = [sheet_name(cell_text(cell).rstrip(" *")) for cell in sheet.rows[0].cells]
    return all(not name or name in table.by_name for name in headings) and len(set(headings)) == len(headings)
