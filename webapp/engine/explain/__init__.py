"""Why there is no timetable, and what it would take: `explain(instance)`."""

from webapp.engine.explain.explanation import Conflict, Explanation, Step, Verdict, explain
from webapp.engine.explain.prices import Price

__all__ = ["Conflict", "Explanation", "Price", "Step", "Verdict", "explain"]
