"""What is wrong with a file: where, what stands there, what should."""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _, ngettext

MOST_FAULTS = 500
"""Beyond this many the list ends: who has so many repairs the cause, not the cells."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    ``row`` counts as a spreadsheet does (1 is the heading), 0 is about the whole sheet; ``file`` is the
    file that was sent, or the one within a ZIP or folder; ``sheet`` is empty where the file is the sheet. ``role`` is
    what the column was taken for, where the cell can be corrected in the page ("" where it can't).
    """

    file: str
    sheet: str
    row: int
    column: str
    value: str
    expected: str
    role: str = ""

    @property
    def where(self) -> str:
        """File, sheet, row and column, in words."""
        parts = [self.file]
        if self.sheet and self.sheet != self.file.rpartition(".")[0].rpartition("/")[2]:
            parts.append(_("sheet %(sheet)s", sheet=self.sheet))
        if self.row:
            parts.append(_("row %(row)s", row=self.row))
        if self.column:
            parts.append(_("column %(column)s", column=self.column))
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        value = f"'{self.value[:80]}'" if self.value else _("nothing")
        return _(
            "%(where)s: found %(found)s, expected %(expected)s.", where=self.where, found=value, expected=self.expected
        )


class TooManyFaults(Exception):
    """The list is full."""


class Faults:
    """Collects faults up to a limit; `TooManyFaults` ends the reading."""

    def __init__(self, most: int = MOST_FAULTS) -> None:
        self.most = most
        self.list: list[Fault] = []

    def add(self, file: str, sheet: str, row: int, column: str, value: object, expected: str) -> None:
        """Note a fault; raises `TooManyFaults` when the list is full."""
        self.note(Fault(file, sheet, row, column, str(value), expected))

    def note(self, fault: Fault) -> None:
        """Note a fault; raises `TooManyFaults` when the list is full."""
        self.list.append(fault)
        if len(self.list) >= self.most:
            raise TooManyFaults


class ImportConflict(Problem):
    """The rows of the file don't fit together with those that are there."""


class StillInUse(Problem):
    """Rows that the file lacks can't be removed, because others refer to them."""


class UploadRefused(Problem):
    """The file can't be imported; ``faults`` says where and why, ``findings`` the same as sentences."""

    def __init__(self, message: str, faults: Iterable[Fault] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(message, [str(fault) for fault in self.faults])


def refused(faults: Iterable[Fault]) -> UploadRefused:
    """The refusal for a list of faults."""
    listed = tuple(faults)
    number = len(listed)
    if number >= MOST_FAULTS:
        return UploadRefused(
            _("Nothing was imported: at least %(number)s cells or rows are wrong.", number=number), listed
        )
    message = ngettext(
        "Nothing was imported: %(num)d thing is wrong.", "Nothing was imported: %(num)d things are wrong.", number
    )
    return UploadRefused(message, listed)
