"""A draft of one's own from any timetable: copied in the database, not row by row."""

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from webapp.extensions import db
from webapp.models import (
    EntryClaim,
    EntryFaculty,
    EntryGroup,
    JobKind,
    Timetable,
    TimetableEntry,
    TimetableScore,
    TimetableStatus,
    User,
)
from webapp.services.editor.errors import NameTaken
from webapp.services.problem.repair_base import read_base
from webapp.services.problem.results import TimetableResult, result_of
from webapp.services.problem.solutions import TimetableFacts, store_timetable, trimmed
from webapp.services.problem.stored_entries import entries_of
from webapp.services.problem.words.reasons import UnplacedReason
from webapp.services.shared import audit
from webapp.services.shared.codec import to_json
from webapp.services.shared.words import _
from webapp.services.terms.selection import data_revision_of

LONGEST_NAME = 100
MADE_BY = {None: "draft", JobKind.REPAIR: "repair", JobKind.RESOLVE: "re-solve"}
NUMBERED = re.compile(rf", (?:{'|'.join(MADE_BY.values())}) \d+$")
"""What a name ends with that was given by itself: the next one takes its place."""
"""What a draft tells of its origin as well: that it was made as if a rule gave way."""
COUNTED = (
    "quality_score",
    "content_hash",
    "cost",
    "bound",
    "hard_violations",
    "unplaced",
    "cut_classes",
    "data_revision",
    "counted_at",
    "rules_off",
)
"""Figures of a timetable that hold for its copy as well."""
OWN_COLUMNS = {"entry_id", "timetable_id"}
WHY_NOT = {
    TimetableStatus.SUBMITTED: "submitted to the heads of department",
    TimetableStatus.APPROVED: "approved",
    TimetableStatus.PUBLISHED: "published",
    TimetableStatus.SUPERSEDED: "an earlier version",
}


def why_not_editable(timetable: Timetable) -> str | None:
    """Why a timetable stays as it is, as a sentence; None where it is a draft to work on."""
    name = timetable.variant_name
    if timetable.status is not TimetableStatus.DRAFT:
        status = WHY_NOT[timetable.status]
        return _(
            "%(name)s is %(status)s, so it stays as it is. Make a draft of it to change it.", name=name, status=status
        )
    if timetable.number is not None:
        return _("%(name)s was published as version %(number)s, so it stays as it is. Make a draft of it to change it.",
                 name=name, number=timetable.number)  # fmt: skip
    if timetable.job is not None and timetable.job.kind is JobKind.GENERATE:
        return _("%(name)s is a variant of a run, so it stays as it is. Make a draft of it to change it.", name=name)
    return None


def branch(user: User, timetable: Timetable, name: str = "") -> Timetable:
    """Make a draft with everything that a timetable has, locks and reasons too, as far as the data of today ask for it.

    A second click returns the first draft, as long as nobody has changed it. Raises `NameTaken`.
    """
    db.session.execute(
        sa.select(Timetable.timetable_id).filter_by(timetable_id=timetable.timetable_id).with_for_update()
    )
    name = " ".join(name.split())[:LONGEST_NAME] or draft_name(timetable)
    twin = _named(timetable, name)
    if twin is not None:
        untouched = twin.revision == 1 and twin.generation_job_id is None and twin.created_by_id == user.user_id
        if untouched and twin.based_on_id == timetable.timetable_id:
            return twin
        raise NameTaken(_("There is a timetable %(name)s already. Choose another name.", name=name))
    if data_revision_of(timetable.term_id) != timetable.data_revision:
        draft = _of_today(user, timetable, name)
    else:
        draft = _copied(user, timetable, name)
    after = {"name": name, "based_on": timetable.timetable_id, "from": timetable.variant_name}
    audit.record(timetable.organization_id, user, "timetable.branch", draft, after=after)
    return draft


def _of_today(user: User, timetable: Timetable, name: str) -> Timetable:
    """A draft of the data of today: what is new stands in its tray, what is gone is gone, what can't stay comes off."""
    base = read_base(timetable.timetable_id)
    solution, objections = trimmed(base.problem, base.solution, base.overrides)
    entries = entries_of(base.problem, timetable.timetable_id)
    known = ((index, entry.state.unplaced_reason) for index, entry in entries.items())
    reasons = dict.fromkeys(base.solution.unplaced, UnplacedReason("new_since", {"name": timetable.variant_name}))
    reasons |= {index: reason for index, reason in known if index in reasons and reason is not None}
    placed = {index for index, placement in enumerate(solution.placements) if placement.time is not None}
    facts = TimetableFacts(
        name,
        created_by_id=user.user_id,
        based_on_id=timetable.timetable_id,
        result=TimetableResult(relaxation=result_of(timetable).relaxation),
        reasons={**reasons, **objections},
        locks=base.locks_kept(solution),
        overrides={index: override for index, override in base.overrides.items() if index in placed},
    )
    return db.session.get_one(Timetable, store_timetable(base.problem, solution, facts))


