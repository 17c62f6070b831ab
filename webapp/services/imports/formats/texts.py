"""Tables as text: the code page is found out, the sign between cells too."""

import csv
import io
from collections import Counter
from collections.abc import Sequence

from charset_normalizer import CharsetMatch, from_bytes

from webapp.services.imports.faults import UploadRefused
from webapp.services.shared.words import _

DELIMITERS = ",;\t|"
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
CODE_PAGES = (
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp1258",
    "cp850",
    "mac_roman",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
)
"""What spreadsheets save in where it is not UTF-8, the likeliest first."""
LINES_LOOKED_AT = 50


class NoText(UploadRefused):
    """A file is in no code page that is known."""


def decoded(file: str, content: bytes, encoding: str = "") -> tuple[str, str]:
    """The text of a file, and the code page that it is in; ``encoding`` where somebody said which.

    Raises `NoText` where it is in none.
    """
    found = encoding or _code_page(content)
    try:
        return content.decode(found).replace("\x00", "\ufffd"), found.removesuffix("-sig")
    except (UnicodeDecodeError, LookupError) as error:
        raise NoText(
            _(
                "%(file)s is no text in a code page that is known here. Save it as CSV UTF-8 and upload it again.",
                file=file,
            )
        ) from error


def _code_page(content: bytes) -> str:
    for mark, name in MARKS:
        if content.startswith(mark):
            return name
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        matches = list(from_bytes(content, cp_isolation=list(CODE_PAGES)))
        alike = [match for match in matches if (match.chaos, match.coherence) == _merits(matches)]
        possible = {name for match in alike for name in match.could_be_from_charset}
        return next((name for name in CODE_PAGES if name in possible), "")
    return "utf-8"


def _merits(matches: Sequence[CharsetMatch]) -> tuple[float, float]:
    """How much of a mess and how much like a language the best match is."""
    return matches[0].chaos, matches[0].coherence


def lines_of(text: str) -> list[list[str]]:
    """The rows of a table in text; raises `csv.Error` with ``line`` where one can't be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    lines: list[list[str]] = []
    try:
        lines.extend(reader)
    except csv.Error as error:
        error.add_note(str(reader.line_num))
        raise
    return lines


def _delimiter(text: str) -> str:
    """The sign that gives the most lines the same number of cells, and among equals the most cells."""
    beginning = "\n".join(text.split("\n", LINES_LOOKED_AT)[:LINES_LOOKED_AT])

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            rows = list(csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter))
        except csv.Error:
            return 0, 0
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            return 0, 0
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
        return times, width

    return max(DELIMITERS, key=evenness)
