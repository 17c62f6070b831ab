"""The families of rules: what a rule of each must say, and nothing about how it is searched.

A rule of a family is one small pure function and one sentence. The family fixes the shape of that
function, and three pieces of machinery work on the shape alone: `webapp.engine.evaluate` (the
truth), `webapp.engine.cpsat` (variables and constraints) and `webapp.engine.search` (what one move
changes, compiled). A new rule of a known family therefore is one new file.

How a constraint names what it is about (its *subjects*, see `subjects_of`):

- each index in ``constraint.resources`` is a subject of its own: the meetings it takes part in;
- the whole of ``constraint.meetings`` is one subject.

A constraint that names neither is about every resource of the rule's ``kinds``, or, where the rule
has none, about all meetings as one subject. The count of a constraint is the sum over its subjects,
so a meeting that two of them share is counted for each.

Rules about pairs look at ``constraint.meetings`` alone. The clash of rooms has the rooms as subjects.

Unplaced meetings (no time) take no part in any rule but `PlacedRule`; their room is ignored.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import ClassVar

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.periods import DayPeriods
from webapp.engine.rule import Rule
from webapp.engine.timegrid import TimeGrid


@dataclass(frozen=True, slots=True)
class RuleSubject:
    """Whom or what a count is about: a resource, a room, or a set of meetings.

    ``meetings`` is empty for a room: its meetings are those that are held there.
    """

    meetings: tuple[int, ...]
    resource: int | None = None
    room: int | None = None


def subjects_of(instance: Instance, constraint: Constraint) -> tuple[RuleSubject, ...]:
    """Whom or what a constraint counts for, each on its own."""
    rule, named = constraint.rule, constraint.resources
    if isinstance(rule, ClashRule) and rule.rooms:
        return tuple(RuleSubject((), room=room) for room in range(len(instance.rooms)))
    if not named and not constraint.meetings:
        if not rule.kinds:
            return (RuleSubject(tuple(range(len(instance.meetings)))),)
        named = tuple(r for kind in rule.kinds for r in instance.resources_of_kind(kind))
    subjects = [RuleSubject(instance.meetings_of[resource], resource) for resource in named]
    if constraint.meetings:
        subjects.append(RuleSubject(constraint.meetings))
    return tuple(subjects)


class PlacedRule(Rule):
    """One for each meeting of a subject that has no time."""

    family = "placed"


class ChoiceRule(Rule):
    """A cost of one placement, whatever the others are."""

    family = "choice"

    @abstractmethod
    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """Count for one meeting where it stands. Never called for an unplaced meeting.

        Counted once for each subject that the meeting belongs to.
        """

    def free(self, instance: Instance, constraint: Constraint, meeting: int) -> Placement | None:
        """The only placement that costs nothing, where every other costs 1; None where the cost is not of that sort."""
        return None

    time_only: ClassVar[bool] = False
    """True when the room makes no difference."""
    room_only: ClassVar[bool] = False
    """True when the time makes no difference."""


class ClashRule(Rule):
    """At most one meeting at a time, per subject; the count is the number of overlapping pairs.

    With ``weighted``, each pair counts the resource's weight (its students). A pair counts once
    however many slots, days and weeks it overlaps in.
    """

    family = "clash"

    rooms: ClassVar[bool] = False
    """True for the rule about rooms: then the subjects are the rooms, not resources."""
    weighted: ClassVar[bool] = False


class DayPatternRule(Rule):
    """A function of the teaching periods in which a subject is busy on one day.

    Counted for each subject and day: the sum over the weeks of the calendar, divided by their number and
    rounded up, so that a violation in a single week is never lost.
    """

    family = "day pattern"

    @abstractmethod
    def cost(self, busy: int, day: DayPeriods, amount: int) -> int:
        """Count for one day of one week.

        Parameters
        ----------
        busy
            Bit mask of the busy periods. Must cost 0 when it is 0.
        day
            The day's periods.
        amount
            ``constraint.amount``.
        """


class WeekPatternRule(Rule):
    """A function of how many teaching periods a subject is busy on each day of a week.

    A period counts once however many meetings are held in it. Counted for each subject: the sum over
    the weeks of the calendar, divided by their number and rounded up.
    """

    family = "week pattern"

    @abstractmethod
    def cost(self, loads: Sequence[int], grid: TimeGrid, amount: int) -> int:
        """Count for one week; ``loads`` has one number of busy periods per day (all may be 0)."""

    days_only: ClassVar[bool] = False
    """True when only whether a day is used matters, not for how long."""


class SamePlaceRule(Rule):
    """A function of the rooms that a subject's meetings use."""

    family = "same place"

    @abstractmethod
    def cost(self, rooms: Sequence[int], amount: int) -> int:
        """Count for one subject; ``rooms`` lists the room of each placed meeting that has one.

        Depends only on how many distinct rooms there are.
        """


class PairRule(Rule):
    """A function of two placements, summed over the pairs of the constraint's meetings."""

    family = "pair"

    ordered: ClassVar[bool] = False
    """True when only consecutive meetings are compared, in the given order (precedence)."""

    @abstractmethod
    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """Count for one pair. Never called for an unplaced meeting."""

    time_only: ClassVar[bool] = True
    """True when the rooms make no difference."""

    def pairs(self, constraint: Constraint) -> Iterator[tuple[int, int]]:
        """Yield the pairs of meetings that are compared."""
        return pairwise(constraint.meetings) if self.ordered else combinations(constraint.meetings, 2)
