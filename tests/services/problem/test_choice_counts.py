"""What a choosing group breaks is counted and said once, however many ways its students choose."""

from tests import factories
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Placement
from webapp.engine.profiles import measured
from webapp.engine.solution import Solution
from webapp.services.problem.choice_counts import ChoiceCounts
from webapp.services.problem.solutions import count_solution, hard_violations
from webapp.services.problem.term_problem import build_problem
from webapp.services.shared.rule_defaults import default_rules


def test_a_class_of_the_whole_group_beside_a_basket_is_one_clash(session):
    term = factories.term(slots=4)
    session.add_all(default_rules(term.term_id))
    department = factories.department(term.organization)
    group, other = (factories.group(term, code, size=30) for code in ("G", "H"))

    def section(code, *groups):
        course = factories.course(department, code)
        made = factories.section(term, course, faculty=[factories.faculty(department)], groups=groups, expected_size=0)
        factories.component(made, meetings_per_week=1)
        return made

    for number in range(5):
        factories.room(term.organization, f"R{number}", capacity=60)
    basket = factories.basket(term, options=[section(f"OE{n}") for n in range(3)], groups=[group, other])
    core, _free = section("CORE", group), section("FREE", other)
    assert basket is not None
    problem = build_problem(term)
    times = problem.instance.meetings[0].times
    where = [
        Placement(times[0 if "OE" in row.label or row.section_id == core.section_id else 5].time, index)
        for index, row in enumerate(problem.rows)
    ]
    solution = Solution(tuple(where))
    raw = evaluate(measured(problem.instance), solution)
    assert (raw.hard, raw.counts["group_clash"]) == (3, 3), "one a way to choose"
    score = count_solution(problem, solution)
    assert (score.hard, score.counts["group_clash"], score.cost) == (1, 1, raw.cost)
    (said,) = ChoiceCounts(problem).once(hard_violations(problem, solution))
    assert said.sentence.startswith("G (with OE0 ")
    assert said.sentence.endswith("It is so for 2 more choices of its students.")
    alone = [*where]
    alone[next(i for i, row in enumerate(problem.rows) if row.section_id == core.section_id)] = Placement(
        times[9].time, 4
    )
    assert count_solution(problem, Solution(tuple(alone))).hard == 0
