"""What is otherwise on a date: weeks that are not taught, holidays, days that follow another day's timetable."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.models import Holiday, HolidayDepartment, HolidayGroup, MakeupDay, TermWeek, TermWeekKind
from webapp.services.schema.columns import CODE_LENGTH, Column, Kind, Link, Many, Reach, Table
from webapp.services.schema.people import groups_column
from webapp.services.schema.places import BETWEEN
from webapp.services.schema.questions import (
    holiday_lies_in_the_term,
    makeup_day_can_be_held,
    term_week_lies_in_the_term,
)
from webapp.services.schema.row_checks import last_day_not_before_first, week_begins_on_monday
from webapp.services.schema.values import WEEK_MAX

WEEK_KINDS = {
    TermWeekKind.TEACHING.value: _l("Teaching week"),
    TermWeekKind.READING.value: _l("Reading week"),
    TermWeekKind.EXAM.value: _l("Exam week"),
    TermWeekKind.BREAK.value: _l("Break"),
}
"""What people call the kinds of weeks."""
DATE_HINT = _l("Such as 2026-10-02.")


def _note(example: str) -> Column:
    return Column("note", Kind.TEXT, _l("Note"), "What people read beside it.", example)


TERM_WEEKS = Table(
    name="term_weeks",
    meaning="Weeks of the term that are not ordinary teaching weeks. A week that no row names is a teaching week, up "
    "to the term's number of teaching weeks. Weeks are numbered in order: teaching weeks, and those that say so.",
    columns=(
        Column(
            "monday",
            Kind.DATE,
            _l("Monday"),
            "Monday of the week.",
            "2024-09-30",
            required=True,
            hint=_l("The date on which the week begins."),
        ),
        Column(
            "kind",
            Kind.TEXT,
            _l("Kind"),
            "What the week is for; classes are held in teaching weeks alone.",
            "exam",
            required=True,
            choices=tuple(WEEK_KINDS),
            choice_words=WEEK_KINDS,
            filtered=True,
        ),
        Column(
            "counted",
            Kind.YES_NO,
            _l("Has a number"),
            "Whether it has a number although no classes are held; a teaching week always has.",
            "no",
            default=False,
            hint=_l("With it the week after a reading week 6 is week 7, without it is week 6 itself."),
        ),
        _note("Mid-term exams"),
    ),
    key=("monday",),
    reach=Reach.TERM,
    model=TermWeek,
    checks=(week_begins_on_monday,),
    title=_l("Weeks of the term"),
    singular=_l("Week of the term"),
    lead=_l("Weeks that are not ordinary teaching weeks: exam and reading weeks, breaks. All others are taught."),
    caption=sa.cast(TermWeek.monday, sa.String) + BETWEEN + sa.cast(TermWeek.kind, sa.String),
    search=(TermWeek.note,),
    sorts={"monday": TermWeek.monday, "kind": TermWeek.kind},
    order=(TermWeek.monday,),
    words={
        "uq_term_weeks_term_id_monday": ("monday", _l("This week has a row already.")),
        "ck_term_weeks_kind": ("kind", _l("A week is a teaching, reading or exam week, or a break.")),
        "ck_term_weeks_begins_on_monday": ("monday", _l("A week begins on a Monday.")),
    },
    question=term_week_lies_in_the_term,
)

HOLIDAYS = Table(
    name="holidays",
    meaning="Days without classes. A row that names departments, programmes or groups is for their classes alone: "
    "those by courses of the departments that are attended by nobody but these groups and groups of these programmes.",
    columns=(
        Column(
            "first_day",
            Kind.DATE,
            _l("First day"),
            "The day, or the first of several.",
            "2024-10-02",
            required=True,
            hint=DATE_HINT,
        ),
        Column(
            "last_day",
            Kind.DATE,
            _l("Last day"),
            "The last of several days; empty for one day.",
            "",
            hint=_l("Empty: the first day alone."),
        ),
        Column("name", Kind.TEXT, _l("Name"), "What people read on that day.", "Gandhi Jayanti", required=True),
        Column(
            "departments",
            Kind.ROWS,
            _l("Departments"),
            "Departments whose courses have the day off; empty for all.",
            "",
            many=Many(HolidayDepartment, "holiday_id", Link("department_id", "departments")),
            length=CODE_LENGTH,
            hint=_l("Codes of departments whose courses are not taught. Empty: of all."),
        ),
        Column(
            "programmes",
            Kind.CODES,
            _l("Programmes"),
            "Programmes whose groups have the day off; empty for all.",
            "",
            length=CODE_LENGTH,
            hint=_l("Names of programmes, as groups have them, separated by commas. Empty: all."),
        ),
        groups_column(
            HolidayGroup,
            "holiday_id",
            "Groups that have the day off; empty for all.",
            "",
            label=_l("Groups"),
            hint=_l("Codes of groups; their batches go with them. Empty: all."),
        ),
    ),
    key=("first_day", "name"),
    reach=Reach.TERM,
    model=Holiday,
    checks=(last_day_not_before_first,),
    title=_l("Holidays"),
    singular=_l("Holiday"),
    lead=_l("Days without classes: for everybody, or for a part of the organisation."),
    caption=sa.cast(Holiday.first_day, sa.String) + BETWEEN + Holiday.name,
    search=(Holiday.name,),
    sorts={"first_day": Holiday.first_day, "name": Holiday.name},
    order=(Holiday.first_day, Holiday.name),
    words={
        "uq_holidays_term_id_first_day_name": ("name", _l("There is a holiday of this name on that day already.")),
        "ck_holidays_ends_after_start": ("last_day", _l("The last day is not before the first.")),
    },
    owned=frozenset({"holiday_departments", "holiday_groups"}),
    question=holiday_lies_in_the_term,
)

MAKEUP_DAYS = Table(
    name="makeup_days",
    meaning="Dates on which the classes of another day of the week are held: this Saturday is a Wednesday.",
    columns=(
        Column(
            "date",
            Kind.DATE,
            _l("Date"),
            "The date.",
            "2024-10-05",
            required=True,
            attribute="held_on",
            hint=DATE_HINT,
        ),
        Column("follows", Kind.DAY, _l("Follows"), "The day whose classes are held.", "Wednesday", required=True),
        Column(
            "week",
            Kind.WHOLE,
            _l("As in week"),
            "Number of the week as in which they are held; empty for the date's own.",
            "",
            least=1,
            most=WEEK_MAX,
            hint=_l("Decides which alternate classes are held. Empty: those of the date's own week."),
        ),
        _note("For 2 October"),
    ),
    key=("date",),
    reach=Reach.TERM,
    model=MakeupDay,
    title=_l("Make-up days"),
    singular=_l("Make-up day"),
    lead=_l("Dates on which the classes of another day of the week are held."),
    caption=sa.cast(MakeupDay.held_on, sa.String),
    search=(MakeupDay.note,),
    sorts={"held_on": MakeupDay.held_on},
    order=(MakeupDay.held_on,),
    words={
        "uq_makeup_days_term_id_held_on": ("held_on", _l("This date follows another day already.")),
        "ck_makeup_days_day_of_week": ("follows", _l("A day is one of Monday to Sunday.")),
        "ck_makeup_days_week_in_range": ("week", _l("From 1 to %(most)s.", most=WEEK_MAX)),
    },
    question=makeup_day_can_be_held,
)

CALENDAR_TABLES = (TERM_WEEKS, HOLIDAYS, MAKEUP_DAYS)
"""What the page Calendar shows and changes."""
