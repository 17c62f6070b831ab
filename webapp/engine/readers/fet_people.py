"""FET's teachers and students as the resources of an instance.

Students who attend the same activities and are away at the same times are one resource.
"""

from collections import defaultdict

from webapp.engine.instance import Resource
from webapp.engine.readers.fet_grid import FetGrid
from webapp.engine.rule import ResourceKind
from webapp.fet.file import FetConstraint, FetFile, Moment

TEACHERS, STUDENTS = "Teacher", "Students"
Away = dict[str, frozenset[Moment]]


class FetPeople:
    """Who attends what, and when they are away.

    Attributes
    ----------
    resources
        The teachers who teach, then the students.
    attend
        By activity, the indices of its resources.
    away
        Per resource, the moments at which it can't come.
    """

    def __init__(self, file: FetFile, week: FetGrid) -> None:
        self._file = file
        away = _away(file)
        taught: dict[str, set[str]] = defaultdict(set)
        attended: dict[str, set[str]] = defaultdict(set)
        for activity in file.activities:
            for name in activity.teachers:
                taught[name].add(activity.ident)
            for part in {part for name in activity.students for part in file.parts[name]}:
                attended[part].add(activity.ident)
        part_away: dict[str, frozenset[Moment]] = {}
        for name, moments in away[STUDENTS].items():
            for part in file.parts.get(name, frozenset()):
                part_away[part] = part_away.get(part, frozenset()) | moments
        self.resources: list[Resource] = []
        self.away: list[frozenset[Moment]] = []
        self.attend: dict[str, list[int]] = {activity.ident: [] for activity in file.activities}
        self._teachers: dict[str, int] = {}
        for name, idents in taught.items():
            self._teachers[name] = self._add(f"teacher/{name}", ResourceKind.INSTRUCTOR, name, idents)
            self.away.append(away[TEACHERS].get(name, frozenset()) - week.breaks)
        alike: dict[tuple[frozenset[str], frozenset[Moment]], int] = {}
        self._parts: dict[str, int] = {}
        for part, idents in attended.items():
            key = (frozenset(idents), part_away.get(part, frozenset()) - week.breaks)
            if key not in alike:
                alike[key] = self._add(f"students/{part}", ResourceKind.GROUP, part, idents)
                self.away.append(key[1])
            self._parts[part] = alike[key]

    def _add(self, code: str, kind: ResourceKind, name: str, idents: set[str]) -> int:
        index = len(self.resources)
        self.resources.append(Resource(code, kind, name))
        for ident in idents:
            self.attend[ident].append(index)
        return index

    def of(self, constraint: FetConstraint) -> list[int]:
        """The resources that a constraint is about: those it names, or all of the kind that its name begins with."""
        if constraint.name.startswith("Teacher"):
            if constraint.name.startswith("Teachers"):
                return list(self._teachers.values())
            name = constraint.text("Teacher_Name", "Teacher")
            return [self._teachers[name]] if name in self._teachers else []
        if constraint.name.startswith("StudentsSet"):
            return self.of_students(constraint.text("Students", "Students_Name"))
        return sorted(set(self._parts.values()))

    def of_students(self, name: str) -> list[int]:
        """The resources of a set of students that attend something."""
        return sorted({self._parts[part] for part in self._file.parts.get(name, ()) if part in self._parts})


def _away(file: FetFile) -> dict[str, Away]:
    found: dict[str, Away] = {TEACHERS: {}, STUDENTS: {}}
    for constraint in file.constraints:
        for kind, name in ((TEACHERS, "TeacherNotAvailableTimes"), (STUDENTS, "StudentsSetNotAvailableTimes")):
            if constraint.name == name and constraint.is_hard:
                owner = constraint.text(kind, f"{kind}_Name")
                found[kind][owner] = found[kind].get(owner, frozenset()) | file.moments(constraint)
    return found
