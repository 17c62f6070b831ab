"""Why there is no timetable, and what it would take: see `explanation.explain`."""
