"""The audit trail as the registrar reads it: who did what to which row, searched, paged, and as a file."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.models import AuditEvent, GenerationJob, Organization, Term, TermRule, Timetable, User
from webapp.services.imports.formats.writers import csv_text
from webapp.services.problem.words.sentences import words_of
from webapp.services.reference.uses import nouns
from webapp.services.schema.columns import Table
from webapp.services.schema.tables import WITH_PAGES
from webapp.services.schema.wishes import RULES
from webapp.services.shared.words import _
from webapp.services.terms.rule_words import rule_title

PAGE_SIZE = 50
NOBODY = "nobody"
"""Stands in the address for what no user did: a command or a worker."""
COLUMNS = ("when", "who", "e-mail", "action", "table", "row", "name", "what", "before", "after")


@dataclass(frozen=True)
class TrailSearch:
    """By what the trail is narrowed; what is empty narrows nothing."""

    text: str = ""
    person: str = ""
    action: str = ""
    table: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return self != TrailSearch()


@dataclass(frozen=True)
class Difference:
    """One value that an event changed, before and after; what wasn't there is empty."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class TrailSubject:
    """A row that still exists: what it is called, its table, and of a reference table the term in which it is edited.

    A timetable's table is "timetables"; a job's is its kind.
    """

    label: str
    table: str
    key: int | str
    term_id: int | None


@dataclass(frozen=True)
class TrailEvent:
    """An event as a page shows it, at the organisation's own time."""

    event: AuditEvent
    when: datetime
    row: TrailSubject | None
    differences: tuple[Difference, ...]

    @property
    def action(self) -> str:
        """What was done, as it is read."""
        return self.event.action.replace("_", " ").replace(".", ": ")

    @property
    def table(self) -> str:
        """The table of its row, as pages call it."""
        return table_in_words(self.event.subject)

    @property
    def who(self) -> str:
        """The person's name, or that it was none."""
        return self.event.user.name if self.event.user is not None else _("command or worker")


@dataclass(frozen=True)
class Trail:
    """A page of events, newest first, and by what they can be narrowed."""

    page: Any
    events: list[TrailEvent]
    people: list[tuple[str, str]]
    actions: list[tuple[str, str]]
    tables: list[tuple[str, str]]
    search: TrailSearch


