"""One meeting at a time for a group."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import ClashRule


class GroupClash(ClashRule):
    """No group has two classes at a time."""

    name = "group_clash"
    title = "Group clashes"
    kinds = (ResourceKind.GROUP,)
    unit = "clash of a group"
    units = "clashes of a group"
    finding = "{who} attends {meeting} and {other}, which overlap at {time}."