def _copied(user: User, timetable: Timetable, name: str) -> Timetable:
    """The same in the database's own hands: nothing of it has changed since it was counted."""
    draft = Timetable(
        organization_id=timetable.organization_id,
        term_id=timetable.term_id,
        based_on_id=timetable.timetable_id,
        variant_name=name,
        status=TimetableStatus.DRAFT,
        created_by_id=user.user_id,
        result=to_json(TimetableResult(relaxation=result_of(timetable).relaxation)),
        **{field: getattr(timetable, field) for field in COUNTED},
    )
    db.session.add(draft)
    db.session.flush()
    _copy(timetable.timetable_id, draft.timetable_id)
    return draft


def draft_name(timetable: Timetable, made_by: JobKind | None = None) -> str:
    """A name that no timetable of the term has yet, and that says what made it: "Balanced, draft 2"."""
    word = MADE_BY[made_by]
    base = NUMBERED.sub("", timetable.variant_name)[: LONGEST_NAME - 15]
    query = sa.select(Timetable.variant_name).filter_by(term_id=timetable.term_id)
    taken = set(db.session.scalars(query))
    number = 1
    while f"{base}, {word} {number}" in taken:
        number += 1
    return f"{base}, {word} {number}"


def unused_name(term_id: int, name: str) -> str:
    """The name itself, cut to what a name may have, or with a number where a timetable of the term has it: "(2)"."""
    taken = set(db.session.scalars(sa.select(Timetable.variant_name).filter_by(term_id=term_id)))
    whole = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    number = 1
    while whole in taken:
        number += 1
        whole = f"{name[: LONGEST_NAME - 10]} ({number})"
    return whole


def _named(timetable: Timetable, name: str) -> Timetable | None:
    query = sa.select(Timetable).filter_by(term_id=timetable.term_id, variant_name=name)
    return db.session.scalars(query.order_by(Timetable.timetable_id.desc()).limit(1)).first()


def _copy(source: int, target: int) -> None:
    """Entries first; what hangs on them is found again by component, batch and number."""
    entries = _columns(TimetableEntry, OWN_COLUMNS)
    rows = sa.select(sa.literal(target), *(column for _name, column in entries)).filter_by(timetable_id=source)
    _insert_from(TimetableEntry, ["timetable_id", *(name for name, _column in entries)], rows)
    old, new = aliased(TimetableEntry), aliased(TimetableEntry)
    pairs = (
        sa.select(old.entry_id.label("old_id"), new.entry_id.label("new_id"))
        .join(
            new,
            sa.and_(
                new.component_id == old.component_id,
                new.student_group_id.is_not_distinct_from(old.student_group_id),
                new.ordinal == old.ordinal,
            ),
        )
        .where(old.timetable_id == source, new.timetable_id == target)
        .cte("pairs")
    )
    for model in (EntryFaculty, EntryGroup, EntryClaim):
        own = _columns(model, OWN_COLUMNS)
        names, values = (
            ["entry_id", *(name for name, _column in own)],
            [pairs.c.new_id, *(column for _name, column in own)],
        )
        if model is EntryClaim:
            names, values = [*names, "timetable_id"], [*values, sa.literal(target)]
        _insert_from(model, names, sa.select(*values).join(pairs, pairs.c.old_id == model.entry_id))
    scores = _columns(TimetableScore, {"timetable_id"})
    rows = sa.select(sa.literal(target), *(column for _name, column in scores)).filter_by(timetable_id=source)
    _insert_from(TimetableScore, ["timetable_id", *(name for name, _column in scores)], rows)


def _columns(model: Any, without: set[str]) -> list[tuple[str, Any]]:
    return [
        (column.name, getattr(model, column.key)) for column in sa.inspect(model).columns if column.name not in without
    ]


def _insert_from(model: Any, names: list[str], rows: Any) -> None:
    db.session.execute(sa.insert(model).from_select(names, rows))
