"""An upload on its way to the preview: what its sheets are, what was asked and answered, which term it is for.

All of it stands in the upload's own row, so each step is one request, the way back is open, and of two tabs the second
is told. Nothing of the file is imported here.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from webapp.extensions import db
from webapp.models import ImportMapping, Organization, Term, Upload
from webapp.services.imports import new_term
from webapp.services.imports.destination import term_named_in
from webapp.services.imports.formats.books import read_book
from webapp.services.imports.formats.files import holds_sheets, read_upload
from webapp.services.imports.formats.workbooks import RawBook
from webapp.services.imports.kept_tables import KeptReading, keep, kept
from webapp.services.imports.layouts.columns import with_columns
from webapp.services.imports.layouts.convert import Converted, convert
from webapp.services.imports.layouts.guess import guess
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.lists.exchange import is_exchange_format
from webapp.services.imports.layouts.objections import Objection, objections
from webapp.services.imports.layouts.plan import BookMapping, SheetMapping
from webapp.services.imports.layouts.questions import Candidate, Question
from webapp.services.imports.layouts.remembered import mapping_of, recall
from webapp.services.imports.layouts.shapes import roles
from webapp.services.imports.new_term import NewTerm
from webapp.services.imports.sheets import Tables
from webapp.services.imports.stored import Store
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Reach
from webapp.services.shared.codec import from_json, to_json
from webapp.services.shared.errors import Conflict, Problem
from webapp.services.shared.garbage import uncollected
from webapp.services.shared.optimistic_lock import mark
from webapp.services.shared.scoped import find
from webapp.services.shared.words import _
from webapp.services.terms.selection import find_term, list_terms

TERM_KEY = "other_term"
"""The key of the question which term is meant; its answers are of one file only."""
OWN_TERM, CHOSEN_TERM = "own", "chosen"


class ReadingOutdated(Conflict):
    """How the file is read was changed since the page was shown, in another tab or by somebody else."""


class MappingRefused(Problem):
    """Sheets or columns can't be read as was said; ``objections`` says why, each about a sheet."""

    def __init__(self, found: tuple[Objection, ...]) -> None:
        self.objections = found
        super().__init__(_("Nothing was changed."), [objection.sentence for objection in found])


class Step(StrEnum):
    """Where an upload stands: what a person has to say next."""

    MAPPING = "mapping"
    QUESTIONS = "questions"
    PREVIEW = "preview"


@dataclass(frozen=True)
class UploadPlan:
    """What an upload's row keeps of how it is read.

    ``book`` is None for a file that holds no sheets (`.ctt`); ``term`` is the term that the import makes, as it was
    typed so far. ``is_seen`` says that somebody has looked at what the sheets are, or that the file says it itself;
    ``recalled`` is the key of what was remembered and taken; with ``replaces`` the tables that the file has lose the
    rows it lacks.
    """

    book: BookMapping | None = None
    term: NewTerm | None = None
    is_seen: bool = False
    recalled: int | None = None
    replaces: bool = False


