"""Room utilisation: how much of what is open is used, and how full."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from webapp.models import Room
from webapp.services.problem.calendar import clock
from webapp.services.reports.shapes import Bars, Heat, HeatCell, Report, ReportRow, ReportTable, departments_of, percent
from webapp.services.reports.source import PlacedMeeting, Reading
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.words import _, ngettext


@dataclass(frozen=True)
class RoomUse:
    """A room over an average week."""

    room: Room
    open: frozenset[int]
    busy: dict[int, float]
    students: dict[int, float]
    """By period: students that sit there, averaged over the weeks."""

    @property
    def used(self) -> float:
        """Periods used."""
        return sum(self.busy.values())

    @property
    def filled(self) -> float:
        """Seats filled while in use, in per cent of all its seats."""
        return percent(sum(self.students.values()), self.used * self.room.capacity)

    @property
    def empty(self) -> float:
        """Open periods in which nothing is meeting."""
        return len(self.open) - sum(share for cell, share in self.busy.items() if cell in self.open)


def report(reading: Reading) -> Report:
    """Rooms, least used first; then buildings and kinds."""
    uses = sorted(_uses(reading), key=lambda use: (percent(use.used, len(use.open)), use.room.code))
    unused = [use.room.code for use in uses if not use.busy]
    used, opened = sum(use.used for use in uses), sum(len(use.open) for use in uses)
    findings = [
        _(
            "%(used)g of %(open)d open room-hours are used: %(share)g %%.",
            used=used,
            open=opened,
            share=percent(used, opened),
        )
    ]
    if unused:
        findings.append(
            ngettext(
                "%(num)d room is never used: %(names)s.",
                "%(num)d rooms are never used: %(names)s.",
                len(unused),
                names=", ".join(unused),
            )
        )
    elif uses:
        findings.append(_("Every room is used."))
    else:
        findings = [_("There are no rooms yet. Add or import them first.")]
    kinds, buildings = _gathered(uses, _kind), _gathered(uses, lambda use: _building(reading, use))
    rooms = _of_rooms(reading, uses)
    return Report(
        "rooms",
        _("Room utilisation"),
        (
            _("An hour is one period of the term's grid; a class of odd weeks counts by its share of the weeks."),
            _("Open: periods in which the term has a slot and the room is not closed."),
            _("Seats filled: students expected, of the room's seats, over the hours it is used."),
        ),
        tuple(findings),
        (rooms, _together(_("By building"), buildings), _together(_("By kind"), kinds)),
        bars=Bars(
            _("Hours used by kind of room, in per cent of hours open"),
            tuple((name, percent(sum(u.used for u in of), sum(len(u.open) for u in of)), None) for name, of in kinds),
            " %",
        ),
        heat=_heat(reading, uses) if uses else None,
        departments=departments_of([rooms]),
    )


def _kind(use: RoomUse) -> str:
    return use.room.kind or "-"


def _building(reading: Reading, use: RoomUse) -> str:
    return reading.buildings.get(use.room.building_id or 0, "-")


def _uses(reading: Reading) -> list[RoomUse]:
    meetings: dict[int, list[PlacedMeeting]] = defaultdict(list)
    for meeting in reading.placed:
        if meeting.room_id is not None:
            meetings[meeting.room_id].append(meeting)
    closed, uses = reading.closed(), []
    for room in reading.rows.rooms:
        students: dict[int, float] = defaultdict(float)
        for meeting in meetings[room.room_id]:
            for cell in meeting.cells:
                students[cell] += meeting.share * reading.problem.instance.meetings[meeting.index].size
        opened = reading.all_cells - closed.get(room.room_id, frozenset()) if room.is_open else frozenset()
        uses.append(RoomUse(room, opened, reading.busy(meetings[room.room_id]), students))
    return uses


def _of_rooms(reading: Reading, uses: list[RoomUse]) -> ReportTable:
    rows = tuple(
        ReportRow(
            (
                use.room.code,
                _building(reading, use),
                _kind(use),
                use.room.capacity,
                use.used,
                len(use.open),
                percent(use.used, len(use.open)),
                use.filled,
                use.empty,
            ),
            reading.departments.get(use.room.department_id or 0, ""),
        )
        for use in uses
    )
    columns = (
        *(_("Room"), _("Building"), _("Kind"), _("Seats")),
        *(_("Hours used"), _("Hours open"), _("Used %"), _("Seats filled %"), _("Empty hours")),
    )
    return ReportTable(_("Rooms, least used first"), columns, rows, frozenset(range(3, 9)))


def _gathered(uses: list[RoomUse], name: Callable[[RoomUse], str]) -> list[tuple[str, list[RoomUse]]]:
    by_name: dict[str, list[RoomUse]] = defaultdict(list)
    for use in uses:
        by_name[name(use)].append(use)
    return sorted(by_name.items())


def _together(title: str, gathered: list[tuple[str, list[RoomUse]]]) -> ReportTable:
    rows = []
    for name, uses in gathered:
        used, opened = sum(use.used for use in uses), sum(len(use.open) for use in uses)
        seats = sum(use.used * use.room.capacity for use in uses)
        filled = percent(sum(sum(use.students.values()) for use in uses), seats)
        rows.append(ReportRow((name, len(uses), used, opened, percent(used, opened), filled)))
    columns = (_("Name"), _("Rooms"), _("Hours used"), _("Hours open"), _("Used %"), _("Seats filled %"))
    return ReportTable(title, columns, tuple(rows), frozenset(range(1, 6)))


def _heat(reading: Reading, uses: list[RoomUse]) -> Heat:
    calendar = reading.problem.calendar
    per_day = calendar.grid.slots_per_day
    cells = sorted(reading.all_cells)
    names = tuple(f"{DAY_NAMES[c // per_day][:2]} {clock(calendar.pieces[c % per_day][0]):%H:%M}" for c in cells)
    rows = tuple(
        (use.room.code, tuple(_cell(use, c, name) for c, name in zip(cells, names, strict=True))) for use in uses
    )
    legend = (
        (_("a number"), _("per cent of the seats filled; the darker, the fuller")),
        ("·", _("open and empty")),
        ("×", _("closed")),
    )
    return Heat(_("Rooms over the periods of the week"), names, rows, legend)


def _cell(use: RoomUse, cell: int, when: str) -> HeatCell:
    where = f"{use.room.code}, {when}"
    if cell not in use.busy:
        if cell in use.open:
            return HeatCell("·", 0, _("%(where)s: empty", where=where))
        return HeatCell("×", 0, _("%(where)s: closed", where=where))
    filled = percent(use.students[cell], use.busy[cell] * use.room.capacity)
    return HeatCell(
        f"{filled:.0f}", min(5, 1 + int(filled // 25)), _("%(where)s: %(n)g %% of the seats", where=where, n=filled)
    )
