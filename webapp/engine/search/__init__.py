"""The compiled search: an instance as flat arrays, and the loop that improves a timetable on them."""
