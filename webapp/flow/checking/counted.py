"""Looking at a term before anything is generated: is there enough of everything?"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.engine.counting import Shortage, ShortageKind, shortages
from webapp.extensions import db
from webapp.flow.bridge import TermProblem, build_problem, names_of
from webapp.flow.problems import Problem
from webapp.models import Room, Term


@dataclass(frozen=True)
class Blocker:
    """Why no timetable can exist: what there is too little of, with the numbers."""

    kind: str
    label: str
    demand: int
    supply: int
    sentence: str


@dataclass(frozen=True)
class Check:
    """What a look at the term found: sizes, and blockers; none found proves nothing yet."""

    meetings: int
    rooms: int
    people: int
    blockers: tuple[Blocker, ...]

    @property
    def ok(self) -> bool:
        """Whether counting finds nothing against a timetable."""
        return not self.blockers


def check_term(term: Term) -> Check:
    """Count what the term asks for against what there is; a term without slots or meetings is a blocker too."""
    try:
        problem = build_problem(term)
    except Problem as refusal:
        return Check(0, 0, 0, (Blocker("data", term.name, 0, 0, refusal.message),))
    return Check(
        meetings=len(problem.rows),
        rooms=len(problem.room_ids),
        people=len(problem.instance.resources),
        blockers=tuple(blockers(problem)),
    )


def blockers(problem: TermProblem) -> list[Blocker]:
    """The arithmetic that no search can beat, as sentences that name a teacher, a group or a kind of room."""
    found = shortages(problem.instance, names=names_of(problem))
    kinds = _kinds(problem) if any(shortage.rooms for shortage in found) else []
    return [_blocker(shortage, kinds) for shortage in found]


def _blocker(shortage: Shortage, kinds: Sequence[str]) -> Blocker:
    if shortage.kind is not ShortageKind.ROOMS:
        return Blocker(shortage.kind.value, shortage.label, shortage.demand, shortage.supply, shortage.sentence)
    named = " or ".join(sorted({kinds[room] for room in shortage.rooms}))
    sentence = f"Rooms of kind {named}: {shortage.sentence}"
    return Blocker(shortage.kind.value, f"{named}: {shortage.label}", shortage.demand, shortage.supply, sentence)


def _kinds(problem: TermProblem) -> list[str]:
    """The kind of each room of the instance."""
    query = sa.select(Room.room_id, Room.kind).where(Room.room_id.in_(problem.room_ids))
    kinds = dict(db.session.execute(query).all())
    return [kinds[room_id] for room_id in problem.room_ids]
