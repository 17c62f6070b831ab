"""A small term with a timetable of six classes, for the tests of publishing and viewing.

Two departments. CSE: Dr Rao teaches Algorithms to section A and, with Dr Iyer, a lab to batches A1 and A2. MAT: Dr Sen
teaches Calculus to section A, and Logic to whoever enrols. Section B has Algorithms from Dr Iyer.
"""

from dataclasses import dataclass

from tests import factories
from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import Department, Faculty, Organization, Role, Section, StudentGroup, Term, Timetable, User
from webapp.services.problem.solutions import TimetableFacts, store_timetable
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.shared.rule_defaults import default_rules


@dataclass
class University:
    """Rows by the names that the tests speak of."""

    organization: Organization
    term: Term
    registrar: User
    cse: Department
    mat: Department
    rao: Faculty
    iyer: Faculty
    sen: Faculty
    year: StudentGroup
    section_a: StudentGroup
    section_b: StudentGroup
    a1: StudentGroup
    a2: StudentGroup
    logic: Section
    lab: Section

    def problem(self) -> TermProblem:
        """The term as an instance."""
        return build_problem(self.term)

    def timetable(self, name: str = "Balanced", unplaced: int = 0, shift: int = 0) -> Timetable:
        """Store a draft in which the classes follow each other day by day; the last ones have no place."""
        problem = self.problem()
        number = len(problem.rows)
        placements = [
            Placement(meeting.times[(7 * index + shift) % len(meeting.times)].time, meeting.rooms[0].room)
            for index, meeting in enumerate(problem.instance.meetings)
        ]
        solution = Solution(tuple(placements[: number - unplaced] + [UNPLACED] * unplaced))
        key = store_timetable(problem, solution, TimetableFacts(name))
        db.session.commit()
        return db.session.get_one(Timetable, key)


def university() -> University:
    """Build it all."""
    owner = factories.organization()
    term = factories.term(owner, academic_year="2024-25", semester=3)
    db.session.add_all(default_rules(term.term_id))
    cse, mat = factories.department(owner, "CSE", name="Computing"), factories.department(owner, "MAT", name="Maths")
    rao = factories.faculty(cse, "RAO", name="Dr Rao")
    iyer = factories.faculty(cse, "IYER", name="Dr Iyer")
    sen = factories.faculty(mat, "SEN", name="Dr Sen")
    year = factories.group(term, "Y1", size=0, department_id=cse.department_id)
    section_a = factories.group(term, "A", parent=year, split="section", department_id=cse.department_id)
    section_b = factories.group(term, "B", parent=year, split="section", department_id=cse.department_id)
    a1 = factories.group(term, "A1", parent=section_a, split="lab", department_id=cse.department_id)
    a2 = factories.group(term, "A2", parent=section_a, split="lab", department_id=cse.department_id)
    factories.room(owner, "HALL")
    algorithms = factories.course(cse, "CSE301", title="Algorithms")
    calculus = factories.course(mat, "MAT101", title="Calculus")
    logic_course = factories.course(mat, "MAT205", title="Logic")
    for_a = factories.section(term, algorithms, "A", faculty=[rao], groups=[section_a])
    factories.component(for_a, "L", meetings_per_week=1)
    lab = factories.section(term, factories.course(cse, "CSE391", title="Algorithms lab"), "A", faculty=[rao, iyer])
    factories.component(lab, "P", kind="practical", meetings_per_week=1, batches=[a1, a2])
    for_b = factories.section(term, algorithms, "B", faculty=[iyer], groups=[section_b])
    factories.component(for_b, "L", meetings_per_week=1)
    factories.component(factories.section(term, calculus, "A", faculty=[sen], groups=[section_a]), meetings_per_week=1)
    logic = factories.section(term, logic_course, "A", faculty=[sen])
    factories.component(logic, meetings_per_week=1)
    registrar = factories.user(owner, Role.REGISTRAR)
    db.session.commit()
    return University(owner, term, registrar, cse, mat, rao, iyer, sen, year, section_a, section_b, a1, a2, logic, lab)
