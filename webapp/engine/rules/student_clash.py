"""One meeting at a time for single students."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import ClashRule


class StudentClash(ClashRule):
    """No student has two classes at a time."""

    name = "student_clash"
    title = "Student clashes"
    kinds = (ResourceKind.STUDENTS,)
    unit = "clash of a student"
    units = "clashes of a student"
    finding = "{who}: {n}, {meeting} and {other} overlap at {time}."
    weighted = True
