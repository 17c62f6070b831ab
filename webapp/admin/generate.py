"""Asking for a generation and watching it: `/admin/timetables/generate` and the page of a run."""

from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.admin import bp
from webapp.admin.forms import choices
from webapp.flow import checking, generating, redoing, reviewing
from webapp.flow.generating import DEFAULT_SECONDS, LEAST_SECONDS, MOST_SECONDS, VARIANTS
from webapp.htmx import redirect_to, render
from webapp.models import Stage, Term
from webapp.navigation import chosen_term, me

POLL_SECONDS, SLOW_POLL_SECONDS, SLOW_AFTER = 3, 6, 300


class GenerateForm(FlaskForm):
    """Which term, how long, which variants."""

    academic_year = SelectField(_l("Academic year"))
    semester = SelectField(_l("Semester"), coerce=int)
    seconds = IntegerField(
        _l("Seconds"),
        default=DEFAULT_SECONDS,
        description=_l("Time for the whole run, shared out over the variants. Longer is better."),
        validators=[
            InputRequired(_l("Give a number of seconds.")),
            NumberRange(LEAST_SECONDS, MOST_SECONDS, _l("Give %(min)s to %(max)s seconds.")),
        ],
    )
    variants = SelectMultipleField(
        _l("Variants"),
        choices=choices((name, name) for name in VARIANTS),
        default=list(VARIANTS),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    seed = IntegerField(_l("Seed"), default=1, validators=[InputRequired(), NumberRange(0, 2**31 - 1)])
    reproducible = BooleanField(
        _l("Reproducible"), description=_l("The same data, seed and version give the same timetable; it takes longer.")
    )
    idempotency_key = HiddenField(validators=[Length(max=64)])

    def __init__(self, terms: Sequence[Term], term: Term | None) -> None:
        super().__init__()
        self._terms = {(term.academic_year, term.semester) for term in terms}
        years = sorted({term.academic_year for term in terms}, reverse=True)
        self.academic_year.choices = choices((year, year) for year in years)
        self.semester.choices = choices((number, str(number)) for number in sorted({term.semester for term in terms}))
        if not self.is_submitted():
            self.idempotency_key.data = token_hex(16)
            if term is not None:
                self.academic_year.data, self.semester.data = term.academic_year, term.semester

    def validate_semester(self, field: Any) -> None:
        """A year and a semester must name a term that is there."""
        if (self.academic_year.data, field.data) not in self._terms:
            raise ValidationError(
                _("There is no semester %(number)s of %(year)s.", number=field.data, year=self.academic_year.data)
            )

    def validate_variants(self, field: Any) -> None:
        """At least one variant must be made."""
        if not field.data:
            raise ValidationError(_("Tick at least one variant."))


@bp.route("/timetables/generate", methods=["GET", "POST"])
def generate() -> ResponseReturnValue:
    terms, term = chosen_term()
    form = GenerateForm(terms, term)
    if form.validate_on_submit() and _may_begin(form):
        job = generating.request_generation(
            me(),
            form.academic_year.data,
            form.semester.data,
            seconds=form.seconds.data,
            profiles=form.variants.data,
            seed=form.seed.data,
            reproducible=form.reproducible.data,
            idempotency_key=form.idempotency_key.data or None,
        )
        return redirect_to(url_for("admin.run", job_id=job.job_id))
    active = generating.active_run(term) if term else None
    page = render(
        "admin/timetables/generate.html",
        form=form,
        terms=terms,
        term=term,
        active=active,
        look=checking.glance(term) if term else None,
        sentences=reviewing.sentences_of_variants(),
    )
    return page, 422 if form.errors else 200


def _may_begin(form: GenerateForm) -> bool:
    """Whether no blocker stands in the way of the term that is chosen; the form says so where one does."""
    term = generating.term_of(me(), form.academic_year.data, form.semester.data)
    blockers = checking.blocking(term)
    if blockers:
        form.semester.errors = [
            ngettext(
                "%(num)d finding blocks %(term)s; nothing was begun.",
                "%(num)d findings block %(term)s; nothing was begun.",
                len(blockers),
                term=term.name,
            )
        ]
    return not blockers


@bp.get("/timetables/runs/<job_id>")
def run(job_id: str) -> ResponseReturnValue:
    job = generating.run_of(me(), job_id)
    if job.kind in redoing.KINDS:
        return redirect_to(url_for("admin.redo", job_id=job_id))
    progress = generating.progress_of(job)
    return render(
        "admin/timetables/run.html",
        "run_status",
        job=job,
        progress=progress,
        stages=list(Stage),
        poll_seconds=POLL_SECONDS if progress.elapsed < SLOW_AFTER else SLOW_POLL_SECONDS,
        stored=generating.variants_stored(job),
    )


@bp.post("/timetables/runs/<job_id>/cancel")
def cancel_run(job_id: str) -> ResponseReturnValue:
    generating.cancel(me(), generating.run_of(me(), job_id))
    flash(_("The run is being cancelled. Variants that were finished are kept."), "info")
    return redirect_to(url_for("admin.run", job_id=job_id))


@bp.post("/timetables/runs/<job_id>/stop")
def stop_run(job_id: str) -> ResponseReturnValue:
    generating.stop_and_keep_best(me(), generating.run_of(me(), job_id))
    flash(_("The run finishes now and keeps the best that it has."), "info")
    return redirect_to(url_for("admin.run", job_id=job_id))
