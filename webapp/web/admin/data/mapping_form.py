"""What the forms of a mapping send: a sheet with its columns, a term, answers, corrections."""

from collections import defaultdict

from flask import request

from webapp.services.imports.layouts.plan import SheetMapping, cell_key
from webapp.services.imports.layouts.row_numbers import read_rows
from webapp.services.imports.new_term import FIELDS, NewTerm
from webapp.services.imports.pages.mapping_page import with_kind
from webapp.services.imports.readings import Corrections, Said, TermChoice
from webapp.web.params import number

MOST_COLUMNS = 2_000
"""Columns of a sheet beyond which nothing is said of one; a page never shows so many."""
A_NEW_TERM, GO_ON, SHEET = "new", "on", "sheet-"


def said() -> Said:
    """What the page of the mapping sent; raises `RowNumbersRefused`."""
    form = request.form
    typed = NewTerm(**{name: form.get(f"term-{name}", "").strip()[:200] for name in FIELDS})
    into = form.get("into", "")
    choice = TermChoice(number(into) or None, typed if into == A_NEW_TERM else None)
    return Said(form.get("seen", ""), _sheet(), choice, form.get("go") == GO_ON)


def _sheet() -> SheetMapping | None:
    form = request.form
    name = form.get("sheet")
    if name is None:
        return None
    roles = {number(key.removeprefix("column-")): role for key, role in form.items() if key.startswith("column-")}
    width = min(max(roles, default=-1) + 1, MOST_COLUMNS)
    columns = tuple(roles.get(position, "") for position in range(width))
    mapping = SheetMapping(
        name,
        heading_row=number(form.get("heading_row")),
        columns=columns,
        skipped_rows=read_rows(form.get("skipped", "")),
    )
    return with_kind(mapping, form.get("kind", ""))


def next_sheet() -> int:
    """The place of the sheet that is to be shown next: the one whose button was pressed, else the same."""
    go = request.form.get("go", "")
    return number(go.removeprefix(SHEET) if go.startswith(SHEET) else request.form.get("index"))


def answers() -> dict[str, str]:
    """The answers by the keys of the questions; what is said of a whole group holds for those left open."""
    form = request.form
    of_group = {key.removeprefix("all-"): text for key, text in form.items() if key.startswith("all-") and text}
    given: dict[str, str] = {}
    for index, key in _numbered("question"):
        group, nearest = form.get(f"group-{index}", ""), form.get(f"nearest-{index}", "")
        fallback = of_group.get(group, "")
        text = form.get(f"typed-{index}", "").strip() or form.get(f"answer-{index}", "")
        given[key] = text or (nearest if fallback == "nearest" else fallback)
    return given


def corrections() -> Corrections:
    """Cells that were typed anew, and rows whose box was ticked to skip them."""
    form = request.form
    cells: dict[str, str] = {}
    skipped: dict[str, set[int]] = defaultdict(set)
    for index, sheet in _numbered("sheet"):
        role, rows = form.get(f"role-{index}", ""), read_rows(form.get(f"rows-{index}", ""))
        text = form.get(f"value-{index}", "")
        if f"skip-{index}" in form:
            skipped[sheet].update(rows)
        elif role and text.strip():
            cells |= {cell_key(sheet, row, role): text for row in rows}
    sheet, _sign, row = form.get("row-back", "").rpartition("!")
    back = {sheet: [number(row)]} if sheet else {}
    return Corrections(cells, skipped, form.getlist("cell-back"), back)


def _numbered(name: str) -> list[tuple[str, str]]:
    """What fields of a name with a number hold, with the number's text."""
    return [(key.removeprefix(f"{name}-"), text) for key, text in request.form.items() if key.startswith(f"{name}-")]
