"""One table a sheet: a heading row, and below it a row each."""

from webapp.services.imports.cells import cell_text
from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.mapping.conversion import Conversion
from webapp.services.imports.mapping.known import Known
from webapp.services.imports.mapping.plan import ColumnRole, SheetMapping, SheetShape
from webapp.services.imports.mapping.reader import ColumnReader, NotRead
from webapp.services.imports.mapping.shape import Recognised, Shape
from webapp.services.imports.sheets import sheet_name
from webapp.services.schema.columns import Value
from webapp.services.schema.tables import BY_NAME


def roles(table: str) -> tuple[ColumnRole, ...]:
    """The columns of a table; none where it is not known."""
    columns = BY_NAME[table].file_columns if table in BY_NAME else ()
    return tuple(
        ColumnRole(column.name, str(column.label or column.name), column.meaning, column.required, column.kind)
        for column in columns
    )


def recognise(sheet: RawSheet, known: Known) -> Recognised | None:
    """The table that a sheet holds, by its name and headings."""
    table = BY_NAME.get(sheet_name(sheet.name))
    if table is None or not sheet.rows:
        return None
    headings = tuple(sheet_name(cell_text(cell).rstrip(" *")) for cell in sheet.rows[0].cells)
    columns = tuple(name if name in table.by_name else "" for name in headings)
    return Recognised(100, SheetMapping(sheet.name, SheetShape.TABLE, table.name, sheet.rows[0].number, 1, columns))


def convert(sheet: RawSheet, said: SheetMapping, conversion: Conversion) -> None:
    """Add the rows of a sheet to its table."""
    table = BY_NAME[said.table]
    headings = {
        role: cell_text(sheet.row(said.heading_row).cell(at)).strip() for at, role in enumerate(said.columns) if role
    }
    readers = {role: ColumnReader(conversion, sheet, headings[role], table.by_name[role]) for role in headings}
    for row in sheet.rows:
        if row.number < said.heading_row + said.heading_rows or row.number in said.skipped_rows:
            continue
        record: dict[str, Value] = {}
        refused = set()
        for role, reader in readers.items():
            try:
                record[role] = reader.read(row.number, conversion.cell(sheet, said, row, role))
            except NotRead:
                record[role] = None
                refused.add(role)
        conversion.add(table.name, sheet, row.number, record, refused=refused, headings=headings)


TABLE = Shape(SheetShape.TABLE, recognise, roles, convert)
