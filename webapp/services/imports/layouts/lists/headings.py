"""What headings mean in the tables that offices keep: many words for one column, in the order of likelihood."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from webapp.services.imports.layouts.names.likeness import same_name
from webapp.services.schema.tables import BY_NAME

SAME_HEADING = 88
"""Likeness (0 to 100) from which on a long heading is known although it is misspelled."""
LONG_HEADING = 5
LONGEST_HEADING = 120
"""Characters beyond which a text is no heading, so that nothing is compared with it."""
_MEANINGLESS = (
    "s no|sno|sl no|slno|sr no|srno|serial no|serial number|si no|no|nr|number|remarks|remark|comment|comments"
    "|notes|note|signature|sign|initial|mobile|mobile no|phone|phone no|contact|contact no|date|address|gender"
    "|sex|dob|date of joining|doj|qualification|experience|specialization|specialisation|photo"
)
MEANINGLESS = frozenset(_MEANINGLESS.split("|"))
"""Headings of columns that no table has; they say nothing against a table."""
SHEET_WORDS: Mapping[str, str] = {
    "term": "term",
    "departments": "departments|department list|dept list|list of departments|depts|branches",
    "buildings": "buildings|blocks|building list|list of buildings",
    "rooms": "raume|raumliste|raumubersicht|horsale|"
    "rooms|room list|list of rooms|classrooms|class rooms|halls|venues|labs|laboratories"
    "|room details|infrastructure",
    "time_slots": "time slots|slots",
    "week_sets": "week sets",
    "faculty": "dozenten|dozentinnen und dozenten|lehrende|lehrkrafte|dozentenliste|"
    "faculty|faculty list|list of faculty|teachers|teacher list|staff|staff list"
    "|list of teachers|lecturers|instructors|faculty details|teaching staff|faculty members|faculty strength"
    "|professors",
    "groups": "groups|classes|class list|list of classes|sections list|class strength|student groups|divisions",
    "students": "students|student list|list of students|roll list|nominal roll|name list|class roll|admissions",
    "courses": "lehrveranstaltungen|module|modulliste|"
    "courses|course list|list of courses|subjects|subject list|list of subjects"
    "|curriculum|syllabus|scheme|papers|course structure",
    "sections": "sections",
    "components": "components",
    "enrollments": "enrollments|enrolments|registrations|course registration|elective choices|choices",
    "requests": "requests|course requests|student requests|courses asked for|course demand",
    "availability": "availability|unavailability",
    "pins": "pins|pinned|fixed classes",
    "rules": "rules",
    "entries": "entries",
}
"""By table, what sheets that hold it are called."""
LAST_NAMES = frozenset(("last name", "surname", "family name", "nachname", "familienname"))
FIRST_NAMES = frozenset(("first name", "given name", "forename", "vorname", "rufname"))
"""Headings of a person's names where these stand in two columns."""
WORDS: Mapping[str, Mapping[str, str]] = {
    "departments": {
        "code": "dept code|department code|short name|abbreviation|short form|branch code|code|dept id|department id",
        "name": "fachbereich|fakultat|abteilung|institut|"
        "department name|name of the department|name of department|department|dept name"
        "|branch|branch name|name|dept",
    },
    "buildings": {
        "code": "block code|building code|code|block no|block|building",
        "name": "gebaude|block name|building name|name of the block|name of the building|name",
    },
    "rooms": {
        "code": "raum|raum nr|raumnr|raumnummer|raumbezeichnung|"
        "room no|room number|room|room code|room id|hall no|hall|class room|classroom"
        "|lab no|venue|code|class room no|lh no|room nos|room no name",
        "name": "room name|name of the room|name|hall name|description|lab name",
        "capacity": "cap|max occ|max occupancy|occupancy|station count|platze|sitzplatze|anzahl platze|kapazitat|"
        "seating capacity|capacity|seats|no of seats|number of seats|strength|seating"
        "|max capacity|size|pax",
        "kind": "raumtyp|raumart|art|typ|"
        "type|room type|type of room|kind|category|usage|used as|purpose|class room lab|nature",
        "features": "ausstattung|features|facilities|equipment|amenities|facility",
        "building": "bldg|bldg code|block floor|gebaude|haus|"
        "block|building|campus block|wing|location|building name|block name|floor block",
        "department": "dept|department|home department|owned by|allotted to|branch",
        "open": "open|usable|available|in use",
    },
    "time_slots": {
        "code": "slot|slot code|code|period code",
        "label": "label|period|hour|slot name|period no",
        "day": "day|day of week|weekday",
        "start": "start|start time|from|starts|begins|begin|from time|starting time",
        "end": "end|end time|to|ends|to time|till|until|ending time",
        "shift": "shift|session",
    },
    "week_sets": {
        "code": "code",
        "name": "name",
        "weeks": "weeks",
    },
    "faculty": {
        "code": "kurzel|dozentenkurzel|personalnummer|personal nr|"
        "emp id|employee id|employee code|emp code|emp no|employee no|employee number"
        "|staff id|staff code|staff no|faculty id|faculty code|teacher id|teacher code|id|code|id no|short name"
        "|abbreviation|initials",
        "name": "last name|surname|family name|nachname|familienname|dozent|dozentin|lehrkraft|lehrperson|"
        "name of the faculty|faculty name|name of faculty|name of the faculty member"
        "|faculty member|teacher name|name of the teacher|name of teacher|staff name|name of the staff"
        "|name of staff|employee name|name|faculty|teacher|lecturer|instructor|full name|professor"
        "|faculty members|name of the employee",
        "department": "fachbereich|fakultat|abteilung|institut|"
        "dept|department|branch|dept name|department name|school|discipline",
        "email": "email|e mail|email id|mail id|mail|e mail id|email address|official email",
        "rank": "desig|amtsbezeichnung|designation|rank|position|post|cadre|grade",
        "max_slots_day": "max load day|max per day|max hours per day|max hours day|hours per day"
        "|max periods per day|periods per day|load per day|max load per day|daily load",
        "max_slots_week": "max hrs|max hrs wk|load hrs wk|load hrs week|load hours week|"
        "max load week|max load per week|weekly load|load|workload|work load"
        "|max hours per week|max hours week|hours per week|hours week|max hours|teaching load"
        "|max periods per week|periods per week|max load|load per week|load week|max workload|hrs week"
        "|max hrs week|teaching hours|weekly hours|contact hours",
        "leaves_per_month": "leaves per month|leaves month|leaves",
    },
    "groups": {
        "code": "semestergruppe|studiengruppe|seminargruppe|gruppe|klasse|"
        "class|section|class code|group|group code|section code|class section|class name"
        "|division|code|class sec",
        "name": "name|class title|description|name of the class",
        "parent": "parent|parent group|part of|belongs to|parent class",
        "split": "split|partition",
        "department": "dept|department|branch",
        "programme": "programme|program|degree|course|programme name|stream",
        "semester_of_study": "sem|semester|semester of study|sem no",
        "size": "teilnehmer|teilnehmerzahl|studierende|anzahl studierende|"
        "strength|size|no of students|number of students|total students|intake"
        "|class strength|students|total|students strength",
    },
    "students": {
        "code": "matrikelnummer|matrikel nr|matr nr|matrikelnr|"
        "roll no|roll number|register number|register no|reg no|regd no|registration no"
        "|registration number|usn|prn|enrollment no|enrolment no|enrollment number|enrolment number|student id"
        "|student no|student number|admission no|admission number|htno|hall ticket no|university no|student code"
        "|roll|id|code|matriculation number",
        "name": "last name|surname|family name|nachname|familienname|"
        "student name|name of the student|name of student|name|full name|candidate name|name of the candidate",
        "department": "dept|department|branch|discipline",
        "email": "email|e mail|email id|mail id|mail|e mail id|email address",
        "groups": "section|class|sec|batch|group|groups|div|division|class section",
    },
    "courses": {
        "code": "lv nr|lv nummer|modulnummer|modul nr|veranstaltungsnummer|"
        "course code|subject code|sub code|paper code|code|course no|course id|subject id"
        "|module code|course number",
        "title": "lehrveranstaltung|veranstaltung|modul|modulname|modulbezeichnung|"
        "course title|subject|subject name|course name|title|name of the subject"
        "|name of the course|course|paper|subject title|name of subject|name of course|module|paper title|name"
        "|sub name",
        "department": "dept|department|offered by|branch|offering department|board|bos",
        "credits": "lp|cp|leistungspunkte|credits|credit|cr|c|no of credits|credit points|ects|total credits",
    },
    "enrollments": {
        "student": "student|roll no|roll number|register number|reg no|usn|prn|student id|registration number",
        "course": "course|course code|subject code|subject|elective|elective code",
        "section": "section|sec|group",
        "batch": "batch",
    },
    "requests": {
        "student": "student|roll no|roll number|register number|reg no|usn|prn|student id|registration number",
        "course": "course|course code|subject code|subject",
        "priority": "priority|rank|preference",
        "alternative": "alternative|alternate|second choice|instead",
    },
    "availability": {
        "slot": "slot|time slot",
        "faculty": "faculty|teacher|staff",
        "level": "level|status|availability|wish",
    },
}
"""By table and column, the headings that mean it, beside the column's own name and label."""


