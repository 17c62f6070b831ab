"""The form in which a registrar says what a run shall be like."""

from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.config import LEAST_RUN_SECONDS, MOST_RUN_SECONDS
from webapp.models import Term, TimetableStatus
from webapp.services.problem.holds import RunChoices
from webapp.services.problem.parts import PartOfTerm
from webapp.services.problem.weights import VARIANTS
from webapp.services.runs.options import BaseTimetable, ChoiceRefused, PartOption, PartOptions, part_by_codes
from webapp.services.runs.requests import default_seconds
from webapp.services.schema.courses import SECTIONS
from webapp.services.schema.values import SEPARATORS
from webapp.services.shared.words import _, ngettext
from webapp.services.timetables.lifecycle import STATUS_WORDS
from webapp.web.admin.forms import choices, picker_of
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
        description=_l("Nothing ticked: the whole term. Else what is outside stays where it stands."),
        **_TICKS,
    )
    programmes = SelectMultipleField(_l("Only these programmes"), validate_choice=False, **_TICKS)
    semesters = SelectMultipleField(
        _l("Only these semesters of study"),
        coerce=_key,
        validate_choice=False,
        description=_l("A class combined of several groups is placed anew if any of them is in such a semester."),
        **_TICKS,
    )
    groups = StringField(
        _l("Only these groups"),
        description=_l(
            "Codes, separated by commas. A group stands for its batches. A combined class is placed anew if any of its "
            "groups is named; what a group hears with all of a larger one is of that one."
        ),
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
        parts: PartOptions | None = None,
        bases: Sequence[BaseTimetable] = (),
        **fields: Any,
    ) -> None:
        super().__init__(**fields)
        self._terms = {(term.academic_year, term.semester): term for term in terms}
        years = sorted({term.academic_year for term in terms}, reverse=True)
        self.academic_year.choices = choices((year, year) for year in years)
        self.semester.choices = choices((number, str(number)) for number in sorted({term.semester for term in terms}))
        self.variants.choices = choices((name, name) for name in (*VARIANTS, *own))
        parts = parts or PartOptions()
        self._has_groups = len(parts.groups) > 1
        if term is not None:
            self.groups.render_kw = picker_of(SECTIONS, SECTIONS.by_field["groups"], term.term_id)
        self.classes: dict[str, dict[int | str, str]] = {}
        for field, known in self._fields_of(parts):
            field.choices = choices((option.key, option.label) for option in known)
            classes = {o.key: ngettext("%(num)d class", "%(num)d classes", o.classes) for o in known}
            self.classes[field.name] = classes
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

    def _fields_of(self, parts: PartOptions) -> list[tuple[Any, Sequence[PartOption]]]:
        """The fields by which a part is chosen, and what there is to choose."""
        return [
            (self.departments, parts.departments),
            (self.programmes, parts.programmes),
            (self.semesters, parts.semesters),
        ]

    @property
    def part_fields(self) -> list[Any]:
        """The fields by which a part is chosen, where there is more than one thing to choose or something is ticked."""
        ticks = (self.departments, self.programmes, self.semesters)
        fields = [field for field in ticks if len(field.choices) > 1 or field.data or field.errors]
        return [*fields, self.groups] if self._has_groups or self.groups.data or self.groups.errors else fields

    @property
    def holds(self) -> bool:
        """Whether something of what the run holds to is chosen or refused."""
        fields = (*self.part_fields, self.base, self.keep_locks, self.close)
        return any(field.data or field.errors for field in fields)

    def chosen(self) -> RunChoices:
        """The choices that the run holds to; raises `ChoiceRefused` for a group that the term does not have."""
        term = self._terms.get((self.academic_year.data, self.semester.data))
        codes = [code for part in SEPARATORS.split(self.groups.data or "") if (code := part.strip())]
        groups = part_by_codes(term, groups=codes).groups if term is not None else ()
        return RunChoices(
            part=PartOfTerm(
                tuple(key or 0 for key in self.departments.data or ()),
                tuple(self.programmes.data or ()),
                tuple(key or 0 for key in self.semesters.data or ()),
                groups,
            ),
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
