"""What shall hold: availability, pinned meetings, the rules of a term, and a timetable that is there already."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.models import (
    Availability,
    Component,
    Course,
    Pin,
    Section,
    TermRule,
    TermRuleComponent,
    TermRuleFaculty,
    TermRuleGroup,
    TermRuleRoom,
    TermRuleSlot,
    WishLevel,
)
from webapp.services.schema.calendar import SLOT
from webapp.services.schema.columns import CODE_LENGTH, Column, Kind, Link, Many, Reach, Record, Table
from webapp.services.schema.courses import (
    COMPONENT,
    COMPONENT_CAPTION,
    COURSE_OF_SECTION,
    SECTION,
    SECTION_OF_COMPONENT,
    component_parts,
    part,
)
from webapp.services.schema.people import FACULTY_LINK, GROUP, groups_column
from webapp.services.schema.places import code_column, link_column
from webapp.services.schema.questions import pin_is_of_a_meeting
from webapp.services.schema.row_checks import (
    entry_names_its_days,
    is_rule_of_every_term,
    names_a_single_owner,
    pins_something,
    rule_is_known,
    rule_names_some_or_is_of_all,
    settled_rule,
)
from webapp.services.shared.rule_defaults import OWN_TERM, RuleSetting, settings_of

ROOM = Link("room_id", "rooms")
WEIGHT_MAX = 1_000_000
AMOUNT_MAX = 1_000_000
COMPONENT_COLUMN = Column(
    "component",
    Kind.LINK,
    _l("Weekly class"),
    required=True,
    link=COMPONENT,
    parts=component_parts(),
    length=CODE_LENGTH,
    typed=True,
    hint=_l("Course, section and class, such as CS301/A/L."),
)
BATCH = link_column("batch", _l("Batch"), "Batch, where there are batches.", "", GROUP, typed=True)
NUMBER = Column(
    "number",
    Kind.WHOLE,
    _l("Which class of the week"),
    "Which meeting of the week.",
    "1",
    default=1,
    least=1,
    most=60,
    attribute="ordinal",
    hint=_l("The first, second, third of the week."),
)
FIRST_SLOT = link_column("slot", _l("Time slot"), "First slot.", "MON1", SLOT, hint=_l("Its first slot."))
OWN_ROOM = link_column("room", _l("Room"), "Room.", "SB-101", ROOM, filtered=True, typed=True)

AVAILABILITY = Table(
    name="availability",
    meaning="Who or what is unavailable at a slot, or would rather not (avoid), or gladly (prefer). "
    "Each row names exactly one of teacher, room, group, and section.",
    columns=(
        part("slot", "Time slot.", "MON1", SLOT),
        part("faculty", "Teacher.", "F-RAO", FACULTY_LINK, required=False),
        part("room", "Room; unavailable means closed.", "", ROOM, required=False),
        part("group", "Group.", "", GROUP, required=False),
        part("course", "Course of the section.", "", SECTION, required=False),
        part("section", "Section.", "", SECTION, required=False),
        Column(
            "level",
            Kind.TEXT,
            meaning="How it stands.",
            example="unavailable",
            required=True,
            choices=tuple(level.value for level in WishLevel),
        ),
    ),
    key=("slot", "faculty", "room", "group", "course", "section"),
    reach=Reach.LINK,
    model=Availability,
    checks=(names_a_single_owner,),
    title=_l("Absences and wishes"),
    has_pages=False,
)

PINS = Table(
    name="pins",
    meaning="Meetings that must stand at a slot, in a room, or both.",
    columns=(COMPONENT_COLUMN, BATCH, NUMBER, FIRST_SLOT, OWN_ROOM),
    key=("course", "section", "component", "batch", "number"),
    reach=Reach.LINK,
    model=Pin,
    checks=(pins_something,),
    title=_l("Fixed classes"),
    singular=_l("Fixed class"),
    lead=_l("Classes that must stand at a slot, in a room, or both, whatever else is moved."),
    caption=COMPONENT_CAPTION + sa.literal(" #") + sa.cast(Pin.ordinal, sa.String),
    owner=Section.term_id,
    joins=((Component, Component.component_id == Pin.component_id), SECTION_OF_COMPONENT, COURSE_OF_SECTION),
    search=(Course.code, Course.title, Component.code),
    sorts={"component_id": COMPONENT_CAPTION, "ordinal": Pin.ordinal},
    order=(Course.code, Section.code, Component.code, Pin.ordinal),
    words={
        "uq_pins_component_id_student_group_id_ordinal": ("ordinal", _l("This class is fixed already.")),
        "ck_pins_ordinal_from_one": ("ordinal", _l("At least 1.")),
        "ck_pins_pins_something": ("time_slot_id", _l("Choose a time slot, a room, or both.")),
    },
    question=pin_is_of_a_meeting,
)


def rule_records(chosen: Mapping[str, RuleSetting]) -> Iterator[Record]:
    """Yield the record of each rule that the engine knows, off where ``chosen`` does not name it."""
    for name, setting in settings_of(chosen):
        yield {
            "code": name,
            "rule": name,
            "enabled": setting.enabled,
            "hard": setting.hard,
            "weight": setting.weight,
            "amount": setting.amount,
            "second_amount": setting.second_amount,
            "everybody": True,
            "components": (),
            "faculty": (),
            "groups": (),
            "slots": (),
            "rooms": (),
        }


def assumed_rules(term_id: int | None) -> Iterator[Record]:
    """Yield the rules that a term has without a row: a new one the usual rules, any other keeps them switched off."""
    return rule_records(OWN_TERM if term_id is None else {})


def _rule_links(name: str, meaning: str, example: str, model: type[Any], link: Link) -> Column:
    """Rows of another table that a rule names, as codes with commas between them."""
    many = Many(model, "term_rule_id", link)
    return Column(name, Kind.ROWS, None, meaning, example, many=many, length=CODE_LENGTH)


RULES = Table(
    name="rules",
    meaning="The rules of the term: on or off, hard or with a weight. They are added to those that it has: a rule that "
    "no row names stays as it is.",
    columns=(
        code_column(
            "Code of the row: the rule's name, or a name of its own where a rule is used twice.", "instructor_gaps"
        ),
        Column("rule", Kind.TEXT, None, "Name of the rule.", "instructor_gaps", required=True, length=CODE_LENGTH),
        Column("enabled", Kind.YES_NO, None, "Whether it is on.", "yes", default=True, attribute="is_enabled"),
        Column("hard", Kind.YES_NO, None, "Whether it must hold.", "no", default=False, attribute="is_hard"),
        Column("weight", Kind.WHOLE, None, "What each unit costs, for a soft rule.", "2", least=0, most=WEIGHT_MAX),
        Column("amount", Kind.WHOLE, None, "The rule's number, where it has one.", "", least=0, most=AMOUNT_MAX),
        Column(
            "second_amount",
            Kind.WHOLE,
            None,
            "Its other number, of a rule with two (begins_by, max_breaks, max_block).",
            "",
            least=0,
            most=AMOUNT_MAX,
        ),
        Column(
            "everybody",
            Kind.YES_NO,
            None,
            "Whether it is about everybody, or about those who ask for it; empty: where it names no component, teacher "
            "or group. With no and none of them it is about nobody.",
            "",
            attribute="is_of_all",
        ),
        Column(
            "components",
            Kind.ROWS,
            None,
            "Components it is about, for rules between meetings; precedence takes them in this order.",
            "CS301/A/L, CS302/A/L",
            many=Many(TermRuleComponent, "term_rule_id", COMPONENT, position="position"),
            length=3 * CODE_LENGTH + 2,
        ),
        _rule_links(
            "faculty",
            "Teachers whom it is about.",
            "F-RAO",
            TermRuleFaculty,
            FACULTY_LINK,
        ),
        groups_column(TermRuleGroup, "term_rule_id", "Groups that it is about.", "CSE3-A"),
        _rule_links(
            "slots", "Slots at which it looks, where it looks at some alone.", "FRI6, FRI7", TermRuleSlot, SLOT
        ),
        _rule_links("rooms", "Rooms that it names (home_room).", "", TermRuleRoom, ROOM),
    ),
    key=("code",),
    reach=Reach.TERM,
    model=TermRule,
    title=_l("Rules"),
    has_pages=False,
    caption=TermRule.code,
    order=(TermRule.code,),
    checks=(rule_is_known, rule_names_some_or_is_of_all),
    assumed=assumed_rules,
    stays=is_rule_of_every_term,
    settled=settled_rule,
)

ENTRIES = Table(
    name="entries",
    meaning="A timetable, one row a meeting. It becomes a draft of its own; a row without slot is an unplaced meeting.",
    columns=(
        COMPONENT_COLUMN,
        BATCH,
        NUMBER,
        FIRST_SLOT,
        Column("days", Kind.DAYS, None, "All its days, where it is held on several at the same hour.", "Mon-Wed-Fri"),
        OWN_ROOM,
        Column("locked_time", Kind.YES_NO, None, "Whether its time is locked.", "no", default=False),
        Column("locked_room", Kind.YES_NO, None, "Whether its room is locked.", "no", default=False),
    ),
    key=("course", "section", "component", "batch", "number"),
    reach=Reach.TERM,
    checks=(entry_names_its_days,),
    title=_l("Timetable"),
    has_pages=False,
)
