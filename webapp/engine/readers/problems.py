"""How a reader refuses a file."""

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
