"""Values: what a text means to a column, what is refused and with which words, and that writing reads back."""

from datetime import date, time
from decimal import Decimal

import pytest

from webapp.services.schema.columns import Column, Kind, Value
from webapp.services.schema.tables import TABLES
from webapp.services.schema.values import ValueRefused, did_you_mean, read, write


def column(kind: Kind, **fields: object) -> Column:
    return Column("x", kind, meaning="A column.", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.CODE, " CS101 ", "CS101"),
        (Kind.WHOLE, "12", 12),
        (Kind.WHOLE, "12.0", 12),
        (Kind.DECIMAL, "1.5", Decimal("1.5")),
        (Kind.YES_NO, "Yes", True),
        (Kind.YES_NO, "0", False),
        (Kind.DATE, "2024-08-01", date(2024, 8, 1)),
        (Kind.DATE, "01.08.2024", date(2024, 8, 1)),
        (Kind.DATE, "01/08/2024", date(2024, 8, 1)),
        (Kind.TIME, "9:05", time(9, 5)),
        (Kind.TIME, "09:05:00", time(9, 5)),
        (Kind.DAY, "tue", 1),
        (Kind.DAY, "Sunday", 6),
        (Kind.WEEKS, "1-3; 7", frozenset({1, 2, 3, 7})),
        (Kind.DAYS, "MWF or TTh", "Mon-Wed-Fri, Tue-Thu"),
        (Kind.DAYS, "Mon or Wed", "Mon or Wed"),
        (Kind.CODES, "A, B;A|C", ("A", "B", "C")),
        (Kind.EMAIL, "a.b@example.edu", "a.b@example.edu"),
    ],
)
def test_a_cell_is_understood(kind: Kind, text: str, value: Value) -> None:
    assert read(column(kind), text) == value


@pytest.mark.parametrize(
    ("into", "text", "expected"),
    [
        (column(Kind.CODE), "A,B", "without , ; | and @"),
        (column(Kind.CODE, required=True), " ", "required"),
        (column(Kind.TEXT, length=3), "long", "at most 3 characters"),
        (column(Kind.TEXT), "a\x07b", "control characters"),
        (column(Kind.DATE), "9999-12-31", "a date from 1900 to 2200"),
        (column(Kind.TEXT, choices=("avoid", "prefer")), "prefre", "did you mean 'prefer'"),
        (column(Kind.WHOLE, least=1, most=5), "6", "from 1 to 5"),
        (column(Kind.WHOLE), "six", "whole number"),
        (column(Kind.WHOLE), "٣", "whole number"),
        (column(Kind.DECIMAL), "1.25", "one decimal"),
        (column(Kind.DECIMAL), "NaN", "number"),
        (column(Kind.YES_NO), "perhaps", "yes or no"),
        (column(Kind.DATE), "2024-02-30", "2024-08-01"),
        (column(Kind.TIME), "25:00", "00:00 to 23:59"),
        (column(Kind.DAY), "T", "Monday"),
        (column(Kind.WEEKS), "0-3", "weeks from 1"),
        (column(Kind.WEEKS), "odd", "weeks such as"),
        (column(Kind.DAYS), "Mon-Fri", "patterns such as"),
        (column(Kind.DAYS), "Fri, Mon", "Mon+Fri for all these days at the same hour, or Fri or Mon"),
        (column(Kind.EMAIL), "nobody", "e-mail"),
    ],
)
def test_a_wrong_cell_is_refused_with_what_was_expected(into: Column, text: str, expected: str) -> None:
    with pytest.raises(ValueRefused) as refusal:
        read(into, text)
    assert expected in refusal.value.expected


def test_an_example_of_every_column_reads_and_writes_back_the_same() -> None:
    for table in TABLES:
        for each in table.file_columns:
            value = read(each, each.example) if each.example else None
            if each.example:
                assert read(each, write(each, value)) == value, (table.name, each.name)


def test_the_nearest_word_is_offered_only_when_it_is_near() -> None:
    assert did_you_mean("cs1O1", ["CS101", "MA101"]) == " (did you mean 'CS101'?)"
    assert did_you_mean("zzz", ["CS101"]) == ""
