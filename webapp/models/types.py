"""Column types that the tables share."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, INT4MULTIRANGE, JSONB
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

Key = Annotated[int, mapped_column(sa.Integer, sa.Identity(), primary_key=True)]
Code = Annotated[str, mapped_column(sa.String(64))]
Name = Annotated[str, mapped_column(sa.String(200))]
Created = Annotated[datetime, mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())]
Json = Annotated[dict[str, Any], mapped_column(JSONB, server_default=sa.text("'{}'::jsonb"))]
Codes = Annotated[list[str], mapped_column(sa.ARRAY(sa.String(64)), server_default=sa.text("'{}'"))]


def choice(values: type[StrEnum], name: str) -> sa.Enum:
    """A text column that a CHECK holds to an enum's values, stored as they are written."""
    return sa.Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda enum: [member.value for member in enum],
    )


class EnumSet(TypeDecorator[frozenset[Any]]):
    """A set of an enum's members, kept as an array of their values in the enum's order."""

    impl = ARRAY(sa.String(24))
    cache_ok = True

    def __init__(self, values: type[StrEnum]) -> None:
        super().__init__()
        self.values = values

    def process_bind_param(self, value: Iterable[Any] | None, dialect: object) -> Any:
        """Write the members as their values."""
        if value is None:
            return None
        chosen = set(value)
        return [member.value for member in self.values if member in chosen]

    def process_result_value(self, value: Any, dialect: object) -> frozenset[Any] | None:
        """Read the values as members."""
        return None if value is None else frozenset(self.values(text) for text in value)


class WeekNumbers(TypeDecorator[frozenset[int]]):
    """A set of week numbers (1 is a term's first week), kept as a multirange.

    psycopg2 has no multirange of its own, so values travel as PostgreSQL writes them.
    """

    impl = INT4MULTIRANGE
    cache_ok = True

    def process_bind_param(self, value: Iterable[int] | None, dialect: object) -> Any:
        """Write ``{1, 2, 5}`` as ``{[1,3),[5,6)}``."""
        if value is None:
            return None
        return "{" + ",".join(f"[{first},{last + 1})" for first, last in runs(value)) + "}"

    def process_result_value(self, value: Any, dialect: object) -> frozenset[int] | None:
        """Read ``{[1,3),[5,6)}`` as ``{1, 2, 5}``."""
        if value is None:
            return None
        weeks: set[int] = set()
        for part in value.strip("{}").replace("),", ")|").split("|"):
            if part:
                first, last = part.strip("[)").split(",")
                weeks.update(range(int(first), int(last)))
        return frozenset(weeks)


class DayNumbers(TypeDecorator[tuple[int, ...]]):
    """Days of a week in ascending order, 0 is Monday."""

    impl = ARRAY(sa.SmallInteger)
    cache_ok = True

    def process_bind_param(self, value: Iterable[int] | None, dialect: object) -> Any:
        """Write the days as an array."""
        return None if value is None else sorted(value)

    def process_result_value(self, value: Any, dialect: object) -> tuple[int, ...] | None:
        """Read the array."""
        return None if value is None else tuple(value)


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Group whole numbers into runs of consecutive ones: first and last of each."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
