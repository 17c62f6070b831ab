"""The one reader of whole numbers that addresses, forms and identifiers give as text."""

KEY_MAX = 2**31 - 1
"""The largest key that a row of PostgreSQL can have."""


def whole_number(text: object, most: int = KEY_MAX) -> int | None:
    """Read a whole number from 0 to ``most`` in ASCII digits; None where the text is none.

    ``text`` may be anything that a form or an address brings, None included.
    """
    digits = text if isinstance(text, str) else ""
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18:
        return None
    number = int(digits)
    return number if number <= most else None
