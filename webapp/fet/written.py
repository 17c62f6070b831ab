"""Writing FET's XML: elements, constraints, and activities locked where a timetable has them."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence

KEPT = (
    ("Time_Constraints_List", "ConstraintActivityPreferredStartingTime"),
    ("Space_Constraints_List", "ConstraintActivityPreferredRoom"),
)
"""The lists of constraints, and the ones that lock an activity."""
Where = Mapping[str, tuple[str, str, str | None]]
"""By activity: the names of its day, its hour and its room."""


def relock(root: ET.Element, where: Where) -> None:
    """Lock the activities of a file at their day and hour, and in their room, instead of where they were locked."""
    for tag, name in KEPT:
        constraints = root.find(tag)
        if constraints is None:
            constraints = ET.SubElement(root, tag)
        for each in [each for each in constraints if each.tag == name and each.findtext("Activity_Id") in where]:
            constraints.remove(each)
    lock(root, where)


def lock(root: ET.Element, where: Where) -> None:
    """Add what locks activities at their day and hour, and in their room."""
    times, spaces = root.find("Time_Constraints_List"), root.find("Space_Constraints_List")
    if times is None or spaces is None:
        raise ValueError("A file of FET has both lists of constraints.")
    for ident, (day, hour, room) in where.items():
        said = [
            ("Activity_Id", ident),
            ("Preferred_Day", day),
            ("Preferred_Hour", hour),
            ("Permanently_Locked", "false"),
        ]
        add_constraint(times, "ActivityPreferredStartingTime", said)
        if room is not None:
            add_constraint(
                spaces,
                "ActivityPreferredRoom",
                [("Activity_Id", ident), ("Room", room), ("Permanently_Locked", "false")],
            )


def add_constraint(
    parent: ET.Element, name: str, said: "Sequence[tuple[str, str | list[tuple[str, str]]]]" = (), weight: str = "100"
) -> None:
    each = ET.SubElement(parent, f"Constraint{name}")
    add(each, "Weight_Percentage", weight)
    for tag, value in said:
        if isinstance(value, str):
            add(each, tag, value)
        else:
            inner = ET.SubElement(each, tag)
            for name_of_part, part in value:
                add(inner, name_of_part, part)
    add(each, "Active", "true")
    add(each, "Comments", "")


def add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = "".join(_printable(text))


def _printable(text: str) -> Iterator[str]:
    """The signs that XML allows."""
    yield from (sign for sign in text if sign.isprintable() or sign in "\n\t")


def written(root: ET.Element) -> bytes:
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written
