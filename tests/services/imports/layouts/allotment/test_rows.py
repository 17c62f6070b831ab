"""Allotments of three places, each with its own words: classes, hours and days are read as meant, or said not to be."""

import pytest

from tests.services.imports.layouts.layouts import known, read, sheet, table
from webapp.services.shared.day_patterns import parse


class TestThreeColleges:
    """Sheets as a college in Chennai, a Fachhochschule and a community college keep them."""

    def test_year_semester_and_section_in_one_column_are_the_class_and_no_class_is_made_of_a_sheets_name(self) -> None:
        headings = ["Year/Sem/Sec", "Sub.Code", "Subject Name", "L", "T", "P", "Faculty Incharge", "Venue"]
        rows = [["II/III/A", "CS3301", "Data Structures", 3, 0, 0, "M.Arunkumar", "LH 101"]]
        person = ["T1", "Mr.M. Arun Kumar", "cse", 18]
        staff = sheet("Staff", [["Emp.ID", "Name of the Staff", "Dept", "Load (hrs/wk)"], person])
        halls = sheet("Room Details", [["Room No.", "Type", "Cap."], ["LH-101", "Class Room", 66]])
        found = read(known(), staff, halls, sheet("Workload", [headings, *rows]), answers={"class-size": "60"})
        assert (found.tables.faults, found.questions) == ((), ())
        assert table(found, "groups", "code", "parent") == [("II/III", None), ("II/III/A", "II/III")]
        assert table(found, "sections", "faculty", "groups") == [(("T1",), ("II/III/A",))]
        assert table(found, "pins", "room") == ["LH-101"] * 3
        assert table(found, "faculty", "max_slots_week") == [18]
        nameless = read(known(), staff, sheet("Workload", [headings[1:], *(row[1:] for row in rows)]))
        assert ["a column that says the class" in fault.expected for fault in nameless.tables.faults] == [True]
        assert "groups" not in nameless.tables.sheets

    @pytest.mark.parametrize(("answer", "hours"), [("2", [1, 2]), ("1", [2, 3])])
    def test_german_headings_are_known_and_hours_in_blocks_of_90_minutes_asked_about(self, answer, hours) -> None:
        halls = [["Raum", "Plätze", "Raumtyp"], ["A 1.01", "60", "Hörsaal"], ["B 1", "24,0", "Labor"]]
        people = [["Kürzel", "Nachname", "Vorname", "Fachbereich"], ["SCH", "Schäfer", "Anna", "Informatik"]]
        blocks = [["Block", "Beginn", "Ende"], *([n, f"{a}:15", f"{a + 1}:45"] for n, a in enumerate((8, 10, 12), 1))]
        taught = [["Semestergruppe", "LV-Nr.", "Lehrveranstaltung", "Art", "SWS", "Dozent", "Raum", "Teilnehmer"]]
        taught += [["INF 3", "11", "Datenbanken", "V", "2", "Schäfer, Anna", "A 1.01", "45"]]
        taught += [["INF 3", "11", "Datenbanken", "Übung", "3,0", "Schäfer", "A 1.01", "45"]]
        sheets = [
            sheet("Räume", halls), sheet("Dozenten", people), sheet("Zeitblöcke", blocks),
            sheet("Lehrveranstaltungen", taught),
        ]  # fmt: skip
        asked = read(known(), *sheets, answers={"saturday": "none"})
        assert [question.code for question in asked.questions] == ["hours_per_period"]
        found = read(known(), *sheets, answers={"saturday": "none", asked.questions[0].key: answer})
        assert found.tables.faults == ()
        assert table(found, "components", "meetings_per_week") == hours
        assert table(found, "faculty", "code", "name") == [("SCH", "Anna Schäfer")]
        assert table(found, "rooms", "capacity") == [60, 24]
        rounded = [(change.found, change.taken) for change in found.changes if change.code == "hours_rounded"]
        assert rounded == ([("3", "2")] if answer == "2" else [])

    def test_days_are_written_as_they_are_read_again_and_days_that_are_none_or_two_are_faults(self) -> None:
        said = ["MR", "Mon, Wed, Fri", "Mon-Wed-Fri or Tue-Thu", "3 days", "Mon-Fri", "whenever", ""]
        rows = [["Class", "Subject Code", "Subject", "Teacher", "Days"]]
        rows += [["CS1", f"C{at}", f"Subject {at}", "Lee, Kim", days] for at, days in enumerate(said)]
        people = [["Instructor", "Department"], ["Lee, Kim", "BIOL"]]
        found = read(known(), sheet("Instructors", people), sheet("Fall 2026", rows), answers={"class-size": "60"})
        assert found.questions == ()
        assert [(fault.row, fault.value) for fault in found.tables.faults] == [(6, "Mon-Fri"), (7, "whenever")]
        components = table(found, "components", "course", "meetings_per_week", "days")
        assert components == [
            ("C0", 1, "Mon+Thu"), ("C1", 1, "Mon-Wed-Fri"), ("C2", 1, "Mon-Wed-Fri, Tue-Thu"), ("C3", 3, ""),
        ]  # fmt: skip
        assert all(str(parse(days)) == days for _course, _meetings, days in components)

    def test_days_such_as_mwf_are_kept_as_one_hour_on_them_and_it_is_said_that_the_hour_is_not(self) -> None:
        halls = [["Bldg", "Room", "Max Occ", "Room Type"], ["SCI", "101", 40, "Classroom"]]
        halls += [["HUM", "101", 35, "Classroom"], ["SCI", "210", 24, "Lab"]]
        people = [["Instructor", "Department"], ["Smith, John", "MATH"], ["Lee, Kim", "BIOL"]]
        headings = ["CRN", "Subj", "Crse", "Sec", "Title", "Cr", "Days", "Time", "Bldg", "Room", "Instructor", "Enrl"]
        rows = [
            [1, "MATH", "101", "01", "Algebra", 3, "MWF", "9:00AM-9:50AM", "SCI", "101", "Smith, John", 33],
            [2, "MATH", "101", "02", "Algebra", 3, "TTh", "9:30am-10:45am", "HUM", "101", "Smith, John", 30],
            [3, "BIOL", "120", "01", "Biology Lab", 4, "F", "1:00PM-3:50PM", "SCI", "210", "Lee, Kim", 24],
            [4, "BIOL", "220", "01", "Genetics", 4, "TBA", "ARR", "", "", "STAFF", 9],
        ]
        found = read(
            known(), sheet("Rooms", halls), sheet("Instructors", people), sheet("Fall 2026", [headings, *rows])
        )
        assert (found.tables.faults, found.questions) == ((), ())
        assert table(found, "rooms", "code") == ["SCI-101", "HUM-101", "SCI-210"]
        assert table(found, "sections", "course", "section") == [
            ("MATH 101", "01"), ("MATH 101", "02"), ("BIOL 120", "01"), ("BIOL 220", "01"),
        ]  # fmt: skip
        assert table(found, "components", "course", "kind", "meetings_per_week", "slots_per_meeting") == [
            ("MATH 101", "lecture", 1, 1), ("MATH 101", "lecture", 1, 1), ("BIOL 120", "lab", 1, 3),
        ]  # fmt: skip
        said = [(change.found, change.taken) for change in found.changes if change.code.startswith("days_")]
        assert table(found, "components", "days") == ["Mon-Wed-Fri", "Tue-Thu", ""]
        assert said == [
            ("MWF 9:00AM-9:50AM", "Mon-Wed-Fri"),
            ("TTh 9:30am-10:45am", "Tue-Thu"),
            ("F 1:00PM-3:50PM", "1"),
        ]
        assert [change.found for change in found.changes if change.code == "no_hours"] == ["BIOL 220"]
        assert [change.found for change in found.changes if change.code == "length_not_kept"] == ["9:30am-10:45am"]

    @pytest.mark.parametrize(("length", "answer", "slots"), [(60, "2", 2), (60, "1", 1), (50, "2", 2), (75, None, 1)])
    def test_a_class_that_is_longer_than_a_period_is_asked_about_and_never_given_one_in_silence(
        self, length: int, answer: str | None, slots: int
    ) -> None:
        periods = [[str(at), f"{at}:00", f"{at + length // 60}:{length % 60:02}"] for at in (9, 11, 14)]
        hours = sheet("Periods", [["Period", "Start", "End"], *periods])
        rows = [["Subj", "Crse", "Sec", "Title", "Days", "Time", "Instructor", "Enrl"]]
        rows += [["MATH", "101", "02", "Algebra", "TTh", "9:30am-10:45am", "Smith, John", 30]]
        rows += [["MATH", "102", "02", "Geometry", "MWF", "9:00am-9:50am", "Smith, John", 30]]
        people = sheet("Instructors", [["Instructor", "Department"], ["Smith, John", "MATH"]])
        sheets = (hours, people, sheet("Fall 2026", rows))
        asked = read(known(), *sheets, answers={"saturday": "none"})
        keys = [question.key for question in asked.questions]
        assert keys == ([f"periods_per_class:{75}"] if answer else [])
        found = read(known(), *sheets, answers={"saturday": "none", **dict.fromkeys(keys, answer)})
        assert (found.tables.faults, found.questions) == ((), ())
        assert table(found, "components", "slots_per_meeting", "days") == [(slots, "Tue-Thu"), (1, "Mon-Wed-Fri")]

    def test_courses_by_code_alone_numbers_that_come_again_and_counted_sections_are_read_as_meant(self) -> None:
        people = sheet("Instructors", [["Instructor", "Department", "Max hrs"], ["Smith, John", "MATH", 15]])
        listed = sheet("Course list", [["Course No.", "Course Title", "Department"], ["MATH 101", "Algebra", "MATH"]])
        rows = [["Course", "Section", "Instructor", "Enrollment", "Lectures per week", "Class"]]
        rows += [["MATH 101", "01", "Smith, John", 30, 3, "Freshmen A"], ["MATH 101", "02", "Smith, John", 30, 3, "B"]]
        found = read(known(), people, listed, sheet("Sections Fall", rows))
        assert (found.tables.faults, found.questions) == ((), ())
        assert table(found, "faculty", "max_slots_week") == [15]
        assert table(found, "sections", "course", "groups") == [("MATH 101", ("Freshmen A",)), ("MATH 101", ("B",))]
        assert table(found, "components", "meetings_per_week") == [3, 3]
        assert table(found, "courses", "code", "title") == [("MATH 101", "Algebra")]
        taught = [["Studiengruppe", "Nr.", "Modul", "Art", "SWS", "Dozent/in", "Teilnehmer"]]
        taught += [["INF 1", "10", "Mathematik", kind, "2", "Smith", "30"] for kind in ("Vorlesung", "Praktikum")]
        numbered = read(known(), people, sheet("Lehre", taught))
        assert table(numbered, "courses", "code", "title") == [("10", "Mathematik")]
