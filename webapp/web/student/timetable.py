"""A student's view: the own week, section and batch."""

from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.views.audience import Lens
from webapp.web.access import requires
from webapp.web.presentation import own_paper, own_week
from webapp.web.student import bp


@bp.get("/timetable")
@requires(Permission.SEE_OWN_STUDIES)
def timetable() -> ResponseReturnValue:
    return own_week("student.timetable", Lens.GROUP)


@bp.get("/timetable/print")
@requires(Permission.SEE_OWN_STUDIES)
def timetable_print() -> ResponseReturnValue:
    return own_paper("student.timetable", Lens.GROUP)
