"""Why a meeting has no place: stored as a code with its numbers and names, put into words where it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Union

from webapp.engine.result import Unplaced
from webapp.engine.rules import rule_named
from webapp.engine.words import UnplacedCode, finding_in_words, unplaced_in_words
from webapp.services.problem.words.sentences import RepairCause
from webapp.services.shared.codec import from_json, to_json
from webapp.services.shared.sentences import StoredSentence
from webapp.services.shared.words import _, marked

SENTENCES: Mapping[str, str] = {
    "by_hand": marked("Taken off by hand."),
    "not_found": marked("Not looked at: time was up."),
    "not_in_file": marked("The imported timetable has no slot for it."),
    "breaks_rule": marked("Taken off, because: %(sentence)s"),
    "new_since": marked("New in the data since %(name)s was made."),
    "row_deleted": marked("Taken off, because it was deleted: %(what)s."),
    "too_many_slots": marked("Left out: %(who)s is asked for %(slots)s slots, and may teach %(most)s a week."),
}
"""The codes of services, with what they say; the others are the engine's (`UnplacedCode`)."""


@dataclass(frozen=True)
class UnplacedReason(StoredSentence):
    """Why one meeting has no place.

    ``code`` is one of `SENTENCES`, of the engine's `UnplacedCode`, or `TEXT`; ``values`` are what its sentence names.
    ``because`` says what had happened before, where a repair found it so.
    """

    because: tuple[RepairCause, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason in words."""
        before = "".join(f"{cause.sentence.strip().rstrip('.')}. " for cause in self.because)
        return f"{before}{super().sentence}"

    def _sentence(self) -> str:
        if self.code == "breaks_rule" and "count" in self.values:
            broken = {name: value for name, value in self.values.items() if name != "rule"}
            return _(SENTENCES[self.code], sentence=finding_in_words(rule_named(self.values["rule"]), broken))
        if self.code in SENTENCES:
            return _(SENTENCES[self.code], **self.values)
        return unplaced_in_words(UnplacedCode(self.code), self.values)

    def after(self, because: Sequence[RepairCause]) -> "UnplacedReason":
        """The same reason, found after something has happened."""
        return replace(self, because=tuple(because))

    def as_json(self) -> dict[str, Any]:
        """For the column of an entry, the row of a step, or the facts of a job."""
        stored: dict[str, Any] = to_json(self)
        return stored

    @classmethod
    def from_json(cls, stored: Union["UnplacedReason", Mapping[str, Any], str, None]) -> "UnplacedReason | None":
        """As it was stored; a sentence, as releases before kept it in steps and facts, is a reason of code `TEXT`."""
        if stored is None or isinstance(stored, UnplacedReason):
            return stored
        if isinstance(stored, str):
            return cls.from_text(stored)
        return from_json(cls, stored)

    @classmethod
    def from_engine(cls, unplaced: Unplaced) -> "UnplacedReason":
        """The reason that the engine gives for a meeting that it could not place."""
        return cls(unplaced.code.value, unplaced.values)


NOT_LOOKED_AT = UnplacedReason("not_found")
BY_HAND = UnplacedReason("by_hand")
NOT_IN_FILE = UnplacedReason("not_in_file")


def sentence_of(stored: Mapping[str, Any] | str | None) -> str:
    """A stored reason in words; empty where there is none."""
    reason = UnplacedReason.from_json(stored)
    return "" if reason is None else reason.sentence
