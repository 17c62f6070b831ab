"""What a run holds to: whose classes it may move, which locks it keeps, how close it stays to a timetable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Course, Department, GenerationJob, Section, Term, Timetable, TimetableEntry
from webapp.services.jobs.kinds import GenerateOptions, options_of
from webapp.services.jobs.requests import departments_of
from webapp.services.problem.holds import CLOSENESS, BaseGone, RunChoices
from webapp.services.problem.term_problem import TermProblem
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _


class ChoiceRefused(Problem):
    """The choices do not fit together or name what is not there; ``field`` is the one to mend."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class BaseTimetable:
    """A timetable that a run can hold to, and its numbers."""

    timetable_id: int
    name: str
    status: str
    classes: int
    unplaced: int
    locked: int


@dataclass(frozen=True)
class DepartmentClasses:
    """A department of a term and how many classes it has in it."""

    department_id: int
    code: str
    name: str
    classes: int


def choices_of(job: GenerationJob) -> RunChoices:
    """The choices that a run holds to; raises `BaseGone` where it was deleted since."""
    options = options_of(job, GenerateOptions)
    departments = departments_of(job)
    if (options.holds_to_base and job.base_timetable_id is None) or (options.some_departments and not departments):
        raise BaseGone(_("The timetable that this run was to hold to was deleted meanwhile. Start another run."))
    return RunChoices(departments, job.base_timetable_id, options.keep_locks, options.close, options.partial)


def options_with(
    choices: RunChoices,
    profiles: tuple[str, ...] = (),
    weights: Mapping[str, Mapping[str, int]] | None = None,
    *,
    reproducible: bool = False,
) -> GenerateOptions:
    """The options of a run with these choices; the keys among them stand in columns."""
    return GenerateOptions(
        profiles=profiles,
        reproducible=reproducible,
        weights=weights or {},
        holds_to_base=choices.base_id is not None,
        some_departments=bool(choices.departments),
        keep_locks=choices.keep_locks,
        close=choices.close,
        partial=choices.partial,
    )


# What there is to choose from


def bases_of(term: Term) -> list[BaseTimetable]:
    """The term's timetables, the latest first, with how many classes each has, without a place, and locked."""
    locked = sa.or_(TimetableEntry.locked_time, TimetableEntry.locked_room)
    query = (
        sa.select(
            Timetable.timetable_id,
            Timetable.variant_name,
            Timetable.status,
            sa.func.count(TimetableEntry.entry_id),
            Timetable.unplaced,
            sa.func.count(TimetableEntry.entry_id).filter(locked),
        )
        .outerjoin(TimetableEntry, TimetableEntry.timetable_id == Timetable.timetable_id)
        .where(Timetable.term_id == term.term_id)
        .group_by(Timetable.timetable_id)
        .order_by(Timetable.timetable_id.desc())
    )
    return [
        BaseTimetable(key, name, status.value, *numbers) for key, name, status, *numbers in db.session.execute(query)
    ]


def scopes_of(problem: TermProblem) -> list[DepartmentClasses]:
    """The departments whose classes a term asks for, by code."""
    counts: dict[int, int] = {}
    for row in problem.rows:
        counts[row.department_id] = counts.get(row.department_id, 0) + 1
    query = sa.select(Department).where(Department.department_id.in_(counts)).order_by(Department.code)
    return [
        DepartmentClasses(department.department_id, department.code, department.name, counts[department.department_id])
        for department in db.session.scalars(query)
    ]


def checked(term: Term, choices: RunChoices) -> RunChoices:
    """The choices, where they fit together and the term has what they name; raises `ChoiceRefused`."""
    if choices.close not in CLOSENESS:
        raise ChoiceRefused(
            "close",
            _("Expected not at all, a little or strongly; found %(found)s.", found=choices.close[:40]),
        )
    if choices.base_id is None:
        needs = [
            (choices.departments, _("so that the classes of other departments can stay where they stand")),
            (choices.keep_locks, _("so that its locks can be kept")),
            (choices.close, _("so that the run can stay close to it")),
        ]
        purpose = next((why for asked, why in needs if asked), None)
        if purpose:
            raise ChoiceRefused("base", _("Choose a timetable, %(why)s.", why=purpose))
        return choices
    base = db.session.scalar(sa.select(Timetable).filter_by(timetable_id=choices.base_id, term_id=term.term_id))
    if base is None:
        raise ChoiceRefused("base", _("%(term)s has no such timetable; choose one of the list.", term=term.name))
    _check_departments(term, choices.departments)
    return choices


def _check_departments(term: Term, departments: Sequence[int]) -> None:
    query = (
        sa.select(Course.department_id)
        .join(Section, Section.course_id == Course.course_id)
        .where(Section.term_id == term.term_id, Course.department_id.in_(departments))
    )
    if set(departments) - set(db.session.scalars(query)):
        raise ChoiceRefused(
            "departments", _("A department without classes in %(term)s is ticked; choose of the list.", term=term.name)
        )
