"""Cells of one column become values: tolerantly where there is one reading, asked about where there are two."""

from collections.abc import Iterable

from webapp.services.imports.cells import cell_text
from webapp.services.imports.formats.workbooks import RawSheet, RawValue
from webapp.services.imports.mapping.conversion import Conversion
from webapp.services.schema.columns import Column, Value
from webapp.services.schema.values import ValueRefused, read


class NotRead(Exception):
    """A cell has no value yet: what is wrong with it, or what has to be asked, is noted already."""


class ColumnReader:
    """Reads the cells of a column of a sheet as values of a table's column.

    Parameters
    ----------
    conversion
        Where changes, questions and faults go.
    sheet, heading
        Where the cells are, in the file's own words.
    column
        What they are to become.
    evidence
        All cells of the column, which tell what one alone does not: whether 03/04/2026 is in April.
    role
        What the column of the sheet was taken for, where that is not the table's column.
    """

    def __init__(
        self,
        conversion: Conversion,
        sheet: RawSheet,
        heading: str,
        column: Column,
        evidence: Iterable[RawValue] = (),
        role: str = "",
    ) -> None:
        self.conversion, self.sheet, self.heading, self.column = conversion, sheet, heading, column
        self.role = role or column.name

    def read(self, row: int, raw: RawValue) -> Value:
        """The value of a cell; raises `NotRead`."""
        text = cell_text(raw)
        try:
            return read(self.column, text)
        except ValueRefused as refused:
            self.conversion.fault(self.sheet, row, self.heading, text.strip(), refused.expected, self.role)
            raise NotRead from refused
