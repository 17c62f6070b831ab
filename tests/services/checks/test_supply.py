"""Six terms from files, of one teacher with four classes: two Saturday slots at half past change no answer."""

from pathlib import Path

import pytest

from tests import factories
from webapp.engine.params import SolveParams
from webapp.engine.solve import solve
from webapp.models import Term
from webapp.services.checks.catalogue import check_term, filter_findings
from webapp.services.checks.findings import Severity
from webapp.services.imports import uploads
from webapp.services.imports.destination import make_term
from webapp.services.imports.formats.files import read_upload
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.problem.words.labels import placement_in_words

pytestmark = pytest.mark.usefixtures("app")

WEEKS = Path(__file__).parent.parent.parent / "data" / "weeks"


def imported(name: str) -> Term:
    """The term that a file makes in an organisation without any."""
    organization = factories.organization()
    tables = read_upload(name, (WEEKS / name).read_bytes())
    term = make_term(organization, "2024-25", 1, tables=tables)
    uploads.confirm(organization, term, tables)
    return term


def solved(problem: TermProblem) -> tuple[dict[str, str], int]:
    """Where a short search puts each class, and how many hard violations the truth counts."""
    result = solve(problem.instance, SolveParams(seconds=5.0, reproducible=True, moves=20_000))
    places = zip(problem.rows, result.solution.placements, strict=True)
    return {row.label: placement_in_words(problem, place) for row, place in places}, result.hard


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("weekplain.zip", "Dr Rao: 4 slots asked, 2 possible (most per week 2)."),
        ("weeksat.zip", "Dr Rao: 4 slots asked, 2 possible (most per week 2)."),
        ("dayplain.zip", "Dr Rao: 4 slots asked, 2 possible (most per day 2)."),
        ("daysat.zip", "Dr Rao: 4 slots asked, 2 possible (most per day 2)."),
    ],
)
def test_a_limit_is_counted_in_slots_also_where_saturday_begins_at_half_past(name: str, sentence: str) -> None:
    term = imported(name)
    [blocker] = filter_findings(check_term(term), Severity.BLOCKER)
    assert (blocker.sentence, blocker.demand, blocker.supply) == (sentence, 4, 2)
    _places, hard = solved(build_problem(term))
    assert hard == 2


@pytest.mark.parametrize("name", ["pinnedplain.zip", "pinnedsat.zip"])
def test_a_rule_of_one_slot_a_day_lets_a_class_of_one_slot_stand_at_its_pin(name: str) -> None:
    term = imported(name)
    assert filter_findings(check_term(term), Severity.BLOCKER) == []
    places, hard = solved(build_problem(term))
    assert places["C0 1, L 1"] == "Monday 09:00 to 10:00, R1"
    assert (all(places.values()), hard) == (True, 0)
