"""Forms: that of a reference row is made from its table's declaration, the others stand here."""

from collections.abc import Iterable
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, NumberInput, TimeInput

from webapp.models import Role
from webapp.services.reference.queries import options_of
from webapp.services.schema.columns import Column, Kind, Table
from webapp.services.schema.scope import Scope
from webapp.services.schema.values import DAY_NAMES, EMAIL_LENGTH_MAX
from webapp.services.shared.words import WEEKDAYS
from webapp.web.forms import PageForm

ROLES = (
    (Role.REGISTRAR.value, _l("Registrar")),
    (Role.HOD.value, _l("Head of department")),
    (Role.FACULTY.value, _l("Teacher")),
    (Role.STUDENT.value, _l("Student")),
)
_WIDGETS = {
    Kind.WHOLE: NumberInput(),
    Kind.DECIMAL: NumberInput(step="any"),
    Kind.DATE: DateInput(),
    Kind.TIME: TimeInput(),
}


def _key_or_none(text: Any) -> int | None:
    return int(text) if text not in (None, "", "None") else None


def choices(options: Iterable[tuple[Any, Any]], empty: Any = None) -> list[SelectChoice]:
    """Options for a select box, behind an empty one where it has words."""
    first = [] if empty is None else [("", empty)]
    return [SelectChoice(value, label) for value, label in [*first, *options]]


def _choose(column: Column, options: Iterable[tuple[Any, Any]]) -> Field:
    # What was not offered is refused by the path, in words and in the reader's scope.
    return SelectField(
        column.label,
        choices=choices(options, _l("Choose …") if column.required else "–"),
        coerce=_key_or_none,
        description=column.hint,
        validate_choice=False,
    )


def _choose_word(column: Column) -> Field:
    """A select box of the words that are allowed."""
    words = [(word, column.choice_words.get(word, word)) for word in column.choices]
    empty = _l("Choose …") if column.required else "–"
    options = choices(words, empty)
    return SelectField(column.label, choices=options, description=column.hint, validate_choice=False)


def record_field(scope: Scope, table: Table, column: Column) -> Field:
    """The field in which a form asks for a column."""
    if column.kind is Kind.DAY:
        return _choose(column, enumerate(WEEKDAYS))
    if column.kind is Kind.LINK and not column.typed:
        return _choose(column, options_of(scope, column.refers_to))
    if column.choices:
        return _choose_word(column)
    if column.kind is Kind.YES_NO:
        return BooleanField(column.label, description=column.hint)
    if column.is_found:
        return StringField(column.label, description=column.hint, render_kw=picker_of(table, column))
    return StringField(column.label, description=column.hint, widget=_WIDGETS.get(column.kind))


def picker_of(table: Table, column: Column, term_id: int | None = None) -> dict[str, str]:
    """What `static/picker.js` must know of a field that offers values while one types.

    ``term_id`` is the term, where the form has no field that names it.
    """
    address = url_for("admin.choices", table_key=table.address, field=column.field, term=term_id)
    marks = {"data-picker-list": column.is_list, "data-picker-words": column.vocabulary}
    return {"data-picker": address, "autocomplete": "off", **{name: "yes" for name, is_so in marks.items() if is_so}}


def record_form(scope: Scope, table: Table, values: dict[str, Any]) -> PageForm:
    """The form of a row: what was typed goes on as it is, for the path reads it and says what is wrong."""
    fields = {column.field: record_field(scope, table, column) for column in table.form_columns}
    kind: type[PageForm] = type("RecordForm", (PageForm,), fields)
    return kind(data=values)


def _text_field(table: Table, column: Column) -> Field:
    """The field for a column's value as files have it: links are codes, which are found while one types."""
    if column.kind in (Kind.YES_NO, Kind.DAY):
        words = DAY_NAMES if column.kind is Kind.DAY else ("yes", "no")
        labels = WEEKDAYS if column.kind is Kind.DAY else (_l("Yes"), _l("No"))
        return SelectField(column.label, choices=choices(zip(words, labels, strict=True)))
    if column.choices:
        return _choose_word(column)
    if column.is_found or column.refers_to:
        return StringField(column.label, description=column.hint, render_kw=picker_of(table, column))
    return StringField(column.label, description=column.hint, widget=_WIDGETS.get(column.kind))


def bulk_form(table: Table, column: Column) -> PageForm:
    """One value for a column of many rows, or a pasted column; all of it is text, links are codes."""
    pasted = TextAreaField(
        _l("Or paste a column"),
        description=_l("One line for each ticked row, in the order below; it counts instead of the one value."),
    )
    kind: type[PageForm] = type("BulkForm", (PageForm,), {"value": _text_field(table, column), "pasted": pasted})
    return kind()


def cell_form(table: Table, column: Column, text: str) -> PageForm:
    """The one value of a cell that is edited in place, as in `bulk_form`; what was sent stays."""
    kind: type[PageForm] = type("CellForm", (PageForm,), {"value": _text_field(table, column)})
    return kind(data={"value": text})


def optional_fields(table: Table) -> frozenset[str]:
    """The fields that may stay empty, which the page says; a box that is not ticked says so itself."""
    return frozenset(c.field for c in table.form_columns if not c.required and c.kind is not Kind.YES_NO)


BY_LINK = "link"


class UserForm(PageForm):
    name = StringField(_l("Name"), [InputRequired(_l("This is needed.")), Length(max=200)])
    email = StringField(_l("E-mail"), [InputRequired(_l("This is needed.")), Length(max=EMAIL_LENGTH_MAX)])
    roles = SelectMultipleField(
        _l("Roles"),
        choices=choices(ROLES),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("One or several: a head who teaches, a student who assists."),
    )
    department = SelectField(
        _l("Department"),
        coerce=_key_or_none,
        description=_l("A head of department needs one; a head who teaches has that of the teacher by default."),
    )
    faculty = StringField(
        _l("Teacher"), [Length(max=64)], description=_l("The code of the teacher whose account this is.")
    )
    student = StringField(
        _l("Student"), [Length(max=64)], description=_l("The code of the student whose account this is.")
    )
    first_password = SelectField(
        _l("First password"),
        choices=choices(
            [
                (BY_LINK, _l("Set by a link that you hand out, within two weeks")),
                ("drawn", _l("Drawn and shown to you once; it must be changed at first sign-in")),
            ]
        ),
        default=BY_LINK,
    )
    seen = HiddenField()


class UploadForm(PageForm):
    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l(
            "Your own workbook (.xlsx, .xlsm, .xls, .ods) or table (.csv, in any code page), a ZIP of tables, or a file"
            " of FET (.fet) or ITC-2007 (.ctt). It need not have Timeloom’s headings: you say what is what."
        ),
    )
    replace = BooleanField(
        _l("Remove rows that the file’s tables lack"),
        description=_l("Otherwise an import never deletes anything."),
    )
