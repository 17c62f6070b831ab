"""The form in which a registrar says what a run shall be like."""

from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.config import LEAST_RUN_SECONDS, MOST_RUN_SECONDS
from webapp.models import Term, TimetableStatus
from webapp.services.problem.holds import RunChoices
from webapp.services.problem.weights import VARIANTS
from webapp.services.runs.options import BaseTimetable, ChoiceRefused, DepartmentClasses
from webapp.services.runs.requests import default_seconds
from webapp.services.shared.words import _
from webapp.services.timetables.lifecycle import STATUS_WORDS
from webapp.web.admin.forms import choices
from webapp.web.forms import PageForm
from webapp.web.params import number

MOST_SEED = 2**31 - 1
_TICKS = {"widget": ListWidget(prefix_label=False), "option_widget": CheckboxInput()}


def _key(text: Any) -> int | None:
    """A key as a number; 0, which no row has, for what is none."""
    if text in (None, "", "None"):
        return None
    return number(str(text))


class GenerateForm(PageForm):
    """Which term, which variants and how long, what is held to."""

    academic_year = SelectField(_l("Academic year"))
    semester = SelectField(_l("Semester"), coerce=int)
    seconds = IntegerField(
        _l("Seconds"),
        default=default_seconds,
        description=_l("Time for the whole run, shared out over the variants. Longer is better."),
        validators=[
            InputRequired(_l("Give a number of seconds.")),
            NumberRange(LEAST_RUN_SECONDS, MOST_RUN_SECONDS, _l("Give %(min)s to %(max)s seconds.")),
        ],
    )
    variants = SelectMultipleField(_l("Variants"), default=list(VARIANTS), validate_choice=False, **_TICKS)
    departments = SelectMultipleField(
        _l("Only these departments"),
        coerce=_key,
        validate_choice=False,
        description=_l("None ticked: the whole organisation. Else all other classes stay where they stand."),
        **_TICKS,
    )
    base = SelectField(
        _l("Timetable to hold to"),
        coerce=_key,
        validate_choice=False,
        description=_l("Where frozen and locked classes stand, and what the run stays close to."),
    )
    keep_locks = BooleanField(_l("Keep its locks"), description=_l("What is locked keeps its time, room or both."))
    close = SelectField(
        _l("Stay close to it"),
        choices=choices([("", _l("Not at all")), ("little", _l("A little")), ("strongly", _l("Strongly"))]),
        validate_choice=False,
        default="",
    )
    seed = IntegerField(
        _l("Seed"),
        default=1,
        description=_l("Another number, another run of luck."),
        validators=[
            InputRequired(_l("Give a whole number as seed.")),
            NumberRange(0, MOST_SEED, _l("Give a seed from %(min)s to %(max)s.")),
        ],
    )
    reproducible = BooleanField(
        _l("Reproducible"), description=_l("The same data, seed and version give the same timetable; it takes longer.")
    )
    partial = BooleanField(
        _l("Generate what can be placed all the same"),
        description=_l(
            "Classes without a place are listed, each with its reason; such a timetable can't be published."
        ),
    )
    idempotency_key = HiddenField(validators=[Optional(), Length(max=64)])

    def __init__(
        self,
        terms: Sequence[Term],
        term: Term | None,
        own: Sequence[str] = (),
        scopes: Sequence[DepartmentClasses] = (),
        bases: Sequence[BaseTimetable] = (),
        **fields: Any,
    ) -> None:
        super().__init__(**fields)
        self._terms = {(term.academic_year, term.semester) for term in terms}
        years = sorted({term.academic_year for term in terms}, reverse=True)
        self.academic_year.choices = choices((year, year) for year in years)
        self.semester.choices = choices((number, str(number)) for number in sorted({term.semester for term in terms}))
        self.variants.choices = choices((name, name) for name in (*VARIANTS, *own))
        self.departments.choices = choices((scope.department_id, f"{scope.code}: {scope.name}") for scope in scopes)
        self.base.choices = choices([(base.timetable_id, _in_words(base)) for base in bases], _("None"))
        if not self.is_submitted():
            self.idempotency_key.data = self.idempotency_key.data or token_hex(16)
            if term is not None:
                self.academic_year.data, self.semester.data = term.academic_year, term.semester

    def validate_semester(self, field: Any) -> None:
        """A year and a semester must name a term that is there."""
        if (self.academic_year.data, field.data) not in self._terms:
            raise ValidationError(
                _("There is no semester %(number)s of %(year)s.", number=field.data, year=self.academic_year.data)
            )

    def validate_variants(self, field: Any) -> None:
        """At least one variant must be made, and each must be one of those there are."""
        known = {choice.value for choice in field.choices}
        unknown = [name for name in field.data or [] if name not in known]
        if unknown:
            raise ValidationError(_("There is no variant %(name)s (any more).", name=", ".join(unknown)[:100]))
        if not field.data:
            raise ValidationError(_("Tick at least one variant."))

    def chosen(self) -> RunChoices:
        """The choices that the run holds to."""
        return RunChoices(
            departments=tuple(key or 0 for key in self.departments.data or ()),
            base_id=self.base.data,
            keep_locks=bool(self.keep_locks.data),
            close=self.close.data or "",
            partial=bool(self.partial.data),
        )

    def blame(self, refused: ChoiceRefused) -> None:
        """Put a refusal where it belongs."""
        self[refused.field].errors = [refused.message]


def _in_words(base: BaseTimetable) -> str:
    words = _(
        "%(name)s, no. %(number)s (%(status)s): %(classes)s classes",
        name=base.name,
        number=base.timetable_id,
        status=str(STATUS_WORDS[TimetableStatus(base.status)]).lower(),
        classes=base.classes,
    )
    if base.unplaced:
        words += _(", %(number)s unplaced", number=base.unplaced)
    if base.locked:
        words += _(", %(number)s locked", number=base.locked)
    return words
