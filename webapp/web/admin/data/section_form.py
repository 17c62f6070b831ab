"""The form of a section: its own fields, and a row of fields for each of its weekly classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request
from wtforms import Field

from webapp.services.reference import commands, queries
from webapp.services.reference.commands import RowDeletion
from webapp.services.reference.errors import SectionRefused
from webapp.services.reference.section_classes import SentClass, classes_of
from webapp.services.schema.columns import Column, Kind
from webapp.services.schema.courses import CLASSES, COMPONENTS, SECTIONS
from webapp.services.schema.scope import Errors, Scope
from webapp.services.shared.errors import NotFound
from webapp.web.admin.forms import record_field, record_form
from webapp.web.forms import PageForm
from webapp.web.params import number

MAIN = tuple(column for column in CLASSES.form_columns if column.listed and column.kind is not Kind.YES_NO)
MORE = tuple(column for column in CLASSES.form_columns if column not in MAIN)
OF_THE_GROUP = ("groups", "code")
"""What a section that is copied for another group does not take over."""


@dataclass
class ClassFields:
    """The fields of one weekly class.

    Parameters
    ----------
    number
        Stands in the names of its fields.
    form
        The fields.
    key, seen
        The stored class (None of a new one) and the mark of what is shown of it.
    deletion
        What deleting it would meet, where that is asked for.
    errors
        What is wrong with the class as a whole.
    has_focus
        Whether a button has just changed it, so that the page goes on there.
    """

    number: int
    form: PageForm
    key: int | None = None
    seen: str = ""
    deletion: RowDeletion | None = None
    errors: list[str] = field(default_factory=list)
    has_focus: bool = False

    def name(self, part: str) -> str:
        """The name of what the page sends of it beside its fields."""
        return f"class-{self.number}-{part}"

    def fields(self, columns: Iterable[Column]) -> list[Field]:
        """Its fields for these columns."""
        return [self.form[column.field] for column in columns]

    @property
    def has_more(self) -> bool:
        """Whether the fields that are folded away say something: other than of a new class, or something wrong."""
        return bool(self.errors) or any(
            self.form[column.field].errors or _text(self.form[column.field].data) != _text(column.default)
            for column in MORE
        )

    def sent(self) -> SentClass:
        """The class as it was sent."""
        return SentClass(self.key, self.form.data, self.seen, self.deletion.seen if self.deletion else None)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


class SectionForm:
    """A section with its classes, as stored or as typed so far: every button of the page sends all of it."""

    def __init__(self, scope: Scope, key: int | None = None, values: Mapping[str, Any] | None = None) -> None:
        self.scope, self.key = scope, key
        self.row = queries.find_row(scope, SECTIONS, key) if key is not None else None
        self.own = record_form(scope, SECTIONS, {**queries.form_values(SECTIONS, self.row), **(values or {})})
        self.seen = request.form.get("seen", "") if _is_sent() else self._mark()
        self.kind: type[PageForm] = type(
            "ClassForm",
            (PageForm,),
            {c.field: record_field(scope, COMPONENTS, _in_a_row(c)) for c in CLASSES.form_columns},
        )
        self.classes: list[ClassFields] = []
        if _is_sent():
            self.classes = [self._sent(at) for at in dict.fromkeys(map(number, request.form.getlist("class"))) if at]
        elif key is not None:
            self.add_stored(key)

    def _mark(self) -> str:
        return commands.mark_of(SECTIONS, self.row) if self.row is not None else ""

    def _fields(self, at: int, values: Mapping[str, Any] | None) -> PageForm:
        sent = request.form if values is None else None
        return self.kind(sent, prefix=f"class-{at}", data=dict(values or {}), meta={"csrf": False})

    def _sent(self, at: int) -> ClassFields:
        row = ClassFields(at, self._fields(at, None))
        row.key = number(request.form.get(row.name("key"))) or None
        row.seen = request.form.get(row.name("seen"), "")
        agreed = request.form.get(row.name("deletion"))
        if agreed and row.key is not None:
            deletion = self._deletion(row.key)
            row.deletion = replace(deletion, seen=agreed) if deletion is not None else None
            row.key = row.key if deletion is not None else None
        return row

    def _deletion(self, key: int) -> RowDeletion | None:
        """What deleting a stored class would meet; None where somebody else has deleted it already."""
        try:
            return commands.deletion_of(self.scope, COMPONENTS, key)
        except NotFound:
            return None

    def _next(self) -> int:
        return max((row.number for row in self.classes), default=0) + 1

    def press(self, button: str, at: int) -> None:
        """Do what a button of a row, or the one below them, says."""
        match button:
            case "add":
                self.add()
            case "remove":
                self.remove(at)
            case "keep":
                self.keep(at)

    def add(self) -> None:
        """Add a class with the values that a new one begins with."""
        at = self._next()
        self.classes.append(ClassFields(at, self._fields(at, queries.form_values(CLASSES, None)), has_focus=True))

    def add_stored(self, section_id: int, *, as_new: bool = False) -> None:
        """Add the classes of a stored section that the form does not have, or new ones like them for other groups."""
        known = {row.key for row in self.classes}
        for stored in classes_of(section_id):
            if stored.component_id in known:
                continue
            values, at = queries.form_values(CLASSES, stored), self._next()
            if as_new:
                values |= {"batches": "", "teachers": ""}
            row = ClassFields(at, self._fields(at, values))
            if not as_new:
                row.key, row.seen = stored.component_id, commands.mark_of(CLASSES, stored)
            self.classes.append(row)

    def remove(self, at: int) -> None:
        """Take a class out: a new one goes; a stored one is marked for deletion, or says what keeps it."""
        row = next((row for row in self.classes if row.number == at), None)
        deletion = self._deletion(row.key) if row is not None and row.key is not None else None
        if deletion is None:
            self.classes = [one for one in self.classes if one.number != at]
        elif row is not None:
            row.has_focus = True
            row.errors = [deletion.refusal] if deletion.refusal else []
            row.deletion = None if deletion.refusal else deletion

    def keep(self, at: int) -> None:
        """Take back that a class is to be deleted."""
        for row in self.classes:
            if row.number == at:
                row.deletion, row.has_focus = None, True

    def is_sound(self) -> bool:
        """Whether all fields could be read, the token against forgery included."""
        return all([self.own.validate_on_submit(), *(row.form.validate() for row in self.classes)])

    def sent_classes(self) -> list[SentClass]:
        """The classes as they were sent."""
        return [row.sent() for row in self.classes]

    def blame(self, refusal: SectionRefused) -> None:
        """Show what is wrong at its field, and mark anew what is stored: saving again puts in what stands here."""
        self.own.form_errors = _blame(self.own, refusal.errors)
        for row, errors in zip(self.classes, refusal.classes, strict=True):
            row.errors = _blame(row.form, errors)
        if self.key is None:
            return
        self.seen = self._mark()
        stored = {one.component_id: one for one in classes_of(self.key)}
        for row in self.classes:
            row.key = row.key if row.key in stored else None
            row.seen = commands.mark_of(CLASSES, stored[row.key]) if row.key is not None else ""
            row.deletion = self._deletion(row.key) if row.deletion is not None and row.key is not None else None
        self.add_stored(self.key)

    @property
    def uses(self) -> RowDeletion | None:
        """What uses a stored section: what its deletion would meet."""
        return commands.deletion_of(self.scope, SECTIONS, self.key) if self.key is not None else None

    @property
    def faults(self) -> list[tuple[str, Any, str]]:
        """What is wrong: the id of the field, what it is called, and why."""
        found = [(own.id, own.label.text, " ".join(own.errors)) for own in self.own if own.errors]
        found += [("", SECTIONS.singular, words) for words in self.own.form_errors]
        for place, row in enumerate(self.classes, start=1):
            name = f"{COMPONENTS.singular} {place}"
            found += [(row.name("row"), name, words) for words in row.errors]
            found += [(own.id, f"{name}, {own.label.text}", " ".join(own.errors)) for own in row.form if own.errors]
        return found


def _is_sent() -> bool:
    return request.method == "POST"


def _in_a_row(column: Column) -> Column:
    """The column as a table has it: what its hint says stands below the table once."""
    return replace(column, hint="")


def _blame(form: PageForm, errors: Errors) -> list[str]:
    """Put words at the fields; returns those about no field of the form."""
    for name, words in errors.items():
        if name in form:
            form[name].errors = [words]
    return [words for name, words in errors.items() if name not in form]
