"""How an uploaded file is read: what its sheets and columns are, what was asked, what was typed anew."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.models import ImportMapping, Upload
from webapp.services.accounts.permissions import Permission
from webapp.services.imports import readings
from webapp.services.imports.layouts import remembered
from webapp.services.imports.pages import mapping_page
from webapp.services.imports.pages.question_page import question_groups
from webapp.services.imports.readings import ReadingOutdated, Said, Step, UploadReading
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.terms.selection import list_terms
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.data import mapping_form
from webapp.web.errors import status_of
from webapp.web.htmx import is_fragment, redirect_to, redirect_within, render
from webapp.web.navigation import me
from webapp.web.params import number

PAGES = {
    Step.MAPPING: "admin.map_import",
    Step.QUESTIONS: "admin.ask_import",
    Step.PREVIEW: "admin.preview_import",
}
"""The page of each step between the upload and its confirm."""


def step_url(reading: UploadReading) -> str:
    """The page on which an upload goes on."""
    return url_for(PAGES[reading.step], upload_id=reading.upload.upload_id)


@bp.get("/import/<int:upload_id>/mapping")
@requires(Permission.EXCHANGE_DATA)
def map_import(upload_id: int) -> ResponseReturnValue:
    return _mapping_page(load(me(), Upload, upload_id))


@bp.post("/import/<int:upload_id>/mapping")
@requires(Permission.EXCHANGE_DATA)
def say_mapping(upload_id: int) -> ResponseReturnValue:
    upload, said = load(me(), Upload, upload_id), None
    try:
        said = mapping_form.said()
        reading = readings.say(current_user.organization, upload, said)
    except Problem as problem:
        transaction.rollback()
        return _mapping_page(upload, said, problem)
    transaction.commit()
    if not said.goes_on:
        return redirect_within(url_for("admin.map_import", upload_id=upload_id, sheet=mapping_form.next_sheet()))
    return redirect_to(step_url(reading)) if reading.step is not Step.MAPPING else _mapping_page(upload, said)


def _mapping_page(upload: Upload, said: Said | None = None, problem: Problem | None = None) -> ResponseReturnValue:
    """The page as it is stored, or, where something was refused, as it was sent."""
    if is_fragment() and isinstance(problem, ReadingOutdated):
        raise problem
    if upload.confirmed_at is not None:
        return redirect_to(url_for("admin.imported", upload_id=upload.upload_id, term=upload.term_id))
    reading = readings.reading_of(current_user.organization, upload)
    page = render(
        "admin/imports/mapping.html",
        "mapping",
        reading=reading,
        page=mapping_page.page_of(current_user.organization, reading, _asked_sheet(), said if problem else None),
        terms=list_terms(me().organization),
        seen=readings.mark_of(upload),
        problem=problem,
        goes_on=said is not None and said.goes_on,
    )
    return page, status_of(problem) if problem else 422 if said is not None else 200


def _asked_sheet() -> int | None:
    asked = request.args.get("sheet") or request.form.get("index")
    return number(asked) if asked else None


@bp.get("/import/<int:upload_id>/questions")
@requires(Permission.EXCHANGE_DATA)
def ask_import(upload_id: int) -> ResponseReturnValue:
    return _questions_page(load(me(), Upload, upload_id))


@bp.post("/import/<int:upload_id>/questions")
@requires(Permission.EXCHANGE_DATA)
def answer_import(upload_id: int) -> ResponseReturnValue:
    upload = load(me(), Upload, upload_id)
    try:
        sent, answers = request.form.get("seen", ""), mapping_form.answers()
        reading = readings.answer(current_user.organization, upload, sent, answers)
    except ReadingOutdated as outdated:
        transaction.rollback()
        return _questions_page(upload, outdated)
    transaction.commit()
    if reading.open_questions and all(answers.values()):
        flash(_("These answers led to further questions."), "info")
    return redirect_to(step_url(reading))


def _questions_page(upload: Upload, problem: Problem | None = None) -> ResponseReturnValue:
    if upload.confirmed_at is not None:
        return redirect_to(url_for("admin.imported", upload_id=upload.upload_id, term=upload.term_id))
    reading = readings.reading_of(current_user.organization, upload)
    if reading.step is Step.MAPPING:
        return redirect_to(step_url(reading))
    page = render(
        "admin/imports/questions.html",
        reading=reading,
        groups=question_groups(reading),
        seen=readings.mark_of(upload),
        problem=problem,
    )
    return page, status_of(problem) if problem else 200


@bp.post("/import/<int:upload_id>/corrections")
@requires(Permission.EXCHANGE_DATA)
def correct_import(upload_id: int) -> ResponseReturnValue:
    upload = load(me(), Upload, upload_id)
    sent, corrections = request.form.get("seen", ""), mapping_form.corrections()
    reading = readings.correct(current_user.organization, upload, sent, corrections)
    transaction.commit()
    return redirect_to(step_url(reading))


@bp.post("/import/mappings/<int:import_mapping_id>/forget")
@requires(Permission.EXCHANGE_DATA)
def forget_mapping(import_mapping_id: int) -> ResponseReturnValue:
    row = load(me(), ImportMapping, import_mapping_id)
    remembered.forget(row, me(), request.form.get("seen", ""))
    transaction.commit()
    flash(_("Forgotten. The next file of that shape is looked at afresh."), "good")
    return redirect_to(url_for("admin.imports"))
