"""When meetings can be held: terms, their grid of slots and their sets of weeks."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.models import Term, TimeSlot, WeekSet
from webapp.services.schema.columns import Column, Kind, Link, Reach, Table
from webapp.services.schema.places import BETWEEN, code_column, code_words
from webapp.services.schema.questions import (
    add_term_defaults,
    term_has_the_weeks_of_its_sets,
    week_set_lies_in_the_term,
)
from webapp.services.schema.row_checks import academic_year_is_two_years, ends_after_start, ends_on_after_starts_on
from webapp.services.schema.values import DAY_NAMES, WEEK_MAX


def slot_code(day: int, number: int) -> str:
    """The usual code of a slot: its day's three letters and its number in it, such as MON1."""
    return f"{DAY_NAMES[day][:3].upper()}{number}"


SLOT = Link("time_slot_id", "time_slots")
WEEKS = Link("week_set_id", "week_sets")

TERM = Table(
    name="term",
    slug="terms",
    meaning="The term itself, one row. It may be left out: the import goes into the term that was chosen.",
    columns=(
        Column("name", Kind.TEXT, _l("Name"), "What the term is called.", "Odd semester 2024-25", required=True),
        Column(
            "academic_year",
            Kind.TEXT,
            _l("Academic year"),
            "Academic year.",
            "2024-25",
            required=True,
            length=9,
            hint=_l("Such as 2024-25."),
        ),
        Column(
            "semester",
            Kind.WHOLE,
            _l("Semester"),
            "Number of the term in its year.",
            "1",
            required=True,
            least=1,
            most=99,
            hint=_l("Which term of the year it is: 1, 2, 3."),
        ),
        Column("starts_on", Kind.DATE, _l("First day"), "First day.", "2024-08-01", required=True),
        Column("ends_on", Kind.DATE, _l("Last day"), "Last day.", "2024-12-15", required=True),
        Column("weeks", Kind.WHOLE, _l("Teaching weeks"), "Teaching weeks.", "16", default=16, least=1, most=WEEK_MAX),
        Column(
            "break_minutes",
            Kind.WHOLE,
            _l("Longest break within a double period, minutes"),
            "Longest break between two slots that still count as following each other.",
            "15",
            default=15,
            least=0,
            most=600,
            hint=_l("Slots with a longer break between them never form a double period."),
            listed=False,
        ),
    ),
    key=("academic_year", "semester"),
    reach=Reach.ORGANIZATION,
    model=Term,
    checks=(academic_year_is_two_years, ends_on_after_starts_on),
    title=_l("Terms"),
    singular=_l("Term"),
    lead=_l("A term holds all programmes taught in its dates; the dates of two terms can't overlap."),
    caption=Term.academic_year + BETWEEN + sa.cast(Term.semester, sa.String) + BETWEEN + Term.name,
    search=(Term.name, Term.academic_year),
    sorts={"name": Term.name, "academic_year": Term.academic_year, "starts_on": Term.starts_on},
    order=(Term.starts_on.desc(),),
    words={
        "uq_terms_organization_id_academic_year_semester": (
            "semester",
            _l("This academic year has a semester of that number already."),
        ),
        "ex_terms_dates_do_not_overlap": ("starts_on", _l("The dates overlap with those of another term.")),
        "ck_terms_break_not_negative": ("break_minutes", _l("At least 0.")),
        "ck_terms_ends_after_start": ("ends_on", _l("The term must end after it starts.")),
    },
    owned=frozenset({"term_rules", "uploads"}),
    question=term_has_the_weeks_of_its_sets,
    after_create=add_term_defaults,
)

TIME_SLOTS = Table(
    name="time_slots",
    meaning="Teaching periods of the week. Several shifts are several grids, whose slots may overlap in time.",
    columns=(
        code_column("Code of the slot.", "MON1"),
        Column(
            "label",
            Kind.TEXT,
            _l("Label"),
            "How the period is called.",
            "1",
            length=64,
            hint=_l("What stands above the column, such as Period 1."),
        ),
        Column(
            "shift",
            Kind.TEXT,
            _l("Shift"),
            "Shift, where there are several.",
            "",
            length=64,
            is_word=True,
            filtered=True,
        ),
        Column("day", Kind.DAY, _l("Day"), "Day of the week.", "Monday", required=True),
        Column("start", Kind.TIME, _l("Starts"), "Beginning.", "09:00", required=True, attribute="start_time"),
        Column("end", Kind.TIME, _l("Ends"), "End.", "10:00", required=True, attribute="end_time"),
    ),
    key=("code",),
    reach=Reach.TERM,
    model=TimeSlot,
    checks=(ends_after_start,),
    title=_l("Time slots"),
    singular=_l("Time slot"),
    lead=_l("The teaching periods of a week. Slots of different shifts may overlap."),
    caption=TimeSlot.code,
    search=(TimeSlot.code, TimeSlot.label),
    sorts={"code": TimeSlot.code, "day": TimeSlot.day, "start_time": TimeSlot.start_time},
    order=(TimeSlot.shift, TimeSlot.day, TimeSlot.start_time),
    words=code_words("uq_time_slots_term_id_code")
    | {
        "uq_time_slots_term_id_shift_day_start_time": (
            "start_time",
            _l("Another slot of this shift starts on that day at that time."),
        ),
        "ck_time_slots_ends_after_start": ("end_time", _l("The slot must end after it starts.")),
        "ck_time_slots_day_of_week": ("day", _l("A day is one of Monday to Sunday.")),
    },
)

WEEK_SETS = Table(
    name="week_sets",
    meaning="Named sets of weeks, for what is not held every week.",
    columns=(
        code_column("Code of the set.", "ODD"),
        Column("name", Kind.TEXT, _l("Name"), "Name of the set.", "Odd weeks", required=True),
        Column(
            "weeks",
            Kind.WEEKS,
            _l("Weeks"),
            "Weeks, counted from 1.",
            "1, 3, 5, 7-9",
            required=True,
            most=WEEK_MAX,
            hint=_l("Numbers and ranges: 1-8, 10."),
        ),
    ),
    key=("code",),
    reach=Reach.TERM,
    model=WeekSet,
    title=_l("Week sets"),
    singular=_l("Week set"),
    lead=_l("Named sets of weeks, for classes that aren't held every week: odd, even, first half."),
    caption=WeekSet.code + BETWEEN + WeekSet.name,
    search=(WeekSet.code, WeekSet.name),
    sorts={"code": WeekSet.code, "name": WeekSet.name},
    order=(WeekSet.code,),
    words=code_words("uq_week_sets_term_id_code"),
    question=week_set_lies_in_the_term,
)
