"""A teacher's view: the own week."""

from flask.typing import ResponseReturnValue

from webapp.faculty import bp
from webapp.flow import viewing
from webapp.flow.viewing import Lens
from webapp.showing import own_paper, own_week


@bp.get("/timetable")
def timetable() -> ResponseReturnValue:
    return own_week("faculty.timetable", viewing.faculty_entries, Lens.FACULTY)


@bp.get("/timetable/print")
def timetable_print() -> ResponseReturnValue:
    return own_paper("faculty.timetable", viewing.faculty_entries, Lens.FACULTY)
