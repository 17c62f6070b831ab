"""What is missing or stands about unused in a term's data."""

from collections import Counter
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import CourseEnrollment, Section, Student, StudentGroup, StudentGroupMember, User
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.checks.term_data import TermData
from webapp.services.problem.words.statements import MOST_NAMES, Statement, some, told
from webapp.services.shared.target import Target
from webapp.services.shared.words import _

NAMED_APART = 5
"""So many rows of one fault have a finding each; more of them are one finding."""


def missing_data(data: TermData) -> Iterator[Finding]:
    """Find what is not there and ought to be: slots, teachers, groups, components, e-mail addresses."""
    yield from _no_slots(data)
    yield from _sections(data)
    yield from _students_nowhere(data)
    yield from _teachers_unreached(data)


def _no_slots(data: TermData) -> Iterator[Finding]:
    if data.refusal is None:
        return
    words = data.refusal.words
    table = "time-slots" if not data.rows.slots else "week-sets" if data.rows.components else "components"
    target = Target(table, None, data.term.name)
    yield Finding(
        Severity.BLOCKER, FindingKind.MISSING, words if isinstance(words, Statement) else told("no_problem"), target
    )


def _sections(data: TermData) -> Iterator[Finding]:
    """Sections without classes, components that nobody teaches, sections that nobody attends."""
    rows = data.rows
    enrolled = {section for _student, section, _batch in rows.enrollments}
    idle, untaught, unattended = [], [], []
    for section in rows.sections.values():
        components = data.components_of.get(section.section_id, [])
        if not components:
            idle.append(section)
            continue
        own = rows.section_faculty.get(section.section_id)
        if not own and any(not rows.component_faculty.get(c.component_id) for c in components):
            untaught.append(section)
        batches = any(rows.batches.get(c.component_id) for c in components)
        if not batches and not rows.attending(section.section_id) and section.section_id not in enrolled:
            unattended.append(section)
    warning, missing = Severity.WARNING, FindingKind.MISSING
    yield from _each(data, untaught, warning, missing, "no_teacher")
    yield from _each(
        data,
        unattended,
        warning,
        missing,
        "nobody_attends",
    )
    yield from _each(
        data,
        idle,
        warning,
        missing,
        "no_class",
    )


def _each(
    data: TermData, sections: Sequence[Section], severity: Severity, kind: FindingKind, code: str
) -> Iterator[Finding]:
    """A finding for each of a few sections; for more of them the first ones, and one for the rest."""
    ordered = sorted(sections, key=data.section_label)
    apart = ordered if len(ordered) <= NAMED_APART + 1 else ordered[:NAMED_APART]
    for section in apart:
        yield Finding(severity, kind, told(code, name=data.section_label(section)), data.of_section(section))
    if rest := ordered[len(apart) :]:
        names = some([data.section_label(section) for section in rest])
        sentence = told(f"more_{code}", number=len(rest), names=names)
        yield Finding(severity, kind, sentence, Target("sections", None, _("Sections")))


def _students_nowhere(data: TermData) -> Iterator[Finding]:
    """Students of the organisation who are in no group and take no section of the term."""
    in_group = (
        sa.select(StudentGroupMember.student_id)
        .join(StudentGroup, StudentGroup.student_group_id == StudentGroupMember.student_group_id)
        .where(StudentGroup.term_id == data.term.term_id)
    )
    in_section = (
        sa.select(CourseEnrollment.student_id)
        .join(Section, Section.section_id == CourseEnrollment.section_id)
        .where(Section.term_id == data.term.term_id, Section.held.is_(True))
    )
    query = (
        sa.select(Student.student_id, Student.code, sa.func.count().over())
        .where(Student.organization_id == data.term.organization_id)
        .where(Student.student_id.not_in(in_group), Student.student_id.not_in(in_section))
        .order_by(Student.code)
        .limit(MOST_NAMES)
    )
    students = db.session.execute(query).all()
    if not students:
        return
    number = students[0][2]
    if number == 1:
        sentence = told("student_nowhere", code=students[0].code)
        target = Target("students", students[0].student_id, students[0].code)
    else:
        names = some([row.code for row in students], total=number)
        sentence = told("students_nowhere", number=number, names=names)
        target = Target("students", None, _("Students"))
    yield Finding(Severity.WARNING, FindingKind.MISSING, sentence, target)


def _teachers_unreached(data: TermData) -> Iterator[Finding]:
    """Teachers of the term without an e-mail address, and those without an account."""
    rows = data.rows
    teaching = {faculty for named in rows.section_faculty.values() for faculty in named}
    teaching |= {faculty for named in rows.component_faculty.values() for faculty, _batch in named}
    query = sa.select(User.faculty_id).where(
        User.organization_id == data.term.organization_id, User.faculty_id.is_not(None)
    )
    known = set(db.session.scalars(query))
    ordered = [teacher for key, teacher in rows.faculty.items() if key in teaching]
    silent = [teacher for teacher in ordered if not teacher.email]
    outside = [teacher for teacher in ordered if teacher.faculty_id not in known]
    for teachers, code in (
        (silent, "no_address"),
        (outside, "no_account"),
    ):
        if not teachers:
            continue
        first = teachers[0]
        target = Target("faculty", first.faculty_id, first.name)
        sentence = told(code, name=first.name)
        if len(teachers) > 1:
            target = Target("faculty", None, _("Teachers"))
            names = some([teacher.code for teacher in teachers])
            sentence = told(f"many_{code}", number=len(teachers), names=names)
        yield Finding(Severity.NOTE, FindingKind.MISSING, sentence, target)


def unused_data(data: TermData) -> Iterator[Finding]:
    """Groups that no class is for: neither they themselves nor a group above or below them."""
    rows = data.rows
    used = {group for named in rows.section_groups.values() for group in named}
    used |= {group for named in rows.batches.values() for group in named}
    used |= {group for options in rows.options for group in options.group_ids}
    near = rows.tree.related(used)
    idle = [group for key, group in rows.groups.items() if key not in near]
    members: Counter[int] = Counter(rows.member_counts)
    for group in idle[:NAMED_APART]:
        sentence = told("idle_group", code=group.code, size=max(group.size, members[group.student_group_id]))
        target = Target("groups", group.student_group_id, group.code)
        yield Finding(Severity.NOTE, FindingKind.UNUSED, sentence, target)
    if rest := idle[NAMED_APART:]:
        names = some([group.code for group in rest])
        sentence = told("idle_groups", number=len(rest), names=names)
        yield Finding(Severity.NOTE, FindingKind.UNUSED, sentence, Target("groups", None, _("Groups")))
