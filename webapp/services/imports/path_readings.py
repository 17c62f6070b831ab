"""A folder or file read for a command: a mapping and answers come as arguments, and what is still open is told.

The same steps as `readings`, without an upload's row to keep them in.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from webapp.extensions import db
from webapp.models import ImportMapping, Organization, Term, Upload
from webapp.services.imports import uploads
from webapp.services.imports.faults import UploadRefused
from webapp.services.imports.formats.archives import zipped
from webapp.services.imports.formats.books import read_book, read_folder
from webapp.services.imports.formats.files import holds_sheets, read_bytes, read_upload
from webapp.services.imports.formats.workbooks import RawBook
from webapp.services.imports.layouts.convert import Converted, convert
from webapp.services.imports.layouts.guess import guess
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.objections import Objection, objections
from webapp.services.imports.layouts.plan import LEAVE_OUT, NEW, BookMapping
from webapp.services.imports.layouts.questions import Question
from webapp.services.imports.layouts.remembered import mapping_of, recall
from webapp.services.imports.layouts.words import leave_out_words
from webapp.services.imports.readings import UploadPlan
from webapp.services.imports.sheets import Tables
from webapp.services.imports.stored import Store
from webapp.services.shared.codec import from_json, to_json
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _

WORDS = {"new": NEW, "skip": LEAVE_OUT}
"""What may be written for the answers that name no value."""


class MappingUnreadable(Problem):
    """A file of a mapping is none."""


class AnswerUnknown(Problem):
    """An answer belongs to no question."""


@dataclass(frozen=True)
class PathReading:
    """A file with how it is read; ``book`` is None where it holds no sheets, ``recalled`` what was remembered."""

    book: RawBook | None
    mapping: BookMapping | None
    converted: Converted
    objections: Sequence[Objection] = ()
    recalled: ImportMapping | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to say something before it can be imported."""
        return bool(self.objections or self.converted.questions)


def kept_path(organization: Organization, term: Term, path: Path, mapping: BookMapping | None) -> Upload:
    """Keep what a command imports as an upload, so that it can be taken back; a folder as a ZIP of it."""
    content = zipped(path) if path.is_dir() else read_bytes(path)
    upload = uploads.keep_upload(organization, term, None, path.name, content)
    upload.mapping = to_json(UploadPlan(mapping, is_seen=True))
    db.session.flush()
    return upload


def open_path(path: Path) -> RawBook | Tables:
    """Open a folder or file; one that holds no sheets is tables at once. Raises `UploadRefused`."""
    if path.is_dir():
        return read_folder(path)
    content = read_bytes(path)
    return read_book(path.name, content) if holds_sheets(path.name) else read_upload(path.name, content)


def read_for(
    organization: Organization,
    term: Term | None,
    opened: RawBook | Tables,
    mapping: BookMapping | None,
    answers: Sequence[str],
) -> PathReading:
    """Read what was opened into a term (None where it is not made yet); raises `AnswerUnknown`.

    Without a mapping it is what is remembered of files of that shape, else what can be guessed.
    """
    if isinstance(opened, Tables):
        return PathReading(None, None, Converted(opened))
    book, store = opened, Store(organization.organization_id, term)
    known = Known(lambda name: store.table(name).records)
    row = recall(organization, book) if mapping is None else None
    if mapping is None:
        mapping = mapping_of(row, book) if row is not None else guess(book, known)
    found = objections(book, mapping)
    mapping, converted = _answered(book, mapping, known, answers)
    return PathReading(book, mapping, converted, found, row)


def _answered(book: RawBook, mapping: BookMapping, known: Known, texts: Sequence[str]) -> tuple[BookMapping, Converted]:
    """Read with the answers; one may lead to a further question, which another answers."""
    converted, left = convert(book, mapping, known), set(texts)
    while given := dict(_matches(converted.questions, left)):
        left -= set(given.values())
        answers = {key: _answer(key, text) for key, text in given.items()}
        mapping = replace(mapping, answers={**mapping.answers, **answers})
        converted = convert(book, mapping, known)
    if left:
        raise AnswerUnknown(_("Nothing asks for the answer %(answer)s.", answer=", ".join(sorted(left))))
    return mapping, converted


def _matches(questions: Iterable[Question], texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    for question in questions:
        for text in texts:
            if text.startswith(f"{question.key}="):
                yield question.key, text


def _answer(key: str, text: str) -> str:
    value = text.removeprefix(f"{key}=")
    return WORDS.get(value, value)


def read_mapping(path: Path) -> BookMapping:
    """The mapping that a file holds; raises `MappingUnreadable`."""
    try:
        stored = json.loads(read_bytes(path))
        return from_json(BookMapping, stored)
    except (ValueError, TypeError, AttributeError, KeyError, UploadRefused) as error:
        message = _("%(name)s is not a mapping as --write-mapping writes it: %(error)s.", name=path.name, error=error)
        raise MappingUnreadable(message) from error


def written_mapping(mapping: BookMapping) -> str:
    """A mapping as a file holds it, for people to change."""
    return json.dumps(to_json(mapping), indent=2, ensure_ascii=False) + "\n"


def answers_to(question: Question) -> Mapping[str, str]:
    """What can be answered, as it is written in a command, and what it means."""
    possible = {f"{question.key}={value}": label for value, label, _score in question.candidates}
    if question.may_create:
        possible[f"{question.key}=new"] = _("new: add it as it is")
    if question.may_skip:
        possible[f"{question.key}=skip"] = leave_out_words(question)
    return possible or {f"{question.key}=…": _("a value of your own")}
