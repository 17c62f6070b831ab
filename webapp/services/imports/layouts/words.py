"""What came up while a book was read, in words: changes, questions, and what a reader should know of the file.

Codes are what is kept; a code that has no words of its own here is worded by what was found and as what it was taken.
"""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from webapp.services.imports.formats.workbooks import column_letter
from webapp.services.imports.layouts.questions import Question, ReadAs
from webapp.services.imports.layouts.row_numbers import written_rows
from webapp.services.schema.columns import Words
from webapp.services.shared.words import _, ngettext, short

ROWS_NAMED = 5

CHANGES: Mapping[str, Words] = {
    "spaces": _l("spaces and signs that can’t be seen are left out"),
    "heading": _l("the column “%(found)s” is %(taken)s"),
    "column_not_read": _l("the column “%(found)s” is not read"),
    "sheet_not_read": _l("this sheet is not read"),
    "title_row": _l("the title “%(found)s” is no row"),
    "total_row": _l("the total “%(found)s” is no row"),
    "heading_again": _l("the headings stand there again: not read"),
    "row_without_data": _l("a row without data is not read"),
    "cell_not_read": _l("“%(found)s” stands beside the headings: not read"),
    "duplicate": _l("“%(found)s” stands there twice in the same words: read once"),
    "same_row": _l("“%(found)s” stands there twice for the same class: read once"),
    "row_left_out": _l("left out, as you said"),
    "code_made": _l("a code is made of the name"),
    "made": _l("“%(taken)s” is added, for there is none of that name"),
    "no_value": _l("“%(found)s” means nothing here"),
    "no_teacher": _l("“%(found)s” means nobody"),
    "as_above": _l("an empty cell is read as the one above it"),
    "lab_of_title": _l("“%(found)s” is a lab, as its title says"),
    "no_hours": _l("“%(found)s” has no hours: no classes are made of it"),
    "batch_per_teacher": _l("a lab with several teachers: a batch for each"),
    "length_not_kept": _l("“%(found)s” is given one period, as no periods are known yet: how long it is is not kept"),
    "days_kept": _l("of “%(found)s” it is kept that the class is at one hour on %(taken)s, at which hour is not"),
    "days_not_kept": _l(
        "of “%(found)s” only the number of meetings a week is kept, %(taken)s: on which days and at which hour is not"
    ),
    "hours_rounded": _l("hours that are no whole number of periods are rounded up: %(found)s to %(taken)s"),
    "room_of_building": _l("rooms of one number in several buildings: “%(found)s” is %(taken)s"),
    "first_name": _l("first and last names stand in two columns: read together"),
    "room_pinned": _l("the room is kept for the class"),
    "room_not_carried": _l("several rooms for one class, “%(found)s”, can't be kept: a room is found for it"),
    "break_minutes": _l("the longest break within a double period is %(taken)s minutes instead of %(found)s"),
    "course_department": _l("the course is given by %(taken)s, the department of its teacher"),
    "course_of_title": _l("“%(found)s” has no code: %(taken)s is made for it"),
    "not_carried": _l("“%(found)s” in the timetable is no class"),
    "no_slot": _l("the term has no time slot for the period %(found)s: what stands there is not carried"),
    "no_section": _l("no section is “%(found)s”: what stands there is not carried"),
    "meeting_not_carried": _l("“%(found)s” has no class left that fits: what stands there is not carried"),
}
"""What is said of a change, by its code; the rest are worded alike."""
QUESTIONS: Mapping[str, Words] = {
    "link": _l("Which one is meant? There is none of that code or name."),
    "word": _l("Is one of the words meant that are in use, or is it a new one?"),
    "several": _l("Several may be meant. Which one is?"),
    "same_code": _l("These codes differ only in how they are written. Are they one?"),
    "same_heading": _l("Several columns have this heading. Which one is meant?"),
    "other_term": _l(
        "The file says that it is of another term than the chosen one, %(chosen)s. Which one do its rows go into?"
    ),
    "day_numbers": _l("Days are numbers here. Which day does this number mean? It tells where the week begins."),
    "date_order": _l("Does the day stand first, or the month? The column does not tell."),
    "thousands": _l("Does the comma stand before decimals, or between thousands?"),
    "time_of_day": _l("In the morning, or in the afternoon?"),
    "teacher": _l("Who is meant? No teacher has just this name."),
    "namesakes": _l("Several teachers have this name. Who is meant?"),
    "no_teachers_known": _l("No teachers are known yet. Shall those who are named here be added?"),
    "teacher_department": _l("Which department does this new teacher belong to?"),
    "course_department": _l("Which department gives this course?"),
    "department_of_sheet": _l("Which department are the rows of this sheet of? No column says it."),
    "room": _l("Which room is meant?"),
    "class_size": _l(
        "How many students has a class? Classes of which the file does not say it: %(number)s, such as %(first)s."
    ),
    "lab_batches": _l("A lab has fewer seats than a class has students. Into how many batches is the class split?"),
    "lab_kind": _l("Which kind of room do the labs of this department need?"),
    "lecture_kind": _l("Which kind of room do lectures need?"),
    "same_class": _l("Two rows are about this course and the same class. Is it taught together, or twice?"),
    "hours_per_period": _l("A period has %(minutes)s minutes here. How many periods are the hours of this column?"),
    "periods_per_class": _l(
        "A period of the week has %(period)s minutes, and a class takes longer. How many is it given?"
    ),
    "saturday": _l("Which periods are there on Saturday?"),
    "master_course": _l("Which course is this in the timetable? None is called so."),
    "master_section": _l("Which section of the course is this in the timetable? Neither class nor teacher tells."),
}
"""What is asked, by the code of a question; it stands once above all values of a column."""
FOUND: Mapping[str, Words] = {
    "class_size": _l("Each class"),
    "lab_batches": _l("A class of %(size)s, a lab of %(seats)s"),
    "lecture_kind": _l("Lectures"),
    "hours_per_period": _l("Hours and periods"),
    "periods_per_class": _l("A class of %(minutes)s minutes"),
    "saturday": _l("Saturday"),
}
"""What is asked about, where that does not stand in the file."""
LEFT_OUT: Mapping[str, Words] = {
    "class_size": _l("not known: left empty"),
    "lab_kind": _l("any room"),
    "lecture_kind": _l("any room"),
    "periods_per_class": _l("one period"),
    "teacher": _l("nobody: left empty"),
    "namesakes": _l("nobody: left empty"),
}
"""What it means to leave out what is asked about, where that is more than leaving it out."""
NOTES: Mapping[str, Words] = {
    "code_page": _l("Its text is in the code page %(value)s, as was found out from the text."),
    "formulas": _l("Cells with a formula: %(value)s. They are read by the value they had when the file was saved."),
    "hidden_sheet": _l("The sheet %(value)s is hidden in the file."),
    "macros": _l("The workbook has macros. They are not run; its sheets are read."),
}
"""What a reader should know of a file, by the code of the note."""


