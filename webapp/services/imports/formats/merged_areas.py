"""The merged areas of an ODS, which the library that reads its cells does not tell."""

import io

import defusedxml.ElementTree

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
MOST_DIGITS = 9

Area = tuple[int, int, int, int]
"""First row, first position, last row, last position: rows from 1, positions from 0."""


def merged_areas(content: bytes) -> dict[str, tuple[Area, ...]]:
    """The merged areas of each sheet by its name, read from the part content.xml; empty sheets have none."""
    areas: dict[str, list[Area]] = {}
    name, row = "", 1
    for event, element in defusedxml.ElementTree.iterparse(io.BytesIO(content), events=("start", "end")):
        if event == "start" and element.tag == f"{TABLE}table":
            name, row = element.get(f"{TABLE}name", ""), 1
        elif event == "end" and element.tag == f"{TABLE}table-row":
            position = 0
            for cell in element:
                right = position + _number(cell, "number-columns-spanned") - 1
                bottom = row + _number(cell, "number-rows-spanned") - 1
                if right > position or bottom > row:
                    areas.setdefault(name, []).append((row, position, bottom, right))
                position += _number(cell, "number-columns-repeated")
            row += _number(element, "number-rows-repeated")
            element.clear()
    return {sheet: tuple(found) for sheet, found in areas.items()}


def _number(element: object, attribute: str) -> int:
    text = str(element.get(f"{TABLE}{attribute}", "1"))  # type: ignore[attr-defined]
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 1
