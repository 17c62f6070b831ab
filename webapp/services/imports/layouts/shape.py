"""What a way to lay out a sheet must be able to do: recognise itself, name its columns, make rows of tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.plan import ColumnRole, SheetMapping, SheetShape

if TYPE_CHECKING:
    from webapp.services.imports.layouts.conversion import Conversion


@dataclass(frozen=True)
class Recognised:
    """How a sheet would be read in a shape, and how sure that is, from 0 to 100.

    100 is our own exchange format to the letter; from 50 on the guess is offered, below it the sheet is skipped.
    """

    score: int
    mapping: SheetMapping


@dataclass(frozen=True)
class Shape:
    """One way to lay out a sheet.

    Parameters
    ----------
    recognise
        The best mapping of a sheet in this shape, None where it can't be one.
    roles
        What its columns can be, for the table that the sheet holds ("" where the shape is of no single table).
    convert
        Adds the rows of a sheet to a conversion, with its changes, questions and faults.
    order
        Shapes with smaller numbers are converted first: tables of people and rooms before what names them.
    """

    name: SheetShape
    recognise: Callable[[RawSheet, Known], Recognised | None]
    roles: Callable[[str], tuple[ColumnRole, ...]]
    convert: Callable[[RawSheet, SheetMapping, Conversion], None]
    order: int = 0