@cache
def meanings(table: str) -> Mapping[str, str]:
    """The column of a table that each plain heading means."""
    found: dict[str, str] = {}
    for column in BY_NAME[table].file_columns:
        for word in (column.name, str(column.label) if column.label is not None else ""):
            found.setdefault(same_name(word), column.name)
    for name, words in WORDS.get(table, {}).items():
        for word in words.split("|"):
            found.setdefault(word, name)
    found.pop("", None)
    return found


@lru_cache(maxsize=20_000)
def meaning(table: str, plain: str) -> tuple[str, int]:
    """The column of a table that a plain heading means, and how sure that is, 0 to 100; "" where it means none."""
    words = meanings(table)
    if plain in words:
        return words[plain], 100
    if len(plain) < LONG_HEADING or plain in MEANINGLESS:
        return "", 0
    near = process.extractOne(plain, list(words), scorer=fuzz.ratio, score_cutoff=SAME_HEADING)
    return (words[near[0]], round(near[1])) if near is not None and len(near[0]) >= LONG_HEADING else ("", 0)


def columns_of(table: str, headings: Sequence[str]) -> tuple[str, ...]:
    """The column of a table that each plain heading means, each column once: the surest, and then the first."""
    found = [(*meaning(table, heading), at) for at, heading in enumerate(headings)]
    columns = [""] * len(headings)
    order = list(meanings(table))
    for name, sure, at in sorted(found, key=lambda one: (-one[1], _rank(order, headings[one[2]]), one[2])):
        if sure and name not in columns:
            columns[at] = name
    return tuple(columns)


def _rank(order: Sequence[str], heading: str) -> int:
    return order.index(heading) if heading in order else len(order)


@cache
def names_table(table: str, plain: str) -> int:
    """How much a sheet's plain name says that it holds a table, 0 to 100."""
    words = SHEET_WORDS.get(table, table.replace("_", " ")).split("|")
    if plain in words:
        return 100
    if any(f" {word} " in f" {plain} " for word in words):
        return 80
    near = (
        process.extractOne(plain, words, scorer=fuzz.ratio, score_cutoff=SAME_HEADING)
        if len(plain) >= LONG_HEADING
        else None
    )
    return 80 if near is not None else 0
