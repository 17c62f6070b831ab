"""A student's view: the own week, section and batch."""

from flask.typing import ResponseReturnValue

from webapp.flow import viewing
from webapp.flow.viewing import Lens
from webapp.showing import own_paper, own_week
from webapp.student import bp


@bp.get("/timetable")
def timetable() -> ResponseReturnValue:
    return own_week("student.timetable", viewing.student_entries, Lens.GROUP)


@bp.get("/timetable/print")
def timetable_print() -> ResponseReturnValue:
    return own_paper("student.timetable", viewing.student_entries, Lens.GROUP)
