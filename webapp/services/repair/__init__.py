"""A timetable solved anew in part: the rest around the locks, or as little as can be after something has happened."""
