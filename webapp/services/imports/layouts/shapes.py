"""The shapes that are known."""

from webapp.services.imports.layouts.allotment.layout import ALLOTMENT
from webapp.services.imports.layouts.grids.master import MASTER
from webapp.services.imports.layouts.grids.periods import PERIODS
from webapp.services.imports.layouts.lists.table import TABLE
from webapp.services.imports.layouts.plan import ColumnRole, SheetShape
from webapp.services.imports.layouts.shape import Shape

SHAPES: dict[SheetShape, Shape] = {shape.name: shape for shape in (TABLE, ALLOTMENT, PERIODS, MASTER)}
"""Every shape by its name; a new one is added here."""


def roles(shape: SheetShape, table: str = "") -> tuple[ColumnRole, ...]:
    """What a column of a sheet can be."""
    return SHAPES[shape].roles(table) if shape in SHAPES else ()
