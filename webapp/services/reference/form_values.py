"""What a form sent, understood: codes become keys, texts become values, and what won't do is said by field."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from webapp.extensions import Model, db
from webapp.services.imports.cells import (
    EMAIL,
    FIRST_YEAR,
    LAST_YEAR,
    SEPARATORS,
    SIGNS_OF_LISTS,
    UNPRINTABLE,
)
from webapp.services.reference.queries import labels_of, rows_in_scope
from webapp.services.schema.descriptors import Errors, Field, Kind, Scope, Table, Values
from webapp.services.schema.tables import find_table
from webapp.services.shared.words import _

CODES_MAX = 5000
WEEK_MAX = 60
KEY_MAX = 2**31 - 1


@dataclass
class Understood:
    """Values by the model's attribute, association rows by field, and errors by field."""

    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[tuple[int, int | None]]] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)


def understand(scope: Scope, table: Table, row: Model | None, values: Values) -> Understood:
    """Read a form's values for a row of the table; every error is kept, none is raised."""
    found = Understood()
    for item in table.fields:
        given = values.get(item.name)
        try:
            if item.many is not None:
                found.lists[item.name] = _linked_rows(scope, item, str(given or ""))
            else:
                found.values[item.name] = _value(scope, item, given)
        except ValueError as error:
            found.errors[item.name] = str(error)
    if not found.errors and table.check is not None:
        found.errors.update(table.check(scope, row, found.values))
    return found


def _value(scope: Scope, item: Field, given: Any) -> Any:
    if item.kind is Kind.YES_NO:
        return bool(given)
    if item.kind is Kind.CODES:
        return _codes(str(given or ""))
    if given is None or (isinstance(given, str) and not given.strip()):
        return _nothing(item)
    if item.kind is Kind.REFERENCE:
        return _reference(scope, item, given)
    if item.kind is Kind.WEEKS:
        return _weeks(str(given))
    if item.kind in (Kind.WHOLE, Kind.DECIMAL):
        return _number(item, given)
    if item.kind in (Kind.TEXT, Kind.EMAIL):
        return _text(item, str(given).strip())
    if item.kind is Kind.DAY and given not in range(7):
        raise ValueError(_("A day is one of Monday to Sunday."))
    if item.kind is Kind.DATE and not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise ValueError(_("Expected a year from %(first)d to %(last)d.", first=FIRST_YEAR, last=LAST_YEAR))
    return given


def _nothing(item: Field) -> Any:
    if item.required:
        raise ValueError(_("This is needed."))
    if item.kind is Kind.TEXT:
        return ""
    return item.default if item.kind in (Kind.WHOLE, Kind.DECIMAL) else None


def _text(item: Field, text: str) -> str:
    if len(text) > item.length:
        raise ValueError(_("%(given)d characters; at most %(most)d fit.", given=len(text), most=item.length))
    _refuse_unprintable(text)
    if item.name == "code" and SIGNS_OF_LISTS & set(text):
        raise ValueError(_("A code has no , ; | or @ in it: they stand between codes."))
    if item.kind is Kind.EMAIL and not EMAIL.fullmatch(text):
        raise ValueError(_("“%(text)s” is not an e-mail address such as name@example.org.", text=text))
    return text


def _refuse_unprintable(text: str) -> None:
    if UNPRINTABLE.search(text):
        raise ValueError(_("There is a control character in it, which can't be seen. Type it anew."))


def _number(item: Field, number: Any) -> Any:
    if isinstance(number, Decimal) and not number.is_finite():
        raise ValueError(_("This is not a number."))
    if item.least is not None and number < item.least:
        raise ValueError(_("At least %(least)d.", least=item.least))
    if item.most is not None and number > item.most:
        raise ValueError(_("At most %(most)d.", most=item.most))
    if isinstance(number, Decimal) and number != number.quantize(Decimal("0.1")):
        raise ValueError(_("A number with at most one decimal."))
    return number


def _codes(text: str) -> list[str]:
    codes = list(dict.fromkeys(part.strip() for part in SEPARATORS.split(text) if part.strip()))
    _refuse_unprintable("".join(codes))
    long = next((code for code in codes if len(code) > 64), None)
    if long is not None:
        raise ValueError(_("“%(code)s…” is longer than 64 characters.", code=long[:20]))
    return codes


def _weeks(text: str) -> frozenset[int]:
    weeks: set[int] = set()
    for part in (part.strip() for part in text.split(",")):
        found = re.fullmatch(r"(\d{1,2})(?:\s*[-–]\s*(\d{1,2}))?", part, re.ASCII)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last <= WEEK_MAX:
            raise ValueError(_("“%(part)s” is neither a week from 1 to 60 nor a range such as 1-8.", part=part))
        weeks.update(range(first, last + 1))
    return frozenset(weeks)


def _reference(scope: Scope, item: Field, given: Any) -> int:
    other = find_table(item.table)
    if item.typed:
        return _keys_by_code(scope, other, [str(given).strip()])[str(given).strip()]
    key = int(given)
    if not 0 < key <= KEY_MAX or key not in labels_of(scope, other, [key]):
        raise ValueError(_("There is no such row in the table “%(table)s”.", table=other.title))
    return key


def _linked_rows(scope: Scope, item: Field, text: str) -> list[tuple[int, int | None]]:
    if item.many is None:
        return []
    parts = _codes(text)
    if len(parts) > CODES_MAX:
        raise ValueError(_("%(given)d codes; at most %(most)d are read.", given=len(parts), most=CODES_MAX))
    pairs = [part.split("@", 1) if item.many.second else [part] for part in parts]
    firsts = _keys_by_code(scope, find_table(item.table), [pair[0].strip() for pair in pairs])
    seconds: dict[str, int] = {}
    if item.many.second:
        wanted = [pair[1].strip() for pair in pairs if len(pair) > 1]
        seconds = _keys_by_code(scope, find_table(item.many.second_table), wanted)
    return [(firsts[pair[0].strip()], seconds[pair[1].strip()] if len(pair) > 1 else None) for pair in pairs]


def _keys_by_code(scope: Scope, table: Table, codes: list[str]) -> dict[str, int]:
    if not codes:
        return {}
    code = table.model.code
    query = rows_in_scope(scope, table).with_only_columns(code, table.primary_key)
    found = {str(text): int(key) for text, key in db.session.execute(query.where(code.in_(codes)))}
    missing = [text for text in codes if text not in found]
    if missing:
        raise ValueError(_unknown(scope, table, missing[0], len(missing)))
    return found


def _unknown(scope: Scope, table: Table, code: str, missing: int) -> str:
    known = db.session.scalars(rows_in_scope(scope, table).with_only_columns(table.model.code))
    close = difflib.get_close_matches(code, list(known), n=1, cutoff=0.7)
    words = _("No row of the table “%(table)s” has the code “%(code)s”.", table=table.title, code=code)
    if close:
        words += " " + _("Did you mean %(code)s?", code=close[0])
    if missing > 1:
        words += " " + _("%(num)d codes are unknown in all.", num=missing)
    return words
