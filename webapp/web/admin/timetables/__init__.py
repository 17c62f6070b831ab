"""Pages of timetables as they stand: their scores and weeks, side by side, edited, in review, published, in reports."""
