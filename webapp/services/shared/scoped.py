"""Finds a row by its key through the organisation of whoever asks: what lies outside of it does not exist.

Here alone stands by which tables a row belongs to its organisation.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.extensions import Model, db
from webapp.models import (
    Availability,
    Basket,
    Building,
    Component,
    Course,
    CourseEnrollment,
    CourseRequest,
    Department,
    Faculty,
    GenerationJob,
    Holiday,
    ImportMapping,
    MakeupDay,
    Organization,
    Pin,
    Room,
    Section,
    Student,
    StudentGroup,
    Term,
    TermRule,
    TermWeek,
    TimeSlot,
    Timetable,
    TimetableComment,
    TimetableEntry,
    Upload,
    User,
    UserToken,
    WeekSet,
    WeightProfile,
)
from webapp.services.shared.errors import NotFound
from webapp.services.shared.numbers import KEY_MAX

Row = TypeVar("Row", bound=Model)
Owner = User | Organization | Term
"""Whoever asks, or what is asked for: all of them say which organisation theirs is."""

PARENTS: Mapping[type[Any], type[Any]] = {
    Availability: TimeSlot,
    Basket: Term,
    Component: Section,
    CourseEnrollment: Section,
    CourseRequest: Term,
    Holiday: Term,
    MakeupDay: Term,
    Pin: Component,
    Section: Term,
    StudentGroup: Term,
    TermRule: Term,
    TermWeek: Term,
    TimeSlot: Term,
    TimetableComment: Timetable,
    TimetableEntry: Timetable,
    UserToken: User,
    WeekSet: Term,
}
"""The table one step nearer to the organisation, for those whose rows don't name their organisation themselves."""

MISSING: Mapping[type[Any], Any] = {
    Basket: _l("There is no such basket."),
    Building: _l("There is no such building."),
    Course: _l("There is no such course."),
    Department: _l("There is no such department."),
    Faculty: _l("There is no such teacher."),
    GenerationJob: _l("There is no run %(key)s."),
    ImportMapping: _l("Nothing is remembered of files like this one; it may have been forgotten."),
    Room: _l("There is no such room."),
    Student: _l("There is no such student."),
    Term: _l("There is no such term; it may have been deleted."),
    Timetable: _l("There is no timetable %(key)s."),
    TimetableComment: _l("There is no such comment."),
    Upload: _l("There is no such upload."),
    User: _l("There is no such user."),
    UserToken: _l("There is no such token."),
    WeightProfile: _l("There is no profile %(key)s."),
}
_MISSING = _l("There is no such row; it may have been deleted.")
_SHOWN_LENGTH = 40


def rows_of(owner: Owner, model: type[Row]) -> sa.Select[Row]:
    """Select a model's rows that belong to the owner's organisation; the tables in between are joined."""
    query, child = sa.select(model), cast(Any, model)
    while parent := PARENTS.get(child):
        query, child = query.join_from(child, parent), parent
    return query.where(child.organization_id == owner.organization_id)


def find(
    owner: Owner,
    model: type[Row],
    key: int | str | None,
    *conditions: sa.ColumnElement[bool],
    fresh: bool = False,
    lock: bool = False,
) -> Row | None:
    """The row of this key, None where the owner's organisation has none for which the conditions hold.

    ``fresh`` reads it anew from the database, ``lock`` keeps others from writing it until the transaction ends.
    """
    if key is None or (isinstance(key, int) and not 0 <= key <= KEY_MAX):
        return None
    (column,) = sa.inspect(model).primary_key
    query = rows_of(owner, model).where(column == key, *conditions)
    if lock:
        query = query.with_for_update(of=model)
    return db.session.scalar(query.execution_options(populate_existing=fresh or lock))


def load(
    owner: Owner,
    model: type[Row],
    key: int | str | None,
    *conditions: sa.ColumnElement[bool],
    fresh: bool = False,
    lock: bool = False,
) -> Row:
    """As `find`, and raises NotFound in words where there is no such row."""
    row = find(owner, model, key, *conditions, fresh=fresh, lock=lock)
    if row is None:
        raise NotFound(str(MISSING.get(model, _MISSING)) % {"key": str(key)[:_SHOWN_LENGTH]})
    return row
