"""The rules, hard ones first: the engine's table of contents."""

from webapp.engine.rule import Rule
from webapp.engine.rules.all_placed import AllPlaced
from webapp.engine.rules.avoided_times import AvoidedTimes
from webapp.engine.rules.begins_by import BeginsBy
from webapp.engine.rules.building_change_gap import BuildingChangeGap
from webapp.engine.rules.building_changes_a_day import BuildingChangesADay
from webapp.engine.rules.building_changes_a_week import BuildingChangesAWeek
from webapp.engine.rules.changes import Changes
from webapp.engine.rules.class_limit import ClassLimit
from webapp.engine.rules.consecutive import Consecutive
from webapp.engine.rules.course_requests import CourseRequests
from webapp.engine.rules.days_between import DaysBetween
from webapp.engine.rules.different_days import DifferentDays
from webapp.engine.rules.different_room import DifferentRoom
from webapp.engine.rules.different_time import DifferentTime
from webapp.engine.rules.different_weekdays import DifferentWeekdays
from webapp.engine.rules.different_weeks import DifferentWeeks
from webapp.engine.rules.empty_seats import EmptySeats
from webapp.engine.rules.ends_day import EndsDay
from webapp.engine.rules.gaps_a_day import GapsADay
from webapp.engine.rules.gaps_a_week import GapsAWeek
from webapp.engine.rules.group_clash import GroupClash
from webapp.engine.rules.group_days import GroupDays
from webapp.engine.rules.group_gaps import GroupGaps
from webapp.engine.rules.grouped import Grouped
from webapp.engine.rules.home_room import HomeRoom
from webapp.engine.rules.instructor_clash import InstructorClash
from webapp.engine.rules.instructor_days import InstructorDays
from webapp.engine.rules.instructor_gaps import InstructorGaps
from webapp.engine.rules.interval_days import IntervalDays
from webapp.engine.rules.isolated_meetings import IsolatedMeetings
from webapp.engine.rules.lone_meetings import LoneMeetings
from webapp.engine.rules.max_block import MaxBlock
from webapp.engine.rules.max_breaks import MaxBreaks
from webapp.engine.rules.max_day_load import MaxDayLoad
from webapp.engine.rules.max_days import MaxDays
from webapp.engine.rules.max_in_row import MaxInRow
from webapp.engine.rules.max_per_day import MaxPerDay
from webapp.engine.rules.max_per_week import MaxPerWeek
from webapp.engine.rules.max_rooms import MaxRooms
from webapp.engine.rules.min_gap import MinGap
from webapp.engine.rules.min_per_day import MinPerDay
from webapp.engine.rules.min_working_days import MinWorkingDays
from webapp.engine.rules.most_at_once import MostAtOnce
from webapp.engine.rules.most_slots_of import MostSlotsOf
from webapp.engine.rules.no_overlap import NoOverlap
from webapp.engine.rules.overlap import Overlap
from webapp.engine.rules.parent_class import ParentClass
from webapp.engine.rules.pinned import Pinned
from webapp.engine.rules.possible_time import PossibleTime
from webapp.engine.rules.precedence import Precedence
from webapp.engine.rules.precedence_of_pairs import PrecedenceOfPairs
from webapp.engine.rules.preferred_times import PreferredTimes
from webapp.engine.rules.room_capacity import RoomCapacity
from webapp.engine.rules.room_clash import RoomClash
from webapp.engine.rules.room_closed import RoomClosed
from webapp.engine.rules.room_penalty import RoomPenalty
from webapp.engine.rules.room_stability import RoomStability
from webapp.engine.rules.rooms_in_use import RoomsInUse
from webapp.engine.rules.same_attendees import SameAttendees
from webapp.engine.rules.same_days import SameDays
from webapp.engine.rules.same_room import SameRoom
from webapp.engine.rules.same_start import SameStart
from webapp.engine.rules.same_time import SameTime
from webapp.engine.rules.same_time_of_day import SameTimeOfDay
from webapp.engine.rules.same_weeks import SameWeeks
from webapp.engine.rules.student_clash import StudentClash
from webapp.engine.rules.student_conflicts import StudentConflicts
from webapp.engine.rules.suitable_room import SuitableRoom
from webapp.engine.rules.time_penalty import TimePenalty
from webapp.engine.rules.together_on_a_day import TogetherOnADay
from webapp.engine.rules.unavailable import Unavailable
from webapp.engine.rules.walking_time import WalkingTime
from webapp.engine.rules.work_day import WorkDay

RULES: tuple[Rule, ...] = (
    AllPlaced(),
    RoomClash(),
    InstructorClash(),
    GroupClash(),
    PossibleTime(),
    Pinned(),
    Unavailable(),
    RoomClosed(),
    SuitableRoom(),
    DifferentDays(),
    SameTime(),
    Precedence(),
    SameRoom(),
    SameStart(),
    SameTimeOfDay(),
    DifferentTime(),
    SameDays(),
    DifferentWeekdays(),
    SameWeeks(),
    DifferentWeeks(),
    Overlap(),
    NoOverlap(),
    DifferentRoom(),
    SameAttendees(),
    PrecedenceOfPairs(),
    WorkDay(),
    MinGap(),
    DaysBetween(),
    TogetherOnADay(),
    Consecutive(),
    Grouped(),
    EndsDay(),
    MaxDays(),
    MaxDayLoad(),
    MaxBreaks(),
    MaxBlock(),
    MostAtOnce(),
    MostSlotsOf(),
    MaxRooms(),
    HomeRoom(),
    BeginsBy(),
    GapsADay(),
    GapsAWeek(),
    IntervalDays(),
    MinPerDay(),
    BuildingChangesADay(),
    BuildingChangesAWeek(),
    BuildingChangeGap(),
    WalkingTime(),
    MaxPerDay(),
    MaxInRow(),
    MaxPerWeek(),
    StudentClash(),
    RoomCapacity(),
    MinWorkingDays(),
    IsolatedMeetings(),
    LoneMeetings(),
    GroupGaps(),
    InstructorGaps(),
    AvoidedTimes(),
    PreferredTimes(),
    GroupDays(),
    InstructorDays(),
    RoomStability(),
    RoomsInUse(),
    EmptySeats(),
    TimePenalty(),
    RoomPenalty(),
    Changes(),
)
"""Every rule, in the order in which a registrar cares. Whether one is hard is up to the instance."""

STUDENT_RULES: tuple[Rule, ...] = (CourseRequests(), ParentClass(), ClassLimit(), StudentConflicts())
"""Rules about who attends what, for instances whose students ask for courses; no term turns them on or off."""

_BY_NAME = {rule.name: rule for rule in (*RULES, *STUDENT_RULES)}


def rule_named(name: str) -> Rule:
    """Return the rule of that name; `ValueError` when there is none."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise ValueError(f"there is no rule {name!r}; there are {', '.join(_BY_NAME)}") from None
