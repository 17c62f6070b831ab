"""Adjusting a timetable by hand: a draft of one's own, where else a class could go, moves that can be undone."""
