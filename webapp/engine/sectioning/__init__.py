"""Sectioning: which students attend which classes of the courses that they ask for."""
