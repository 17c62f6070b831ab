"""A term's calendar from its rows, in one query; a second where a holiday is for some groups alone."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from webapp.extensions import db
from webapp.models import Holiday, HolidayDepartment, HolidayGroup, MakeupDay, Term, TermWeek, TermWeekKind
from webapp.services.problem.parts import GroupsOfTerm, PartOfTerm, read_groups
from webapp.services.terms.calendar.dates import DaysOff, FollowedDay, TermCalendar, WeekRow


def read_calendar(term: Term) -> TermCalendar:
    """Read the dates of a term."""
    weeks, holidays, makeup_days = db.session.execute(_QUERY, {"term_id": term.term_id}).one()
    groups = read_groups(term.term_id) if any(row["groups"] or row["programmes"] for row in holidays) else None
    return TermCalendar(
        starts_on=term.starts_on,
        ends_on=term.ends_on,
        week_count=term.weeks,
        timezone=ZoneInfo(term.organization.timezone),
        rows={_date(row["monday"]): WeekRow(TermWeekKind(row["kind"]), row["counted"], row["note"]) for row in weeks},
        days_off=tuple(_days_off(row, groups) for row in holidays),
        makeup_days={
            _date(row["held_on"]): FollowedDay(row["makeup_day_id"], row["follows"], row["week"], row["note"])
            for row in makeup_days
        },
    )


def _days_off(row: Mapping[str, Any], groups: GroupsOfTerm | None) -> DaysOff:
    part = PartOfTerm(programmes=tuple(row["programmes"]), groups=tuple(row["groups"]))
    return DaysOff(
        row["holiday_id"],
        _date(row["first_day"]),
        _date(row["last_day"] or row["first_day"]),
        row["name"],
        frozenset(row["departments"]) or None,
        groups.of(part) if groups is not None else None,
    )


def _date(text: str) -> date:
    """A date as PostgreSQL writes it in JSON."""
    return date.fromisoformat(text)


def _rows(model: type[Any], order: Any, **columns: Any) -> sa.ScalarSelect[Any]:
    """A term's rows as one JSON array of objects."""
    pairs: list[Any] = []
    for name, column in columns.items():
        pairs += [sa.literal_column(f"'{name}'"), column]
    rows = aggregate_order_by(sa.func.json_build_object(*pairs), order)
    array = sa.func.coalesce(sa.func.json_agg(rows), sa.literal_column("'[]'::json"))
    return sa.select(array).where(model.term_id == sa.bindparam("term_id")).scalar_subquery()


def _keys(model: type[Any], key: Any) -> sa.ScalarSelect[Any]:
    """The keys that a holiday names, as a JSON array."""
    array = sa.func.coalesce(sa.func.json_agg(key), sa.literal_column("'[]'::json"))
    return sa.select(array).where(model.holiday_id == Holiday.holiday_id).correlate(Holiday).scalar_subquery()


_QUERY = sa.select(
    _rows(
        TermWeek,
        TermWeek.monday,
        monday=TermWeek.monday,
        kind=TermWeek.kind,
        counted=TermWeek.counted,
        note=TermWeek.note,
    ),
    _rows(
        Holiday,
        Holiday.first_day,
        holiday_id=Holiday.holiday_id,
        first_day=Holiday.first_day,
        last_day=Holiday.last_day,
        name=Holiday.name,
        programmes=Holiday.programmes,
        departments=_keys(HolidayDepartment, HolidayDepartment.department_id),
        groups=_keys(HolidayGroup, HolidayGroup.student_group_id),
    ),
    _rows(
        MakeupDay,
        MakeupDay.held_on,
        makeup_day_id=MakeupDay.makeup_day_id,
        held_on=MakeupDay.held_on,
        follows=MakeupDay.follows,
        week=MakeupDay.week,
        note=MakeupDay.note,
    ),
)
