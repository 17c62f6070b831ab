"""Which kind of room the hours of an allotment need: that of the room they name, else the only one in question."""

from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.names.classes import letters_of, squeeze
from webapp.services.imports.layouts.names.lookup import Named
from webapp.services.imports.layouts.names.persons import fold
from webapp.services.imports.layouts.plan import LEAVE_OUT
from webapp.services.imports.layouts.questions import Candidate

LAB_WORDS = frozenset(("lab", "labs", "laboratory", "laboratories", "workshop", "studio", "computer", "practical"))
LECTURE_WORDS = frozenset(("lecture", "class", "classroom", "theory", "lecturehall", "teaching", "lh"))


class RoomKinds:
    """Finds kinds of rooms for the parts of one allotment."""

    def __init__(self, conversion: Conversion, sheet: RawSheet, named: Named) -> None:
        self.conversion, self.sheet, self.named = conversion, sheet, named
        self._kinds = {code: str(room.get("kind") or "") for code, room in named.rooms_known.items()}
        self._said: set[tuple[str, str]] = set()

    def is_lab(self, room: str) -> bool:
        """Return whether a room is a lab, by its kind."""
        return _is_lab(self._kinds.get(room, ""))

    def of(self, kind: str, department: str, rooms: tuple[str, ...], row: int) -> str:
        """The kind of room that hours of a kind need; "" where any will do or it has to be asked."""
        named = {self._kinds[room] for room in rooms if room in self._kinds}
        if len(named) == 1:
            return named.pop()
        if not self._kinds:
            return "lab" if kind == "lab" else "lecture"
        return self._lab(department, row) if kind == "lab" else self._lecture(row)

    def seats(self, kind: str, rooms: tuple[str, ...]) -> int:
        """Seats of the largest of some rooms, or of all of a kind."""
        some = rooms or tuple(code for code, of_room in self._kinds.items() if of_room == kind)
        return max((int(str(self.named.rooms_known[code].get("capacity") or 0)) for code in some), default=0)

    def _lab(self, department: str, row: int) -> str:
        labs = sorted({kind for kind in self._kinds.values() if _is_lab(kind)})
        own = sorted({kind for code, kind in self._kinds.items() if _is_lab(kind) and self._is_of(code, department)})
        if len(labs) == 1 or len(own) == 1:
            return (labs if len(labs) == 1 else own)[0]
        if not labs or not department:  # which department, is asked about first
            return ""
        answer = self.conversion.ask(
            f"lab-kind:{squeeze(department)}", "lab_kind", self.sheet, row, "", department,
            [Candidate(kind, kind) for kind in [*own, *(kind for kind in labs if kind not in own)]], may_skip=True,
        )  # fmt: skip
        return answer if answer is not None and answer != LEAVE_OUT else ""

    def _is_of(self, room: str, department: str) -> bool:
        """Return whether a room is a department's: its home, or named so by its code, name or kind."""
        record = self.named.rooms_known[room]
        if not department or record.get("department"):
            return bool(department) and record.get("department") == department
        return squeeze(department) in letters_of(f"{room} {record.get('name') or ''}")

    def _lecture(self, row: int) -> str:
        plain = sorted({kind for kind in self._kinds.values() if kind and not _is_lab(kind)})
        likely = [kind for kind in plain if set(fold(kind).split()) & LECTURE_WORDS]
        if len(plain) < 2 or len(likely) == 1:
            return (likely or plain or [""])[0]
        answer = self.conversion.ask(
            "lecture-kind", "lecture_kind", self.sheet, row, "", "",
            [Candidate(kind, kind) for kind in likely or plain], may_skip=True,
        )  # fmt: skip
        return answer if answer is not None and answer != LEAVE_OUT else ""


def _is_lab(kind: str) -> bool:
    return bool(set(fold(kind).split()) & LAB_WORDS)
