"""What a term's rules name: classes, teachers, groups, slots and rooms; found, called by name, and stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import (
    Component,
    Course,
    Faculty,
    Room,
    Section,
    StudentGroup,
    TermRule,
    TermRuleComponent,
    TermRuleFaculty,
    TermRuleGroup,
    TermRuleRoom,
    TermRuleSlot,
    TimeSlot,
)
from webapp.services.schema.scope import Scope
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.rule_defaults import ADDED_RULES, may_be_about

MOST_FOUND = 30
"""So many rows of a kind a search shows; more of them are told to be narrowed down."""
CAPTION = Course.code + sa.literal(" ") + Section.code + sa.literal(", ") + Component.code


@dataclass(frozen=True, slots=True)
class RuleLinks:
    """The keys of what a rule names, by kind: components in their order, teachers, groups, slots, rooms."""

    classes: tuple[int, ...] = ()
    faculty: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    slots: tuple[int, ...] = ()
    rooms: tuple[int, ...] = ()

    @property
    def is_about_some(self) -> bool:
        """Whether it is about certain classes or people; else it is about all."""
        return bool(self.classes or self.faculty or self.groups)

    def is_about_people(self, *, is_of_all: bool) -> bool:
        """Whether it is about people, by name or all of them, and about no class."""
        return not self.classes and (is_of_all or bool(self.faculty or self.groups))


NO_LINKS = RuleLinks()
KINDS: tuple[str, ...] = tuple(one.name for one in fields(RuleLinks))
FOUND = ("classes", "faculty", "groups", "rooms")
"""The kinds that are looked for by name; slots are ticked in their week."""


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row that a rule names: its kind and key, "CSE301 A, L", its title, and the meetings a week of a class."""

    kind: str
    key: int
    label: str
    title: str
    meetings: int = 0


@dataclass(frozen=True, slots=True)
class _Kind:
    """The association that keeps a kind, its column, and the query of its rows: key, label, title, meetings."""

    model: type[Any]
    key: Any
    query: Any
    searched: tuple[Any, ...]
    owner: Any
    order: tuple[Any, ...] = ()
    position: Any = None
    is_of_term: bool = True


_NONE = sa.literal(0)
_KINDS: Mapping[str, _Kind] = {
    "classes": _Kind(
        TermRuleComponent,
        TermRuleComponent.component_id,
        sa.select(Component.component_id, CAPTION, Course.title, Component.meetings_per_week)
        .join(Section, Section.section_id == Component.section_id)
        .join(Course, Course.course_id == Section.course_id),
        (CAPTION, Course.title, Component.kind),
        Section.term_id,
        (Course.code, Section.code, Component.code),
        position=TermRuleComponent.position,
    ),
    "faculty": _Kind(
        TermRuleFaculty,
        TermRuleFaculty.faculty_id,
        sa.select(Faculty.faculty_id, Faculty.name, Faculty.code, _NONE),
        (Faculty.code, Faculty.name),
        Faculty.organization_id,
        (Faculty.name, Faculty.code),
        is_of_term=False,
    ),
    "groups": _Kind(
        TermRuleGroup,
        TermRuleGroup.student_group_id,
        sa.select(StudentGroup.student_group_id, StudentGroup.code, StudentGroup.name, _NONE),
        (StudentGroup.code, StudentGroup.name),
        StudentGroup.term_id,
        (StudentGroup.code,),
    ),
    "slots": _Kind(
        TermRuleSlot,
        TermRuleSlot.time_slot_id,
        sa.select(TimeSlot.time_slot_id, TimeSlot.code, TimeSlot.code, _NONE),
        (TimeSlot.code,),
        TimeSlot.term_id,
        (TimeSlot.day, TimeSlot.start_time, TimeSlot.shift),
    ),
    "rooms": _Kind(
        TermRuleRoom,
        TermRuleRoom.room_id,
        sa.select(Room.room_id, Room.code, Room.name, _NONE),
        (Room.code, Room.name),
        Room.organization_id,
        (Room.code,),
        is_of_term=False,
    ),
}


@dataclass(frozen=True, slots=True)
class SearchOfRows:
    """What a search found, kind by kind, and how many more there are."""

    rows: list[NamedRow] = field(default_factory=list)
    rest: int = 0


