"""Solutions of ITC-2019 problems as XML: where each class stands, and which students attend it."""

from pathlib import Path
from xml.etree.ElementTree import Element as NewElement
from xml.etree.ElementTree import ElementTree, SubElement, indent

from webapp.engine.instance import UNPLACED, Instance, Placement
from webapp.engine.readers.xml_lines import Element, root_of
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time

TECHNIQUE, AUTHOR = "Simulated annealing with sectioning", "Timeloom"


def read_solution(path: Path, instance: Instance) -> Solution:
    """Read a solution of the instance.

    Raises
    ------
    ReadError
        When it is malformed, or names a class, time, room or student that the instance does not have.
    """
    return _Reader(root_of(path, "solution"), instance).solution()


class _Reader:
    """Reads class by class."""

    def __init__(self, root: Element, instance: Instance) -> None:
        self.root, self.instance = root, instance
        self.class_at = {meeting.code: index for index, meeting in enumerate(instance.meetings)}
        self.room_at = {room.code: index for index, room in enumerate(instance.rooms)}
        self.student_at = {student.code: index for index, student in enumerate(instance.students)}
        self.attends: list[list[int]] = [[] for _ in instance.students]
        self.placements: dict[int, Placement] = {}

    def solution(self) -> Solution:
        """What the file says, as a solution."""
        name = self.root.text("name")
        if name != self.instance.name:
            raise self.root.refuse(f"a solution of {name}", f"one of {self.instance.name}")
        for element in self.root.all("class"):
            index = self._index(element, "id", self.class_at)
            if index in self.placements:
                raise element.refuse(f"class {element.text('id')} a second time", "each class once")
            self.placements[index] = self._placement(element, index)
            for each in element.all("student"):
                student = self._index(each, "id", self.student_at)
                if index in self.attends[student]:
                    raise each.refuse(f"student {each.text('id')} a second time", "each student of a class once")
                self.attends[student].append(index)
        placements = tuple(self.placements.get(i, UNPLACED) for i in range(len(self.instance.meetings)))
        return Solution(placements, tuple(tuple(sorted(classes)) for classes in self.attends))

    def _index(self, element: Element, attribute: str, known: dict[str, int]) -> int:
        code = element.text(attribute)
        if code not in known:
            what = element.tag if attribute == "id" else attribute
            raise element.refuse(f"{what} {code}", f"a {what} of {self.instance.name}")
        return known[code]

    def _placement(self, element: Element, index: int) -> Placement:
        """Where a class stands: its length is the one of its possible time that begins alike."""
        if "start" not in element.attributes:
            return UNPLACED
        grid = self.instance.grid
        start = element.number("start", 0, grid.slots_per_day - 1)
        days, weeks = element.mask("days", grid.days, "days"), element.mask("weeks", grid.weeks, "weeks")
        alike = (o.time for o in self.instance.meetings[index].times if o.time.start == start and o.time.days == days)
        time = next((time for time in alike if time.weeks == weeks), None)
        if time is None:
            raise element.refuse(
                f"class {element.text('id')} at slot {start}", "one of the times that the problem gives the class"
            )
        room = self._index(element, "room", self.room_at) if "room" in element.attributes else None
        return Placement(time, room)


def write_solution(path: Path, instance: Instance, solution: Solution) -> None:
    """Write a solution: every class, its time and room where it has them, and its students."""
    root = NewElement("solution", name=instance.name, cores="1", technique=TECHNIQUE, author=AUTHOR)
    attend: list[list[int]] = [[] for _ in instance.meetings]
    for student, classes in enumerate(solution.sectioning):
        for index in classes:
            attend[index].append(student)
    for index, (meeting, placement) in enumerate(zip(instance.meetings, solution.placements, strict=True)):
        element = SubElement(root, "class", id=meeting.code)
        if placement.time is not None:
            _write_time(element, placement.time, instance)
            if placement.room is not None:
                element.set("room", instance.rooms[placement.room].code)
        for student in attend[index]:
            SubElement(element, "student", id=instance.students[student].code)
    indent(root)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _write_time(element: NewElement, time: Time, instance: Instance) -> None:
    element.set("days", _bits(time.days, instance.grid.days))
    element.set("start", str(time.start))
    element.set("weeks", _bits(time.weeks, instance.grid.weeks))


def _bits(mask: int, length: int) -> str:
    """A mask as the format writes it: the first day or week first."""
    return f"{mask:0{length}b}"[::-1]
