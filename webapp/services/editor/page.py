"""All that the editor's page shows of a draft, ready to print: figures, choices and sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.models import Timetable
from webapp.services.editor import view
from webapp.services.editor.alternatives import signed
from webapp.services.editor.drafts import draft_name, why_not_editable
from webapp.services.editor.errors import NeedsReason, Offer
from webapp.services.editor.history import FiguresChange, StepTaken, UndoState, steps_of, undo_state
from webapp.services.editor.moves import MoveRequest
from webapp.services.problem.parts import PartNames, read_part_names
from webapp.services.problem.results import WHAT_IF_REASON
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _, first_of, ngettext
from webapp.services.timetables.diff import InBrief
from webapp.services.timetables.quality import standing_of
from webapp.services.views import audience
from webapp.services.views.audience import Lens, Subject
from webapp.services.views.grid import EntryView, Grid

MOST_IN_TRAY = 60
MOST_BESIDE = 3
"""Weeks beside the first one."""
MOST_DIFFERENCES = 60


@dataclass(frozen=True)
class Figure:
    """A figure of the draft, and what the last step changed of it; ``mood`` is "good" or "bad" for the change."""

    label: str
    value: object
    is_bad: bool = False
    change: str = ""
    mood: str = ""


@dataclass(frozen=True)
class Effect:
    """What a way out would cost, in a word or two; ``mood`` is "good" or "bad"."""

    words: str
    mood: str


@dataclass(frozen=True)
class OfferInWords:
    """A way out of a double booking, as a button and what it comes to."""

    kind: str
    label: str
    effects: tuple[Effect, ...]
    sentence: str


@dataclass(frozen=True)
class Decision:
    """What a refused move asks of its maker: a way out, or a reason; the move itself is asked for again."""

    asked: MoveRequest
    ways_out: tuple[OfferInWords, ...]
    needs_reason: bool
    reason: str
    submit: str


@dataclass(frozen=True)
class WeekBeside:
    """The week of another group, teacher or room beside the first one; ``name`` is how an address calls it."""

    name: str
    subject: Subject
    grid: Grid


@dataclass(frozen=True)
class EditorPage:
    """A draft by one group, teacher, room or department, with others beside it, and the class that is chosen."""

    timetable: Timetable
    locked_up: str | None
    """Why it can't be edited."""
    draft_name: str
    lens: Lens
    subjects: Sequence[Subject]
    subject: Subject | None
    grid: Grid
    beside: Sequence[WeekBeside]
    may_stand_beside: Mapping[Lens, Sequence[Subject]]
    """Whose week can be put beside it; nothing where there is no room for more."""
    parts: PartNames
    """The parts that can be locked as a whole."""
    tray: Sequence[EntryView]
    tray_words: str
    chosen: view.Chosen | None
    gone: Problem | None
    """Why the class that was asked for is not shown."""
    undo: UndoState
    steps: Sequence[StepTaken]
    differences: Sequence[InBrief]
    differences_words: str
    overrides: Sequence[view.Overridden]

    @property
    def weeks(self) -> int:
        """How many weeks are shown."""
        return 1 + len(self.beside)

    @property
    def names_beside(self) -> list[str]:
        """The weeks beside the first one, as an address calls them."""
        return [week.name for week in self.beside]

    def without(self, name: str) -> list[str]:
        """The weeks beside the first one, less one of them, as an address calls them."""
        return [kept for kept in self.names_beside if kept != name]

    @property
    def hint(self) -> str:
        """What to do next, while no cell is looked at."""
        if self.chosen:
            return _("Arrow keys go from cell to cell, Enter moves the class there, Escape lets it go.")
        return _("Choose a class to see where else it could go. It can be dragged, too.")

    @property
    def tray_shown(self) -> Sequence[EntryView]:
        """The first of the tray."""
        return self.tray[:MOST_IN_TRAY]

    @property
    def tray_rest(self) -> str:
        """What is said of the others."""
        if len(self.tray) <= MOST_IN_TRAY:
            return ""
        return _("The first %(most)s are shown; the others follow as these find a place.", most=MOST_IN_TRAY)

    @property
    def differences_shown(self) -> Sequence[InBrief]:
        """The first of the differences."""
        return self.differences[:MOST_DIFFERENCES]

    @property
    def differences_rest(self) -> str:
        """What is said of the others."""
        return "".join(first_of([""] * len(self.differences), MOST_DIFFERENCES)[MOST_DIFFERENCES:])

    @property
    def dropped(self) -> str:
        """How many undone steps the last one made impossible to redo."""
        dropped = self.undo.last.dropped if self.undo.last else 0
        words = ngettext("%(num)d undone step was dropped by it and can't be redone.",
                         "%(num)d undone steps were dropped by it and can't be redone.", dropped)  # fmt: skip
        return words if dropped else ""

    @property
    def overrides_words(self) -> str:
        """How many classes break rules by a reason."""
        return ngettext("%(num)d class stands there by a reason", "%(num)d classes stand there by a reason",
                        len(self.overrides))  # fmt: skip

    @property
    def figures(self) -> list[Figure]:
        """Violations, unplaced, cost and quality (of what is complete), with what the last step changed."""
        now, last = self.timetable, self.undo.last
        hard, unplaced, cost = (last.hard, last.unplaced, last.cost) if last else (0, 0, 0)
        standing = standing_of(now)
        return [
            _figure(_("Broken rules that must hold"), now.hard_violations, bool(now.hard_violations), hard),
            _figure(_("Without a place"), now.unplaced, bool(now.unplaced), unplaced),
            _figure(_("Cost"), now.cost, False, cost),
            Figure(
                _("Quality"),
                standing.figure if standing.is_complete else standing.title,
                not standing.is_complete,
                *(_quality_change(last) if standing.is_complete else ("", "")),
            ),
        ]


