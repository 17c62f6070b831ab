"""What came up while a book was read, in words: changes, questions, and what a reader should know of the file.

Codes are what is kept; a code that has no words of its own here is worded by what was found and as what it was taken.
"""

from collections.abc import Callable, Mapping

from webapp.services.imports.mapping.questions import Question, ReadAs
from webapp.services.shared.words import _, ngettext

SHOWN_LENGTH = 80


def short(text: str, length: int = SHOWN_LENGTH) -> str:
    """A text in one line, and no longer than is readable within a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


CHANGES: Mapping[str, Callable[[ReadAs], str]] = {}
"""What is said of a change, by its code; the rest are worded alike."""


def change_words(change: ReadAs) -> str:
    """A change that was made while reading, with how often: “cse” read as CSE, 41 times."""
    words = CHANGES.get(change.code)
    if words is not None:
        return words(change)
    found, taken = short(change.found), short(change.taken)
    if not found and not taken:
        return change.code.replace("_", " ").capitalize()
    if not taken:
        return _("“%(found)s” left out", found=found)
    if not found:
        return _("nothing read as “%(taken)s”", taken=taken)
    return _("“%(found)s” read as “%(taken)s”", found=found, taken=taken)


def times(count: int) -> str:
    """How often something came up."""
    return ngettext("%(num)d time", "%(num)d times", count)


QUESTIONS: Mapping[str, Callable[[Question], str]] = {
    "link": lambda question: _("Which one is meant? None has this name or code."),
    "same_name": lambda question: _("Several have this name. Which one is meant?"),
    "date_order": lambda question: _("The day or the month first? The column does not tell."),
    "thousands": lambda question: _("A comma for decimals, or for thousands?"),
    "time_of_day": lambda question: _("In the morning, or in the afternoon?"),
}
"""What is asked, by the code of a question; above what was found."""


def question_words(question: Question) -> str:
    """What is asked about all values of a column that share a code."""
    words = QUESTIONS.get(question.code)
    return words(question) if words is not None else _("What is meant?")


NOTES: Mapping[str, Callable[[str], str]] = {
    "code_page": lambda value: _(
        "Its text is in the code page %(value)s, which was found out from the text.", value=value
    ),
    "formulas": lambda value: _(
        "Cells with formulas are read by the value they had when the file was saved: %(value)s.", value=value
    ),
    "hidden_sheet": lambda value: _("The hidden sheet %(value)s is not read unless you say what it is.", value=value),
    "macros": lambda _value: _("The workbook has macros. They are not run; its sheets are read."),
}
"""What a reader should know of a file, by the code of the note."""


def note_words(code: str, value: str) -> str:
    """A note on how the file was read, in words."""
    words = NOTES.get(code)
    return words(value) if words is not None else f"{code.replace('_', ' ')}: {value}"
