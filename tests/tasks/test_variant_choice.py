"""Each variant is the best known in what it is named for."""

from sqlalchemy.orm import Session, scoped_session

from tests.university import university
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Instance, Placement
from webapp.engine.profiles import criterion, profiled
from webapp.engine.solution import Solution
from webapp.services.problem.weights import VARIANTS
from webapp.tasks.variant_choice import Judge

Db = scoped_session[Session]


def stored_solutions(instance: Instance) -> list[Solution]:
    """Timetables with the classes one after another, each begun elsewhere and with another stride."""
    found = []
    for stride in (1, 5, 7):
        for shift in (0, 2):
            times = [m.times[(stride * i + shift) % len(m.times)].time for i, m in enumerate(instance.meetings)]
            found.append(Solution.empty(instance).moved((i, Placement(t, 0)) for i, t in enumerate(times)))
    return found


def test_the_choice_is_the_one_of_full_evaluation(session: Db) -> None:
    instance = university().problem().instance
    found = stored_solutions(instance)
    judge = Judge(instance)
    for name in VARIANTS:
        weighed = profiled(instance, name)
        worths = {solution: criterion(name, evaluate(weighed, solution)) for solution in found}
        assert worths[judge.best(name, found)] == min(worths.values())


def test_of_equals_the_earlier_one_stays(session: Db) -> None:
    instance = university().problem().instance
    first = stored_solutions(instance)[0]
    twin = Solution(tuple(first.placements))
    assert Judge(instance).best("Balanced", [first, twin]) is first