def with_letter(heading: str, position: int) -> str:
    """A heading with the letter of its column, for one that stands there twice."""
    return _("%(heading)s (column %(letter)s)", heading=heading, letter=column_letter(position))


def change_words(change: ReadAs) -> str:
    """A change that was made while reading: “cse” read as CSE."""
    found, taken = short(change.found), short(change.taken)
    words = CHANGES.get(change.code)
    if words is not None:
        return str(words) % {"found": found, "taken": taken}
    if not taken:
        return _("“%(found)s” is not read", found=found) if found else change.code.replace("_", " ")
    if not found:
        return _("nothing is read as %(taken)s", taken=taken)
    return _("“%(found)s” read as %(taken)s", found=found, taken=taken)


def times(count: int) -> str:
    """How often something came up."""
    return ngettext("%(num)d time", "%(num)d times", count)


def question_words(question: Question) -> str:
    """What is asked about all values of a column that share a code."""
    words = QUESTIONS.get(question.code)
    return str(words) % question.values if words is not None else _("What is meant?")


def found_words(question: Question) -> str:
    """What is asked about: the text of the file, or what stands for it."""
    words = FOUND.get(question.code)
    return str(words) % question.values if words is not None else short(question.found)


def leave_out_words(question: Question) -> str:
    """What it means to leave out what is asked about."""
    return str(LEFT_OUT.get(question.code, _l("leave out")))


def where_words(question: Question) -> str:
    """Where a value stands in the file, and how often."""
    named = question.rows[:ROWS_NAMED]
    rest = question.count - len(named)
    rows = ngettext("row %(rows)s", "rows %(rows)s", len(named), rows=written_rows(named)) if named else ""
    if rows and rest > 0:
        rows = _("%(rows)s and %(rest)d more", rows=rows, rest=rest)
    return rows or times(question.count)


def note_words(code: str, value: str) -> str:
    """A note on how the file was read, in words."""
    words = NOTES.get(code)
    return str(words) % {"value": value} if words is not None else f"{code.replace('_', ' ')}: {value}"
