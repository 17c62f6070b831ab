"""Sentences that rows keep: a code with what it names, put into words only where they are shown."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

TEXT = "text"
"""The code of a sentence that was stored as such: by a release before codes, or by hand."""


@dataclass(frozen=True)
class StoredSentence:
    """A code with the numbers and names of its sentence; each subject has its own kind, with its own codes."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The sentence that a release before codes has stored; the reader of JSON calls it for a text."""
        return cls(TEXT, {"text": text})

    @property
    def sentence(self) -> str:
        """The sentence in words; one that was stored as such is shown as it is."""
        return str(self.values.get("text", "")) if self.code == TEXT else self._sentence()

    def __str__(self) -> str:
        return self.sentence

    @abstractmethod
    def _sentence(self) -> str:
        """The words of the kind's own codes."""
        raise NotImplementedError
