"""The timetable editor: one draft by group, teacher, room or department, and every step by a form of its own."""

from collections.abc import Callable
from dataclasses import replace
from secrets import token_hex
from typing import Any

from flask import flash, make_response, request, url_for
from flask.typing import ResponseReturnValue

from webapp.models import Timetable
from webapp.services.accounts.permissions import Permission
from webapp.services.editor import drafts, moves, session, view
from webapp.services.editor.errors import DoubleBooking, NeedsReason
from webapp.services.editor.moves import MoveRequest
from webapp.services.editor.page import decision_of, editor_page
from webapp.services.editor.spots import Spot
from webapp.services.repair.requests import DEFAULT_SECONDS, RESOLVE_SECONDS
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.views import audience
from webapp.services.views.audience import Lens, Subject
from webapp.web.access import requires
from webapp.web.admin import bp
from webapp.web.errors import status_of
from webapp.web.htmx import redirect_to, redirect_within, render, without_history
from webapp.web.navigation import me
from webapp.web.params import number
from webapp.web.presentation import SHOWN, lens_of, part_of, subject_of

Act = Callable[[Timetable, int], Any]


@bp.get("/timetables/<int:timetable_id>/edit")
@requires(Permission.EDIT_TIMETABLES)
def editor(timetable_id: int) -> ResponseReturnValue:
    return _page(load(me(), Timetable, timetable_id))


@bp.post("/timetables/<int:timetable_id>/branch")
@requires(Permission.EDIT_TIMETABLES)
def editor_branch(timetable_id: int) -> ResponseReturnValue:
    timetable = load(me(), Timetable, timetable_id)
    try:
        draft = drafts.branch(me(), timetable, request.form.get("name", ""))
        transaction.commit()
    except Problem as refusal:
        return _refused(timetable, refusal)
    flash(_("%(name)s is yours to change. %(origin)s stays as it is.", name=draft.variant_name,
            origin=timetable.variant_name), "good")  # fmt: skip
    return redirect_to(_url(draft))


@bp.post("/timetables/<int:timetable_id>/edit/move")
@requires(Permission.EDIT_TIMETABLES)
def editor_move(timetable_id: int) -> ResponseReturnValue:
    asked = _move_request()
    return _step(timetable_id, lambda draft, seen: moves.move(me(), draft, seen, asked), asked)


@bp.post("/timetables/<int:timetable_id>/edit/unplace")
@requires(Permission.EDIT_TIMETABLES)
def editor_unplace(timetable_id: int) -> ResponseReturnValue:
    return _step(timetable_id, lambda draft, seen: moves.unplace(me(), draft, seen, _whole("entry")))


@bp.post("/timetables/<int:timetable_id>/edit/lock")
@requires(Permission.EDIT_TIMETABLES)
def editor_lock(timetable_id: int) -> ResponseReturnValue:
    """Locks of one class, of all that the chosen group, teacher, room or department has, or a part of the term."""
    what, _colon, on = request.form.get("lock", "").partition(":")
    locks = {name: on == "1" if what in (name, "both") else None for name in ("time", "room")}

    def act(draft: Timetable, seen: int) -> None:
        moves.lock(me(), draft, seen, _entries_to_lock(draft), **locks)

    return _step(timetable_id, act)


@bp.post("/timetables/<int:timetable_id>/edit/undo")
@requires(Permission.EDIT_TIMETABLES)
def editor_undo(timetable_id: int) -> ResponseReturnValue:
    return _step(timetable_id, lambda draft, seen: session.undo(me(), draft, seen))


@bp.post("/timetables/<int:timetable_id>/edit/redo")
@requires(Permission.EDIT_TIMETABLES)
def editor_redo(timetable_id: int) -> ResponseReturnValue:
    return _step(timetable_id, lambda draft, seen: session.redo(me(), draft, seen))


def _step(timetable_id: int, act: Act, asked: MoveRequest | None = None) -> ResponseReturnValue:
    """Take a step and show the draft again; a refusal is shown beside it, with the ways out."""
    draft = load(me(), Timetable, timetable_id)
    try:
        act(draft, _whole("revision"))
        transaction.commit()
    except Problem as refusal:
        return _refused(draft, refusal, asked)
    return redirect_within(_url(draft))


