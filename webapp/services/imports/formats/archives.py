"""What is looked at before anything packed is opened: how many entries, how large, how tightly packed."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError

from webapp.services.imports.faults import UploadRefused
from webapp.services.imports.sheets import MOST_ROWS
from webapp.services.shared.words import _

MOST_BYTES = 32 * 1024 * 1024
"""Largest file that is read."""
MOST_UNPACKED = 256 * 1024 * 1024
"""Largest sum of unpacked sizes."""
MOST_RATIO = 200
"""Unpacked over packed bytes, where more than a megabyte is unpacked; worksheets reach about 30."""
MOST_ENTRIES = 500
MOST_TAGS = 2_000_000
"""Most tags in all parts of a workbook, some 300,000 cells: their number is what takes time and memory."""
_SMALL = 1024 * 1024


DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What zipfile and the XML parser raise on damaged files; none of them names it more exactly."""


@contextmanager
def damaged_workbook_is_refused(filename: str) -> Iterator[None]:
    """Turn what a library raises on a damaged workbook into `UploadRefused`."""
    try:
        yield
    except (*DAMAGED, CalamineError) as error:
        raise UploadRefused(_("%(filename)s is a damaged workbook and can't be read.", filename=filename)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a library in Rust raises, beside all exceptions
            raise
        raise UploadRefused(_("%(filename)s is a damaged workbook and can't be read.", filename=filename)) from error


def open_archive(filename: str, content: bytes) -> zipfile.ZipFile:
    """Open a ZIP (a workbook is one) after looking at what it says of itself; raises `UploadRefused`.

    The sizes are the archive's own words, but nothing beyond them is ever unpacked: zipfile stops there.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except DAMAGED as error:
        raise UploadRefused(_("%(filename)s is a damaged archive and can't be opened.", filename=filename)) from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise UploadRefused(
            _(
                "%(filename)s holds %(entries)s files, at most %(most_entries)s are read.",
                filename=filename,
                entries=len(entries),
                most_entries=MOST_ENTRIES,
            )
        )
    if unpacked > MOST_UNPACKED:
        raise UploadRefused(
            _(
                "%(filename)s unpacks to %(unpacked)s MB, at most %(most_unpacked)s are read.",
                filename=filename,
                unpacked=_megabytes(unpacked),
                most_unpacked=_megabytes(MOST_UNPACKED),
            )
        )
    if unpacked > _SMALL and unpacked > MOST_RATIO * max(packed, 1):
        raise UploadRefused(
            _(
                "%(filename)s unpacks to %(packed)s times its size, at most %(most_ratio)s times is read.",
                filename=filename,
                packed=unpacked // max(packed, 1),
                most_ratio=MOST_RATIO,
            )
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UploadRefused(_("%(filename)s is protected by a password. Save it without one.", filename=filename))
    return archive


def check_workbook(filename: str, archive: zipfile.ZipFile) -> None:
    """Refuse a workbook with too many tags, in whichever part: their number is what takes time."""
    tags = 0
    for entry in archive.infolist():
        with damaged_workbook_is_refused(filename), archive.open(entry) as part:
            while chunk := part.read(_SMALL):
                tags += chunk.count(b"<")
        if tags > MOST_TAGS:
            raise too_large(filename)


def too_large(filename: str) -> UploadRefused:
    """The refusal of a workbook that would take too long."""
    return UploadRefused(
        _(
            "%(filename)s is too large for a workbook. Delete what is not needed, or send its tables as CSV files in a "
            "ZIP, each of at most %(most)d rows.",
            filename=filename,
            most=MOST_ROWS,
        )
    )


def check_size(filename: str, content: bytes) -> None:
    """Refuse an empty or too large file."""
    if not content:
        raise UploadRefused(_("%(filename)s is empty.", filename=filename))
    if len(content) > MOST_BYTES:
        raise UploadRefused(
            _(
                "%(filename)s has %(content)s MB, at most %(most_bytes)s are read.",
                filename=filename,
                content=_megabytes(len(content)),
                most_bytes=_megabytes(MOST_BYTES),
            )
        )


def _megabytes(size: int) -> int:
    return -(-size // (1024 * 1024))


def zipped(folder: Path) -> bytes:
    """The files of a folder as a ZIP, without those in folders of it."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                archive.writestr(path.name, path.read_bytes())
    return packed.getvalue()
