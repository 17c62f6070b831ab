"""Fairness: how evenly what nobody likes falls on teachers."""

from collections.abc import Sequence
from statistics import median

from webapp.models import WishLevel
from webapp.services.reports.gaps import weeks_of_teachers
from webapp.services.reports.shapes import Bars, Report, ReportRow, ReportTable
from webapp.services.reports.source import Reading
from webapp.services.shared.words import _, enumerated

MOST_NAMED = 5


def gini(values: Sequence[float]) -> float:
    """0 where all carry the same, towards 1 where one carries all."""
    total, number = sum(values), len(values)
    if not total:
        return 0.0
    ranked = sum(rank * value for rank, value in enumerate(sorted(values), 1))
    return round(2 * ranked / (number * total) - (number + 1) / number, 2)


def report(reading: Reading) -> Report:
    """A line for each burden, least even first."""
    weeks = weeks_of_teachers(reading)
    taught = [(key, meetings) for key, meetings in reading.of_teacher.items() if meetings]
    avoided = reading.wishes(WishLevel.AVOID)
    undesired: list[float] = [
        sum(share for cell, share in reading.busy(meetings).items() if cell in avoided.get(key, frozenset()))
        for key, meetings in taught
    ]
    burdens: list[tuple[str, list[float]]] = [
        (_("Gaps"), [week.gaps for week in weeks]),
        (_("First periods"), [week.early for week in weeks]),
        (_("Last periods"), [week.late for week in weeks]),
        (_("Undesired periods"), undesired),
    ]
    names = [week.name for week in weeks]
    lines = sorted(((gini(values), name, values) for name, values in burdens), key=lambda line: (-line[0], line[1]))
    rows = tuple(_row(name, index, values, names) for index, name, values in lines) if weeks else ()
    columns = (_("Burden"), _("Least"), _("Median"), _("Most"), _("Gini"), _("Who carries most"))
    findings = [_("Nobody teaches in this timetable yet.")]
    if weeks:
        findings = [
            _(
                "Least even: %(name)s, Gini %(n)g, over %(all)d teachers.",
                name=lines[0][1],
                n=lines[0][0],
                all=len(weeks),
            )
        ]
    return Report(
        "fairness",
        _("Fairness"),
        (
            _("Gini: 0 when all teachers carry the same, near 1 when one of many carries everything."),
            _("Undesired: periods of an average week that the teacher asked to avoid; the rest as under gaps."),
        ),
        tuple(findings),
        (ReportTable(_("Burdens, least even first"), columns, rows, frozenset(range(1, 5))),),
        bars=Bars(_("How unevenly each burden falls (Gini)"), tuple((name, index, None) for index, name, _v in lines)),
    )


def _row(name: str, index: float, values: list[float], names: list[str]) -> ReportRow:
    most = max(values)
    carriers = [who for who, value in zip(names, values, strict=True) if value == most] if most else []
    named = enumerated(carriers, MOST_NAMED) or _("nobody")
    return ReportRow((name, min(values), float(median(values)), most, index, named))
