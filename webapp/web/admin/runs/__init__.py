"""Pages that lead to a timetable: what stands in its way, a run, its weights, a repair."""
