"""What the page of questions shows: values that nobody but a person can place, column by column, each asked once."""

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.services.imports.layouts.plan import LEAVE_OUT, NEW
from webapp.services.imports.layouts.questions import Question
from webapp.services.imports.layouts.words import found_words, leave_out_words, question_words, where_words
from webapp.services.imports.readings import UploadReading
from webapp.services.shared.words import _, short

MOST_SHOWN = 300
"""Questions on one page; the next follow once these have answers."""


@dataclass(frozen=True, slots=True)
class AskedValue:
    """A value that is asked about: its place among all, its possible answers, the one that was given."""

    index: int
    key: str
    found: str
    where: str
    options: tuple[tuple[str, str], ...]
    answer: str
    nearest: str
    typed: str = ""
    """A number that was typed instead of one of the options."""
    most: int = 0
    """The largest number that may be typed; 0 where none may."""


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """The values of one column that are asked about for one reason."""

    index: int
    sheet: str
    column: str
    sentence: str
    values: tuple[AskedValue, ...]
    bulk: tuple[tuple[str, str], ...]
    """What can be said of all that are left open."""

    @property
    def is_answered(self) -> bool:
        """Whether nothing of it is open."""
        return all(value.answer for value in self.values)


def question_groups(reading: UploadReading) -> list[QuestionGroup]:
    """Everything that was asked, the open ones first, and what was answered already, so that it can be changed."""
    asked: dict[tuple[str, str, str], list[Question]] = {}
    for question in (*reading.open_questions, *reading.answered)[:MOST_SHOWN]:
        asked.setdefault((question.sheet, question.column, question.code), []).append(question)
    answers = reading.plan.book.answers if reading.plan.book is not None else {}
    groups, index = [], 0
    for number, ((sheet, column, _code), questions) in enumerate(asked.items()):
        values = []
        for question in questions:
            values.append(_value(index, question, answers.get(question.key, "")))
            index += 1
        sentence = question_words(questions[0])
        groups.append(QuestionGroup(number, sheet, column, sentence, tuple(values), tuple(_bulk(questions))))
    return groups


def _value(index: int, question: Question, answer: str) -> AskedValue:
    options = [(value, short(label)) for value, label, _score in question.candidates]
    if question.may_create:
        options.append((NEW, _("new: add it as it is")))
    if question.may_skip:
        options.append((LEAVE_OUT, leave_out_words(question)))
    nearest = question.candidates[0].value if question.candidates else ""
    typed = answer if question.most and answer not in dict(options) else ""
    return AskedValue(
        index, question.key, found_words(question), where_words(question), tuple(options), answer, nearest, typed,
        question.most,
    )  # fmt: skip


def _bulk(questions: list[Question]) -> Iterator[tuple[str, str]]:
    if len(questions) < 2:
        return
    if all(question.candidates for question in questions):
        yield "nearest", _("the first of each list")
    if all(question.may_create for question in questions):
        yield NEW, _("new: add them as they are")
    if all(question.may_skip for question in questions):
        yield LEAVE_OUT, leave_out_words(questions[0])
