"""What callers send, read with care: each fault is a sentence that names the field."""

from typing import Any

from flask import Request

from webapp.config import LEAST_RUN_SECONDS, MOST_RUN_SECONDS
from webapp.models import Term, User
from webapp.services.problem.holds import CLOSENESS
from webapp.services.problem.parts import PartOfTerm
from webapp.services.runs.options import part_by_codes
from webapp.services.schema.calendar import TERM
from webapp.services.schema.row_checks import is_academic_year
from webapp.services.shared.errors import Forbidden, Problem
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _

PART_KINDS: dict[str, type] = {"departments": str, "programmes": str, "semesters": int, "groups": str}
"""By what a part of a term is named, and what its list holds."""


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


def part(body: dict[str, Any], term: Term) -> PartOfTerm:
    """The part of the term to generate: lists of codes, names and numbers by kind; raises BodyRefused."""
    named = body.get("part", {})
    if not isinstance(named, dict):
        raise BodyRefused(_("part must be an object, not %(given)s.", given=_shown(named)))
    if unknown := sorted(set(named) - set(PART_KINDS)):
        raise BodyRefused(
            _("part has no %(name)s; it has %(kinds)s.", name=unknown[0][:40], kinds=", ".join(PART_KINDS))
        )
    for kind, of in PART_KINDS.items():
        values = named.get(kind, [])
        if not isinstance(values, list) or any(type(value) is not of for value in values):
            form = _("a list of whole numbers") if of is int else _("a list of texts")
            raise BodyRefused(_("part.%(kind)s must be %(form)s, not %(given)s.", kind=kind, form=form,
                                given=_shown(values)))  # fmt: skip
    return part_by_codes(term, **named)


def timetable(body: dict[str, Any]) -> int | None:
    """The key of the timetable that the run holds to, or None; raises BodyRefused."""
    return _whole(body, "timetable_id", 1, 2**31 - 1) if body.get("timetable_id") is not None else None


def closeness(body: dict[str, Any]) -> str:
    """How close the run stays to that timetable, not at all where it is not there; raises BodyRefused."""
    given = body.get("close", "")
    if not isinstance(given, str) or given not in CLOSENESS:
        words = ", ".join(f'"{name}"' for name in CLOSENESS)
        raise BodyRefused(_("close must be one of %(words)s, not %(given)s.", words=words, given=_shown(given)))
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
