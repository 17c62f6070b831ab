"""A student's view: the own week, section and batch."""

from flask.typing import ResponseReturnValue

from webapp.services.views import audience
from webapp.services.views.audience import Lens
from webapp.web.presentation import own_paper, own_week
from webapp.web.student import bp


@bp.get("/timetable")
def timetable() -> ResponseReturnValue:
    return own_week("student.timetable", audience.student_entries, Lens.GROUP)


@bp.get("/timetable/print")
def timetable_print() -> ResponseReturnValue:
    return own_paper("student.timetable", audience.student_entries, Lens.GROUP)
