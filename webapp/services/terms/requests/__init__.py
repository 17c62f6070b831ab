"""Students ask for courses: the window, the requests, who gets which section, and moving one by hand."""
