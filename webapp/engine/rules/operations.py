"""Numbers for the functions of pair and set rules, by which the compiled search calls them."""

from enum import IntEnum, auto


class PairOp(IntEnum):
    """A function of two placements."""

    SAME_ALL = auto()
    PRECEDENCE = auto()
    DIFFERENT_DAYS = auto()
    SAME_ROOM = auto()
    SAME_START = auto()
    SAME_TIME_OF_DAY = auto()
    DIFFERENT_TIME = auto()
    SAME_DAYS = auto()
    DIFFERENT_WEEKDAYS = auto()
    SAME_WEEKS = auto()
    DIFFERENT_WEEKS = auto()
    OVERLAP = auto()
    NO_OVERLAP = auto()
    DIFFERENT_ROOM = auto()
    SAME_ATTENDEES = auto()
    WORK_DAY = auto()
    MIN_GAP = auto()
    DAYS_BETWEEN = auto()
    TOGETHER_ON_A_DAY = auto()
    CONSECUTIVE = auto()
    ENDS_DAY = auto()


class SetOp(IntEnum):
    """A function of the placements of a set of meetings."""

    MAX_DAYS = auto()
    MAX_DAY_LOAD = auto()
    MAX_BREAKS = auto()
    MAX_BLOCK = auto()
    GROUPED = auto()
    MOST_AT_ONCE = auto()
    MOST_SLOTS_OF = auto()
    BEGINS_BY = auto()
    INTERVAL_DAYS = auto()
    BUILDING_CHANGES_A_DAY = auto()
    BUILDING_CHANGES_A_WEEK = auto()
    BUILDING_CHANGE_GAP = auto()
    WALKING_TIME = auto()
    GAPS_A_DAY = auto()
    GAPS_A_WEEK = auto()