@dataclass(frozen=True)
class UploadReading:
    """A kept file as it is read at present."""

    upload: Upload
    plan: UploadPlan
    term: Term | None
    converted: Converted
    objections: tuple[Objection, ...] = ()
    term_errors: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with the new term as it was typed, by field."""

    @cached_property
    def book(self) -> RawBook | None:
        """The sheets of the file as they stand there, opened when first asked for; None where it holds no sheets."""
        return read_book(self.upload.filename, self.upload.content) if self.plan.book is not None else None

    @cached_property
    def other_term(self) -> Question | None:
        """What is asked where the file says that it is of another term than the chosen one; None where it does not."""
        named = term_named_in(self.converted.tables) if self.names_term else None
        if self.term is None or named in (None, (self.term.academic_year, self.term.semester)):
            return None
        sheet = self.converted.tables.sheets[TERM.name]
        year, number = named
        label = _("%(year)s, semester %(semester)s", year=year, semester=number)
        choices = (
            Candidate(OWN_TERM, _("the file’s own term: %(term)s", term=label)),
            Candidate(
                CHOSEN_TERM, _("the chosen term: %(term)s; the sheet about the term is not read", term=self.term.name)
            ),
        )
        place = sheet.place(sheet.rows[0])[1]
        return Question(
            TERM_KEY,
            "other_term",
            place,
            "",
            label,
            1,
            (sheet.rows[0].number,),
            choices,
            values={"chosen": self.term.name},
        )

    @property
    def _is_into_chosen(self) -> bool:
        return self.plan.book is not None and self.plan.book.answers.get(TERM_KEY) == CHOSEN_TERM

    @cached_property
    def tables(self) -> Tables:
        """The tables of the file, with the term that is made where one is, without one that is not to be read."""
        tables = self.converted.tables
        if self.other_term is not None:
            tables = replace(tables, sheets={name: each for name, each in tables.sheets.items() if name != TERM.name})
        return new_term.add_to(tables, self.plan.term) if self.plan.term is not None else tables

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """What was asked and has no answer yet."""
        of_term = (self.other_term,) if self.other_term is not None and not self._is_into_chosen else ()
        return (*of_term, *self.converted.questions)

    @property
    def answered(self) -> tuple[Question, ...]:
        """What was asked and has an answer."""
        of_term = (self.other_term,) if self.other_term is not None and self._is_into_chosen else ()
        return (*of_term, *self.converted.answered)

    @property
    def names_term(self) -> bool:
        """Whether the file itself says which term its rows are of."""
        said = self.converted.tables.sheets.get(TERM.name)
        return said is not None and not any(row.is_made for row in said.rows)

    @cached_property
    def lacks_term(self) -> bool:
        """Whether the file has rows of a term, and neither it nor anybody has said of which."""
        if self.term is not None or self.plan.term is not None or self.names_term:
            return False
        return any(sheet.table.reach is not Reach.ORGANIZATION for sheet in self.converted.tables.sheets.values())

    @property
    def term_name(self) -> str:
        """What the term is called that the rows go into; nothing where only the file says it."""
        if self.plan.term is not None:
            return self.plan.term.name
        return self.term.name if self.term is not None else ""

    @property
    def changes_count(self) -> int:
        """How many cells or rows were read otherwise than they stand in the file."""
        return sum(change.count for change in self.converted.changes)

    @property
    def step(self) -> Step:
        """What has to be said next."""
        if self.objections or self.lacks_term or self.term_errors or not self.plan.is_seen:
            return Step.MAPPING
        return Step.QUESTIONS if self.open_questions else Step.PREVIEW


@dataclass(frozen=True)
class TermChoice:
    """Which term the page says: the key of one, or a new one as it was typed; neither leaves it as it is."""

    term_id: int | None = None
    new: NewTerm | None = None


@dataclass(frozen=True)
class Said:
    """What the page of the mapping sent: what one sheet is, which term, and whether to go on."""

    seen: str
    sheet: SheetMapping | None = None
    term: TermChoice = field(default_factory=TermChoice)
    goes_on: bool = False


@dataclass(frozen=True)
class Corrections:
    """Cells that were typed anew, by `plan.cell_key`, and rows to skip, by sheet; and of both what is taken back."""

    cells: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, Collection[int]] = field(default_factory=dict)
    cells_back: Collection[str] = ()
    rows_back: Mapping[str, Collection[int]] = field(default_factory=dict)

    def rows(self, sheet: SheetMapping) -> tuple[int, ...]:
        """The rows of a sheet that are left out with these corrections."""
        left_out = {*sheet.skipped_rows, *self.skipped.get(sheet.sheet, ())}
        return tuple(sorted(left_out - set(self.rows_back.get(sheet.sheet, ()))))


def mark_of(upload: Upload) -> str:
    """The mark of how an upload is read at present, which forms send back."""
    return mark({"mapping": json.dumps(upload.mapping, sort_keys=True), "term": upload.term_id})


def plan_of(upload: Upload) -> UploadPlan:
    """What an upload's row keeps of how it is read."""
    return from_json(UploadPlan, upload.mapping or {})


