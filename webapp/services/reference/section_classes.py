"""A section and its weekly classes, stored together: one transaction, one event of the audit trail, one undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Component
from webapp.services.reference.commands import (
    RowChange,
    changed_meanwhile,
    detail_name,
    put_row,
    take_row,
)
from webapp.services.reference.errors import (
    DeletionOutdated,
    RecordInUse,
    RecordRefused,
    SectionChanged,
    SectionRefused,
)
from webapp.services.reference.last_change import watch
from webapp.services.reference.queries import find_row
from webapp.services.reference.row_values import read_values
from webapp.services.schema.courses import CLASSES, CODES_OF_KINDS, COMPONENTS, SECTIONS
from webapp.services.schema.scope import Errors, Scope, Values
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.words import _

SECTION_FIELD = "section_id"


@dataclass(frozen=True)
class SentClass:
    """A weekly class as a form has it.

    Parameters
    ----------
    key
        The stored class, None of a new one.
    values
        What stands in its fields.
    seen
        The mark of what was shown of it.
    deletion
        The mark of the deletion that was shown and agreed to; None where the class stays.
    """

    key: int | None
    values: Values
    seen: str = ""
    deletion: str | None = None


@dataclass
class _Sent:
    """What a form sent of a section, and what is wrong with it so far."""

    classes: Sequence[SentClass]
    stored: dict[int, Component]
    errors: Errors = field(default_factory=dict)
    of_classes: list[Errors] = field(default_factory=list)
    is_stale: bool = False

    def __post_init__(self) -> None:
        self.of_classes = [{} for _class in self.classes]

    @property
    def staying(self) -> list[tuple[int, SentClass]]:
        """The classes that the section has afterwards, with their position in the form."""
        return [(at, sent) for at, sent in enumerate(self.classes) if sent.deletion is None]


def classes_of(section_id: int) -> list[Component]:
    """The weekly classes of a section as stored now, in order."""
    query = sa.select(Component).filter_by(section_id=section_id).order_by(Component.code)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def save_section(
    scope: Scope, key: int | None, values: Values, classes: Sequence[SentClass], seen: str | None = None
) -> Any:
    """Add a section (no key) or change one, with all its weekly classes; returns the section.

    ``seen`` is the mark of the section's own values. A class whose code is empty gets one by its kind. Raises
    SectionRefused with every error by field and class, SectionChanged where the section or a class is no longer what
    the form has shown, NotFound for a foreign section. The actor can undo it as a whole.
    """
    optimistic_lock.lock(scope.organization)
    with db.session.begin_nested(), watch(scope, SECTIONS, [key] if key is not None else []) as watched:
        sent = _Sent(
            _with_codes(classes), {row.component_id: row for row in classes_of(key)} if key is not None else {}
        )
        _find_changed(scope, key, seen, sent)
        _find_same_codes(sent)
        changes = _delete(scope, sent)
        section = _put_section(scope, key, values, sent)
        if section is not None:
            changes += _put_classes(scope, SECTIONS.id_of(section.row), sent)
        else:
            _read_alone(scope, sent)
        if sent.is_stale:
            raise SectionChanged(sent.errors, sent.of_classes)
        if section is None or any(sent.of_classes):
            raise SectionRefused(sent.errors, sent.of_classes)
        watched.add(SECTIONS.id_of(section.row))
        _note(scope, section, changes)
    return section.row


def _find_changed(scope: Scope, key: int | None, seen: str | None, sent: _Sent) -> None:
    """Note what of a stored section is no longer as the form has shown it, or was added or deleted meanwhile."""
    if key is None:
        return
    section = find_row(scope, SECTIONS, key)
    if seen is not None:
        sent.errors.update(changed_meanwhile(scope, SECTIONS, section, seen))
    sent.is_stale = bool(sent.errors) or bool(sent.stored.keys() - {one.key for one in sent.classes})
    for at, one in sent.staying:
        if one.key is None:
            continue
        if one.key in sent.stored:
            sent.of_classes[at].update(changed_meanwhile(scope, CLASSES, sent.stored[one.key], one.seen))
        else:
            sent.of_classes[at][""] = _("This class was deleted meanwhile. Saving again adds it anew; or remove it.")
        sent.is_stale = sent.is_stale or bool(sent.of_classes[at])


def _find_same_codes(sent: _Sent) -> None:
    codes = Counter(str(one.values.get("code") or "").strip() for _at, one in sent.staying)
    for at, one in sent.staying:
        code = str(one.values.get("code") or "").strip()
        if code and codes[code] > 1:
            sent.of_classes[at].setdefault("code", _("Two classes of the section have this code."))


def _with_codes(classes: Sequence[SentClass]) -> list[SentClass]:
    """The classes with a code each: where none was typed, one by the kind that no other has ("L", "L2")."""
    used = {str(one.values.get("code") or "").strip() for one in classes if one.deletion is None}
    done = []
    for one in classes:
        kind = str(one.values.get("kind") or COMPONENTS.by_field["kind"].default).strip()
        if one.deletion is None and not str(one.values.get("code") or "").strip():
            code = next(made for made in _codes_for(kind) if made not in used)
            used.add(code)
            one = SentClass(one.key, {**one.values, "code": code}, one.seen)
        done.append(one)
    return done


def _codes_for(kind: str) -> Iterator[str]:
    first = next((letter for letter in kind if letter.isalnum()), "K").upper()
    code = CODES_OF_KINDS.get(kind.lower(), first)
    yield code
    number = 2
    while True:
        yield f"{code}{number}"
        number += 1


def _delete(scope: Scope, sent: _Sent) -> list[RowChange]:
    changes = []
    for at, one in enumerate(sent.classes):
        if one.deletion is None or one.key not in sent.stored:
            continue
        try:
            changes.append(take_row(scope, COMPONENTS, one.key, one.deletion)[1])
        except (RecordInUse, DeletionOutdated) as problem:
            sent.of_classes[at][""] = problem.message
            sent.is_stale = sent.is_stale or isinstance(problem, DeletionOutdated)
    return changes


def _put_section(scope: Scope, key: int | None, values: Values, sent: _Sent) -> RowChange | None:
    try:
        return put_row(scope, SECTIONS, key, values)
    except RecordRefused as refusal:
        sent.errors = refusal.errors | sent.errors
        return None


def _read_alone(scope: Scope, sent: _Sent) -> None:
    """Note what is wrong with the classes of a section that can't be stored itself."""
    for at, one in sent.staying:
        row = sent.stored.get(one.key or 0)
        sent.of_classes[at] = read_values(scope, CLASSES, row, one.values).errors | sent.of_classes[at]


