"""A rule as a constraint holds it: its name, its words, and whose time it is about.

What a rule costs is in its family (`webapp.engine.rules.family`), which is written in terms of
instances; this module knows none, so that an instance's constraints can hold their rules.
"""

from abc import ABC
from enum import StrEnum
from inspect import cleandoc
from typing import ClassVar, Self


class ResourceKind(StrEnum):
    """Whose time a resource is."""

    INSTRUCTOR = "instructor"
    GROUP = "group"
    STUDENTS = "students"


class Rule(ABC):
    """One rule: its name, its sentence, and whom it is about by default.

    Rules have no state, so there is one object of each class: rules are equal when they are the same.
    """

    family: ClassVar[str]
    """The family's name, in words."""
    name: ClassVar[str]
    title: ClassVar[str]
    """A few words for a table's heading."""
    sentence: ClassVar[str]
    """What the rule asks for, in one sentence that a registrar can read: the class's docstring."""
    kinds: ClassVar[tuple[ResourceKind, ...]] = ()
    """Kinds of resources that it is about when a constraint names no subject."""
    is_mean: ClassVar[bool] = False
    """True when its count is a sum over weeks, and what it costs is divided by their number, rounded down."""
    unit: ClassVar[str] = "violation"
    """What one unit of its count is, in the singular."""
    units: ClassVar[str] = ""
    """The plural of ``unit``, where adding an s won't do."""
    further: ClassVar[str] = ""
    """What its second number says, in words with ``{second}`` in them, where it has one."""
    finding: ClassVar[str] = "{who}: {n}."
    """How a violation is worded; `webapp.engine.words` fills in the fields."""
    _only: ClassVar["Rule | None"] = None

    def __init_subclass__(cls) -> None:
        """Take the sentence from the first paragraph of the docstring."""
        super().__init_subclass__()
        cls._only = None
        if "name" in cls.__dict__:
            cls.sentence = " ".join(cleandoc(cls.__doc__ or "").partition("\n\n")[0].split())

    def __new__(cls) -> Self:
        """Return the one object of the class, also to who reads a pickled or copied constraint."""
        if not isinstance(cls._only, cls):
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        """As it is written in code: the class's name and brackets."""
        return f"{type(self).__name__}()"

    def amount_in_words(self, count: int) -> str:
        """The count with its unit, such as "2 free slots"."""
        return f"{count} {self.unit if count == 1 else self.units or self.unit + 's'}"
