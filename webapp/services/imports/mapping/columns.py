"""What the columns of a sheet are once somebody has said what the sheet is, or where its headings stand."""

from rapidfuzz import fuzz, process

from webapp.services.imports.cells import cell_text
from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.mapping.known import Known
from webapp.services.imports.mapping.plan import SheetMapping
from webapp.services.imports.mapping.shapes import SHAPES, roles
from webapp.services.imports.sheets import sheet_name

LEAST_LIKENESS = 85


def with_columns(sheet: RawSheet, said: SheetMapping, known: Known) -> SheetMapping:
    """The mapping with its columns found by their headings, where the sheet or its heading row has become another."""
    shape = SHAPES.get(said.shape)
    if shape is None:
        return SheetMapping(sheet.name, said.shape, heading_row=said.heading_row)
    found = shape.recognise(sheet, known)
    if found is not None and (found.mapping.table, found.mapping.heading_row) == (said.table, said.heading_row):
        return found.mapping
    names = {
        word.casefold(): role.name
        for role in roles(said.shape, said.table)
        for word in (role.name.replace("_", " "), str(role.label))
    }
    taken: list[str] = []
    for position in range(sheet.width):
        taken.append(_nearest(cell_text(sheet.row(said.heading_row).cell(position)), names, taken))
    return SheetMapping(sheet.name, said.shape, said.table, said.heading_row, said.heading_rows, tuple(taken))


def _nearest(heading: str, names: dict[str, str], taken: list[str]) -> str:
    text = sheet_name(heading).replace("_", " ").strip(" *.")
    near = process.extractOne(text, list(names), scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS) if text else None
    role = names[near[0]] if near is not None else ""
    return "" if role in taken else role
