"""What the frame of every page shows: the way home, the links of one's role, and the term that is looked at."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, has_request_context, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from webapp.models import Role, Term, User
from webapp.services.schema.columns import Table
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import WITH_PAGES
from webapp.services.shared.errors import NotFound
from webapp.services.shared.words import _
from webapp.services.terms.selection import choose_term, list_terms

TERM_KEY = "term_id"
HOME_OF_ROLE = {
    Role.REGISTRAR: "/admin/",
    Role.HOD: "/hod/timetable",
    Role.FACULTY: "/faculty/timetable",
    Role.STUDENT: "/student/timetable",
}
Link = tuple[Any, str, bool]

# Endpoints by role.
_REGISTRAR: tuple[tuple[Any, tuple[tuple[Any, str], ...]], ...] = (
    ("", ((_l("Dashboard"), "admin.dashboard"),)),
    (
        _l("Timetables"),
        (
            (_l("Check"), "admin.findings"),
            (_l("Generate"), "admin.generate"),
            (_l("Weights"), "admin.weight_profiles"),
            (_l("Runs and variants"), "admin.timetables"),
            (_l("Reports"), "admin.reports_index"),
            (_l("Approvals"), "admin.approvals"),
            (_l("Repair"), "admin.repair"),
            (_l("Publish"), "admin.publishing"),
        ),
    ),
)
_REGISTRAR_TERM = ((_l("Availability"), "admin.availability"), (_l("Rules"), "admin.rules"))
_REGISTRAR_OFFICE = (
    (_l("Import and export"), "admin.imports"),
    (_l("Users"), "admin.users"),
    (_l("Audit trail"), "admin.audit"),
)
_ROWS: dict[Role, tuple[tuple[Any, str], ...]] = {
    Role.HOD: ((_l("Department timetable"), "hod.timetable"), (_l("Review"), "hod.reviews")),
    Role.FACULTY: ((_l("My week"), "faculty.timetable"),),
    Role.STUDENT: ((_l("My week"), "student.timetable"),),
}


def home_of(role: Role) -> str:
    """The page where somebody of this role begins."""
    return HOME_OF_ROLE[role]


def context() -> dict[str, Any]:
    """What `base.html` reads; nothing for a stranger."""
    if not has_request_context() or not current_user or not current_user.is_authenticated:
        return {}
    return {
        "nav_items": _registrar_links() if current_user.role is Role.REGISTRAR else _links(_ROWS[current_user.role]),
        "organization_name": current_user.organization.name,
        "home_url": home_of(current_user.role),
        "profile_url": url_for("auth.profile"),
        "sign_out_url": url_for("auth.sign_out"),
    }


def _registrar_links() -> list[tuple[Any, list[Link]]]:
    groups = [(label, _links(items)) for label, items in _REGISTRAR]
    kept = [table for table in WITH_PAGES if not table.of_term]
    of_term = [table for table in WITH_PAGES if table.of_term]
    groups.append((_l("Organisation"), _table_links(kept)))
    groups.append((_l("Term"), _table_links(of_term) + _links(_REGISTRAR_TERM)))
    groups.append((_l("Office"), _links(_REGISTRAR_OFFICE)))
    return [(label, links) for label, links in groups if links]


def _links(items: tuple[tuple[Any, str], ...]) -> list[Link]:
    return _marked([(label, url_for(endpoint)) for label, endpoint in items])


def _table_links(tables: Sequence[Table]) -> list[Link]:
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
    terms = list(list_terms(current_user.organization))
    named = request.args.get("term")
    if named:
        return terms, _remembered(named, terms)
    return terms, choose_term(current_user.organization, terms, session.get(TERM_KEY))


def posted_term() -> Term | None:
    """The term that a form was shown for, whatever another tab looks at meanwhile; None where there was no term yet.

    Raises NotFound where the form names none, or one that is gone.
    """
    named = request.form.get("term")
    if named is None:
        raise NotFound(_("The form does not say which term it is for. Reload its page and try again."))
    return _remembered(named, list_terms(current_user.organization)) if named else None


def _remembered(named: str, terms: Sequence[Term]) -> Term:
    term = next((term for term in terms if str(term.term_id) == named), None)
    if term is None:
        raise NotFound(_("There is no such term; it may have been deleted."))
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
    """What the signed-in user works on."""
    return Scope(current_user.organization, term, me())
