"""The receipt of a run: the problem, what was done to solve it, and the hashes of the timetables that came of it."""
