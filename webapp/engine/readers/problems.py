"""What the readers share: the text of a file, and how they refuse one."""

from pathlib import Path


class ReadError(ValueError):
    """A file that can't be read: where, what stands there, and what should.

    Parameters
    ----------
    path
        The file.
    line
        Line number from 1; 0 when it is about the whole file.
    found, expected
        What stands there, and what a correct file would have.
    """

    def __init__(self, path: Path | str, line: int, found: str, expected: str) -> None:
        self.path, self.line, self.found, self.expected = Path(path), line, found, expected
        where = f"{self.path.name}, line {line}" if line else self.path.name
        super().__init__(f"{where}: found {found}, expected {expected}.")


def text_of(path: Path) -> str:
    """The text of a file in UTF-8, with or without a mark in front; raises ReadError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ReadError(path, 0, f"no readable file ({error.strerror})", "a file") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ReadError(path, line, "bytes that are not UTF-8", "text in UTF-8") from None
