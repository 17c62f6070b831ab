"""Cells: the text of a workbook's value, and the sign that keeps a spreadsheet from taking a text for a formula."""

import re
from datetime import date, datetime, time
from typing import Any

FORMULA = re.compile(r"'*[=+\-@\t\r]")


def guard_formula(text: str) -> str:
    """Prefix what a spreadsheet would take for a formula."""
    return "'" + text if FORMULA.match(text) else text


def unguard_formula(text: str) -> str:
    """Take the prefix away again."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def cell_text(value: Any) -> str:
    """The text of a workbook's cell, as a reader of CSV would have found it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case datetime():
            return value.time().strftime("%H:%M")
        case time():
            return value.strftime("%H:%M")
        case date():
            return value.isoformat()
        case _:
            return str(value)
