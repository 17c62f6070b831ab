"""The elective baskets of a term as a registrar looks at them, and the choice of a single student."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Basket, Component, Course, CourseEnrollment, Section, Student, Term
from webapp.services.problem.baskets import OptionSet, Unit, option_sets, week_positions
from webapp.services.problem.rows import TermRows, read_term
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.scope import Scope
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import NotFound
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _, weekly_class_words
from webapp.services.terms.basket_rules import BasketsFromRules, baskets_in_rules
from webapp.services.terms.choices import BasketChoices, choices_of_set, members_of

MOST_STUDENTS = 40
WAITING = "waiting"
"""Asks for the students who have not chosen."""


@dataclass(frozen=True)
class BasketLine:
    """A basket in the list: how many students take each option, and how many have not chosen."""

    basket: Basket
    options: tuple[tuple[str, int], ...]
    groups: tuple[str, ...]
    positions: int
    choosing: int
    waiting: int


@dataclass(frozen=True)
class BasketList:
    """All baskets of a term, and those that its rules come to."""

    lines: tuple[BasketLine, ...]
    from_rules: BasketsFromRules


@dataclass(frozen=True)
class BasketOption:
    """An option: who teaches it, what it has each week, how many students take it."""

    section_id: int
    label: str
    title: str
    teachers: tuple[str, ...]
    meetings: tuple[str, ...]
    students: int


@dataclass(frozen=True)
class ChoosingStudent:
    """A student of a basket with the options taken; ``seen`` is the mark that a form of the choice sends back."""

    student_id: int
    code: str
    name: str
    sections: tuple[int, ...]
    labels: tuple[str, ...]
    seen: str


@dataclass(frozen=True)
class BasketPage:
    """A basket with its options, which of their meetings start together, and its students."""

    basket: Basket
    options: tuple[BasketOption, ...]
    groups: tuple[str, ...]
    positions: tuple[tuple[str, ...], ...]
    choosing: int
    waiting: int
    students: tuple[ChoosingStudent, ...]
    student_count: int
    text: str
    shown: str

    @property
    def left_out(self) -> int:
        """How many students are not shown."""
        return self.student_count - len(self.students)


def list_baskets(term: Term) -> BasketList:
    """The baskets of a term; the queries are as many for every term."""
    rows = read_term(term)
    members = members_of(rows)
    return BasketList(tuple(_line(rows, basket, members) for basket in rows.baskets), baskets_in_rules(rows))


def _line(rows: TermRows, basket: Basket, members: dict[int, list[int]]) -> BasketLine:
    options = _alone(rows, basket)
    choices = choices_of_set(rows, options, members)
    return BasketLine(
        basket=basket,
        options=tuple((_label(rows, section), choices.count(section)) for section in options.section_ids),
        groups=_groups(rows, options),
        positions=len(_positions(rows, options)),
        choosing=len(choices.choosing),
        waiting=len(choices.without()),
    )


def _alone(rows: TermRows, basket: Basket) -> OptionSet:
    """A basket by itself, whatever others it shares options with."""
    codes = {key: (rows.courses[section.course_id].code, section.code) for key, section in rows.sections.items()}
    found = option_sets([basket], rows.basket_sections, rows.basket_groups, codes)
    groups = tuple(rows.basket_groups.get(basket.basket_id, ()))
    empty = OptionSet((basket.basket_id,), basket.name, (), groups, basket.options_each, basket.different_days)
    return found[0] if found else empty


def _label(rows: TermRows, section_id: int) -> str:
    section = rows.sections[section_id]
    return f"{rows.courses[section.course_id].code} {section.code}"


def _groups(rows: TermRows, options: OptionSet) -> tuple[str, ...]:
    attending = {group for section in options.section_ids for group in rows.attending(section)}
    groups = options.group_ids or attending
    return tuple(sorted(rows.groups[group].code for group in groups))


def _positions(rows: TermRows, options: OptionSet) -> list[tuple[str, ...]]:
    """Per position, what stands there of each option; "–" where one has nothing."""
    components: dict[int, list[Component]] = defaultdict(list)
    for component in rows.components:
        components[component.section_id].append(component)
    positions = week_positions(options, components, rows.batches)
    return [
        tuple(_unit(rows, position.units.get(section)) for section in options.section_ids) for position in positions
    ]


def _unit(rows: TermRows, unit: Unit | None) -> str:
    if unit is None:
        return "–"
    batch = f" ({rows.groups[unit.batch_id].code})" if unit.batch_id is not None else ""
    return f"{unit.component.code} {unit.ordinal}{batch}"


def basket_page(scope: Scope, basket_id: int, text: str = "", shown: str = "") -> BasketPage:
    """A basket with its students: those that ``text`` names, of one option (its key) or who wait; raises NotFound."""
    basket = load(scope.organization, Basket, basket_id)
    rows = read_term(_term_of(basket))
    options = _alone(rows, basket)
    choices = choices_of_set(rows, options, members_of(rows))
    students = _students(rows, choices, _wanted(choices, shown), text)
    return BasketPage(
        basket=basket,
        options=tuple(_option(rows, section, choices) for section in options.section_ids),
        groups=_groups(rows, options),
        positions=tuple(_positions(rows, options)),
        choosing=len(choices.choosing),
        waiting=len(choices.without()),
        students=tuple(students[:MOST_STUDENTS]),
        student_count=len(students),
        text=text,
        shown=shown,
    )


def _term_of(basket: Basket) -> Term:
    return db.session.get_one(Term, basket.term_id)


def _option(rows: TermRows, section_id: int, choices: BasketChoices) -> BasketOption:
    own = [component for component in rows.components if component.section_id == section_id]
    teachers = rows.section_faculty.get(section_id) or [
        faculty for component in own for faculty, _batch in rows.component_faculty.get(component.component_id, ())
    ]
    return BasketOption(
        section_id=section_id,
        label=_label(rows, section_id),
        title=rows.courses[rows.sections[section_id].course_id].title,
        teachers=tuple(dict.fromkeys(rows.faculty[faculty].name for faculty in teachers)),
        meetings=tuple(
            weekly_class_words(
                c.kind,
                c.meetings_per_week,
                c.slots_per_meeting,
                len(rows.batches.get(c.component_id, ())),
                c.day_patterns,
            )
            for c in own
        ),
        students=choices.count(section_id),
    )


def _wanted(choices: BasketChoices, shown: str) -> set[int]:
    everybody = choices.choosing | choices.chosen.keys()
    if shown == WAITING:
        return set(choices.without())
    if shown:
        return {student for student, sections in choices.chosen.items() if shown in map(str, sections)}
    return set(everybody)


def _students(rows: TermRows, choices: BasketChoices, wanted: Iterable[int], text: str) -> list[ChoosingStudent]:
    query = sa.select(Student.student_id, Student.code, Student.name).where(Student.student_id.in_(list(wanted)))
    if text.strip():
        like = (column.icontains(text.strip(), autoescape=True) for column in (Student.code, Student.name))
        query = query.where(sa.or_(*like))
    return [
        ChoosingStudent(
            student_id=key,
            code=code,
            name=name,
            sections=(own := choices.chosen.get(key, ())),
            labels=tuple(_label(rows, section) for section in own),
            seen=_seen(own),
        )
        for key, code, name in db.session.execute(query.order_by(Student.code))
    ]


def _seen(sections: Sequence[int]) -> str:
    return ",".join(str(section) for section in sorted(sections))


def choose(scope: Scope, basket_id: int, student_id: int, section_id: int | None, seen: str) -> str:
    """Let a student take an option of a basket instead of what was taken, or none; return what is to be said of it.

    Where students take more than one, the option is added until there are so many. ``seen`` is what the form showed as
    taken. Raises NotFound, `RecordRefused`, and `RecordChanged` where the student has chosen otherwise since.
    """
    optimistic_lock.lock(scope.organization)
    basket = load(scope.organization, Basket, basket_id, fresh=True)
    student = load(scope.organization, Student, student_id)
    rows = read_term(_term_of(basket))
    options = _alone(rows, basket)
    if section_id is not None and section_id not in options.section_ids:
        raise NotFound(_("The basket has no such option; it may have been taken out of it meanwhile."))
    taken = choices_of_set(rows, options, members_of(rows)).chosen.get(student.student_id, ())
    if _seen(taken) != seen:
        labels = ", ".join(_label(rows, section) for section in taken) or _("nothing")
        raise RecordChanged({"": _("%(name)s takes %(options)s now.", name=student.name, options=labels)})
    enrolled = [section for who, section, _batch in rows.enrollments if who == student.student_id]
    own = [section for section in enrolled if section in options.section_ids]
    if set(taken) - set(own):
        words = _("%(name)s takes %(option)s by group. Change the student's groups to change it.", name=student.name,
                  option=", ".join(_label(rows, section) for section in taken))  # fmt: skip
        raise RecordRefused(words, {"": words})
    gone = own if section_id is None or options.options_each == 1 else []
    _refuse_beyond(options, student, [section for section in own if section not in gone], section_id)
    _store(scope, student, [section for section in gone if section != section_id], own, section_id)
    if section_id is None:
        return _("%(name)s takes no option of %(basket)s.", name=student.name, basket=basket.name)
    return _("%(name)s takes %(option)s.", name=student.name, option=_label(rows, section_id))


def _refuse_beyond(options: OptionSet, student: Student, kept: Sequence[int], section_id: int | None) -> None:
    if section_id is not None and section_id not in kept and len(kept) >= options.options_each:
        words = _("%(name)s takes %(number)d options already; choose “none” first.", name=student.name,
                  number=len(kept))  # fmt: skip
        raise RecordRefused(words, {"": words})


def _store(scope: Scope, student: Student, gone: Sequence[int], own: Sequence[int], section_id: int | None) -> None:
    query = sa.select(CourseEnrollment).filter_by(student_id=student.student_id)
    for row in db.session.scalars(query.where(CourseEnrollment.section_id.in_(gone))).all():
        before = {"student_id": student.code, "section_id": _name_of(row.section_id)}
        audit.record(scope.organization, scope.actor, "enrollments.delete", row, before=before)
        db.session.delete(row)
    if section_id is not None and section_id not in own:
        row = CourseEnrollment(student_id=student.student_id, section_id=section_id)
        db.session.add(row)
        db.session.flush()
        after = {"student_id": student.code, "section_id": _name_of(section_id)}
        audit.record(scope.organization, scope.actor, "enrollments.create", row, after=after)
    db.session.flush()


def _name_of(section_id: int) -> str:
    query = sa.select(Course.code, Section.code).join(Course, Course.course_id == Section.course_id)
    course, section = db.session.execute(query.where(Section.section_id == section_id)).one()
    return f"{course} {section}"
