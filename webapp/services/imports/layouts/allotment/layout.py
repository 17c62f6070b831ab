"""An allotment: a row for each class and subject, with its hours a week, who teaches it, and where."""

from flask_babel import lazy_gettext as _l

from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.layouts.allotment.rows import AllotmentReader
from webapp.services.imports.layouts.allotment.tables import AllottedTables
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.names.layout_headings import HeadingWords, heading_of
from webapp.services.imports.layouts.names.lookup import Named
from webapp.services.imports.layouts.names.persons import fold
from webapp.services.imports.layouts.plan import ColumnRole, SheetMapping, SheetShape
from webapp.services.imports.layouts.shape import Recognised, Shape
from webapp.services.schema.columns import Kind

SYNONYMS = {
    "class": (
        "year sem sec, yr sem sec, year sem section, year semester section, sem sec, sem section, "
        "semestergruppe, studiengruppe, seminargruppe, gruppe, klasse, "
        "class, class name, classes, class section, class sec, section class, group, groups, student "
        "group, class group, year section, year and section, year sec, branch section, class code"
    ),
    "programme": "studiengang, programme, program, branch, degree, stream, discipline, prog, degree branch",
    "year": "year, yr, year of study, study year",
    "semester": "sem, semester, semester of study, sem no",
    "section": "section, sec, div, division, sections",
    "batch": "batch, lab batch, batch no",
    "course_prefix": "subj, subject prefix, course prefix, prefix",
    "course": (
        "crse, course num, course number, catalog, catalog no, catalog number, lv nr, lv nummer, modulnummer, "
        "modul nr, "
        "sub code, subject code, course code, paper code, code, sub no, subjectcode, course no, "
        "coursecode, sub id, course id, subject id, module code, code no"
    ),
    "title": (
        "lehrveranstaltung, veranstaltung, modul, modulname, modulbezeichnung, fach, "
        "subject, subject name, subject title, course name, course title, title, paper, paper title, "
        "name of the subject, name of the course, title of the course, course, sub name, subjects, title "
        "of the paper, name of subject, module, module title, subject course"
    ),
    "department": (
        "fachbereich, fakultat, dept, department, offering dept, offered by, offering department, course department"
    ),
    "lectures": (
        "lectures per week, lectures week, lectures a week, classes per week, "
        "l, lec, lecture, lectures, theory hours, theory hrs, lecture hours, th, lecture hrs, hours l, "
        "hours lec, hours week l, l hrs, theory, lect"
    ),
    "tutorials": "t, tut, tutorial, tutorials, tutorial hours, tut hrs, tu",
    "practicals": (
        "p, prac, practical, practicals, lab hours, lab hrs, pr, practical hours, prac hrs, pract, l p, "
        "practical hrs, lab periods"
    ),
    "ltp": "l t p, ltp, ltpc, l t p c, l t p hours, l t p structure, lec tut prac, scheme",
    "hours": (
        "sws, semesterwochenstunden, wochenstunden, stunden, std, "
        "hours, hours week, hrs week, hrs, periods week, periods, contact hours, no of hours, hours per "
        "week, periods per week, hrs per week, no of periods, total hours, load, weekly hours, hpw, "
        "contact hrs, no of hrs, hr week"
    ),
    "kind": (
        "art, lv art, veranstaltungsart, lehrform, "
        "type, theory lab, theory practical, nature, course type, subject type, t p type, type of course"
    ),
    "credits": "ects, lp, cp, leistungspunkte, credits, credit, c, cr, no of credits",
    "days": "days, meeting days, days of week, class days, meeting pattern",
    "time": "time, times, meeting time, meeting times, class time, hour",
    "building": "bldg, building, bldg code, gebaude",
    "teacher": (
        "dozent, dozentin, dozenten, lehrende, lehrkraft, lehrperson, "
        "faculty, staff, teacher, faculty name, name of the faculty, staff name, handled by, instructor, "
        "faculty 1, faculty member, name of faculty, name of the staff, course teacher, lecturer, "
        "subject teacher, theory faculty, staff 1, staff incharge, faculty incharge, faculty allotted, "
        "faculty assigned, teacher name, name of the teacher, allotted to, faculty id, faculty code, "
        "staff code, emp id, staff in charge, faculty in charge, assigned to, professor, faculty theory"
    ),
    "teacher_2": "faculty 2, co faculty, second faculty, staff 2, co teacher, faculty name 2, teacher 2",
    "lab_teacher": (
        "lab faculty, lab faculty 1, lab staff, lab incharge, lab staff 1, lab teacher, lab in charge, "
        "practical faculty, faculty lab, lab instructor"
    ),
    "lab_teacher_2": "lab faculty 2, lab staff 2, lab co faculty, lab assistant, lab teacher 2",
    "room": (
        "raum, horsaal, "
        "room, room no, hall, venue, class room, classroom, home room, room number, hall no, lecture "
        "hall, location, theory room"
    ),
    "lab_room": "lab, lab room, lab name, laboratory, lab venue, practical room, lab no",
    "size": (
        "enrl, enrolled, enrollment, enrolment, teilnehmer, teilnehmerzahl, studierende, tn, "
        "strength, students, no of students, class strength, size, intake, student strength, count"
    ),
}
"""By role, the headings that mean it, folded, with commas between."""
NEXT_ROLE = {"teacher": "teacher_2", "lab_teacher": "lab_teacher_2", "room": "lab_room", "title": "course"}
WORDS = HeadingWords(SYNONYMS, NEXT_ROLE)
NUMBER = frozenset(("nr", "no", "number", "nummer", "num"))
CLASS_ROLES = ("class", "programme", "year", "semester", "section")
HOUR_ROLES = ("lectures", "tutorials", "practicals", "ltp", "hours", "days")