def _figure(label: str, value: int | None, is_bad: bool, change: int) -> Figure:
    shown = "–" if value is None else value
    if not change:
        return Figure(label, shown, is_bad)
    return Figure(label, shown, is_bad, signed(change), "bad" if change > 0 else "good")


def _quality_change(last: FiguresChange | None) -> tuple[str, str]:
    if last is None or not last.quality:
        return "", ""
    return f"{last.quality:+.2f}".replace("-", "−"), "good" if last.quality > 0 else "bad"


def editor_page(
    timetable: Timetable, lens: Lens, key: str | None, entry_id: int, also: Sequence[str] = ()
) -> EditorPage:
    """The page of a draft; without a key it is about whom the chosen class concerns, else about the first.

    ``also`` names the weeks beside it, such as "group:12" or "room:3"; what is not in the timetable is left out.
    """
    chosen, gone = None, None
    if entry_id:
        try:
            chosen = view.chosen(timetable, entry_id)
        except Problem as problem:
            gone = problem
    key = key or (view.own_subject(timetable, lens, entry_id) if chosen else None)
    subjects = audience.subjects(timetable, lens)
    # The room or teacher that was looked at may have lost its last class by the step: then the first one is shown.
    subject = next((item for item in subjects if str(item.key) == key), subjects[0] if subjects else None)
    overrides, locked_up = view.overrides(timetable), why_not_editable(timetable)
    grid, tray = view.week_of(timetable, subject, overrides)
    beside, may_stand_beside = _weeks_beside(timetable, subject, also, overrides)
    differences = view.differences(timetable)
    return EditorPage(
        timetable=timetable,
        locked_up=locked_up,
        draft_name=draft_name(timetable) if locked_up else "",
        lens=lens,
        subjects=subjects,
        subject=subject,
        grid=grid,
        beside=beside,
        may_stand_beside=may_stand_beside,
        parts=read_part_names(timetable.term_id),
        tray=tray,
        tray_words=ngettext("%(num)d class without a place", "%(num)d classes without a place", len(tray)),
        chosen=chosen,
        gone=gone,
        undo=undo_state(timetable),
        steps=steps_of(timetable),
        differences=differences,
        differences_words=ngettext("%(num)d class stands elsewhere than before",
                                   "%(num)d classes stand elsewhere than before", len(differences)),
        overrides=overrides,
    )  # fmt: skip


def _weeks_beside(
    timetable: Timetable, subject: Subject | None, also: Sequence[str], overrides: Sequence[view.Overridden]
) -> tuple[list[WeekBeside], Mapping[Lens, Sequence[Subject]]]:
    """The weeks beside the first one, and whose could be put there too."""
    known = {lens: audience.subjects(timetable, lens) for lens in (Lens.GROUP, Lens.FACULTY, Lens.ROOM)}
    by_name = {f"{lens.value}:{one.key}": one for lens, subjects in known.items() for one in subjects}
    named = [name for name in dict.fromkeys(also) if name in by_name and by_name[name] != subject][:MOST_BESIDE]
    weeks = [WeekBeside(name, by_name[name], view.week_of(timetable, by_name[name], overrides)[0]) for name in named]
    shown = {subject, *(week.subject for week in weeks)}
    if len(weeks) == MOST_BESIDE:
        return weeks, {}
    return weeks, {lens: [one for one in subjects if one not in shown] for lens, subjects in known.items()}


def decision_of(refusal: Problem, asked: MoveRequest, chosen: view.Chosen) -> Decision:
    """The decision to take after a move was refused for a double booking, or for want of a reason."""
    stays = asked.place == chosen.place_value
    return Decision(
        asked=asked,
        ways_out=tuple(_way_out(offer) for offer in getattr(refusal, "offers", ())),
        needs_reason=isinstance(refusal, NeedsReason),
        reason=(chosen.state.override_reason or "").replace(WHAT_IF_REASON, "").strip(),
        submit=_("Let it stand by this reason") if stays else _("Move it with this reason"),
    )


def _way_out(offer: Offer) -> OfferInWords:
    effects = []
    if offer.unplaced > 0:
        effects.append(Effect(_("%(number)s more without a place", number=offer.unplaced), "bad"))
    if offer.hard > 0:
        effects.append(Effect(_("breaks %(number)s", number=offer.hard), "bad"))
    effects.append(Effect(_("cost %(change)s", change=signed(offer.cost)), "bad" if offer.cost > 0 else "good"))
    label = _("Swap the two") if offer.kind == "swap" else _("Move it here, and take the other off")
    return OfferInWords(offer.kind, label, tuple(effects), offer.sentence)