def _put_classes(scope: Scope, section_id: int, sent: _Sent) -> list[RowChange]:
    changes = []
    codes = {row.component_id: row.code for row in classes_of(section_id)}
    for at, one in _in_order(sent.staying, codes):
        key = one.key if one.key in codes else None
        try:
            changes.append(put_row(scope, COMPONENTS, key, {**one.values, SECTION_FIELD: section_id}))
        except RecordRefused as refusal:
            sent.of_classes[at] = refusal.errors | sent.of_classes[at]
            if "code" in refusal.errors and _is_of_another(sent, one, codes):
                sent.of_classes[at]["code"] = _(
                    "Another class of the section has this code until it is saved, and gets this one's: save one of "
                    "them with a third code first, then let them change places."
                )
    return changes


def _is_of_another(sent: _Sent, one: SentClass, codes: Mapping[int, str]) -> bool:
    """Whether a class is to get the code that another one of the form gives up."""
    code = str(one.values.get("code") or "").strip()
    return any(other.key != one.key and codes.get(other.key or 0) == code for _at, other in sent.staying)


def _in_order(classes: Sequence[tuple[int, SentClass]], codes: Mapping[int, str]) -> Iterator[tuple[int, SentClass]]:
    """The classes in an order in which a code is free before another class gets it; a circle stays one."""
    held = dict(codes)
    left = list(classes)
    while left:
        free = (
            item
            for item in left
            if str(item[1].values.get("code")).strip() not in {code for key, code in held.items() if key != item[1].key}
        )
        following = next(free, left[0])
        left.remove(following)
        held.pop(following[1].key or 0, None)
        yield following


def _note(scope: Scope, section: RowChange, changes: Sequence[RowChange]) -> None:
    """Write the one event that tells all of it: the section's fields, and each class that has changed by its code."""
    before: dict[str, Any] = {name: section.before[name] for name in section.fields if section.before}
    after: dict[str, Any] = {name: section.after[name] for name in section.fields}
    for change in changes:
        fields = [name for name in change.fields if name != SECTION_FIELD]
        if not fields:
            continue
        name = detail_name((change.before or change.after)["code"])
        for side, texts in ((before, change.before), (after, change.after)):
            if texts:
                side[name] = {one: texts[one] for one in fields}
    if before or after:
        verb = "edit" if section.before else "create"
        action = f"{SECTIONS.address}.{verb}"
        kept = before if section.before else None
        audit.record(scope.organization, scope.actor, action, section.row, before=kept, after=after)
