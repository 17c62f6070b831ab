"""What callers send, read with care: each fault is a sentence that names the field."""

from typing import Any

from flask import Request

from webapp.config import LEAST_RUN_SECONDS, MOST_RUN_SECONDS
from webapp.models import User
from webapp.services.schema.calendar import TERM
from webapp.services.schema.row_checks import is_academic_year
from webapp.services.shared.errors import Forbidden, Problem
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _


class BodyRefused(Problem):
    """The body is not what the endpoint reads."""


def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object; raises BodyRefused."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # thousands of brackets
        body = None
    if not isinstance(body, dict):
        raise BodyRefused(_("Send a JSON object with the header Content-Type: application/json."))
    return body


def refuse_foreign_organization(body: dict[str, Any], user: User) -> None:
    """The organisation is the caller's own, whatever the body says; naming another is refused."""
    named = body.get("organization_id")
    own = (str(user.organization_id), user.organization.code)
    if named is not None and (isinstance(named, bool) or str(named) not in own):
        raise Forbidden(_("You can act for your own organisation only."))


def academic_year(body: dict[str, Any]) -> str:
    """An academic year such as 2024-25; raises BodyRefused."""
    year = body.get("academic_year")
    if not isinstance(year, str) or not is_academic_year(year):
        raise BodyRefused(_("academic_year must be a year such as 2024-25, not %(given)s.", given=_shown(year)))
    return year


def semester(body: dict[str, Any]) -> int:
    """The number of a term in its year, as a number or its digits; raises BodyRefused."""
    bounds = TERM.by_name["semester"]
    return _whole(body, "semester", bounds.least or 0, bounds.most or 0)


def seconds(body: dict[str, Any], default: int) -> int:
    """Seconds that the whole run may take; raises BodyRefused."""
    return _whole(body, "seconds", LEAST_RUN_SECONDS, MOST_RUN_SECONDS) if "seconds" in body else default


def yes(body: dict[str, Any], name: str) -> bool:
    """True or false, false where it is not there; raises BodyRefused."""
    given = body.get(name, False)
    if not isinstance(given, bool):
        raise BodyRefused(_("%(name)s must be true or false, not %(given)s.", name=name, given=_shown(given)))
    return given


def _whole(body: dict[str, Any], name: str, least: int, most: int) -> int:
    given = body.get(name)
    number = whole_number(str(given) if type(given) is int else given, most)
    if number is None or number < least:
        raise BodyRefused(
            _(
                "%(name)s must be a whole number from %(least)d to %(most)d, not %(given)s.",
                name=name,
                least=least,
                most=most,
                given=_shown(given),
            )
        )
    return number


def _shown(given: Any) -> str:
    return _("nothing") if given is None else repr(given)[:40]
