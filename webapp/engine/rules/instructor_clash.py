"""One meeting at a time for who teaches."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import ClashRule


class InstructorClash(ClashRule):
    """Nobody teaches two classes at a time."""

    name = "instructor_clash"
    title = "Teacher clashes"
    kinds = (ResourceKind.INSTRUCTOR,)
    unit = "clash of a teacher"
    units = "clashes of a teacher"
    finding = "{who} teaches {meeting} and {other}, which overlap at {time}."