def links_of(rows: Iterable[TermRule]) -> dict[int, RuleLinks]:
    """What rules name, by the rule's key; a query for each kind."""
    keys = [row.term_rule_id for row in rows]
    found: dict[int, dict[str, list[int]]] = {key: {name: [] for name in KINDS} for key in keys}
    for name, kind in _KINDS.items():
        query = sa.select(kind.model.term_rule_id, kind.key).where(kind.model.term_rule_id.in_(keys))
        query = query.order_by(kind.model.term_rule_id, *([kind.position] if kind.position else []), kind.key)
        for rule, key in db.session.execute(query):
            found[rule][name].append(key)
    return {rule: RuleLinks(**{name: tuple(own) for name, own in named.items()}) for rule, named in found.items()}


def named_rows(scope: Scope, links: RuleLinks) -> list[NamedRow]:
    """What links name, each kind in the order of its keys; what the term has not is left out."""
    shown = []
    for name, kind in _KINDS.items():
        keys = getattr(links, name)
        if keys:
            found = {row.key: row for row in _rows(scope, name, kind.query.selected_columns[0].in_(keys))}
            shown += [found[key] for key in dict.fromkeys(keys) if key in found]
    return shown


def find_rows(scope: Scope, text: str, kinds: Iterable[str] = ("classes",)) -> SearchOfRows:
    """The first rows of these kinds in whose codes, names or titles every word stands; nothing without a word."""
    shown, rest = [], 0
    for name in kinds if text.split() else ():
        searched = _KINDS[name].searched
        found = _rows(
            scope,
            name,
            *(sa.or_(*(one.icontains(word, autoescape=True) for one in searched)) for word in text.split()),
        )
        shown += found[:MOST_FOUND]
        rest += max(0, len(found) - MOST_FOUND)
    return SearchOfRows(shown, rest)


def slots_of_week(scope: Scope) -> dict[str, list[NamedRow]]:
    """The term's slots by the name of their day: label "MON1", title "09:00 to 09:50"."""
    query = sa.select(TimeSlot).filter_by(term_id=_term_id(scope))
    week: dict[str, list[NamedRow]] = {}
    for slot in db.session.scalars(query.order_by(TimeSlot.day, TimeSlot.start_time, TimeSlot.shift)):
        hours = f"{slot.start_time:%H:%M}-{slot.end_time:%H:%M}"
        week.setdefault(str(DAY_NAMES[slot.day]), []).append(NamedRow("slots", slot.time_slot_id, slot.code, hours))
    return week


def kinds_of(rule: str) -> tuple[str, ...]:
    """The kinds that an added rule may name and a form looks for."""
    added, people = ADDED_RULES[rule], may_be_about(rule)
    takes = {
        "classes": bool(added.classes),
        "faculty": "faculty" in people,
        "groups": "groups" in people,
        "rooms": bool(added.rooms),
    }
    return tuple(name for name in FOUND if takes[name])


def store_links(row: TermRule, links: RuleLinks) -> None:
    """Let a rule name these rows, and no others."""
    before = links_of([row])[row.term_rule_id]
    for name, kind in _KINDS.items():
        keys = tuple(dict.fromkeys(getattr(links, name)))
        if keys == getattr(before, name):
            continue
        db.session.execute(sa.delete(kind.model).filter_by(term_rule_id=row.term_rule_id))
        rows: list[dict[str, int]] = [
            {"term_rule_id": row.term_rule_id, kind.key.key: key}
            | ({"position": position} if kind.position is not None else {})
            for position, key in enumerate(keys)
        ]
        if rows:
            db.session.execute(sa.insert(kind.model), rows)
    db.session.expire(row, ["components"])


def _rows(scope: Scope, name: str, *conditions: Any) -> list[NamedRow]:
    kind = _KINDS[name]
    owner = _term_id(scope) if kind.is_of_term else scope.organization.organization_id
    query = kind.query.where(kind.owner == owner, *conditions).order_by(*kind.order)
    return [NamedRow(name, *row) for row in db.session.execute(query)]


def _term_id(scope: Scope) -> int | None:
    return scope.term.term_id if scope.term is not None else None
