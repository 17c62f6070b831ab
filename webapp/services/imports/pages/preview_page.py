"""What the preview shows of the reading: faults that can be corrected there, and changes that were made, counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.services.imports.faults import Fault
from webapp.services.imports.layouts.questions import ReadAs
from webapp.services.imports.layouts.row_numbers import written_rows
from webapp.services.imports.layouts.words import change_words, times
from webapp.services.imports.readings import UploadReading
from webapp.services.shared.words import _, ngettext, short

MOST_FAULTS_SHOWN = 100
MOST_CHANGES_SHOWN = 200
MOST_ROWS_WRITTEN = 60
"""Characters of row numbers beyond which only their number is told."""


@dataclass(frozen=True, slots=True)
class FaultLine:
    """The same fault in one or several rows: where, what stands there, what should, and what can be done here."""

    index: int
    sheet: str
    rows: str
    where: str
    column: str
    found: str
    expected: str
    role: str
    may_skip: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Something that was read otherwise than it stands in the file, and how often."""

    sheet: str
    column: str
    words: str
    times: str


def fault_lines(reading: UploadReading, faults: Sequence[Fault]) -> list[FaultLine]:
    """The faults of a preview, those that are alike in one line."""
    sheets = {said.sheet for said in reading.plan.book.sheets} if reading.plan.book is not None else set()
    alike: dict[tuple[str, str, str, str, str], list[Fault]] = {}
    for fault in faults:
        key = (fault.sheet or fault.file, fault.column, fault.value, fault.expected, fault.role)
        alike.setdefault(key, []).append(fault)
    return [
        _line(index, name, same, may_skip=same[0].sheet in sheets and all(fault.row for fault in same))
        for index, ((name, *_rest), same) in enumerate(alike.items())
    ]


def _line(index: int, sheet: str, same: Sequence[Fault], *, may_skip: bool) -> FaultLine:
    first, rows = same[0], written_rows(fault.row for fault in same if fault.row)
    where = rows if len(rows) <= MOST_ROWS_WRITTEN else _("%(number)d rows", number=len(same))
    role = first.role if may_skip else ""
    return FaultLine(index, sheet, rows, where, first.column, short(first.value), first.expected, role, may_skip)


def change_lines(changes: Sequence[ReadAs]) -> list[ChangeLine]:
    """What was changed while reading, the most frequent first."""
    ordered = sorted(changes, key=lambda change: -change.count)
    return [
        ChangeLine(change.sheet, short(change.column, 40), change_words(change), times(change.count))
        for change in ordered[:MOST_CHANGES_SHOWN]
    ]


def more_faults(lines: Sequence[FaultLine]) -> str:
    """How many lines of faults are not shown yet; nothing where all are."""
    rest = len(lines) - MOST_FAULTS_SHOWN
    if rest <= 0:
        return ""
    return ngettext("%(num)d more follows once these are settled.", "%(num)d more follow once these are settled.", rest)


def more_changes(changes: Sequence[ReadAs]) -> str:
    """How many kinds of changes are not shown; nothing where all are."""
    rest = len(changes) - MOST_CHANGES_SHOWN
    return ngettext("and %(num)d more kind", "and %(num)d more kinds", rest) if rest > 0 else ""
