"""What a run holds to: whose classes it may move, which locks it keeps, how close it stays to a timetable."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Course, Department, GenerationJob, Section, Term, Timetable, TimetableEntry
from webapp.services.jobs.kinds import GenerateOptions, options_of
from webapp.services.jobs.requests import part_of
from webapp.services.problem.holds import CLOSENESS, BaseGone, RunChoices
from webapp.services.problem.parts import PartOfTerm, has_classes, part_in_words, read_groups
from webapp.services.problem.term_problem import TermProblem
from webapp.services.problem.words.statements import told
from webapp.services.schema.columns import CODE_LENGTH
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _, enumerated

MOST_CODES = 5


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
class PartOption:
    """A department, programme, semester of study or group that a term has classes of, and how many."""

    key: int | str
    label: str
    classes: int


@dataclass(frozen=True)
class PartOptions:
    """What a part of a term can be chosen by."""

    departments: tuple[PartOption, ...] = ()
    programmes: tuple[PartOption, ...] = ()
    semesters: tuple[PartOption, ...] = ()
    groups: tuple[PartOption, ...] = ()


def choices_of(job: GenerationJob) -> RunChoices:
    """The choices that a run holds to; raises `BaseGone` where it was deleted since."""
    options = options_of(job, GenerateOptions)
    part = part_of(job)
    if options.holds_to_base and job.base_timetable_id is None:
        raise BaseGone(told("base_gone"))
    if (options.some_departments and not part.departments) or (options.some_groups and not part.groups):
        raise BaseGone(told("part_gone"))
    return RunChoices(part, job.base_timetable_id, options.keep_locks, options.close, options.partial)


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
        some_departments=bool(choices.part.departments),
        some_groups=bool(choices.part.groups),
        programmes=choices.part.sorted().programmes,
        semesters=choices.part.sorted().semesters,
        keep_locks=choices.keep_locks,
        close=choices.close,
        partial=choices.partial,
    )


# What there is to choose from


def part_by_codes(
    term: Term,
    departments: Sequence[str] = (),
    programmes: Sequence[str] = (),
    semesters: Sequence[int] = (),
    groups: Sequence[str] = (),
) -> PartOfTerm:
    """The part that callers name by codes of departments and groups; raises `ChoiceRefused` with what is not there.

    Programmes and semesters of study are looked at with the other choices, by `checked`.
    """
    query = sa.select(Department.code, Department.department_id)
    own = query.filter_by(organization_id=term.organization_id)
    known_departments = dict(db.session.execute(own).all())
    known_groups = {group.code: group.key for group in read_groups(term.term_id).groups}
    for kind, codes, known in (("departments", departments, known_departments), ("groups", groups, known_groups)):
        if unknown := [code[:CODE_LENGTH] for code in codes if code not in known]:
            words = {"departments": _("There is no department %(codes)s.", codes=enumerated(unknown, MOST_CODES)),
                     "groups": _("%(term)s has no group %(codes)s.", term=term.name,
                                 codes=enumerated(unknown, MOST_CODES))}  # fmt: skip
            raise ChoiceRefused(kind, words[kind])
    return PartOfTerm(
        tuple(known_departments[code] for code in departments),
        tuple(programmes),
        tuple(semesters),
        tuple(known_groups[code] for code in groups),
    ).sorted()


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


def part_options_of(problem: TermProblem) -> PartOptions:
    """What a term's classes can be chosen by, each with their number; a group's with those of its parts."""
    known = read_groups(problem.term_id)
    by_key = {group.key: group for group in known.groups}
    departments, programmes, semesters, groups = Counter[int](), Counter[str](), Counter[int](), Counter[int]()
    for row in problem.rows:
        attending = [by_key[key] for key in row.group_ids]
        departments[row.department_id] += 1
        programmes.update({group.programme for group in attending if group.programme})
        semesters.update({group.semester for group in attending if group.semester is not None})
        groups.update(known.tree.with_ancestors(row.group_ids))
    query = sa.select(Department).where(Department.department_id.in_(departments)).order_by(Department.code)
    return PartOptions(
        tuple(
            PartOption(one.department_id, f"{one.code}: {one.name}", departments[one.department_id])
            for one in db.session.scalars(query)
        ),
        tuple(PartOption(name, name, programmes[name]) for name in sorted(programmes)),
        tuple(
            PartOption(number, _("Semester %(number)s", number=number), semesters[number])
            for number in sorted(semesters)
        ),
        tuple(PartOption(one.key, one.label, groups[one.key]) for one in known.groups if groups[one.key]),
    )


def checked(term: Term, choices: RunChoices) -> RunChoices:
    """The choices, where they fit together and the term has what they name; raises `ChoiceRefused`."""
    if choices.close not in CLOSENESS:
        raise ChoiceRefused(
            "close",
            _("Expected not at all, a little or strongly; found %(found)s.", found=choices.close[:40]),
        )
    if choices.base_id is None:
        needs = [
            (not choices.part.is_whole, _("so that the classes outside the part can stay where they stand")),
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
    if not choices.part.is_whole:
        _check_part(term, choices.part)
    return choices


def _check_part(term: Term, part: PartOfTerm) -> None:
    known = read_groups(term.term_id).groups
    named: list[tuple[str, Iterable[int | str], Iterable[int | str | None]]] = [
        ("programmes", part.programmes, [group.programme for group in known]),
        ("semesters", part.semesters, [group.semester for group in known]),
        ("groups", part.groups, [group.key for group in known]),
    ]
    for kind, ticked, there in named:
        if set(ticked) - set(there):
            raise ChoiceRefused(kind, _("%(term)s has no such choice (any more); choose of the list.", term=term.name))
    query = (
        sa.select(Course.department_id)
        .join(Section, Section.course_id == Course.course_id)
        .where(Section.term_id == term.term_id, Section.held.is_(True), Course.department_id.in_(part.departments))
    )
    if set(part.departments) - set(db.session.scalars(query)):
        raise ChoiceRefused(
            "departments", _("A department without classes in %(term)s is ticked; choose of the list.", term=term.name)
        )
    if not has_classes(term.term_id, part):
        kind = "groups" if part.groups else "semesters" if part.semesters else "programmes"
        raise ChoiceRefused(
            kind,
            _("No class fits all that is ticked (%(part)s); tick less of one kind.", part=part_in_words(part)),
        )