def _refused(timetable: Timetable, refusal: Problem, asked: MoveRequest | None = None) -> ResponseReturnValue:
    transaction.rollback()  # lets go of the draft's row, which nobody else could change meanwhile
    decidable = asked if isinstance(refusal, NeedsReason | DoubleBooking) else None
    page, _status = _page(timetable, refusal, decidable)
    return without_history(make_response(page, status_of(refusal)))


def _page(timetable: Timetable, refusal: Problem | None = None, asked: MoveRequest | None = None) -> tuple[str, int]:
    lens = lens_of(request.values.get("by"), Lens.GROUP)
    page = editor_page(timetable, lens, request.values.get("key"), _whole("entry"), request.values.getlist("also"))
    key = page.subject.key if page.subject else None
    kept: dict[str, Any] = {"timetable_id": timetable.timetable_id, "also": page.names_beside}
    here: dict[str, Any] = {**kept, "by": lens.value, "key": key}
    own = {**kept, "by": lens.value if lens in (Lens.GROUP, Lens.FACULTY) else Lens.GROUP.value}
    refusal = refusal or page.gone
    grids = [page.grid, *(week.grid for week in page.beside)]
    shown = [entry for grid in grids for day in grid.days for entry in day.entries]
    links = {entry.entry_id: url_for("admin.editor", **here, entry=entry.entry_id) for entry in shown}
    # A class without a place stands in nobody's week: it is shown over its own group's, or teacher's.
    links |= {entry.entry_id: url_for("admin.editor", **own, entry=entry.entry_id) for entry in page.tray}
    html = render(
        "admin/editor/editor.html",
        "editor",
        page=page,
        timetable=timetable,
        chosen=page.chosen,
        lenses=list(Lens),
        show=SHOWN,
        here=here,
        links=links,
        marks={slot: place.mark for slot, place in page.chosen.by_slot.items()} if page.chosen else {},
        refusal=refusal,
        decision=decision_of(refusal, asked, page.chosen) if refusal and asked and page.chosen else None,
        resolve_seconds=[(seconds, seconds == DEFAULT_SECONDS) for seconds in RESOLVE_SECONDS],
        form_key=token_hex(16),
    )
    return html, 404 if page.gone else 200


def _url(timetable: Timetable) -> str:
    """The editor as it was looked at."""
    kept: dict[str, Any] = {name: request.form[name] for name in ("by", "key", "entry") if request.form.get(name)}
    if request.form.get("by") not in set(Lens):
        kept.pop("by", None)
    return url_for("admin.editor", timetable_id=timetable.timetable_id, also=request.form.getlist("also"), **kept)


def _move_request() -> MoveRequest:
    """Read the move asked for: a place is a spot and a room, "12:7", or a spot alone for the best room there."""
    spot, colon, room = request.form.get("place", "").partition(":")
    asked = MoveRequest(
        _whole("entry"),
        Spot.of(spot),
        number(room) or None,
        displaced=request.form.get("displaced", ""),
        reason=request.form.get("reason", ""),
        alone="alone" in request.form,
    )
    return replace(asked, any_room=not colon)


def _entries_to_lock(draft: Timetable) -> list[int]:
    scope, named = request.form.get("scope"), request.form.get("day", "")
    day = int(named) if named in set("0123456") else None
    if scope == "part":
        return view.entries_within(draft, part_of(request.form), day)
    if scope != "all":
        return [_whole("entry")]
    subject = _subject(draft)
    return view.entries_of(draft, subject, day) if subject else []


def _subject(draft: Timetable) -> Subject | None:
    lens = lens_of(request.form.get("by"), Lens.GROUP)
    return subject_of(audience.subjects(draft, lens), request.form.get("key"))


def _whole(name: str) -> int:
    """A number of the form or address; 0, which names nothing, where it is none."""
    return number(request.values.get(name, ""))
