"""The small invented university as an example in an organisation's own term, imported like any file."""

import sqlalchemy as sa

from webapp.demo import catalogue, university
from webapp.extensions import db
from webapp.models import Course, Department, Faculty, Room, Student, Term, Upload, User
from webapp.services.imports import uploads
from webapp.services.imports.formats.files import read_upload
from webapp.services.imports.formats.writers import zip_of
from webapp.services.shared.errors import Problem
from webapp.services.shared.optimistic_lock import lock
from webapp.services.shared.scoped import rows_of
from webapp.services.shared.words import _
from webapp.services.terms.week_plan import clear_week

FILENAME = "example.zip"
OWN_DATA = (Department, Room, Faculty, Student, Course)


class ExampleRefused(Problem):
    """The organisation has data of its own, among which an example would be lost."""


def may_load(term: Term) -> bool:
    """Say whether the organisation is still without data of its own."""
    queries = (sa.select(rows_of(term, model).exists()) for model in OWN_DATA)
    return not any(db.session.scalar(query) for query in queries)


def load_example(term: Term, user: User) -> Upload:
    """Import the example into a term, whose week it replaces; the upload can be taken back like any import.

    Raises ExampleRefused where the organisation has data of its own, WeekInUse, or what an import raises.
    """
    lock(term.organization)
    if not may_load(term):
        raise ExampleRefused(
            _(
                "%(name)s has departments, rooms, teachers, students or courses already: "
                "the example would mix with them.",
                name=term.organization.name,
            )
        )
    clear_week(term)
    content = _content(term)
    upload = uploads.keep_upload(term.organization, term, user, FILENAME, content)
    uploads.confirm(term.organization, term, read_upload(FILENAME, content), user=user, upload=upload)
    return upload


def _content(term: Term) -> bytes:
    """The tables as a ZIP, without a term of their own, and with no week that the term lacks."""
    tables = dict(university.build(catalogue.SMALL))
    del tables["term"]
    weeks = range(1, term.weeks + 1)
    tables["week_sets"] = [
        {**record, "weeks": frozenset(week for week in weeks if week % 2 == (record["code"] == "ODD"))}
        for record in tables["week_sets"]
    ]
    return zip_of(tables)
