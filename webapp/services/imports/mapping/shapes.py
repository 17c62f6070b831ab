"""The shapes that are known."""

from webapp.services.imports.mapping.allotment.layout import ALLOTMENT
from webapp.services.imports.mapping.grids.master import MASTER
from webapp.services.imports.mapping.grids.periods import PERIODS
from webapp.services.imports.mapping.lists.table import TABLE
from webapp.services.imports.mapping.plan import ColumnRole, SheetShape
from webapp.services.imports.mapping.shape import Shape

SHAPES: dict[SheetShape, Shape] = {shape.name: shape for shape in (TABLE, ALLOTMENT, PERIODS, MASTER)}
"""Every shape by its name; a new one is added here."""


def roles(shape: SheetShape, table: str = "") -> tuple[ColumnRole, ...]:
    """What a column of a sheet can be."""
    return SHAPES[shape].roles(table) if shape in SHAPES else ()
