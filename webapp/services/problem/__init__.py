"""The one door to the engine: a term's rows to an instance, a solution to a timetable's rows."""
