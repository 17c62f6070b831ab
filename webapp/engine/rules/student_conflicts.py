"""Students whose classes overlap, or are too far apart to walk between them."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from webapp.engine.instance import Instance, Placement
from webapp.engine.rules.family import Attendance, FoundPart, SectioningRule
from webapp.engine.rules.same_attendees import cannot_attend


class StudentConflicts(SectioningRule):
    """No student has two classes at once, or one so soon after another that there is no time to walk there."""

    name = "student_conflicts"
    title = "Students in two places"
    unit = "pair of classes that a student can't both attend"
    units = "pairs of classes that a student can't both attend"
    finding = "{who} can't attend both {meeting} and {other}."
    about_places = True

    def found(self, instance: Instance, placements: Sequence[Placement], attends: Attendance) -> Iterator[FoundPart]:
        """1 for each pair of classes of a student that nobody can attend both."""
        known: dict[tuple[int, int], bool] = {}
        for student, meetings in enumerate(attends):
            for pair in combinations((m for m in meetings if placements[m].time is not None), 2):
                if pair not in known:
                    known[pair] = cannot_attend(instance, placements[pair[0]], placements[pair[1]])
                if known[pair]:
                    yield student, 1, pair
