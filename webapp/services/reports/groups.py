"""Group load: hours a day, longest day, free days."""

from webapp.services.reports.shapes import Bars, Report, ReportRow, ReportTable, departments_of
from webapp.services.reports.source import Reading
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.words import _

SHOWN = 20


def report(reading: Reading) -> Report:
    """Groups, longest day first."""
    days = sorted({slot.day for slot in reading.problem.calendar.slots})
    groups = []
    for resource, meetings in reading.of_group.items():
        hours = reading.hours_by_day(meetings)
        loads = [hours[day] for day in days]
        groups.append((max(loads), reading.group_name(resource), loads, reading.group_departments[resource]))
    groups.sort(key=lambda item: (-item[0], item[1]))
    rows = []
    for longest, name, loads, home in groups:
        used = sum(load > 0 for load in loads)
        rows.append(ReportRow((name, home, *loads, sum(loads), longest, used, len(days) - used), home))
    columns = (
        *(_("Group"), _("Department"), *(DAY_NAMES[day] for day in days)),
        *(_("Week"), _("Longest day"), _("Days used"), _("Free days")),
    )
    table = ReportTable(_("Groups, longest day first"), columns, tuple(rows), frozenset(range(2, len(columns))))
    findings = [_("There are no groups with classes yet.")]
    if groups:
        findings = [_("The longest day has %(n)g hours: %(name)s.", n=groups[0][0], name=groups[0][1])]
    return Report(
        "groups",
        _("Group load"),
        (
            _("Group: the smallest set taught together, such as a batch; it attends what its section attends."),
            _("Hours: periods of an average week with a class; a free day has none."),
        ),
        tuple(findings),
        (table,),
        bars=Bars(
            _("Longest day in hours, the %(n)d longest", n=min(SHOWN, len(groups))),
            tuple((name, longest, None) for longest, name, _loads, _home in groups[:SHOWN]),
        ),
        departments=departments_of([table]),
    )
