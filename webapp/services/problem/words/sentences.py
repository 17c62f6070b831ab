"""The sentences that rows keep of a term's classes, rules and places; `reasons` has why a class has no place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.engine.evaluate import Violation
from webapp.engine.result import Remark
from webapp.engine.rules import rule_named
from webapp.engine.words import (
    RemarkCode,
    WayOutCode,
    asked_in_words,
    finding_in_words,
    remark_in_words,
    way_out_in_words,
)
from webapp.services.shared.sentences import TEXT, StoredSentence
from webapp.services.shared.words import WEEKDAYS, _


@dataclass(frozen=True)
class BrokenRule(StoredSentence):
    """What a timetable counts by one rule: ``code`` is the rule's name, ``values`` what its sentence names."""

    @classmethod
    def of(cls, violation: Violation) -> "BrokenRule":
        """The sentence of a violation."""
        return cls(violation.rule, violation.values)

    def _sentence(self) -> str:
        return finding_in_words(rule_named(self.code), self.values)


@dataclass(frozen=True)
class SearchRemark(StoredSentence):
    """What a run says of its search: ``code`` is the engine's `RemarkCode`."""

    @classmethod
    def of(cls, remark: Remark) -> "SearchRemark":
        """The engine's remark, to be stored."""
        return cls(remark.code.value, remark.values)

    @property
    def is_about_failure(self) -> bool:
        """Whether it says that no whole timetable was found, which what is stored in the end may belie."""
        return self.code in (RemarkCode.DISPROVEN, RemarkCode.NOT_FOUND, TEXT)

    def _sentence(self) -> str:
        return remark_in_words(RemarkCode(self.code), self.values)


@dataclass(frozen=True)
class RuleWords(StoredSentence):
    """What a rule asks of somebody: ``code`` is the rule's name, ``values`` as `asked_in_words` has them."""

    def _sentence(self) -> str:
        return asked_in_words(rule_named(self.code), self.values)


@dataclass(frozen=True)
class WayOutWords(StoredSentence):
    """What it would take that there is a timetable: ``code`` is the engine's `WayOutCode`."""

    def _sentence(self) -> str:
        return way_out_in_words(WayOutCode(self.code), self.values)


@dataclass(frozen=True)
class AmountWords(StoredSentence):
    """So many breaches of a rule, in its own unit: ``code`` is the rule's name, ``values`` has the ``amount``."""

    def _sentence(self) -> str:
        return rule_named(self.code).amount_in_words(self.values["amount"])


@dataclass(frozen=True)
class RepairCause(StoredSentence):
    """What has happened that a timetable must be repaired for: a room closed, a teacher away, a section grown.

    ``values``: the ``name``; then ``days`` (0 is Monday), ``first`` and ``last`` (hours such as "09:00"), each of them
    empty for all; or the ``size`` of a section in students.
    """

    def _sentence(self) -> str:
        name = self.values["name"]
        match self.code:
            case "room":
                return _("%(name)s is closed %(when)s", name=name, when=when_in_words(self.values))
            case "faculty":
                return _("%(name)s is away %(when)s", name=name, when=when_in_words(self.values))
        return _("%(section)s has %(size)s students", section=name, size=self.values["size"])


def when_in_words(values: Mapping[str, Any]) -> str:
    """Days and hours of a cause: "on Monday, Tuesday from 09:00 until 11:00", "all week"."""
    days, first, last = values.get("days"), values.get("first"), values.get("last")
    if not days and not first and not last:
        return _("all week")
    on = _("on %(days)s", days=", ".join(str(WEEKDAYS[day]) for day in days)) if days else _("every day")
    since = _(" from %(first)s", first=first) if first else ""
    until = _(" until %(last)s", last=last) if last else ""
    return f"{on}{since}{until}"


@dataclass(frozen=True)
class PlaceWords(StoredSentence):
    """Where a class stood or stands: ``values`` has ``days``, the hours ``begins`` and ``ends``, and the ``room``."""

    def _sentence(self) -> str:
        return place_in_words(**self.values)


NOWHERE = PlaceWords("place")


def place_in_words(days: Sequence[int] = (), begins: str = "", ends: str = "", room: str = "") -> str:
    """A place in words, of what is known of it: "Tuesday 09:00 to 10:50, LH-2"."""
    hours = _("%(begins)s to %(ends)s", begins=begins, ends=ends) if ends else begins
    when = f"{', '.join(str(WEEKDAYS[day]) for day in days)} {hours}".strip()
    return ", ".join(part for part in (when, room) if part)


@dataclass(frozen=True)
class EditWords(StoredSentence):
    """What a step in the editor did.

    ``moved``: ``classes``, each with its ``label``, ``origin`` and ``to`` (see `PlaceWords`); ``excused``: the
    ``label`` and ``where`` it stays by a reason; ``locked``: ``number`` of classes, the ``label`` of the first, and
    whether ``time`` and ``room`` are locked now; ``undone`` and ``redone``: the ``step`` as it was stored.
    """

    def _sentence(self) -> str:
        values = self.values
        match self.code:
            case "moved":
                return "; ".join(map(_move_in_words, values["classes"]))
            case "excused":
                where = place_in_words(**values["where"]) or _("no place")
                return _("%(label)s stays at %(where)s by a reason", label=values["label"], where=where)
            case "locked":
                return _lock_in_words(values)
        step = words_of(values["step"])
        return _("Undone: %(step)s", step=step) if self.code == "undone" else _("Done again: %(step)s", step=step)


def _move_in_words(moved: Mapping[str, Any]) -> str:
    origin, to = place_in_words(**moved["origin"]), place_in_words(**moved["to"])
    if not to:
        return _("%(label)s: from %(origin)s, now without a place", label=moved["label"], origin=origin)
    if not origin:
        return _("%(label)s: placed at %(to)s", label=moved["label"], to=to)
    return _("%(label)s: from %(origin)s to %(to)s", label=moved["label"], origin=origin, to=to)


def _lock_in_words(values: Mapping[str, Any]) -> str:
    locked = [name for name, on in ((_("time"), values["time"]), (_("room"), values["room"])) if on]
    what = _("locked: %(what)s", what=", ".join(locked)) if locked else _("unlocked")
    if values["number"] == 1:
        return f"{values['label']} {what}"
    return _("%(number)s classes %(what)s", number=values["number"], what=what)


CODES_OF_AUDIT: Mapping[str, type[StoredSentence]] = {
    **dict.fromkeys(("room", "faculty", "section"), RepairCause),
    **dict.fromkeys(("moved", "excused", "locked", "undone", "redone"), EditWords),
    **dict.fromkeys((code.value for code in WayOutCode), WayOutWords),
    TEXT: EditWords,
}
"""The sentences that the audit trail keeps, by their codes."""


def words_of(stored: Mapping[str, Any] | str | None) -> str:
    """A stored sentence of the audit trail in words; a text, as releases before kept it, as it is."""
    if not isinstance(stored, Mapping):
        return stored or ""
    code, values = stored.get("code", TEXT), stored.get("values", {})
    kind = CODES_OF_AUDIT.get(code)
    # What no sentence of the trail has is shown as it is stored: a page of the past never fails for one event.
    return str(code) if kind is None else kind(code, values).sentence
