"""Pages of the data that a timetable is made of: records, terms, wishes, rules, and files of them."""