ROLES = (
    ColumnRole("class", _l("Class"), _l("The class, or several that attend together"), kind=Kind.CODES),
    ColumnRole("programme", _l("Programme or branch"), _l("Where the class stands in several columns")),
    ColumnRole("year", _l("Year of study"), _l("Where the class stands in several columns")),
    ColumnRole("semester", _l("Semester of study"), _l("Where the class stands in several columns")),
    ColumnRole("section", _l("Section"), _l("Where the class stands in several columns")),
    ColumnRole("batch", _l("Batch"), _l("The part of the class whose labs the row is about")),
    ColumnRole("course_prefix", _l("Subject before the number"), _l("Such as MATH of MATH 101")),
    ColumnRole("course", _l("Code of the subject"), "", kind=Kind.CODE),
    ColumnRole("title", _l("Subject"), _l("Its title")),
    ColumnRole("department", _l("Department"), _l("The one that offers the subject")),
    ColumnRole("lectures", _l("L: hours of lectures"), _l("A week"), kind=Kind.WHOLE),
    ColumnRole("tutorials", _l("T: hours of tutorials"), _l("A week"), kind=Kind.WHOLE),
    ColumnRole("practicals", _l("P: hours of labs"), _l("A week"), kind=Kind.WHOLE),
    ColumnRole("ltp", _l("L-T-P in one column"), _l("Such as 3-1-2")),
    ColumnRole("hours", _l("Hours a week"), _l("All of the row, of the kind that it is"), kind=Kind.WHOLE),
    ColumnRole("kind", _l("Theory or lab"), _l("What the hours of the row are")),
    ColumnRole("credits", _l("Credits"), "", kind=Kind.DECIMAL),
    ColumnRole("teacher", _l("Teacher"), _l("By name or code; several with commas"), kind=Kind.CODES),
    ColumnRole("teacher_2", _l("Second teacher"), "", kind=Kind.CODES),
    ColumnRole("lab_teacher", _l("Teacher of the labs"), _l("Where it is not the teacher"), kind=Kind.CODES),
    ColumnRole("lab_teacher_2", _l("Second teacher of the labs"), _l("Of the second batch"), kind=Kind.CODES),
    ColumnRole("room", _l("Room"), "", kind=Kind.CODES),
    ColumnRole("lab_room", _l("Room of the labs"), "", kind=Kind.CODES),
    ColumnRole("building", _l("Building of the room"), _l("Where rooms are numbered by building")),
    ColumnRole("days", _l("Days"), _l("Such as MWF or TTh: so many meetings a week")),
    ColumnRole("time", _l("Time"), _l("How long a lab is; at what hour is not kept")),
    ColumnRole("size", _l("Students of the class"), "", kind=Kind.WHOLE),
)


def roles(table: str) -> tuple[ColumnRole, ...]:
    """What the columns of an allotment can be."""
    return ROLES


def recognise(sheet: RawSheet, known: Known) -> Recognised | None:
    """Say how sure it is that a sheet is an allotment: it names subjects, their hours, and for whom or by whom."""
    found = WORDS.find(sheet)
    if found is None or not found.roles & {"course", "title"} or not found.roles & set(HOUR_ROLES):
        return None
    of_class, by_teacher = (
        bool(found.roles & set(CLASS_ROLES)),
        "teacher" in found.roles or "lab_teacher" in found.roles,
    )
    if not by_teacher and "class" not in found.roles:
        return None
    score = 45 + 15 * of_class + 15 * by_teacher + 2 * len(found.roles)
    columns = found.columns
    if (
        "lab_room" in columns
        and "practicals" not in columns
        and _holds_numbers(sheet, found.row, columns.index("lab_room"))
    ):
        columns = tuple("practicals" if role == "lab_room" else role for role in columns)
    if "course" not in columns:
        numbered = _numbers_of_courses(sheet, found.row, found.rows, columns)
        columns = tuple("course" if position == numbered else role for position, role in enumerate(columns))
    mapping = SheetMapping(sheet.name, SheetShape.ALLOTMENT, "", found.row, found.rows, columns)
    return Recognised(min(score, 95), mapping)


def _numbers_of_courses(sheet: RawSheet, row: int, rows: int, columns: tuple[str, ...]) -> int | None:
    """The position of a column of numbers that come again with their subject: those of courses, not of rows."""
    for position, role in enumerate(columns):
        if role or fold(heading_of(sheet, row, rows, position)) not in NUMBER:
            continue
        values = [cell_text(line.cell(position)).strip() for line in sheet.rows if line.number >= row + rows]
        filled = [value for value in values if value]
        if len(set(filled)) < len(filled):
            return position
    return None


def _holds_numbers(sheet: RawSheet, heading_row: int, position: int) -> bool:
    """Return whether a column has numbers: "Lab" is then hours, not a room."""
    cells = [row.cell(position) for row in sheet.rows if row.number > heading_row and row.cell(position) != ""]
    numbers = [cell for cell in cells if isinstance(cell, int | float) or str(cell).strip().isdecimal()]
    return len(numbers) > len(cells) / 2


def convert(sheet: RawSheet, said: SheetMapping, conversion: Conversion) -> None:
    """Add the courses, groups, sections, components and pins that an allotment is made of."""
    named = Named(conversion, sheet)
    rows = AllotmentReader(conversion, sheet, said, named, WORDS).rows()
    AllottedTables(conversion, sheet, said, named, rows).add()


ALLOTMENT = Shape(SheetShape.ALLOTMENT, recognise, roles, convert, order=20)
