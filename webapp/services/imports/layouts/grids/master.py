"""A timetable that is there already, such as last year's: its cells become the meetings of a draft to stay close to."""

from collections.abc import Mapping
from typing import NamedTuple

from webapp.services.imports.formats.workbooks import RawSheet, column_letter
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.grids.cells import (
    COURSE,
    GROUP,
    ROOM,
    TEACHER,
    CellPart,
    Vocabulary,
    named_in,
    parts_of,
)
from webapp.services.imports.layouts.grids.grid import GridBlock, GridCell, GridPeriod, blocks_of
from webapp.services.imports.layouts.grids.meetings import MeetingPlaces, PlacedCell
from webapp.services.imports.layouts.grids.slots import DayPeriod, add_slots
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.plan import LEAVE_OUT, ColumnRole, SheetMapping, SheetShape
from webapp.services.imports.layouts.questions import Candidate
from webapp.services.imports.layouts.shape import Recognised, Shape
from webapp.services.shared.words import _

LEAST_CELLS = 3


class Owner(NamedTuple):
    """Whose grid a block is: a class, a teacher or a room, as far as its titles tell."""

    group: str | None
    teacher: str | None
    room: str | None


def roles(table: str) -> tuple[ColumnRole, ...]:
    """A timetable has no columns to say anything of: its days and periods are found."""
    return ()


def recognise(sheet: RawSheet, known: Known) -> Recognised | None:
    """Say how sure it is that a sheet is a timetable: days by periods, with texts in it."""
    blocks = blocks_of(sheet)
    if not any(len(block.cells) >= LEAST_CELLS for block in blocks):
        return None
    return Recognised(88, SheetMapping(sheet.name, SheetShape.MASTER, "", blocks[0].row, 1, ()))


def convert(sheet: RawSheet, said: SheetMapping, conversion: Conversion) -> None:
    """Add an entry for each meeting that stands in the grids of a sheet."""
    blocks = blocks_of(sheet)
    if not blocks:
        conversion.fault(sheet, 0, "", sheet.name, _("days by periods, such as a row for each day below the hours"))
        return
    _make_slots(conversion, sheet, blocks)
    _Master(conversion, sheet, said, blocks).add()


def _make_slots(conversion: Conversion, sheet: RawSheet, blocks: list[GridBlock]) -> None:
    """Make the time slots of the grid's own hours, where the term has none."""
    if conversion.records("time_slots"):
        return
    made: dict[tuple[int, int], DayPeriod] = {}
    for block in blocks:
        for period in block.periods:
            if period.hours is not None:
                label = str(period.number) if period.number is not None else ""
                for day in block.days:
                    slot = DayPeriod(block.row, label, period.hours, (day,))
                    made.setdefault((day, period.hours.start), slot)
    if made:
        add_slots(conversion, sheet, list(made.values()), {})


class _Index:
    """What all sheets of a book with timetables are read with: names, titles, and the meetings that are placed."""

    def __init__(self, conversion: Conversion) -> None:
        self.vocabulary = Vocabulary(conversion)
        self.places = MeetingPlaces(conversion)
        self.titles = {str(key[0]): str(row.get("title") or "") for key, row in conversion.records("courses").items()}


class _Master:
    """Reads the cells of one sheet into meetings."""

    def __init__(self, conversion: Conversion, sheet: RawSheet, said: SheetMapping, blocks: list[GridBlock]) -> None:
        self.conversion, self.sheet, self.said, self.blocks = conversion, sheet, said, blocks
        index = conversion.kept.get(SheetShape.MASTER)
        if not isinstance(index, _Index):
            index = conversion.kept[SheetShape.MASTER] = _Index(conversion)
        self.vocabulary, self.places, self._titles = index.vocabulary, index.places, index.titles
        self.places.find_slots()

    def add(self) -> None:
        """Add the entries of all blocks."""
        if not self.conversion.records("components"):
            expected = _("sections and components in the term, or in another sheet, that the cells can be matched with")
            self.conversion.fault(self.sheet, 0, "", self.sheet.name, expected)
            return
        for block in self.blocks:
            titles = [*block.titles, self.sheet.name] if block.titles else [self.sheet.name]
            of_block = self._owner(named_in(self.vocabulary, titles))
            for cell in block.cells:
                if cell.row in self.said.skipped_rows:
                    continue
                own = self._owner(named_in(self.vocabulary, [cell.named])) if cell.named else of_block
                self._add_cell(cell, own if any(own) else of_block)

    @staticmethod
    def _owner(named: Mapping[str, str]) -> Owner:
        return Owner(named.get(GROUP), named.get(TEACHER), named.get(ROOM))

    def _add_cell(self, cell: GridCell, owner: Owner) -> None:
        slots = [self.places.slot(cell.day, period) for period in cell.periods]
        parts = parts_of(self.vocabulary, cell.text)
        where = f"{column_letter(cell.position)}{cell.row}"
        if parts is None:
            expected = _("one class, or each class with its teacher and room on a line of its own")
            self.conversion.fault(self.sheet, cell.row, where, cell.text, expected)
            return
        if any(slot is None for slot in slots):
            missing: GridPeriod = cell.periods[slots.index(None)]
            hours = missing.hours
            name = f"{hours.times[0]:%H:%M}" if hours is not None else str(missing.number)
            self.conversion.changed("no_slot", self.sheet.name, "", name)
            return
        for part in parts:
            course = part.courses[0] if part.courses else self._asked_course(cell, part, where)
            if course:
                self.places.place(PlacedCell(cell.row, where, self.sheet, course, part, tuple(map(str, slots))), owner)

    def _asked_course(self, cell: GridCell, part: CellPart, where: str) -> str | None:
        """The course that somebody says a cell without a known one is of; asked once for each text."""
        text = " ".join(part.rest) or " ".join(cell.text.split())
        if not any(map(str.isalnum, text)):
            return None
        candidates = [
            Candidate(code, f"{code} · {title}", score) for code, title, score in self.places.near(text, self._titles)
        ]
        answer = self.conversion.ask(
            f"{COURSE}:{text.casefold()}", "master_course", self.sheet, cell.row, "", text, candidates, may_skip=True
        )
        if answer == LEAVE_OUT:
            self.conversion.changed("not_carried", self.sheet.name, "", text)
        return answer if answer in self._titles else None


MASTER = Shape(SheetShape.MASTER, recognise, roles, convert, order=30)
