"""Forms: that of a reference row is made from its table's descriptor, the others stand here."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from webapp.models import Role
from webapp.services.reference import DAYS, Kind, Scope, Table, options_of
from webapp.services.reference import Field as RecordField
from webapp.web.forms import PageForm

LONG_TEXT = 200
ROLES = (
    (Role.REGISTRAR.value, _l("Registrar")),
    (Role.HOD.value, _l("Head of department")),
    (Role.FACULTY.value, _l("Teacher")),
    (Role.STUDENT.value, _l("Student")),
)
_PLAIN = {
    Kind.WHOLE: IntegerField,
    Kind.DECIMAL: DecimalField,
    Kind.DATE: DateField,
    Kind.YES_NO: BooleanField,
    Kind.TEXT: StringField,
    Kind.EMAIL: StringField,
    Kind.WEEKS: StringField,
    Kind.CODES: StringField,
}


def _key_or_none(text: Any) -> int | None:
    return int(text) if text not in (None, "", "None") else None


def choices(options: Iterable[tuple[Any, Any]], empty: Any = None) -> list[SelectChoice]:
    """Options for a select box, behind an empty one where it has words."""
    first = [] if empty is None else [("", empty)]
    return [SelectChoice(value, label) for value, label in [*first, *options]]


def _choose(item: RecordField, options: Iterable[tuple[Any, Any]]) -> Field:
    # What was not offered is refused by the path, in words and in the reader's scope.
    return SelectField(
        item.label,
        choices=choices(options, _l("Choose …") if item.required else "–"),
        coerce=_key_or_none,
        description=item.hint,
        validate_choice=False,
    )


def _field(scope: Scope, item: RecordField, values: dict[str, Any]) -> Field:
    if item.kind is Kind.DAY:
        return _choose(item, enumerate(DAYS))
    if item.kind is Kind.REFERENCE and not item.typed:
        return _choose(item, options_of(scope, item.table))
    if item.kind is Kind.TIME:
        return TimeField(item.label, [Optional()], format=["%H:%M", "%H:%M:%S"], description=item.hint)
    if item.kind is Kind.ROWS and len(str(values.get(item.name) or "")) + item.length > LONG_TEXT:
        return TextAreaField(item.label, description=item.hint, render_kw={"rows": 3})
    return _PLAIN.get(item.kind, StringField)(item.label, [Optional()], description=item.hint)


def record_form(scope: Scope, table: Table, values: dict[str, Any]) -> PageForm:
    """The form of a row; only types are checked here, what is allowed is up to the path."""
    fields = {item.name: _field(scope, item, values) for item in table.fields}
    kind: type[PageForm] = type("RecordForm", (PageForm,), fields)
    return kind(data=values)


class UserForm(PageForm):
    name = StringField(_l("Name"), [InputRequired(_l("This is needed.")), Length(max=200)])
    email = StringField(_l("E-mail"), [InputRequired(_l("This is needed.")), Length(max=254)])
    role = SelectField(_l("Role"), choices=choices(ROLES))
    department = SelectField(_l("Department"), coerce=_key_or_none, description=_l("A head of department needs one."))
    person = StringField(
        _l("Teacher or student"),
        [Length(max=64)],
        description=_l("The code of the teacher or the student whose account this is."),
    )


class UploadForm(PageForm):
    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l("A workbook (.xlsx), a ZIP of CSV tables, a single CSV table, or an ITC-2007 file (.ctt)."),
    )
    replace = BooleanField(
        _l("Remove rows that the file’s tables lack"),
        description=_l("Otherwise an import never deletes anything."),
    )
