"""Rows of reference tables added, changed and deleted: in scope only, with their audit row, or refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError

from webapp.extensions import Model, db
from webapp.services.reference.errors import RecordChanged, RecordInUse, RecordRefused
from webapp.services.reference.queries import codes_of_many, find_row, form_values, labels_of, show
from webapp.services.reference.row_values import LinkedRow, RowValues, read_values
from webapp.services.schema.columns import Column, Kind, Table
from webapp.services.schema.scope import Scope, Values
from webapp.services.schema.tables import BY_NAME, WITH_PAGES
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.words import _, ngettext

AUDIT_LENGTH_MAX = 2000


@dataclass(frozen=True, slots=True)
class Reference:
    """Rows of another table that refer to a row: how many, what they are called, and the list that shows them.

    ``table`` is a table's name in addresses and ``field`` its filter; both are empty where no list shows them.
    """

    words: str
    count: int
    table: str
    field: str


def mark_of(table: Table, row: Any) -> str:
    """Mark what a form of the row shows, for `save_row` to tell whether it is still so."""
    return optimistic_lock.mark(form_values(table, row))


def save_row(scope: Scope, table: Table, key: int | None, values: Values, seen: str | None = None) -> Any:
    """Add a row (no key) or change one, with its audit row; returns the row.

    ``seen`` is the `mark_of` the row that the values were typed over. Raises RecordRefused with every error by field,
    RecordChanged where the row has changed since, NotFound for a foreign row.
    """
    optimistic_lock.lock(scope.organization)
    row = find_row(scope, table, key) if key is not None else None
    if row is not None and seen is not None:
        _refuse_changed(scope, table, row, seen)
    sent = read_values(scope, table, row, values)
    if sent.errors:
        raise _refused(sent.errors)
    before = _snapshot(scope, table, row) if row is not None else {}
    try:
        with db.session.begin_nested():
            row = _write(scope, table, row, sent)
    except (IntegrityError, DataError) as error:
        raise _refused_by_database(table, error) from error
    _note(scope, table, row, before, _snapshot(scope, table, row))
    return row


def _refuse_changed(scope: Scope, table: Table, row: Any, seen: str) -> None:
    changed = optimistic_lock.changed_since(seen, form_values(table, row))
    if changed:
        texts = _snapshot(scope, table, row)
        raise RecordChanged({name: optimistic_lock.now(texts[name]) for name in changed})


def _write(scope: Scope, table: Table, row: Any, sent: RowValues) -> Any:
    is_new = row is None
    if is_new:
        row = table.model()
        if table.of_term and hasattr(table.model, "term_id") and scope.term is not None:
            row.term_id = scope.term.term_id
        if not table.of_term:
            row.organization_id = scope.organization.organization_id
        db.session.add(row)
    for name, value in sent.values.items():
        setattr(row, name, value)
    db.session.flush()
    for name, linked in sent.lists.items():
        _replace_links(table.by_field[name], table.id_of(row), linked)
    db.session.flush()
    if is_new and table.after_create is not None:
        table.after_create(scope, row)
        db.session.flush()
    db.session.expire(row)
    return row


def _replace_links(column: Column, owner: int, linked: list[LinkedRow]) -> None:
    many = column.many
    if many is None:
        return
    db.session.execute(sa.delete(many.model).where(getattr(many.model, many.owner) == owner))
    rows = []
    for position, (other, second) in enumerate(linked):
        row = {many.owner: owner, many.link.attribute: other}
        if many.position is not None:
            row[many.position] = position
        if many.second is not None and second is not None:
            row[many.second.attribute] = second
        rows.append(many.model(**row))
    db.session.add_all(rows)


def _snapshot(scope: Scope, table: Table, row: Any) -> dict[str, str]:
    key = table.id_of(row)
    texts: dict[str, str] = {}
    for column in table.form_columns:
        if column.many is not None:
            texts[column.field] = ", ".join(codes_of_many(column, [key]).get(key, []))
        elif column.kind is Kind.LINK:
            value = getattr(row, column.field)
            named = labels_of(scope, BY_NAME[column.refers_to], [value]) if value is not None else {}
            texts[column.field] = named.get(value, "")
        else:
            texts[column.field] = show(column, getattr(row, column.field))
    return {name: text[:AUDIT_LENGTH_MAX] for name, text in texts.items()}


def _note(scope: Scope, table: Table, row: Any, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    verb = "edit" if before else "create"
    changed = {name for name in after if before.get(name, "") != after[name]}
    if changed or verb == "create":
        audit.record(
            scope.organization,
            scope.actor,
            f"{table.address}.{verb}",
            row,
            before={name: before[name] for name in changed} if before else None,
            after={name: after[name] for name in changed},
        )


def _refused(errors: Mapping[str, str]) -> RecordRefused:
    message = ngettext(
        "%(num)d field needs a correction; nothing was stored.",
        "%(num)d fields need a correction; nothing was stored.",
        len(errors),
    )
    return RecordRefused(message, dict(errors))


def _refused_by_database(table: Table, error: IntegrityError | DataError) -> RecordRefused:
    if isinstance(error, DataError):
        return _refused({"": _("The database refused the row: a value does not fit.")})
    constraint = str(getattr(getattr(error.orig, "diag", None), "constraint_name", "") or "")
    if constraint in table.words:
        name, words = table.words[constraint]
        return _refused({name: str(words)})
    return _refused({"": _("The database refused the row (%(constraint)s).", constraint=constraint)})


def delete_row(scope: Scope, table: Table, key: int) -> str:
    """Delete a row that nothing refers to, with its audit row; returns how it was called.

    Raises RecordInUse with what refers to it, NotFound for a foreign row.
    """
    optimistic_lock.lock(scope.organization)
    row = find_row(scope, table, key)
    # Whoever refers to the row holds its key: what is being added is waited for and counted, and no more comes.
    db.session.execute(sa.select(table.primary_key).where(table.primary_key == key).with_for_update())
    label = labels_of(scope, table, [key])[key]
    uses = used_by(table, key)
    if uses:
        raise _in_use(label, uses)
    before = _snapshot(scope, table, row)
    try:
        with db.session.begin_nested():
            audit.record(scope.organization, scope.actor, f"{table.address}.delete", row, before=before)
            db.session.execute(sa.delete(table.model).where(table.primary_key == key))
    except IntegrityError as error:  # somebody began to use it in this moment
        raise _in_use(label, used_by(table, key)) from error
    return label


def _in_use(label: str, uses: list[Reference]) -> RecordInUse:
    listed = ", ".join(use.words for use in uses)
    return RecordInUse(
        _("%(label)s can't be deleted; it is used by %(uses)s.", label=label, uses=listed),
        findings=[use.words for use in uses],
    )


_COUNTED_IN_LISTS = {("timetable_entries", "faculty_id"), ("timetable_entries", "student_group_id")}
"""A class names its first teacher and its batch, which stand in its lists (entry_faculty, entry_groups) as well."""


def used_by(table: Table, key: int) -> list[Reference]:
    """Count what refers to a row, table by table, with counts; rows that go with it are not counted."""
    own_lists = {
        (column.many.model.__tablename__, column.many.owner) for column in table.form_columns if column.many is not None
    }
    own_key = table.primary_key.property.columns[0]
    uses = []
    for other in Model.metadata.sorted_tables:
        if other.name in table.owned:
            continue
        for column in other.columns:
            points_here = any(foreign.column is own_key for foreign in column.foreign_keys)
            if not points_here or (other.name, column.name) in own_lists | _COUNTED_IN_LISTS:
                continue
            count = int(db.session.scalar(sa.select(sa.func.count()).where(column == key)) or 0)
            if count:
                uses.append(Reference(_use_words(other.name, count), count, *_shown_in(other.name, column.name)))
    return uses


def _shown_in(other: str, attribute: str) -> tuple[str, str]:
    """The table and the field whose list shows rows that refer by this column of the database; "" where none does."""
    for table in WITH_PAGES:
        for column in table.form_columns:
            many = column.many
            is_own = many is None and table.model.__tablename__ == other and column.field == attribute
            is_listed = many is not None and many.model.__tablename__ == other and many.link.attribute == attribute
            if is_own or is_listed:
                return table.address, column.field
    return "", ""


def _use_words(other: str, count: int) -> str:
    singular, plural = _nouns().get(other, (_("further row"), _("further rows")))
    return f"{count} {singular if count == 1 else plural}"


def _nouns() -> dict[str, tuple[str, str]]:
    return {
        "users": (_("account"), _("accounts")),
        "faculty": (_("teacher"), _("teachers")),
        "students": (_("student"), _("students")),
        "rooms": (_("room"), _("rooms")),
        "courses": (_("course"), _("courses")),
        "terms": (_("term"), _("terms")),
        "time_slots": (_("time slot"), _("time slots")),
        "week_sets": (_("week set"), _("week sets")),
        "student_groups": (_("group"), _("groups")),
        "student_group_members": (_("group membership"), _("group memberships")),
        "sections": (_("section"), _("sections")),
        "section_faculty": (_("section taught"), _("sections taught")),
        "section_groups": (_("section attended"), _("sections attended")),
        "components": (_("component"), _("components")),
        "component_faculty": (_("component taught"), _("components taught")),
        "component_batches": (_("component with this batch"), _("components with this batch")),
        "course_enrollments": (_("enrolment"), _("enrolments")),
        "baskets": (_("basket"), _("baskets")),
        "basket_sections": (_("basket with this option"), _("baskets with this option")),
        "basket_groups": (_("basket to choose from"), _("baskets to choose from")),
        "availability": (_("wish"), _("wishes")),
        "pins": (_("pinned meeting"), _("pinned meetings")),
        "generation_jobs": (_("run"), _("runs")),
        "timetables": (_("timetable"), _("timetables")),
        "timetable_entries": (_("class in timetables"), _("classes in timetables")),
        "entry_faculty": (_("class in timetables"), _("classes in timetables")),
        "entry_groups": (_("class in timetables"), _("classes in timetables")),
        "timetable_approvals": (_("approval"), _("approvals")),
        "timetable_comments": (_("comment"), _("comments")),
        "uploads": (_("upload"), _("uploads")),
    }
