"""A file becomes tables: the one way for whoever has nobody to ask, such as a command or the demo."""

from pathlib import Path

from webapp.services.imports.faults import UploadRefused
from webapp.services.imports.formats import ctt, fet
from webapp.services.imports.formats.archives import MOST_BYTES, check_size
from webapp.services.imports.formats.books import file_name, read_book, refuse_other_kinds
from webapp.services.imports.formats.workbooks import RawBook
from webapp.services.imports.layouts.convert import convert
from webapp.services.imports.layouts.guess import guess
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.sheets import Tables
from webapp.services.shared.words import _


def read_upload(filename: str, content: bytes, known: Known | None = None) -> Tables:
    """Read a workbook, a ZIP, a table in text, a `.ctt` or a `.fet` file.

    What is wrong with single cells is in the tables' ``faults``, and what would have to be asked, too; a file that
    can't be opened at all raises `UploadRefused`.
    """
    name = file_name(filename)
    if not holds_sheets(name):
        check_size(name, content)
        refuse_other_kinds(name, content)
        return ctt.read_tables(name, content) if ctt.is_ctt(name) else fet.read_tables(name, content)
    return tables_of(read_book(filename, content), known)


def tables_of(book: RawBook, known: Known | None = None) -> Tables:
    """A book as tables as far as it can be guessed; questions are faults."""
    known = known or Known()
    return convert(book, guess(book, known), known).without_answers


def holds_sheets(filename: str) -> bool:
    """Whether a file of this name holds sheets or tables, of which one can say what they are."""
    return not (ctt.is_ctt(filename) or fet.is_fet(filename))


def read_bytes(path: Path) -> bytes:
    """The content of a file; raises `UploadRefused` where it can't be read or is too large."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UploadRefused(
                _("%(name)s is larger than %(most_bytes)s MB.", name=path.name, most_bytes=MOST_BYTES // (1024 * 1024))
            )
        return path.read_bytes()
    except OSError as error:
        raise UploadRefused(
            _("%(name)s can't be read: %(strerror)s.", name=path.name, strerror=error.strerror)
        ) from error
