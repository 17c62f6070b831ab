"""The days on which students ask for courses: set on the term by the registrar, the first and the last one included."""

from datetime import date
from enum import StrEnum

from webapp.models import Organization, Term
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.scope import Scope
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.terms.selection import list_terms, today_in


class RequestWindow(StrEnum):
    """How the days for requests stand to today."""

    UNSET = "unset"
    AHEAD = "ahead"
    OPEN = "open"
    CLOSED = "closed"


def window_of(term: Term) -> RequestWindow:
    """How a term's days for requests stand to today, where the organisation is."""
    if term.requests_from is None or term.requests_to is None:
        return RequestWindow.UNSET
    today = today_in(term.organization)
    if today < term.requests_from:
        return RequestWindow.AHEAD
    return RequestWindow.OPEN if today <= term.requests_to else RequestWindow.CLOSED


def terms_with_requests(organization: Organization) -> list[Term]:
    """The terms that have days for requests: those that are open first, then what is ahead, then what was last."""
    rank = {RequestWindow.OPEN: 0, RequestWindow.AHEAD: 1, RequestWindow.CLOSED: 2}
    terms = [term for term in list_terms(organization) if window_of(term) in rank]
    return sorted(terms, key=lambda term: (rank[window_of(term)], -term.starts_on.toordinal()))


def mark_of(term: Term) -> str:
    """The mark of a term's days, which their form sends back."""
    return optimistic_lock.mark({"from": term.requests_from, "to": term.requests_to})


def set_window(scope: Scope, term: Term, first: str, last: str, seen: str) -> None:
    """Set the days from texts like "2026-07-01"; both empty: students do not ask. Raises `RecordRefused`."""
    optimistic_lock.lock(scope.organization)
    term = load(scope.organization, Term, term.term_id, fresh=True)
    days = [_day(text) for text in (first, last)]
    if mark_of(term) != seen:
        now = _("The days are %(first)s to %(last)s now.", first=term.requests_from or _("not set"),
                last=term.requests_to or _("not set"))  # fmt: skip
        raise RecordChanged({"": now})
    if (days[0] is None) != (days[1] is None):
        raise _refused(_("Give both the first and the last day, or neither."))
    if days[0] and days[1] and days[0] > days[1]:
        raise _refused(_("The last day, %(last)s, comes before the first, %(first)s.", first=days[0], last=days[1]))
    before = {"requests_from": _text(term.requests_from), "requests_to": _text(term.requests_to)}
    term.requests_from, term.requests_to = days
    after = {"requests_from": _text(term.requests_from), "requests_to": _text(term.requests_to)}
    audit.record(scope.organization, scope.actor, "terms.edit", term, before=before, after=after)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise _refused(_("“%(text)s” is no date; write it like 2026-07-01.", text=text.strip()[:40])) from None


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _refused(words: str) -> RecordRefused:
    return RecordRefused(words, {"": words})
