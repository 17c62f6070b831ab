"""The row of a data table to which a page leads."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """Where a cause can be mended: a row of a data table, or its list where ``row_id`` is None.

    ``column`` and ``value`` narrow the list down to the rows meant.
    """

    table: str
    row_id: int | None
    label: str
    column: str = ""
    value: str = ""
