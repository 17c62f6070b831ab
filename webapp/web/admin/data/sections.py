"""A section and its weekly classes on one page: fields, rows added and removed, all stored together."""

from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from webapp.services.accounts.permissions import Permission
from webapp.services.reference import queries
from webapp.services.reference.errors import SectionChanged, SectionRefused
from webapp.services.reference.section_classes import save_section
from webapp.services.schema.courses import COMPONENTS, SECTIONS
from webapp.services.shared import transaction
from webapp.services.shared.words import _
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.admin.data.added_rules import address_of_rule_about
from webapp.web.admin.data.records import open_table
from webapp.web.admin.data.section_form import MAIN, MORE, OF_THE_GROUP, SectionForm
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, render
from webapp.web.params import key_or_404, number

ROW_BUTTONS = ("add", "remove", "keep")


@bp.route("/records/sections/new", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def add_section() -> ResponseReturnValue:
    _table, where = open_table(SECTIONS.address)
    like = key_or_404(request.args["like"]) if request.args.get("like") else None
    form = SectionForm(where, values=_preset(where, like))
    if request.method == "POST":
        return _answer(form)
    if like is not None:
        form.add_stored(like, as_new=True)
    else:
        form.add()
    return _page(form)


def _preset(where: Any, like: int | None) -> dict[str, Any]:
    """What a new section begins with: what the link says, or what another section has that is not its group's."""
    if like is None:
        return {name: value for name, value in request.args.items() if name in SECTIONS.by_field}
    values = queries.form_values(SECTIONS, queries.find_row(where, SECTIONS, like))
    return {name: value for name, value in values.items() if name not in OF_THE_GROUP}


@bp.route("/records/sections/<int:key>", methods=["GET", "POST"])
@requires(Permission.EDIT_DATA)
def edit_section(key: int) -> ResponseReturnValue:
    _table, where = open_table(SECTIONS.address, key)
    form = SectionForm(where, key)
    return _answer(form) if request.method == "POST" else _page(form)


def _answer(form: SectionForm) -> ResponseReturnValue:
    """What the pressed button asks for: a row more or less, or all of it stored."""
    pressed = next((name for name in ROW_BUTTONS if name in request.form), None)
    if pressed is not None:
        form.press(pressed, number(request.form[pressed]))
        return _page(form, pressed=pressed)
    if not form.is_sound():
        if not form.faults:
            abort(400)
        return _page(form), 422
    try:
        section = save_section(form.scope, form.key, form.own.data, form.sent_classes(), form.seen)
    except SectionRefused as refusal:
        transaction.rollback()
        form.blame(refusal)
        return _page(form, refusal), status_of(refusal)
    label = queries.labels_of(form.scope, SECTIONS, [section.section_id])[section.section_id]
    transaction.commit()
    flash(_("%(label)s saved.", label=label) if form.key else _("%(label)s added.", label=label), "good")
    endpoint = "admin.add_record" if "another" in request.form else "admin.records"
    return redirect_to(url_for(endpoint, table_key=SECTIONS.address))


def _page(form: SectionForm, refusal: SectionRefused | None = None, pressed: str | None = None) -> str:
    return render(
        "admin/section.html",
        "classes",
        form=form,
        term=form.scope.term,
        label=queries.labels_of(form.scope, SECTIONS, [form.key])[form.key] if form.key else "",
        changed=refusal if isinstance(refusal, SectionChanged) else None,
        uses=form.uses,
        pressed=pressed,
        rule_url=address_of_rule_about(COMPONENTS, [row.key for row in form.classes if row.key], form.scope.term),
        main=MAIN,
        more=MORE,
    )
