"""Numbers as people write them: decimal commas, thousands, units, ordinals, words before and after."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

PLAIN = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?", re.ASCII)
THREE_BEHIND = re.compile(r"\d{1,3}[.,]\d{3}", re.ASCII)
"""1,234 and 1.234: a thousand and more, or one and less than a quarter."""
GROUPED = re.compile(
    r"\d{1,3}(?:[ '’]\d{3})+|\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?:\.\d{3}){2,}|\d{1,2}(?:,\d{2})+,\d{3}"
    r"|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:\.\d{3})+,\d+",
    re.ASCII,
)
UNITS = (
    r"seats?|students?|persons?|pax|nos?|numbers?|hours?|hrs?|h|periods?|slots?|lectures?|classes|credits?|crs?|cr"
    r"|weeks?|wks?|mins?|minutes?|days?|batch(?:es)?|sem(?:ester)?s?"
)
BEHIND = re.compile(
    rf"([^a-z]*?)\s*(?:{UNITS})\.?(?:\s*(?:/|per|a|in a)\s*(?:week|wk|day|month|sem(?:ester)?)\.?)?", re.I
)
BEFORE = re.compile(r"(?:sem(?:ester)?|term|year|no|nr|period|hour|#)\s*[-.:#]?\s*(\d+)", re.I)
ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)(?:\s+(?:sem(?:ester)?|year|term))?\.?", re.I)
SEMESTER = re.compile(r"^sem(?:ester)?[\s.:-]*|[\s.:-]*sem(?:ester)?$")
ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}


def digits(text: str) -> str:
    """A text with the digits of every script as 0 to 9."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in plain)


def is_doubtful(text: str) -> bool:
    """Whether a number may be a thousand and more or a fraction: 1,234."""
    return THREE_BEHIND.fullmatch(text) is not None and not text.startswith("0")


def doubtful_readings(text: str) -> tuple[Decimal, Decimal]:
    """Both readings of such a number: with the sign between thousands, and as a decimal sign."""
    return Decimal(re.sub("[.,]", "", text)), Decimal(text.replace(",", "."))


def readings(text: str, *, roman: bool = False) -> Iterator[tuple[str, Decimal]]:
    """The number that a text can only mean, with the code of the change; nothing where it is none."""
    plain = digits(text).strip()
    if plain != text and (number := _number(plain)) is not None:
        yield "number", number
    elif (number := _number(plain)) is not None:
        yield "decimal_comma", number
    elif GROUPED.fullmatch(plain):
        last = max(plain.rfind("."), plain.rfind(","))
        mixed = "." in plain and "," in plain
        whole, behind = (plain[:last], plain[last + 1 :]) if mixed else (plain, "")
        yield "number", Decimal(re.sub(r"\D", "", whole) + ("." + behind if behind else ""))
    elif (match := BEHIND.fullmatch(plain)) is not None and (number := _number(match[1].strip())) is not None:
        yield "unit", number
    elif (match := BEFORE.fullmatch(plain) or ORDINAL.fullmatch(plain)) is not None:
        yield "unit", Decimal(match[1])
    elif roman and (name := SEMESTER.sub("", plain.lower())) in ROMAN:
        yield "number", Decimal(ROMAN[name])


def _number(text: str) -> Decimal | None:
    match = PLAIN.fullmatch(text)
    if match is None or is_doubtful(text) or len(text) > 15:
        return None
    return Decimal(f"{match[1]}{match[2]}.{match[3] or '0'}")
