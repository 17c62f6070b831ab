"""Which meeting of which component a cell of a timetable is: told by course, class, teacher, length and batch."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.grids.cells import CellPart
from webapp.services.imports.layouts.grids.grid import GridPeriod
from webapp.services.imports.layouts.names.classes import squeeze
from webapp.services.imports.layouts.questions import Candidate
from webapp.services.problem.groups import GroupTree
from webapp.services.schema.columns import Key, Record, Value
from webapp.services.schema.values import listed

if TYPE_CHECKING:
    from webapp.services.imports.layouts.grids.master import Owner

NEAR_ENOUGH = 60
MOST_CANDIDATES = 6


@dataclass(frozen=True)
class PlacedCell:
    """One class of a cell: where it stands in the sheet, its course, what else is named, its slots in a row."""

    row: int
    where: str
    sheet: RawSheet
    course: str
    part: CellPart
    slots: tuple[str, ...]


class MeetingPlaces:
    """Finds the meetings of cells, and adds each once however many grids of however many sheets it stands in."""

    def __init__(self, conversion: Conversion) -> None:
        self.conversion = conversion
        self._sections = conversion.records("sections")
        self._of_course: dict[str, list[Key]] = {}
        for section in self._sections:
            self._of_course.setdefault(str(section[0]), []).append(section)
        self._components: dict[Key, list[tuple[Key, Record]]] = {}
        for key, record in conversion.records("components").items():
            self._components.setdefault(key[:2], []).append((key, record))
        groups = conversion.records("groups")
        self._tree = GroupTree({str(key[0]): _text(record.get("parent")) for key, record in groups.items()})
        self._slots: dict[int, list[tuple[time, str, str]]] = {}
        self._placed: dict[tuple[Key, str | None, str], dict[str, Value]] = {}
        self._numbers: Counter[tuple[Key, str | None]] = Counter()

    def find_slots(self) -> None:
        """Look which slots the term has by now."""
        self._slots = _slots_of_days(self.conversion)

    def slot(self, day: int, period: GridPeriod) -> str | None:
        """Code of the slot of a day that a period of a grid is; None where the term has none there."""
        of_day = self._slots.get(day, [])
        if period.hours is not None:
            return next((code for start, _label, code in of_day if start == period.hours.times[0]), None)
        labels = [code for _start, label, code in of_day if label == str(period.number)]
        if labels:
            return labels[0]
        at = (period.number or 0) - 1
        return of_day[at][2] if 0 <= at < len(of_day) else None

    def near(self, text: str, titles: Mapping[str, str]) -> list[tuple[str, str, int]]:
        """Courses whose code or title is near a text, the nearest first."""
        word = squeeze(text)
        likeness = {
            code: round(max(fuzz.ratio(word, squeeze(code)), fuzz.WRatio(word, squeeze(title))))
            for code, title in titles.items()
        }
        best = sorted(likeness, key=lambda code: (-likeness[code], code))[:MOST_CANDIDATES]
        return [(code, titles[code], likeness[code]) for code in best if likeness[code] >= NEAR_ENOUGH]

    def place(self, cell: PlacedCell, owner: "Owner") -> None:
        """Add the meetings that a cell shows."""
        section = self._section(cell, owner)
        if section is None:
            return
        groups = {*cell.part.groups, *filter(None, (owner.group,))}
        rooms = cell.part.rooms or [room for room in (owner.room,) if room]
        teachers = cell.part.teachers or [teacher for teacher in (owner.teacher,) if teacher]
        slots = list(cell.slots)
        while slots:
            found = self._component(section, len(slots), slots[0], cell, groups, teachers)
            if found is None:
                self.conversion.changed("meeting_not_carried", cell.sheet.name, "", f"{section[0]}/{section[1]}")
                return
            component, batch, length = found
            self._add(component, batch, slots[0], rooms[0] if len(rooms) == 1 else None, cell)
            slots = slots[length:]

    def _section(self, cell: PlacedCell, owner: "Owner") -> Key | None:
        """The section that meets: of the course, for the class, and by the teacher where that helps to tell."""
        sections = self._of_course.get(cell.course, [])
        groups = [*cell.part.groups, *([owner.group] if owner.group else [])]
        if groups:
            sections = [key for key in sections if any(self._attends(self._sections[key], group) for group in groups)]
        teachers = {*cell.part.teachers, *([owner.teacher] if owner.teacher else [])}
        if len(sections) > 1 and teachers:
            sections = [key for key in sections if teachers & self._teachers(key)] or sections
        if len(sections) == 1:
            return sections[0]
        if not sections:
            self.conversion.changed("no_section", cell.sheet.name, "", " ".join([cell.course, *groups]))
            return None
        candidates = [Candidate(str(key[1]), f"{key[0]}/{key[1]}") for key in sections]
        of_what = ",".join(sorted([*groups, *teachers]))
        answer = self.conversion.ask(
            f"section:{cell.course}:{of_what}", "master_section", cell.sheet, cell.row, "", cell.course,
            candidates, may_skip=True, values={"of": of_what},
        )  # fmt: skip
        return next((key for key in sections if key[1] == answer), None)

    def _attends(self, section: Record, group: str) -> bool:
        """Return whether a group, or one above or below it, is of a section."""
        of_section = set(listed(section, "groups"))
        above, below = set(self._tree.line(group)), (self._tree.line(str(code)) for code in of_section)
        return bool(of_section & above) or any(group in line for line in below)

    def _teachers(self, section: Key) -> set[str]:
        rows = [self._sections[section], *(row for _key, row in self._components.get(section, ()))]
        return {str(item).partition("@")[0] for row in rows for item in listed(row, "faculty")}

    def _component(
        self, section: Key, most: int, slot: str, cell: PlacedCell, groups: set[str], teachers: list[str]
    ) -> tuple[Key, str | None, int] | None:
        """The component, batch and slots of the next meeting; None where the section has none left that fits."""
        longest_first = sorted(
            self._components.get(section, ()), key=lambda pair: -int(str(pair[1].get("slots_per_meeting") or 1))
        )
        for key, component in longest_first:
            length = int(str(component.get("slots_per_meeting") or 1))
            if length > most:
                continue
            batches = [str(code) for code in listed(component, "batches")]
            batch = self._batch(component, batches, cell, groups, teachers) if batches else None
            if batches and batch is None:
                continue
            there = (key, batch, slot) in self._placed
            if there or self._numbers[key, batch] < int(str(component.get("meetings_per_week") or 1)):
                return key, batch, length
        return None

    def _batch(
        self, component: Record, batches: list[str], cell: PlacedCell, groups: set[str], teachers: list[str]
    ) -> str | None:
        """The batch that a cell is of: named, the grid's own, or the one whose teacher is named."""
        for suffix in cell.part.batches:
            named = [code for code in batches if squeeze(code).endswith(squeeze(suffix))]
            if len(named) == 1:
                return named[0]
        own = [code for code in batches if code in groups]
        if len(own) == 1:
            return own[0]
        taught = {
            str(item).partition("@")[2]
            for item in listed(component, "faculty")
            if str(item).partition("@")[0] in teachers
        } - {""}
        return taught.pop() if len(taught) == 1 else None

    def _add(self, component: Key, batch: str | None, slot: str, room: str | None, cell: PlacedCell) -> None:
        there = self._placed.get((component, batch, slot))
        if there is not None:
            there["room"] = there["room"] or room
            return
        self._numbers[component, batch] += 1
        course, section, code = component
        record: dict[str, Value] = {
            "course": course,
            "section": section,
            "component": code,
            "batch": batch,
            "number": self._numbers[component, batch],
            "slot": slot,
            "room": room,
        }
        self.conversion.add("entries", cell.sheet, cell.row, record, headings=dict.fromkeys(record, cell.where))
        self._placed[component, batch, slot] = self.conversion.rows["entries"][-1].record


def _text(value: Value) -> str | None:
    return str(value) if value else None


def _slots_of_days(conversion: Conversion) -> dict[int, list[tuple[time, str, str]]]:
    """Per day, start, label and code of its slots, in the order of the day."""
    days: dict[int, list[tuple[time, str, str]]] = {}
    for key, record in conversion.records("time_slots").items():
        day, start = record.get("day"), record.get("start")
        if isinstance(day, int) and isinstance(start, time):
            days.setdefault(day, []).append((start, str(record.get("label") or ""), str(key[0])))
    return {day: sorted(of_day) for day, of_day in days.items()}
