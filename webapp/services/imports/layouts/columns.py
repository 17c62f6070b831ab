"""What the columns of a sheet are once somebody has said what the sheet is, or in which row its headings stand."""

from collections.abc import Sequence
from dataclasses import replace

from webapp.services.imports.formats.workbooks import RawRow, RawSheet
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.lists.headings import columns_of
from webapp.services.imports.layouts.names.likeness import same_name
from webapp.services.imports.layouts.plan import SheetMapping, SheetShape
from webapp.services.imports.layouts.shapes import SHAPES

ROWS_LOOKED_AT = 25
"""The headings stand among the first rows, unless somebody says where."""


def with_columns(sheet: RawSheet, said: SheetMapping, known: Known, *, heading_row: int | None) -> SheetMapping:
    """The mapping with its columns as the headings say; without a row for these, in the row that says most."""
    rows = [row for row in sheet.rows if heading_row is None or row.number >= heading_row]
    if said.shape is SheetShape.TABLE:
        offered = rows[:ROWS_LOOKED_AT] if heading_row is None else [sheet.row(heading_row)]
        return _table(sheet, said, offered)
    shape = SHAPES.get(said.shape)
    found = shape.recognise(replace(sheet, rows=tuple(rows)), known) if shape is not None else None
    if found is not None and heading_row in (None, found.mapping.heading_row):
        return found.mapping
    return SheetMapping(
        sheet.name, said.shape, heading_row=heading_row if heading_row is not None else said.heading_row
    )


def _table(sheet: RawSheet, said: SheetMapping, offered: Sequence[RawRow]) -> SheetMapping:
    read = [(columns_of(said.table, [_plain(cell) for cell in row.cells]), row.number) for row in offered]
    columns, number = max(read, key=lambda pair: sum(map(bool, pair[0])), default=((), said.heading_row))
    return SheetMapping(sheet.name, said.shape, said.table, number, 1, columns)


def _plain(cell: object) -> str:
    return same_name(cell) if isinstance(cell, str) else ""
