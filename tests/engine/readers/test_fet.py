"""FET's files as instances: what each constraint becomes, timetables there and back, and bad files."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from webapp.engine.__main__ import main
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Placement
from webapp.engine.readers import ReadError, not_carried, read, read_solution, write_solution
from webapp.engine.readers.fet import FetInstance, write_locked
from webapp.engine.solution import Solution

ACTIVITIES = (
    # Id, subject, teacher, students, duration, group
    (1, "Maths", "Ann", "9A", 1, 1),
    (2, "Maths", "Ann", "9A", 1, 1),
    (3, "Maths", "Bob", "9B", 1, 0),
    (4, "Lab", "Bob", "9A", 2, 0),
    (5, "Choir", "Cid", "9", 1, 0),
)
YEAR = (
    "<Year><Name>9</Name><Number_of_Students>50</Number_of_Students>"
    "<Group><Name>9A</Name><Number_of_Students>26</Number_of_Students></Group>"
    "<Group><Name>9B</Name><Number_of_Students>24</Number_of_Students></Group></Year>"
)


def says(name: str, weight: str = "100", /, **said: object) -> str:
    """A constraint; a list repeats its element, pairs are moments."""
    inner = "".join(_said(tag, each) for tag, value in said.items() for each in _each(value))
    return f"<Constraint{name}><Weight_Percentage>{weight}</Weight_Percentage>{inner}</Constraint{name}>"


def _each(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else [value]


def _said(tag: str, value: object) -> str:
    if isinstance(value, tuple):
        return f"<{tag}><Day>{value[0]}</Day><Hour>{value[1]}</Hour></{tag}>"
    return f"<{tag}>{value}</{tag}>"


def fet(
    times: str = "", spaces: str = "", activities=ACTIVITIES, head: str = 'version="6.8.5"', days="Mon Tue Wed"
) -> str:
    def listed(tag: str, item: str, names: Iterable[str], more: str = "") -> str:
        return f"<{tag}>" + "".join(f"<{item}><Name>{name}</Name>{more}</{item}>" for name in names) + f"</{tag}>"

    rows = "".join(
        f"<Activity><Teacher>{teacher}</Teacher><Subject>{subject}</Subject><Students>{students}</Students>"
        f"<Duration>{duration}</Duration><Id>{ident}</Id><Activity_Group_Id>{group}</Activity_Group_Id></Activity>"
        for ident, subject, teacher, students, duration, group in activities
    )
    rooms = "".join(
        f"<Room><Name>{name}</Name><Building>{where}</Building><Capacity>{seats}</Capacity></Room>"
        for name, where, seats in (("R1", "East", 60), ("R2", "West", 30), ("Small", "West", 10))
    )
    basic = says("BasicCompulsoryTime"), says("BasicCompulsorySpace")
    return (
        f"<fet {head}>{listed('Days_List', 'Day', days.split())}{listed('Hours_List', 'Hour', ['1', '2', '3', '4'])}"
        + listed("Subjects_List", "Subject", ("Maths", "Lab", "Choir"))
        + listed("Teachers_List", "Teacher", ("Ann", "Bob", "Cid", "Idle"))
        + f"<Students_List>{YEAR}</Students_List><Activities_List>{rows}</Activities_List>"
        + f"<Rooms_List>{rooms}</Rooms_List>"
        + f"<Time_Constraints_List>{basic[0]}{times}</Time_Constraints_List>"
        + f"<Space_Constraints_List>{basic[1]}{spaces}</Space_Constraints_List></fet>"
    )


def instance_of(folder: Path, **said) -> FetInstance:
    path = folder / "small.fet"
    path.write_text(fet(**said), encoding="utf-8")
    instance = read(path)
    assert isinstance(instance, FetInstance)
    return instance


def carried(instance: FetInstance, name: str) -> list[Constraint]:
    return [constraint for constraint in instance.constraints if constraint.label == name]


def starts(instance: FetInstance, code: str) -> set[tuple[int, int]]:
    meeting = next(meeting for meeting in instance.meetings if meeting.code == code)
    return {(next(option.time.day_list()), option.time.start) for option in meeting.times}


def test_activities_people_and_sizes_are_read(tmp_path: Path) -> None:
    instance = instance_of(tmp_path)
    assert [meeting.code for meeting in instance.meetings] == ["1", "2", "3", "4", "5"]
    named = [{instance.resources[r].name for r in meeting.resources} for meeting in instance.meetings]
    assert named == [{"Ann", "9A"}, {"Ann", "9A"}, {"Bob", "9B"}, {"Bob", "9A"}, {"Cid", "9A", "9B"}]
    assert [meeting.size for meeting in instance.meetings] == [26, 26, 24, 26, 50]
    assert not any(meeting.needs_room for meeting in instance.meetings)
    assert not not_carried(instance)


def test_times_that_must_be_are_domains_and_wishes_are_penalties(tmp_path: Path) -> None:
    monday = [("Mon", hour) for hour in "1234"]
    instance = instance_of(
        tmp_path,
        times=says("BreakTimes", Break_Time=[("Tue", 2)])
        + says("TeacherNotAvailableTimes", Teacher="Ann", Not_Available_Time=monday)
        + says("StudentsSetNotAvailableTimes", Students="9B", Not_Available_Time=[("Wed", 1)])
        + says("ActivityPreferredStartingTime", Activity_Id=5, Preferred_Day="Tue", Preferred_Hour=3)
        + says("ActivityPreferredTimeSlots", "80", Activity_Id=4, Preferred_Time_Slot=monday),
    )
    assert starts(instance, "1") == {(1, 0), (1, 2), (1, 3), (2, 0), (2, 1), (2, 2), (2, 3)}
    assert (2, 0) not in starts(instance, "3")
    assert starts(instance, "5") == {(1, 2)}
    lab = next(meeting for meeting in instance.meetings if meeting.code == "4")
    costs = {(next(option.time.day_list()), option.time.start): option.penalty for option in lab.times}
    assert costs == {**{(0, hour): 0 for hour in range(3)}, (1, 2): 5, **{(2, hour): 5 for hour in range(3)}}


def test_rooms_are_those_that_all_constraints_allow_and_that_have_the_seats(tmp_path: Path) -> None:
    instance = instance_of(
        tmp_path,
        spaces=says("SubjectPreferredRooms", Subject="Maths", Preferred_Room=["R1", "R2", "Small"])
        + says("ActivityPreferredRoom", Activity_Id=3, Room="R2")
        + says("StudentsSetHomeRoom", Students="9A", Room="R1")
        + says("SubjectPreferredRoom", "50", Subject="Choir", Room="R1")
        + says("RoomNotAvailableTimes", Room="R1", Not_Available_Time=[("Mon", 1)]),
    )
    rooms = [{instance.rooms[option.room].code: option.penalty for option in m.rooms} for m in instance.meetings]
    assert rooms == [{"R1": 0, "R2": 0}] * 2 + [{"R2": 0}, {"R1": 0}, {"R1": 0, "elsewhere/5": 5}]
    assert len(instance.rooms[0].closed) == 1


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (
            says("MinDaysBetweenActivities", "95", Consecutive_If_Same_Day="true", Activity_Id=[1, 2], MinDays=2),
            [("days_between", 20, 2), ("together_on_a_day", None, 0)],
        ),
        (says("StudentsMaxGapsPerWeek", Max_Gaps=0), [("group_gaps", None, 0)]),
        (says("TeacherMaxGapsPerWeek", Teacher_Name="Ann", Max_Gaps=2), [("gaps_a_week", None, 2)]),
        (says("TeacherMaxGapsPerDay", Teacher_Name="Ann", Max_Gaps=1), [("gaps_a_day", None, 1)]),
        (says("TeacherMaxHoursDaily", "50", Teacher_Name="Bob", Maximum_Hours_Daily=2), [("max_per_day", 5, 2)]),
        (
            says("StudentsSetMinHoursDaily", Students="9B", Minimum_Hours_Daily=1, Allow_Empty_Days="false"),
            [("min_per_day", None, 1), ("min_working_days", None, 3)],
        ),
        (
            says("StudentsSetEarlyMaxBeginningsAtSecondHour", Students="9A", Max_Beginnings_At_Second_Hour=1),
            [("begins_by", None, 1), ("begins_by", None, 2)],
        ),
        (
            says("TeacherIntervalMaxDaysPerWeek", Teacher_Name="Ann", Interval_Start_Hour=3, Max_Days_Per_Week=1),
            [("interval_days", None, 1)],
        ),
        (says("TwoActivitiesConsecutive", First_Activity_Id=1, Second_Activity_Id=2), [("consecutive", None, 0)]),
        (says("TwoActivitiesGrouped", First_Activity_Id=1, Second_Activity_Id=2), [("grouped", None, 0)]),
        (says("ActivityEndsStudentsDay", Activity_Id=3), [("ends_day", None, 0)]),
        (
            says(
                "ActivitiesOccupyMaxTimeSlotsFromSelection",
                Activity_Id=[1, 2, 3],
                Selected_Time_Slot=[("Mon", 1), ("Mon", 2)],
                Max_Number_of_Occupied_Time_Slots=1,
            ),
            [("most_slots_of", None, 1)],
        ),
        (says("MinGapsBetweenActivities", Activity_Id=[1, 2], MinGaps=1), [("min_gap", None, 1)]),
    ],
)
def test_constraints_are_rules_hard_at_100_percent_and_else_weighed(
    tmp_path: Path, constraint: str, expected: list[tuple[str, int | None, int]]
) -> None:
    instance = instance_of(tmp_path, times=constraint)
    found = carried(instance, constraint.partition(">")[0].removeprefix("<Constraint"))
    assert [(each.rule.name, each.weight, each.amount) for each in found] == expected
    assert not not_carried(instance)


def test_hours_at_which_a_teacher_is_away_are_no_gaps(tmp_path: Path) -> None:
    times = says("TeacherNotAvailableTimes", Teacher="Ann", Not_Available_Time=[("Mon", 2), ("Tue", 4)])
    instance = instance_of(tmp_path, times=times + says("TeachersMaxGapsPerWeek", Max_Gaps=0))
    found = {each.rule.name: each for each in carried(instance, "TeachersMaxGapsPerWeek")}
    assert [instance.resources[r].name for r in found["gaps_a_week"].resources] == ["Ann"]
    assert found["gaps_a_week"].cells == {1}
    assert [instance.resources[r].name for r in found["group_gaps"].resources] == ["Bob", "Cid"]


def test_half_days_are_days_of_the_grid_and_days_between_are_whole_ones(tmp_path: Path) -> None:
    apart = says("MinDaysBetweenActivities", Activity_Id=[1, 2], MinDays=1)
    most = says("TeacherMaxHoursDaily", Teacher_Name="Ann", Maximum_Hours_Daily=2)
    instance = instance_of(tmp_path, times=apart + most, head='version="5.27.3-algeria9"', days="Mo-m Mo-a Tu-m Tu-a")
    time = {(next(option.time.day_list()), option.time.start): option.time for option in instance.meetings[0].times}

    def breaches(one: tuple[int, int], two: tuple[int, int]) -> int:
        places = [Placement(time[one]), Placement(time[two]), *[Placement()] * 3]
        return evaluate(instance, Solution(tuple(places))).counts["days_between"]

    assert (breaches((0, 0), (1, 0)), breaches((1, 0), (2, 0))) == (1, 0)
    assert {each.rule.name for each in carried(instance, "TeacherMaxHoursDailyRealDays")} == {"most_slots_of"}


@pytest.mark.parametrize(
    ("head", "mode"),
    [
        ('version="5.42.2-mathmake"', ""),
        ('version="6.8.5"', "<Number_of_Terms>5</Number_of_Terms><Number_of_Days_Per_Term>2</Number_of_Days_Per_Term>"),
    ],
    ids=["old", "new"],
)
def test_the_days_of_a_term_count_as_one_and_have_so_many_slots_for_a_course(
    tmp_path: Path, head: str, mode: str
) -> None:
    few = says("ActivitiesMaxInATerm", Activity_Id=[1, 2], Max_Number_of_Activities_in_A_Term=1)
    apart = says("ActivitiesMaxInATerm", Activity_Id=[1, 3], Max_Number_of_Activities_in_A_Term=1)
    same = says("ActivitiesOccupyMaxTerms", Activity_Id=[3, 4], Max_Number_of_Occupied_Terms=1)
    days = " ".join(f"{term}-{day}" for term in range(5) for day in ("Mon", "Tue"))
    path = tmp_path / "terms.fet"
    content = fet(few + apart + same, head=head, days=days).replace("<Days_List>", f"{mode}<Days_List>")
    path.write_text(content, encoding="utf-8")
    instance = read(path)
    assert isinstance(instance, FetInstance)
    slots = carried(instance, "ActivitiesMaxInATerm")
    assert [(each.rule.name, each.amount, len(each.cells), each.meetings) for each in slots] == [
        ("most_slots_of", 1, 8, (0, 1))
    ] * 5
    terms = carried(instance, "ActivitiesOccupyMaxTerms")
    assert [(each.rule.name, each.amount, each.second_amount) for each in terms] == [("max_days", 1, 2)]
    assert not_carried(instance) == {"ActivitiesMaxInATerm": 1}, "those of two teachers may stand at one hour"


def test_activities_that_begin_together_are_one_meeting_unless_both_ask_for_a_room(tmp_path: Path) -> None:
    together = says("ActivitiesSameStartingTime", Activity_Id=[1, 3])
    one_room = says("ActivityPreferredRoom", Activity_Id=3, Room="R2")
    instance = instance_of(tmp_path, times=together, spaces=one_room)
    assert [meeting.code for meeting in instance.meetings] == ["3+1", "2", "4", "5"]
    assert len(instance.meetings[0].resources) == 4
    both = one_room + says("ActivityPreferredRoom", Activity_Id=1, Room="R1")
    instance = instance_of(tmp_path, times=together, spaces=both)
    assert [each.rule.name for each in carried(instance, "ActivitiesSameStartingTime")] == ["same_time"]


def test_what_no_rule_can_say_is_counted_by_name(tmp_path: Path) -> None:
    unknown = says("TeachersMustBeHappy") * 2 + says("StudentsMaxGapsPerWeek", Max_Gaps="many")
    assert not_carried(instance_of(tmp_path, times=unknown)) == {"StudentsMaxGapsPerWeek": 1, "TeachersMustBeHappy": 2}


def test_a_file_is_solved_and_its_table_and_its_locked_file_say_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.fet"
    times = (
        says("ActivitiesSameStartingTime", Activity_Id=[1, 3])
        + says("ActivityPreferredStartingTime", Activity_Id=5, Preferred_Day="Mon", Preferred_Hour=1)
        + says("StudentsMaxGapsPerWeek", Max_Gaps=0)
        + says("StudentsEarlyMaxBeginningsAtSecondHour", Max_Beginnings_At_Second_Hour=0)
        + says("MinDaysBetweenActivities", Activity_Id=[1, 2], MinDays=1)
        + says("TeachersMustBeHappy")
    )
    path.write_text(
        fet(times, says("SubjectPreferredRooms", Subject="Maths", Preferred_Room=["R1", "R2"])), encoding="utf-8"
    )
    out, again = tmp_path / "out.csv", tmp_path / "out.fet"
    command = ["solve", str(path), "--reproducible", "--moves", "200000", "--out", str(out), "--fet", str(again)]
    assert main(command) == 0
    said = capsys.readouterr()
    assert '"not_carried": {"TeachersMustBeHappy": 1}' in said.out
    assert "TeachersMustBeHappy (1)" in said.err
    instance = read(path)
    solution = read_solution(out, instance, like=path)
    assert evaluate(instance, solution).feasible
    write_solution(tmp_path / "twice.csv", instance, solution, like=path)
    assert (tmp_path / "twice.csv").read_text() == out.read_text()
    locked = read(again)
    assert isinstance(locked, FetInstance)
    assert all(len(meeting.times) == 1 for meeting in locked.meetings)
    write_locked(tmp_path / "twice.fet", locked, solution)
    assert evaluate(read(tmp_path / "twice.fet"), solution).feasible


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<fet><Days_List>", "no XML"),
        ("<term/>", "expected the element <fet>"),
        ("<fet/>", "expected at least one Day (and 1 more)"),
        (
            fet(activities=[(7, "Maths", "Zoe", "9A", 1, 0)]),
            "found 'Zoe' in activity 7, expected a teacher of the file's",
        ),
        (
            fet(activities=[(7, "Maths", "Ann", "9A", 0, 0)]),
            "found '0' in activity 7, expected a duration of at least 1",
        ),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "bad.fet"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReadError) as refusal:
        read(path)
    assert said in str(refusal.value)


def test_more_activities_than_are_read_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.engine.readers.fet.MOST_ACTIVITIES", 4)
    with pytest.raises(ReadError, match="found 5 activities, expected at most 4"):
        instance_of(tmp_path)


def test_a_table_that_names_what_the_file_has_not_is_refused_with_its_row(tmp_path: Path) -> None:
    instance = instance_of(tmp_path)
    table = tmp_path / "table.csv"
    for row, said in (("9,Mon,1,", "activity '9'"), ("1,Sun,1,", "'Sun', '1'"), ("1,Mon,1,Hall", "room 'Hall'")):
        table.write_text(f"activity,day,hour,room\n{row}\n", encoding="utf-8")
        with pytest.raises(ReadError, match=f"line 2: found {said}"):
            read_solution(table, instance, like=tmp_path / "small.fet")
