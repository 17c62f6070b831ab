"""Numbers that addresses and forms give as text, as views need them: with an answer where there is none."""

from flask import abort

from webapp.services.shared.numbers import whole_number

PAGE_MAX = 999_999


def number(text: object) -> int:
    """A number of the form or address; 0, which names nothing, where it is none."""
    return whole_number(text) or 0


def key_or_404(text: object) -> int:
    """A row's key as an address gives it; what is no number is no row's, and answers 404."""
    key = whole_number(text)
    if key is None:
        abort(404)
    return key


def page_number(text: object) -> int:
    """The number of a page as an address gives it; what is none is the first."""
    return whole_number(text, PAGE_MAX) or 1
