"""One meeting at a time for who teaches."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import ClashRule


class InstructorClash(ClashRule):
    """Nobody teaches two meetings at a time."""

    name = "instructor_clash"
    title = "Instructor clashes"
    kinds = (ResourceKind.INSTRUCTOR,)
    unit = "clash of an instructor"
    units = "clashes of an instructor"
    finding = "{who} teaches {meeting} and {other}, which overlap at {time}."
