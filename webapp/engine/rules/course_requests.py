"""Students get the courses that they ask for."""

from collections.abc import Iterator, Sequence

from webapp.engine.instance import CourseStructure, Instance, Placement
from webapp.engine.rules.family import Attendance, FoundPart, SectioningRule


class CourseRequests(SectioningRule):
    """Each student attends one class of each part of a course asked for, and no class of another."""

    name = "course_requests"
    title = "Courses asked for"
    unit = "course of a student"
    units = "courses of students"
    finding = "{who} does not attend exactly one class of each part of a course asked for, or attends one of another."

    def found(self, instance: Instance, placements: Sequence[Placement], attends: Attendance) -> Iterator[FoundPart]:
        """1 for each course of a student that is asked for and not taken in one configuration, or taken unasked."""
        course_of = instance.course_of
        for student, demand in enumerate(instance.students):
            taken: dict[int, list[int]] = {course: [] for course in demand.courses}
            for meeting in attends[student] if attends else ():
                taken.setdefault(course_of[meeting], []).append(meeting)
            asked = set(demand.courses)
            for course, meetings in taken.items():
                if course not in asked or not is_complete(instance.courses[course], meetings):
                    yield student, 1, tuple(meetings)


def is_complete(course: CourseStructure, meetings: Sequence[int]) -> bool:
    """Whether these are one meeting of each subpart of one configuration, and nothing else."""
    chosen = set(meetings)
    return any(
        len(chosen) == len(configuration.subparts)
        and all(len(chosen.intersection(part.meetings)) == 1 for part in configuration.subparts)
        for configuration in course.configurations
    )
