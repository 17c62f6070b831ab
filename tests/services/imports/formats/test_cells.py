"""Cells: a workbook's own values read like text, and no text is a formula to a spreadsheet."""

from datetime import date, datetime, time

import pytest

from webapp.services.imports.formats.cells import cell_text, guard_formula, unguard_formula


@pytest.mark.parametrize("text", ["=1+1", "+4", "-x", "@sum", "\tx", "'=1", "''=1", "'quoted'", "plain", "'"])
def test_the_prefix_against_formulas_comes_off_again(text: str) -> None:
    assert unguard_formula(guard_formula(text)) == text
    assert not guard_formula(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (3.0, "3"),
        (2.5, "2.5"),
        (True, "yes"),
        (datetime(2024, 8, 1), "2024-08-01"),
        (time(9, 30), "09:30"),
        (date(2024, 8, 1), "2024-08-01"),
        ("x", "x"),
    ],
)
def test_a_workbooks_own_values_read_like_text(value: object, text: str) -> None:
    assert cell_text(value) == text
