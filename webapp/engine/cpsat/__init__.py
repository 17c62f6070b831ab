"""CP-SAT models of timetabling: times with room counts, rooms for given times, and windows of both."""
