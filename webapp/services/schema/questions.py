"""What a form asks the database before a row is stored, and what it does once one is added.

An import asks the same of whole tables (`imports/cross_row_checks`); what is right or wrong is said in `row_checks`.
"""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from webapp.extensions import Model, db
from webapp.models import (
    Component,
    Holiday,
    HolidayDepartment,
    HolidayGroup,
    MakeupDay,
    Pin,
    StudentGroup,
    Term,
    WeekSet,
)
from webapp.services.problem.groups import GroupTree
from webapp.services.schema.row_checks import meeting_faults, outside_term, week_beyond
from webapp.services.schema.scope import Errors, Scope, Values
from webapp.services.shared.rule_defaults import default_rules
from webapp.services.shared.words import _


def group_is_not_below_itself(_scope: Scope, row: Model | None, values: Values) -> Errors:
    """A group is neither its own parent nor a descendant of its own."""
    if not isinstance(row, StudentGroup):
        return {}
    query = sa.select(StudentGroup.student_group_id, StudentGroup.parent_id).filter_by(term_id=row.term_id)
    parents: dict[int, int | None] = {
        **dict(iter(db.session.execute(query))),
        row.student_group_id: values["parent_id"],
    }
    top = GroupTree(parents).line(row.student_group_id)[-1]
    # The way up ends at a group without parent, or before one that it has passed.
    return {} if parents.get(top) is None else {"parent_id": _("A group can't stand below itself.")}


def week_set_lies_in_the_term(scope: Scope, _row: Model | None, values: Values) -> Errors:
    """No week set names a week after the term's last."""
    last = scope.term.weeks if scope.term is not None else None
    week = week_beyond(last, values.get("weeks"))
    return (
        {"weeks": _("The term has %(last)s weeks, and there is no week %(week)s.", last=last, week=week)}
        if week
        else {}
    )


def term_has_the_weeks_of_its_sets(_scope: Scope, row: Model | None, values: Values) -> Errors:
    """A term does not lose weeks that a week set of it names."""
    if not isinstance(row, Term):
        return {}
    for code, weeks in db.session.execute(sa.select(WeekSet.code, WeekSet.weeks).filter_by(term_id=row.term_id)):
        week = week_beyond(values.get("weeks"), weeks)
        if week:
            return {"weeks": _("The week set %(code)s names week %(week)s.", code=code, week=week)}
    return {}


def term_week_lies_in_the_term(scope: Scope, _row: Model | None, values: Values) -> Errors:
    """A week has a day of the term in it."""
    monday: date = values["monday"]
    return _outside(scope, "monday", monday, monday + timedelta(days=6))


def holiday_lies_in_the_term(scope: Scope, _row: Model | None, values: Values) -> Errors:
    """A holiday has a day of the term in it, and takes no make-up day from everybody."""
    first, last = values["first_day"], values["last_day"] or values["first_day"]
    if errors := _outside(scope, "first_day", first, last):
        return errors
    if scope.term is None or values["departments"] or values["programmes"] or values["groups"]:
        return {}
    query = sa.select(MakeupDay.held_on).filter_by(term_id=scope.term.term_id)
    held_on = db.session.scalar(query.where(MakeupDay.held_on.between(first, last)).limit(1))
    if held_on is None:
        return {}
    return {"first_day": _("%(date)s is a make-up day. Delete that one first.", date=held_on.isoformat())}


def makeup_day_can_be_held(scope: Scope, _row: Model | None, values: Values) -> Errors:
    """A make-up day lies in the term, is no holiday of everybody, and names a week that the term has."""
    held_on = values["held_on"]
    if errors := _outside(scope, "held_on", held_on):
        return errors
    if scope.term is None:
        return {}
    if values["week"] is not None and values["week"] > scope.term.weeks:
        return {"week": _("The term has %(last)s weeks.", last=scope.term.weeks)}
    parts = (
        sa.select(link.holiday_id).where(link.holiday_id == Holiday.holiday_id).exists()
        for link in (HolidayDepartment, HolidayGroup)
    )
    query = sa.select(Holiday.name).where(
        Holiday.term_id == scope.term.term_id,
        Holiday.first_day <= held_on,
        sa.func.coalesce(Holiday.last_day, Holiday.first_day) >= held_on,
        sa.func.cardinality(Holiday.programmes) == 0,
        *(sa.not_(part) for part in parts),
    )
    name = db.session.scalar(query.limit(1))
    return {} if name is None else {"held_on": _("No classes are held then: %(name)s.", name=name)}


def _outside(scope: Scope, name: str, first: date, last: date | None = None) -> Errors:
    term = scope.term
    if term is None or not outside_term(term.starts_on, term.ends_on, first, last):
        return {}
    starts, ends = term.starts_on.isoformat(), term.ends_on.isoformat()
    return {name: _("The term is from %(starts)s to %(ends)s.", starts=starts, ends=ends)}


def pin_is_of_a_meeting(_scope: Scope, _row: Model | None, values: Values) -> Errors:
    """A pin is of a meeting that there is: of a batch, where the component has batches."""
    component = db.session.get(Component, values.get("component_id"))
    if component is None:
        return {}
    batches = {batch.student_group_id for batch in component.batches}
    faults = meeting_faults(batches, component.meetings_per_week, values.get("student_group_id"), values.get("ordinal"))
    words = {
        "batch": _("Choose one of the batches of this weekly class.")
        if batches
        else _("This weekly class has no batches."),
        "number": _("There are %(num)d classes a week.", num=component.meetings_per_week),
    }
    fields = {"batch": "student_group_id", "number": "ordinal"}
    return {fields[fault]: words[fault] for fault in faults}


def component_keeps_its_pins(_scope: Scope, row: Model | None, values: Values) -> Errors:
    """A component does not lose a meeting or a batch that is pinned."""
    if not isinstance(row, Component):
        return {}
    batches = {batch for batch, _second in values.get("batches") or ()}
    errors: Errors = {}
    for pin in db.session.scalars(sa.select(Pin).filter_by(component_id=row.component_id)):
        for fault in meeting_faults(batches, values["meetings_per_week"], pin.student_group_id, pin.ordinal):
            if fault == "number":
                errors["meetings_per_week"] = _("Class %(number)s is fixed to a time or room.", number=pin.ordinal)
            else:
                errors["batches"] = _("A class is fixed to a time or room that would no longer be there.")
    return errors


def add_term_defaults(_scope: Scope, term: Any) -> None:
    """Give a new term the rules that every term starts with."""
    db.session.add_all(default_rules(term.term_id))