def understand(arguments: Mapping[str, str]) -> TrailSearch:
    """Read a search out of an address; what is none of it is left aside."""
    return TrailSearch(
        text=arguments.get("q", "").strip()[:200],
        person=arguments.get("person", "")[:20],
        action=arguments.get("action", "")[:64],
        table=arguments.get("table", "")[:64],
        since=_day(arguments.get("since", "")),
        until=_day(arguments.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read(organization: Organization, search: TrailSearch, page: int = 1) -> Trail:
    """A page of the organisation's events, newest first."""
    events = db.paginate(
        _events(organization, search), page=page, per_page=PAGE_SIZE, error_out=False, max_per_page=None
    )
    return Trail(
        page=events,
        events=_shown(organization, events.items),
        people=_people(organization),
        actions=_distinct(organization, AuditEvent.action),
        tables=_tables(organization),
        search=search,
    )


def _own(organization: Organization) -> sa.ColumnElement[bool]:
    return AuditEvent.organization_id == organization.organization_id


def _events(organization: Organization, search: TrailSearch) -> sa.Select[Any]:
    query = sa.select(AuditEvent).where(_own(organization)).outerjoin(User, User.user_id == AuditEvent.user_id)
    if search.text:
        texts = (
            AuditEvent.action,
            AuditEvent.subject_key,
            User.name,
            User.email,
            sa.cast(AuditEvent.before, sa.Text),
            sa.cast(AuditEvent.after, sa.Text),
        )
        query = query.where(sa.or_(*(column.icontains(search.text, autoescape=True) for column in texts)))
    if search.person == NOBODY:
        query = query.where(AuditEvent.user_id.is_(None))
    elif search.person:
        query = query.where(sa.cast(AuditEvent.user_id, sa.Text) == search.person)
    if search.action:
        query = query.where(AuditEvent.action == search.action)
    if search.table:
        query = query.where(AuditEvent.subject == search.table)
    return _between(organization, query, search).order_by(
        AuditEvent.created_at.desc(), AuditEvent.audit_event_id.desc()
    )


def _between(organization: Organization, query: sa.Select[Any], search: TrailSearch) -> sa.Select[Any]:
    """The days are those of the organisation's clock, both included."""
    zone = ZoneInfo(organization.timezone)
    if search.since is not None:
        query = query.where(AuditEvent.created_at >= datetime.combine(search.since, time(), zone))
    if search.until is not None and search.until < date.max:
        query = query.where(AuditEvent.created_at < datetime.combine(search.until + timedelta(days=1), time(), zone))
    return query


def _people(organization: Organization) -> list[tuple[str, str]]:
    query = sa.select(User.user_id, User.name).where(
        User.user_id.in_(sa.select(AuditEvent.user_id).where(_own(organization)).distinct())
    )
    named = [(str(key), name) for key, name in db.session.execute(query.order_by(User.name, User.user_id))]
    return [*named, (NOBODY, _("command or worker"))]


def _distinct(organization: Organization, column: Any) -> list[tuple[str, str]]:
    values = db.session.scalars(sa.select(column).where(_own(organization)).distinct().order_by(column))
    return [(value, value.replace("_", " ").replace(".", ": ")) for value in values]


def _tables(organization: Organization) -> list[tuple[str, str]]:
    """The tables of the events, as pages call them."""
    names = db.session.scalars(sa.select(AuditEvent.subject).where(_own(organization)).distinct())
    return sorted(((name, table_in_words(name)) for name in names), key=lambda one: one[1].casefold())


def table_in_words(name: str) -> str:
    """What pages call a table of the database."""
    title = next((str(table.title) for table in WITH_PAGES if table.model.__tablename__ == name), "")
    _one, several = nouns().get(name, ("", name.replace("_", " ")))
    return title or f"{several[:1].upper()}{several[1:]}"


def _shown(organization: Organization, events: Sequence[AuditEvent]) -> list[TrailEvent]:
    zone = ZoneInfo(organization.timezone)
    named = _names(organization, events)
    return [
        TrailEvent(
            event,
            event.created_at.astimezone(zone),
            named.get((event.subject, event.subject_key)),
            differences_of(event),
        )
        for event in events
    ]


def differences_of(event: AuditEvent) -> tuple[Difference, ...]:
    """The values that an event changed, and nothing that is the same on both sides."""
    before, after = event.before or {}, event.after or {}
    names = [*after, *(name for name in before if name not in after)]
    return tuple(
        Difference(name, _text(before.get(name)), _text(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping) and "words" in value:
        return words_of(value["words"])
    if isinstance(value, Mapping) and value.keys() == {"code", "values"}:
        return words_of(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name.replace('_', ' ')}: {_text(inner) or '–'}" for name, inner in value.items())
    if isinstance(value, list):
        return ("; " if any(isinstance(inner, Mapping) for inner in value) else ", ").join(map(_text, value))
    return str(value)


def _names(organization: Organization, events: Iterable[AuditEvent]) -> dict[tuple[str, str], TrailSubject]:
    """The names of the rows today, those of reference tables that still exist; one query a table."""
    keys: dict[str, set[int]] = {}
    for event in events:
        if event.subject_key.isdecimal():
            keys.setdefault(event.subject, set()).add(int(event.subject_key))
    subjects: dict[tuple[str, str], TrailSubject] = {}
    for table in WITH_PAGES:
        subject = table.model.__tablename__
        if subject in keys:
            rows = db.session.execute(_labels(organization, table, keys[subject]))
            subjects |= {
                (subject, str(key)): TrailSubject(str(label), table.address, key, owner if table.of_term else None)
                for key, label, owner in rows
            }
    return subjects | _timetables_and_runs(organization, events) | _rules(organization, keys.get("term_rules", set()))


def _rules(organization: Organization, keys: Collection[int]) -> dict[tuple[str, str], TrailSubject]:
    query = sa.select(TermRule).join(Term, Term.term_id == TermRule.term_id).where(TermRule.term_rule_id.in_(keys))
    rows = db.session.scalars(query.where(Term.organization_id == organization.organization_id)) if keys else ()
    return {
        ("term_rules", str(row.term_rule_id)): TrailSubject(
            rule_title(row.rule, row.code), RULES.address, row.term_rule_id, row.term_id
        )
        for row in rows
    }


def _timetables_and_runs(
    organization: Organization, events: Iterable[AuditEvent]
) -> dict[tuple[str, str], TrailSubject]:
    keys: dict[str, set[str]] = {}
    for event in events:
        keys.setdefault(event.subject, set()).add(event.subject_key)
    subjects: dict[tuple[str, str], TrailSubject] = {}
    if drafts := [int(key) for key in keys.get("timetables", ())]:
        query = sa.select(Timetable.timetable_id, Timetable.variant_name).filter_by(
            organization_id=organization.organization_id
        )
        for key, name in db.session.execute(query.where(Timetable.timetable_id.in_(drafts))):
            subjects["timetables", str(key)] = TrailSubject(name, "timetables", key, None)
    if jobs := keys.get("generation_jobs"):
        runs = sa.select(GenerationJob.job_id, GenerationJob.kind).where(
            GenerationJob.organization_id == organization.organization_id
        )
        for job_id, kind in db.session.execute(runs.where(GenerationJob.job_id.in_(jobs))):
            subjects["generation_jobs", job_id] = TrailSubject(job_id, kind.value, job_id, None)
    return subjects


def _labels(organization: Organization, table: Table, keys: Iterable[int]) -> sa.Select[Any]:
    query = sa.select(table.primary_key, table.caption, table.owner_column).select_from(table.model)
    for target, condition in table.joins:
        query = query.join(target, condition)
    own: Any = organization.organization_id
    terms = sa.select(Term.term_id).where(Term.organization_id == own)
    mine = table.owner_column.in_(terms) if table.of_term else table.owner_column == own
    return query.where(table.primary_key.in_(list(keys)), mine)


def as_csv(organization: Organization, search: TrailSearch) -> str:
    """Every event of the search, a line for each changed value; no cell is a formula to a spreadsheet."""
    events = db.session.scalars(_events(organization, search).options(joinedload(AuditEvent.user))).all()
    lines = ((shown, shown.differences or (Difference("", "", ""),)) for shown in _shown(organization, events))
    return csv_text(COLUMNS, (_cells(shown, difference) for shown, differences in lines for difference in differences))


def _cells(shown: TrailEvent, difference: Difference) -> list[str]:
    event = shown.event
    return [
        shown.when.isoformat(timespec="seconds"),
        shown.who,
        event.user.email if event.user is not None else "",
        event.action,
        event.subject,
        event.subject_key,
        shown.row.label if shown.row is not None else "",
        difference.what,
        difference.before,
        difference.after,
    ]
