"""Activities that must begin together as one meeting: a search that moves one of them would break that at each step."""

from collections.abc import Mapping

from webapp.engine.readers.fet_people import FetPeople
from webapp.engine.readers.fet_rooms import FetRooms
from webapp.fet.file import FetActivity, FetFile

COUNTED = "Simultaneous"
"""In the names of constraints that count activities, for which several in one meeting would be one."""
Together = tuple[FetActivity, ...]


def together(file: FetFile, people: FetPeople, rooms: FetRooms) -> list[Together]:
    """The activities of each meeting, in the order of the file.

    Several are one meeting where they must begin together, take as long, share nobody, and one at most asks for a room,
    which is then the first.
    """
    group_of = {activity.ident: [activity] for activity in file.activities}
    if not any(COUNTED in constraint.name for constraint in file.constraints):
        for constraint in file.constraints:
            if constraint.name == "ActivitiesSameStartingTime" and constraint.is_hard:
                idents = file.idents(constraint, "Activity_Id")
                for ident in idents[1:]:
                    _join(group_of, idents[0], ident, people, rooms)
    found, seen = [], set[int]()
    for group in group_of.values():
        if id(group) not in seen:
            seen.add(id(group))
            found.append(tuple(sorted(group, key=lambda activity: not rooms.is_asked(activity))))
    return found


def _join(group_of: dict[str, list[FetActivity]], one: str, two: str, people: FetPeople, rooms: FetRooms) -> None:
    first, second = group_of[one], group_of[two]
    if first is second or first[0].duration != second[0].duration:
        return
    here, there = (_attend(group, people.attend) for group in (first, second))
    if here & there or sum(rooms.is_asked(activity) for activity in (*first, *second)) > 1:
        return
    first += second
    for activity in second:
        group_of[activity.ident] = first


def _attend(group: list[FetActivity], attend: Mapping[str, list[int]]) -> set[int]:
    return {resource for activity in group for resource in attend[activity.ident]}
