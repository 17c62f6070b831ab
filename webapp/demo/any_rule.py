"""How the term of every rule uses each one: the workshops that rules between classes have, and the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

Numbers = tuple[int | None, int | None]
"""A rule's number and its other one; None where it has none."""

NONE: Numbers = (None, None)
COMPONENT = "W"
SECTIONS = ("1", "2")
FURTHER: Mapping[str, int | None] = {
    "gaps_a_day": 8, "gaps_a_week": 20, "lone_meetings": None, "time_penalty": None, "room_penalty": None,
}  # fmt: skip
"""Rules about everybody that a new term does not use, with their numbers."""
USUAL = {"max_per_day": 14, "max_in_row": 10, "max_per_week": 50}
"""Limits of everybody, in half hours."""
HOME_ROOMS = ("SW-1", "SW-2", "SW-3", "NH-1", "NH-2", "SH-1")


@dataclass(frozen=True, slots=True)
class Workshop:
    """Two sections that must keep a rule, and the numbers with which they must, and with which lectures should.

    Parameters
    ----------
    apart
        Whether the sections have students of their own; else they share a group.
    weeks
        The week set of each section.
    """

    title: str
    meetings: int = 1
    hard: Numbers = NONE
    soft: Numbers = NONE
    apart: bool = False
    weeks: tuple[str | None, str | None] = (None, None)


WORKSHOPS: Mapping[str, Workshop] = {
    "same_time": Workshop("Debating", 2, apart=True),
    "same_start": Workshop("Model Building"),
    "same_time_of_day": Workshop("Morning Sketching"),
    "same_days": Workshop("Web Design"),
    "same_weeks": Workshop("Site Visits", weeks=("ODD", "ODD")),
    "overlap": Workshop("Joint Critique", apart=True),
    "no_overlap": Workshop("Laser Cutting", apart=True),
    "different_days": Workshop("Life Drawing"),
    "different_weekdays": Workshop("Spreadsheets", weeks=("ODD", "EVEN")),
    "different_time": Workshop("Public Speaking"),
    "different_weeks": Workshop("Soldering", weeks=("ODD", "EVEN")),
    "same_attendees": Workshop("Exhibition"),
    "precedence": Workshop("Project Planning"),
    "precedence_of_pairs": Workshop("Version Control"),
    "consecutive": Workshop("Casting"),
    "together_on_a_day": Workshop("Printing"),
    "grouped": Workshop("Surveying Practice"),
    "ends_day": Workshop("Review"),
    "days_between": Workshop("Ceramics", hard=(1, None), soft=(1, None)),
    "min_gap": Workshop("First Aid", hard=(1, None), soft=(2, None)),
    "work_day": Workshop("Film", hard=(10, None), soft=(12, None)),
    "max_days": Workshop("Woodwork", 2, hard=(3, None), soft=(3, None)),
    "min_working_days": Workshop("Gymnastics", 2, hard=(2, None), soft=(3, None)),
    "max_day_load": Workshop("Choir", hard=(4, None), soft=(6, None)),
    "most_at_once": Workshop("Metalwork", hard=(1, None), soft=(1, None), apart=True),
    "most_slots_of": Workshop("Reading", hard=(2, None), soft=(2, None)),
    "same_room": Workshop("Bookbinding"),
    "different_room": Workshop("Lighting", apart=True),
    "max_rooms": Workshop("Weaving", 2, hard=(1, None), soft=(2, None)),
    "room_stability": Workshop("Painting"),
    "home_room": Workshop("Furniture"),
    "max_per_day": Workshop("Chess", hard=(4, None), soft=(8, None)),
    "max_in_row": Workshop("Music", hard=(4, None), soft=(6, None)),
    "max_per_week": Workshop("Yoga", hard=(4, None), soft=(14, None)),
    "max_breaks": Workshop("Theatre", hard=(1, 2), soft=(1, 2)),
    "max_block": Workshop("Interviews", hard=(4, 1), soft=(6, 1)),
}
"""By rule."""


@dataclass(frozen=True, slots=True)
class PeopleUse:
    """Who must keep a rule about people and with which numbers, and with which everybody should."""

    hard: Numbers = NONE
    soft: Numbers = NONE
    teacher: str = "CSE-02"
    groups: tuple[str, ...] = ("CSE1-A", "ARC1")


PEOPLE: Mapping[str, PeopleUse] = {
    "max_days": PeopleUse((5, None), (4, None)),
    "most_slots_of": PeopleUse((6, None), (4, None)),
    "home_room": PeopleUse(teacher="ARC-10"),
    "begins_by": PeopleUse((16, 2), (6, 1)),
    "interval_days": PeopleUse((4, None), (3, None)),
    "min_per_day": PeopleUse((2, None), (4, None)),
    "max_per_day": PeopleUse((12, None), (10, None)),
    "max_in_row": PeopleUse((9, None), (6, None)),
    "max_per_week": PeopleUse((30, None), (24, None)),
    "max_breaks": PeopleUse((4, 0), (2, 1)),
    "max_block": PeopleUse((10, 0), (8, 0)),
    "group_gaps": PeopleUse(groups=("ARC9-A",)),
    "instructor_gaps": PeopleUse(teacher="ARC-09"),
    "isolated_meetings": PeopleUse(groups=("ARC9-A",)),
    "building_changes_a_day": PeopleUse((2, None), (1, None)),
    "building_changes_a_week": PeopleUse((8, None), (4, None)),
    "building_change_gap": PeopleUse((1, None), (1, None)),
    "walking_time": PeopleUse(),
}
"""By rule."""


def course_of(rule: str) -> str:
    """The code of the course of a rule's workshop."""
    return f"WS{[*WORKSHOPS].index(rule) + 1:02}"
