"""FET's constraints as rules of the engine: hard at 100 %, else soft with a weight that follows the percentage."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from webapp.engine.instance import Constraint
from webapp.engine.readers.fet_grid import FetGrid
from webapp.engine.readers.fet_people import FetPeople
from webapp.engine.rules import rule_named
from webapp.fet.file import BASIC, FetActivity, FetConstraint, FetFile

ELSEWHERE_READ = frozenset(
    (*BASIC, "BreakTimes", "TeacherNotAvailableTimes", "StudentsSetNotAvailableTimes", "RoomNotAvailableTimes")
)
"""Constraints that the week, the people and the rooms read."""
WHOM = ("StudentsSet", "Students", "Teachers", "Teacher")
"""Whom the names of constraints about people begin with."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A constraint, and the resources and meetings that it is about."""

    constraint: FetConstraint
    resources: tuple[int, ...]

    @property
    def cost(self) -> int | None:
        return self.constraint.cost


class FetRules:
    """Turns constraints into rules; ``not_carried`` counts by name those that none can say."""

    def __init__(self, file: FetFile, week: FetGrid, people: FetPeople, meeting_of: Mapping[str, int]) -> None:
        self._file, self._week, self._people, self._meeting_of = file, week, people, meeting_of
        self.not_carried: Counter[str] = Counter()
        self._by_name, self._by_end = self._between(), self._about_people()
        self._meetings_of: list[list[int]] = [[] for _ in people.resources]
        for activity in file.activities:
            for resource in people.attend[activity.ident]:
                self._meetings_of[resource].append(meeting_of[activity.ident])
        self._tagged: dict[str, set[int]] = {}
        for activity in file.activities:
            for tag in activity.tags:
                self._tagged.setdefault(tag, set()).add(meeting_of[activity.ident])

    def _about_people(self) -> Mapping[str, Callable[[_Said], Sequence[Constraint] | None]]:
        """What constraints about people say, by their names less whom they are about."""
        return {
            "MaxHoursDaily": self._most_a_day,
            "MaxHoursDailyRealDays": self._most_a_real_day,
            "MinHoursDaily": self._least_a_day,
            "MaxHoursContinuously": self._most_in_row,
            "MaxDaysPerWeek": self._most_days,
            "MaxRealDaysPerWeek": self._most_days,
            "MinDaysPerWeek": self._least_days,
            "MaxSpanPerDay": self._span,
            "MaxGapsPerWeek": self._gaps_a_week,
            "MaxGapsPerDay": self._gaps_a_day,
            "MaxGapsPerRealDay": self._gaps_a_real_day,
            "EarlyMaxBeginningsAtSecondHour": self._early,
            "IntervalMaxDaysPerWeek": self._within_hours,
            "MaxMorningsPerWeek": self._mornings,
            "MaxAfternoonsPerWeek": self._afternoons,
            "ActivityTagMaxHoursDaily": self._tag_a_day,
            "ActivityTagMaxHoursDailyRealDays": self._tag_a_real_day,
            "ActivityTagMaxHoursContinuously": self._tag_in_row,
            "MaxBuildingChangesPerDay": self._changes_a_day,
            "MaxBuildingChangesPerWeek": self._changes_a_week,
            "MinGapsBetweenBuildingChanges": self._change_gap,
        }

    def _between(self) -> Mapping[str, Callable[[FetConstraint], Sequence[Constraint] | None]]:
        """What constraints between activities say, by their names."""
        return {
            "ActivitiesSameStartingTime": self._same_time,
            "ActivitiesSameStartingHour": self._same_hour,
            "ActivitiesSameStartingDay": self._same_day,
            "ActivitiesNotOverlapping": self._apart,
            "MinGapsBetweenActivities": self._gap_between,
            "MinDaysBetweenActivities": self._days_between,
            "MinHalfDaysBetweenActivities": self._half_days_between,
            "TwoActivitiesOrdered": self._ordered,
            "TwoActivitiesConsecutive": self._consecutive,
            "TwoActivitiesGrouped": self._grouped,
            "ThreeActivitiesGrouped": self._grouped,
            "ActivityEndsStudentsDay": self._ends_day,
            "ActivitiesEndStudentsDay": self._ends_day,
            "ActivitiesOccupyMaxTimeSlotsFromSelection": self._slots_of,
            "ActivitiesMaxSimultaneousInSelectedTimeSlots": self._at_once,
            "ActivitiesOccupyMaxDifferentRooms": self._most_rooms,
            "ActivitiesMaxInATerm": self._most_in_a_term,
            "ActivitiesOccupyMaxTerms": self._most_terms,
        }

    def all(self) -> Iterator[Constraint]:
        """Every constraint that is carried, as rules of the engine."""
        for constraint in self._file.constraints:
            if constraint.name in ELSEWHERE_READ or "Preferred" in constraint.name or "HomeRoom" in constraint.name:
                continue
            rules = self._rules(constraint)
            if rules is None:
                self.not_carried[constraint.name] += 1
            else:
                yield from (rule for rule in rules if rule.meetings or rule.resources)

    def _rules(self, constraint: FetConstraint) -> Sequence[Constraint] | None:
        about = self._by_name.get(constraint.name)
        if about is not None:
            return about(constraint)
        whom = next((whom for whom in WHOM if constraint.name.startswith(whom)), "")
        of_people = self._by_end.get(constraint.name.removeprefix(whom)) if whom else None
        if of_people is None:
            return None
        return of_people(_Said(constraint, tuple(self._people.of(constraint))))

    def _one(
        self,
        rule: str,
        constraint: FetConstraint,
        *,
        resources: Iterable[int] = (),
        meetings: Iterable[int] = (),
        cells: frozenset[int] = frozenset(),
        amount: int = 0,
        second: int = 0,
    ) -> Constraint:
        return Constraint(
            rule_named(rule),
            constraint.cost,
            tuple(resources),
            tuple(dict.fromkeys(meetings)),
            cells,
            amount,
            label=constraint.name,
            second_amount=second,
        )

    def _named(self, constraint: FetConstraint, *tags: str) -> list[int]:
        idents = self._file.idents(constraint, *(tags or ("Activity_Id",)))
        return list(dict.fromkeys(self._meeting_of[ident] for ident in idents))

    # People

    def _a_day(self, said: _Said, rule: str, *tags: str) -> list[Constraint] | None:
        amount = said.constraint.number(*tags)
        if amount is None:
            return None
        return [self._one(rule, said.constraint, resources=said.resources, amount=amount)]

    def _most_a_day(self, said: _Said) -> list[Constraint] | None:
        return self._a_day(said, "max_per_day", "Maximum_Hours_Daily")

    def _most_in_row(self, said: _Said) -> list[Constraint] | None:
        return self._a_day(said, "max_in_row", "Maximum_Hours_Continuously")

    def _most_days(self, said: _Said) -> list[Constraint] | None:
        """The rule counts whole days, also where the grid has half ones."""
        if self._week.halves > 1 and not said.constraint.name.endswith("RealDaysPerWeek"):
            return None
        return self._a_day(said, "max_days", "Max_Days_Per_Week")

    def _least_days(self, said: _Said) -> list[Constraint] | None:
        return self._a_day(said, "min_working_days", "Minimum_Days_Per_Week")

    def _least_a_day(self, said: _Said) -> list[Constraint] | None:
        rules = self._a_day(said, "min_per_day", "Minimum_Hours_Daily")
        if rules is not None and said.constraint.text("Allow_Empty_Days").lower() == "false":
            days = len({day // self._week.halves for day, _hour in self._week.moments})
            if self._week.halves > 1:  # that many of the half days are busy says less than that each whole one is
                self.not_carried[said.constraint.name] += 1
            rules.append(self._one("min_working_days", said.constraint, resources=said.resources, amount=days))
        return rules

    def _span(self, said: _Said) -> list[Constraint] | None:
        amount = said.constraint.number("Max_Span")
        if amount is None:
            return None
        return [
            self._one("work_day", said.constraint, meetings=self._meetings_of[resource], amount=amount)
            for resource in said.resources
            if len(self._meetings_of[resource]) > 1
        ]

    def _gaps(self, said: _Said, rule: str) -> list[Constraint] | None:
        """Hours at which somebody is away are no gaps; where none lies within a day, the usual rule says the same."""
        amount = said.constraint.number("Max_Gaps")
        if amount is None:
            return None
        plain, own = [], []
        for resource in said.resources:
            within = self._away_within(resource)
            if not amount and not within:
                plain.append(resource)
            else:
                own.append(self._one(rule, said.constraint, resources=(resource,), cells=within, amount=amount))
        return [self._one("group_gaps", said.constraint, resources=plain), *own]

    def _gaps_a_real_day(self, said: _Said) -> list[Constraint] | None:
        """Gaps of the half days of a day: those of all other days are not counted."""
        most = said.constraint.number("Max_Gaps")
        if most is None or said.constraint.text("Allow_One_Day_Exception_of_Plus_One").lower() == "true":
            return None
        everything = self._week.cells_of_days(range(self._week.days))
        return [
            self._one("gaps_a_week", said.constraint, resources=(resource,), cells=cells, amount=most)
            for resource in said.resources
            for today in self._real_days()
            for cells in (everything - today | self._away_within(resource),)
        ]

    def _away_within(self, resource: int) -> frozenset[int]:
        """The cells at which somebody is away before and after whom there is an hour of that day."""
        away, week = self._people.away[resource], self._week
        found = set()
        for day in {day for day, _hour in away}:
            free = [hour for hour in range(week.hours) if (day, hour) in week.moments and (day, hour) not in away]
            found |= {
                (day, hour) for hour in range(week.hours) if (day, hour) in away and free[:1] < [hour] < free[-1:]
            }
        return week.cells(found)

    def _gaps_a_week(self, said: _Said) -> list[Constraint] | None:
        return self._gaps(said, "gaps_a_week")

    def _gaps_a_day(self, said: _Said) -> list[Constraint] | None:
        return self._gaps(said, "gaps_a_day")

    def _early(self, said: _Said) -> list[Constraint] | None:
        """On so many days the second hour may be the first, and on none a later one."""
        days = said.constraint.number("Max_Beginnings_At_Second_Hour")
        if days is None:
            return None
        return [
            self._one("begins_by", said.constraint, resources=(r,), cells=cells, amount=amount, second=second)
            for r in said.resources
            for cells in (self._week.cells(self._people.away[r]),)
            for amount, second in (((1, days), (2, 0)) if days else ((1, 0),))
        ]

    def _within_hours(self, said: _Said) -> list[Constraint] | None:
        constraint = said.constraint
        start, most = self._file.hour(constraint.text("Interval_Start_Hour")), constraint.number("Max_Days_Per_Week")
        end = self._file.hour(constraint.text("Interval_End_Hour"))
        if start is None or most is None:
            return None
        hours = range(start, self._week.hours if end is None else end)
        cells = self._week.cells_of_days(range(self._week.days), hours)
        return [self._one("interval_days", constraint, resources=said.resources, cells=cells, amount=most)]

    def _halves(self, said: _Said, first: int, tag: str) -> list[Constraint] | None:
        most = said.constraint.number(tag)
        if most is None or self._week.halves != 2:
            return None
        cells = self._week.cells_of_days(range(first, self._week.days, 2))
        return [self._one("interval_days", said.constraint, resources=said.resources, cells=cells, amount=most)]

    def _mornings(self, said: _Said) -> list[Constraint] | None:
        return self._halves(said, 0, "Max_Mornings_Per_Week")

    def _afternoons(self, said: _Said) -> list[Constraint] | None:
        return self._halves(said, 1, "Max_Afternoons_Per_Week")

    def _most_a_real_day(self, said: _Said) -> list[Constraint] | None:
        most = said.constraint.number("Maximum_Hours_Daily")
        if most is None:
            return None
        return [
            self._one("most_slots_of", said.constraint, resources=said.resources, cells=cells, amount=most)
            for cells in self._real_days()
        ]

    def _real_days(self) -> list[frozenset[int]]:
        halves = self._week.halves
        return [self._week.cells_of_days(range(day, day + halves)) for day in range(0, self._week.days, halves)]

    def _of_tag(self, said: _Said) -> list[tuple[int, ...]]:
        """Per resource, its meetings with the tag."""
        tagged = self._tagged.get(said.constraint.text("Activity_Tag_Name", "Activity_Tag"), set())
        found = (tuple(m for m in self._meetings_of[resource] if m in tagged) for resource in said.resources)
        return [meetings for meetings in dict.fromkeys(found) if meetings]

    def _tag_a_day(self, said: _Said) -> list[Constraint] | None:
        most = said.constraint.number("Maximum_Hours_Daily")
        if most is None:
            return None
        return [self._one("max_per_day", said.constraint, meetings=m, amount=most) for m in self._of_tag(said)]

    def _tag_a_real_day(self, said: _Said) -> list[Constraint] | None:
        most = said.constraint.number("Maximum_Hours_Daily")
        if most is None:
            return None
        return [
            self._one("most_slots_of", said.constraint, meetings=meetings, cells=cells, amount=most)
            for meetings in self._of_tag(said)
            for cells in self._real_days()
        ]

    def _tag_in_row(self, said: _Said) -> list[Constraint] | None:
        most = said.constraint.number("Maximum_Hours_Continuously")
        if most is None:
            return None
        return [self._one("max_in_row", said.constraint, meetings=m, amount=most) for m in self._of_tag(said)]

    def _changes_a_day(self, said: _Said) -> list[Constraint] | None:
        return self._a_day(said, "building_changes_a_day", "Max_Building_Changes_Per_Day")

    def _changes_a_week(self, said: _Said) -> list[Constraint] | None:
        return self._a_day(said, "building_changes_a_week", "Max_Building_Changes_Per_Week")

    def _change_gap(self, said: _Said) -> list[Constraint] | None:
        return self._a_day(said, "building_change_gap", "Min_Gaps_Between_Building_Changes")

    # Between activities

    def _pairs(self, constraint: FetConstraint, rule: str, tag: str = "", least: int = 2) -> list[Constraint] | None:
        meetings, amount = self._named(constraint), constraint.number(tag) if tag else 0
        if amount is None:
            return None
        return [self._one(rule, constraint, meetings=meetings, amount=amount)] if len(meetings) >= least else []

    def _same_time(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._pairs(constraint, "same_time")

    def _same_hour(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._pairs(constraint, "same_start")

    def _same_day(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._pairs(constraint, "same_days")

    def _apart(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._pairs(constraint, "no_overlap")

    def _gap_between(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._pairs(constraint, "min_gap", "MinGaps")

    def _days_between(self, constraint: FetConstraint) -> list[Constraint] | None:
        """Of a wish that follows "consecutive if on the same day", the second half must hold."""
        rules = self._pairs(constraint, "days_between", "MinDays")
        if rules and not constraint.is_hard and constraint.text("Consecutive_If_Same_Day").lower() == "true":
            rules.append(
                Constraint(rule_named("together_on_a_day"), None, meetings=rules[0].meetings, label=constraint.name)
            )
        return rules

    def _half_days_between(self, constraint: FetConstraint) -> list[Constraint] | None:
        return None if constraint.number("MinDays") != 1 else self._pairs(constraint, "different_days")

    def _in_order(self, constraint: FetConstraint, rule: str) -> list[Constraint]:
        tags = ("First_Activity_Id", "Second_Activity_Id", "Third_Activity_Id")
        meetings = self._named(constraint, *tags)
        return [self._one(rule, constraint, meetings=meetings)] if len(meetings) > 1 else []

    def _ordered(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._in_order(constraint, "precedence")

    def _consecutive(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._in_order(constraint, "consecutive")

    def _grouped(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._in_order(constraint, "grouped")

    def _ends_day(self, constraint: FetConstraint) -> list[Constraint] | None:
        return [rule for activity in self._file.chosen(constraint) for rule in self._last(constraint, activity)]

    def _last(self, constraint: FetConstraint, activity: FetActivity) -> list[Constraint]:
        students = {r for name in activity.students for r in self._people.of_students(name)}
        own = self._meeting_of[activity.ident]
        others = [m for resource in sorted(students) for m in self._meetings_of[resource] if m != own]
        return [self._one("ends_day", constraint, meetings=(own, *others))] if others else []

    def _selected(self, constraint: FetConstraint, rule: str, tag: str) -> list[Constraint] | None:
        most, cells = constraint.number(tag), self._week.cells(self._file.moments(constraint))
        if most is None or not cells:
            return None
        return [self._one(rule, constraint, meetings=self._named(constraint), cells=cells, amount=most)]

    def _slots_of(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._selected(constraint, "most_slots_of", "Max_Number_of_Occupied_Time_Slots")

    def _at_once(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._selected(constraint, "most_at_once", "Max_Number_of_Simultaneous_Activities")

    def _most_in_a_term(self, constraint: FetConstraint) -> list[Constraint] | None:
        """Most slots of each term, where activities of one length that share somebody take so many slots."""
        meetings, most = self._named(constraint), constraint.number("Max_Number_of_Activities_in_A_Term")
        activities = [self._file.by_ident[ident] for ident in self._file.idents(constraint, "Activity_Id")]
        people = [set(self._people.attend[activity.ident]) for activity in activities]
        lengths, terms = {activity.duration for activity in activities}, self._week.terms
        if most is None or not terms or len(lengths) > 1 or (people and not set.intersection(*people)):
            return None
        most *= max(lengths, default=0)
        return [self._one("most_slots_of", constraint, meetings=meetings, cells=c, amount=most) for c in terms]

    def _most_terms(self, constraint: FetConstraint) -> list[Constraint] | None:
        """Most days, where all those of a term count as one."""
        most, terms = constraint.number("Max_Number_of_Occupied_Terms"), self._week.terms
        if most is None or not terms:
            return None
        days = self._week.days // len(terms)
        return [self._one("max_days", constraint, meetings=self._named(constraint), amount=most, second=days)]

    def _most_rooms(self, constraint: FetConstraint) -> list[Constraint] | None:
        return self._pairs(constraint, "max_rooms", "Max_Number_of_Different_Rooms")
