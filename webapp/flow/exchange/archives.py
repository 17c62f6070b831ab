"""What is looked at before anything packed is opened: how many entries, how large, how tightly packed."""

import zipfile
from io import BytesIO

from webapp.flow.exchange.faults import UploadRefused

MOST_BYTES = 32 * 1024 * 1024
"""Largest file that is read."""
MOST_UNPACKED = 256 * 1024 * 1024
"""Largest sum of unpacked sizes."""
MOST_RATIO = 200
"""Unpacked over packed bytes, where more than a megabyte is unpacked; worksheets reach about 30."""
MOST_ENTRIES = 500
_SMALL = 1024 * 1024


def open_archive(filename: str, content: bytes) -> zipfile.ZipFile:
    """Open a ZIP (a workbook is one) after looking at what it says of itself; raises `UploadRefused`.

    The sizes are the archive's own words, but nothing beyond them is ever unpacked: zipfile stops there.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UploadRefused(f"{filename} is a damaged archive and can't be opened.") from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise UploadRefused(f"{filename} holds {len(entries)} files, at most {MOST_ENTRIES} are read.")
    if unpacked > MOST_UNPACKED:
        raise UploadRefused(
            f"{filename} unpacks to {_megabytes(unpacked)} MB, at most {_megabytes(MOST_UNPACKED)} are read."
        )
    if unpacked > _SMALL and unpacked > MOST_RATIO * max(packed, 1):
        raise UploadRefused(
            f"{filename} unpacks to {unpacked // max(packed, 1)} times its size, at most {MOST_RATIO} times is read."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UploadRefused(f"{filename} is protected by a password. Save it without one.")
    return archive


def check_size(filename: str, content: bytes) -> None:
    """Refuse an empty or too large file."""
    if not content:
        raise UploadRefused(f"{filename} is empty.")
    if len(content) > MOST_BYTES:
        raise UploadRefused(f"{filename} has {_megabytes(len(content))} MB, at most {_megabytes(MOST_BYTES)} are read.")


def _megabytes(size: int) -> int:
    return -(-size // (1024 * 1024))