def begin(organization: Organization, upload: Upload, *, replaces: bool = False) -> UploadReading:
    """Find out how a file that was just kept is read; raises `UploadRefused` where it can't be opened.

    What is remembered of files of its shape comes first, then what its own headings and rows say.
    """
    plan, book = UploadPlan(is_seen=True, replaces=replaces), None
    if holds_sheets(upload.filename):
        book = read_book(upload.filename, upload.content)
        row = recall(organization, book)
        plan = replace(
            plan,
            book=mapping_of(row, book) if row is not None else guess(book, known_to(organization, upload)),
            is_seen=row is None and is_exchange_format(book),
            recalled=row.import_mapping_id if row is not None else None,
        )
    _keep(upload, plan)
    reading = reading_of(organization, upload, book)
    if reading.lacks_term and not list_terms(organization):
        _keep(upload, replace(plan, term=new_term.suggested(organization, book), is_seen=False))
        reading = reading_of(organization, upload, book)
    return reading


def reading_of(organization: Organization, upload: Upload, book: RawBook | None = None) -> UploadReading:
    """Read a kept file as its plan says; raises `UploadRefused` where it can't be opened.

    What was read before and still holds is taken from the upload's row; ``book`` is the file where it is open already.
    """
    if upload.mapping is None:
        return begin(organization, upload)
    plan, term = plan_of(upload), find(organization, Term, upload.term_id)
    errors = new_term.errors_of(organization, plan.term) if plan.term is not None else {}
    if plan.book is None:
        converted = Converted(read_upload(upload.filename, upload.content))
        return UploadReading(upload, plan, term, converted, (), errors)
    with uncollected():
        reading = _book_reading(upload, plan.book, known_to(organization, upload), book)
    return UploadReading(upload, plan, term, reading.converted, reading.objections, errors)


def _book_reading(upload: Upload, mapping: BookMapping, known: Known, book: RawBook | None) -> KeptReading:
    reading = kept(upload, mapping, known)
    if reading is None:
        book = book or read_book(upload.filename, upload.content)
        reading = KeptReading(convert(book, mapping, known), objections(book, mapping))
        keep(upload, mapping, known, reading)
        db.session.flush()
    return reading


def recalled_of(organization: Organization, reading: UploadReading) -> ImportMapping | None:
    """What was remembered and taken for this file, as long as it is not forgotten."""
    return find(organization, ImportMapping, reading.plan.recalled)


def say(organization: Organization, upload: Upload, said: Said) -> UploadReading:
    """Take what a sheet is and which term the file is for.

    A term is kept as it was typed, right or wrong. Raises `ReadingOutdated`, and `MappingRefused` where two columns or
    two sheets are said to be the same.
    """
    plan = _with_term(organization, upload, _claim(organization, upload, said.seen), said.term)
    book = None
    if said.sheet is not None and plan.book is not None:
        book = read_book(upload.filename, upload.content)
        plan = replace(plan, book=_with_sheet(known_to(organization, upload), book, plan.book, said.sheet))
    _keep(upload, replace(plan, is_seen=plan.is_seen or said.goes_on))
    return reading_of(organization, upload, book)


