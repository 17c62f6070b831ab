"""What the frame of every page shows: the way home, the links of one's own, and the term that is looked at."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, has_request_context, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from webapp.models import Role, Term, User
from webapp.services.accounts.permissions import may
from webapp.services.schema.baskets import BASKETS
from webapp.services.schema.columns import Table
from webapp.services.schema.dates import CALENDAR_TABLES
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import WITH_PAGES
from webapp.services.shared.errors import NotFound
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.terms.selection import choose_term, list_terms
from webapp.web.access import permissions_needed

TERM_KEY = "term_id"
WITH_PAGES_OF_THEIR_OWN = (BASKETS, *CALENDAR_TABLES)
HOMES = {
    Role.REGISTRAR: "admin.dashboard",
    Role.HOD: "hod.timetable",
    Role.FACULTY: "faculty.timetable",
    Role.STUDENT: "student.timetable",
}
"""Where each role begins."""
Entries = tuple[tuple[Any, str], ...]
Link = tuple[Any, str, bool]

# What can be linked to, by endpoint; everybody sees what their permissions open.
_OVERVIEW: Entries = ((_l("Dashboard"), "admin.dashboard"),)
_TIMETABLES: Entries = (
    (_l("Check"), "admin.findings"),
    (_l("Generate"), "admin.generate"),
    (_l("Weights"), "admin.weight_profiles"),
    (_l("Runs and variants"), "admin.timetables"),
    (_l("Reports"), "admin.reports_index"),
    (_l("Approvals"), "admin.approvals"),
    (_l("Repair"), "admin.repair"),
    (_l("Publish"), "admin.publishing"),
)
_TERM: Entries = (
    (_l("Calendar"), "admin.calendar"),
    (_l("Electives"), "admin.baskets"),
    (_l("Students to sections"), "admin.attendance"),
    (_l("Availability"), "admin.availability"),
    (_l("Rules"), "admin.rules"),
)
_OFFICE: Entries = (
    (_l("Import and export"), "admin.imports"),
    (_l("Users"), "admin.users"),
    (_l("Audit trail"), "admin.audit"),
)
_DEPARTMENT: Entries = ((_l("Department timetable"), "hod.timetable"), (_l("Review"), "hod.reviews"))
_WEEKS: Entries = ((_l("My week as a teacher"), "faculty.timetable"), (_l("My week as a student"), "student.timetable"))

_STUDIES: Entries = ((_l("My courses"), "student.courses"),)


def home_of(user: User) -> str:
    """The page where somebody begins: that of the widest of their roles."""
    return url_for(HOMES[user.roles_in_order[0]])


def context() -> dict[str, Any]:
    """The variables of `base.html`; nothing for a stranger."""
    if not has_request_context() or not current_user or not current_user.is_authenticated:
        return {}
    groups = _office_groups()
    own = _links(_DEPARTMENT) + _marked([(week_title(endpoint), url) for _label, endpoint, url in _open(_WEEKS)])
    own += _links(_STUDIES)
    return {
        "nav_groups": [*groups, (_l("My own"), own)] if groups and own else groups,
        "nav_links": [] if groups else own,
        "organization_name": me().organization.name,
        "home_url": home_of(me()),
        "profile_url": url_for("auth.profile"),
        "sign_out_url": url_for("auth.sign_out"),
    }


def week_title(endpoint: str) -> str:
    """The title of somebody's own week: by the role only where they have two weeks."""
    weeks = {open_endpoint: label for label, open_endpoint, _url in _open(_WEEKS)}
    return str(weeks[endpoint]) if len(weeks) > 1 else _("My week")


def _office_groups() -> list[tuple[Any, list[Link]]]:
    """The links of a registrar's office, in groups; none for all others."""
    of_organization = [table for table in WITH_PAGES if not table.of_term]
    of_term = [table for table in WITH_PAGES if table.of_term and table not in WITH_PAGES_OF_THEIR_OWN]
    groups = [
        ("", _links(_OVERVIEW)),
        (_l("Timetables"), _links(_TIMETABLES)),
        (_l("Organisation"), _table_links(of_organization)),
        (_l("Term"), _table_links(of_term) + _links(_TERM)),
        (_l("Office"), _links(_OFFICE)),
    ]
    return [(label, links) for label, links in groups if links]


def _open(entries: Entries) -> list[tuple[Any, str, str]]:
    """Label, endpoint and address of what the user's permissions open."""
    return [(label, endpoint, url_for(endpoint)) for label, endpoint in entries if _is_open(endpoint)]


def _is_open(endpoint: str) -> bool:
    return may(me(), *(permissions_needed(endpoint) or ()))


def _links(entries: Entries) -> list[Link]:
    return _marked([(label, url) for label, _endpoint, url in _open(entries)])


def _table_links(tables: Sequence[Table]) -> list[Link]:
    if not _is_open("admin.records"):
        return []
    return _marked([(table.title, url_for("admin.records", table_key=table.address)) for table in tables])


def _marked(links: Sequence[tuple[Any, str]]) -> list[Link]:
    """The link whose address the page's own begins with, the longest of them, is where one is."""
    below = [url for _label, url in links if request.path == url or request.path.startswith(url.rstrip("/") + "/")]
    here = max((url for url in below if url == request.path or not url.endswith("/")), key=len, default=None)
    return [(label, url, url == here) for label, url in links]


def chosen_term() -> tuple[list[Term], Term | None]:
    """All terms of the signed-in user's organisation and the one that is looked at; `?term=` is remembered.

    Raises NotFound where the address names a term that there is not. A form that writes asks `posted_term` instead.
    """
    terms = list(list_terms(me().organization))
    named = request.args.get("term")
    if named:
        return terms, _remembered(named)
    return terms, choose_term(me().organization, terms, session.get(TERM_KEY))


def posted_term() -> Term | None:
    """The term that a form was shown for, whatever another tab looks at meanwhile; None where there was no term yet.

    Raises NotFound where the form names none, or one that is gone.
    """
    named = request.form.get("term")
    if named is None:
        raise NotFound(_("The form does not say which term it is for. Reload its page and try again."))
    return _remembered(named) if named else None


def term_of_address() -> Term:
    """The term that `?term=` names, for a part of a page: it changes nothing of what other tabs look at.

    Raises NotFound where it names none.
    """
    return load(me(), Term, whole_number(request.args.get("term")))


def _remembered(named: str) -> Term:
    term = load(me(), Term, whole_number(named))
    if session.get(TERM_KEY) != term.term_id:
        session[TERM_KEY] = term.term_id
    return term


def public_address(path: str) -> str:
    """A link that is sent to somebody: at the address that was set, which no request can forge, else the request's."""
    return str(current_app.config["TIMELOOM_WEB_ADDRESS"] or request.host_url.rstrip("/")) + path


def me() -> User:
    """The signed-in user, as the row itself and not Flask-Login's proxy for it."""
    user: User = current_user._get_current_object()  # noqa: SLF001 - werkzeug documents it for just this
    return user


def scope(term: Term | None) -> Scope:
    """The scope that the signed-in user works on."""
    return Scope(me().organization, term, me())
