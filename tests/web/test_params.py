"""Numbers that addresses and forms give as text: what is none names nothing, and no page fails over it."""

import pytest
from werkzeug.exceptions import NotFound

from webapp.web.params import key_or_404, number, page_number

NONE = [None, "", " ", "x", "-1", "+1", "1.0", "٣", "²", "9" * 10, "9" * 5000]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_names_nothing(text: str | None) -> None:
    assert number(text) == 0
    assert page_number(text) == 1
    with pytest.raises(NotFound):
        key_or_404(text)


def test_numbers_are_read() -> None:
    assert (number("12"), key_or_404("0"), key_or_404("2147483647"), page_number("7")) == (12, 0, 2**31 - 1, 7)


def test_a_page_beyond_a_million_is_the_first() -> None:
    assert page_number("1000000") == 1