def _with_sheet(to: Known, book: RawBook, mapping: BookMapping, sheet: SheetMapping) -> BookMapping:
    before = mapping.of(sheet.sheet)
    known = {role.name for role in roles(sheet.shape, sheet.table)}
    sheet = replace(sheet, columns=tuple(name if name in known else "" for name in sheet.columns))
    is_as_before = (sheet.shape, sheet.table) == (before.shape, before.table)
    if is_as_before and sheet.heading_row == before.heading_row:
        sheet = replace(sheet, heading_rows=before.heading_rows)
    else:
        heading_row = sheet.heading_row if sheet.heading_row != before.heading_row else None
        sheet = with_columns(book.sheet(sheet.sheet), sheet, to, heading_row=heading_row)
    sheets = tuple(sheet if other.sheet == sheet.sheet else other for other in mapping.sheets)
    changed = replace(mapping, sheets=sheets)
    before_it = objections(book, mapping)  # a guess may find the same twice, which is mended sheet by sheet
    twice = tuple(found for found in objections(book, changed) if found.is_twice and found not in before_it)
    if twice:
        raise MappingRefused(twice)
    return changed


def _with_term(organization: Organization, upload: Upload, plan: UploadPlan, choice: TermChoice) -> UploadPlan:
    if choice.new is not None:
        upload.term_id = None
        return replace(plan, term=choice.new)
    term = find(organization, Term, choice.term_id)
    if term is None:
        return plan
    upload.term_id = term.term_id
    return replace(plan, term=None)


def answer(organization: Organization, upload: Upload, seen: str, answers: Mapping[str, str]) -> UploadReading:
    """Take answers by the keys of the questions; "" takes an answer back."""
    plan = _claim(organization, upload, seen)
    if plan.book is not None:
        given = {**plan.book.answers, **answers}
        mapping = replace(plan.book, answers={key: text for key, text in given.items() if text})
        _keep(upload, replace(plan, book=mapping))
        if given.get(TERM_KEY) == OWN_TERM:
            _go_into_own_term(organization, upload)
    return reading_of(organization, upload)


def _go_into_own_term(organization: Organization, upload: Upload) -> None:
    """Let a file go into the term that it names, which is made with the import where there is none yet."""
    named = term_named_in(reading_of(organization, upload).converted.tables)
    term = find_term(organization, *named) if named is not None else None
    upload.term_id = term.term_id if term is not None else None
    db.session.flush()


def correct(organization: Organization, upload: Upload, seen: str, corrections: Corrections) -> UploadReading:
    """Read some cells as what was typed instead, and leave some rows out; or read them as they stand there again."""
    plan = _claim(organization, upload, seen)
    if plan.book is not None:
        sheets = tuple(replace(sheet, skipped_rows=corrections.rows(sheet)) for sheet in plan.book.sheets)
        typed = {**plan.book.corrections, **corrections.cells}
        cells = {key: text for key, text in typed.items() if key not in corrections.cells_back}
        _keep(upload, replace(plan, book=replace(plan.book, sheets=sheets, corrections=cells)))
    return reading_of(organization, upload)


def _claim(organization: Organization, upload: Upload, seen: str) -> UploadPlan:
    """The plan, held until the transaction ends, where it is still what was shown."""
    db.session.refresh(upload, ["mapping", "term_id", "confirmed_at"], with_for_update=True)
    if upload.confirmed_at is not None:
        raise ReadingOutdated(_("%(file)s is imported already: nothing was changed.", file=upload.filename))
    if upload.mapping is None:  # it was sent before there was such a step
        begin(organization, upload)
    if seen != mark_of(upload):
        raise ReadingOutdated(
            _("How this file is read was changed meanwhile: nothing was changed now. Look at how it is read.")
        )
    return plan_of(upload)


def _keep(upload: Upload, plan: UploadPlan) -> None:
    upload.mapping = to_json(plan)
    db.session.flush()


def known_to(organization: Organization, upload: Upload) -> Known:
    """What the organisation and the upload's term have already; a term that is to be made is known as it was typed."""
    store, new = Store(organization.organization_id, find(organization, Term, upload.term_id)), plan_of(upload).term
    made = new_term.record_of(new) if new is not None else {}
    return Known(lambda name: made if made and name == TERM.name else store.table(name).records)
