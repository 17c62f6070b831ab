"""A teacher's view: the own week."""

from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.views.audience import Lens
from webapp.web.access import requires
from webapp.web.faculty import bp
from webapp.web.presentation import own_paper, own_week


@bp.get("/timetable")
@requires(Permission.SEE_OWN_TEACHING)
def timetable() -> ResponseReturnValue:
    return own_week("faculty.timetable", Lens.FACULTY)


@bp.get("/timetable/print")
@requires(Permission.SEE_OWN_TEACHING)
def timetable_print() -> ResponseReturnValue:
    return own_paper("faculty.timetable", Lens.FACULTY)
