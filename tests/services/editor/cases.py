"""A small term with a timetable, for everything that is about editing one by hand."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tests import factories
from webapp.engine.instance import Placement
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import Term, TimeSlot, Timetable, TimetableEntry, User, WishLevel
from webapp.services.problem.solutions import TimetableFacts, store_timetable
from webapp.services.problem.term_problem import build_problem
from webapp.services.shared.rule_defaults import default_rules


@dataclass
class Case:
    """Two sections (two lectures each) of two groups, a lab of two slots; three days of four slots; three rooms.

    Algebra A (Dr Rao, CSE-A) stands on Monday in the first two slots, Botany A (Dr Sen, CSE-B) beside it; the lab
    (Dr Sen, CSE-A) on Tuesday in the first two. Dr Rao is away on Wednesday in the first slot.
    """

    user: User
    term: Term
    timetable: Timetable
    rooms: list[Any]

    def entry(self, code: str, ordinal: int = 1) -> TimetableEntry:
        """The entry of a course and number, read anew."""
        db.session.expire_all()
        query = sa.select(TimetableEntry).filter_by(timetable_id=self.timetable.timetable_id, ordinal=ordinal)
        entries = db.session.scalars(query.join(TimetableEntry.course)).all()
        return next(entry for entry in entries if entry.course.code == code)

    def slot(self, day: int, number: int) -> TimeSlot:
        """A slot by day and number, both from 0."""
        return factories.slot(self.term, day, number)

    def place(self, code: str, ordinal: int = 1) -> tuple[int | None, int | None, str | None]:
        """Day, number of the slot and room of an entry."""
        entry = self.entry(code, ordinal)
        if entry.start_time is None:
            return None, None, None
        return entry.day, entry.start_time.hour - 8, entry.room.code if entry.room else None


def adjustable(**facts: Any) -> Case:
    """The case, committed."""
    user = factories.user(name="Meera Joshi")
    org = user.organization
    term = factories.term(org, days=3, slots=4)
    db.session.add_all(default_rules(term.term_id))
    dept = factories.department(org, "CSE")
    rao, sen = factories.faculty(dept, name="Dr Rao"), factories.faculty(dept, name="Dr Sen")
    one, two = factories.group(term, "CSE-A"), factories.group(term, "CSE-B")
    rooms = [
        factories.room(org, "LH-1"),
        factories.room(org, "LH-2", capacity=40),
        factories.room(org, "SMALL", capacity=10),
    ]
    for code, teacher, group in (("ALG", rao, one), ("BOT", sen, two)):
        section = factories.section(
            term, factories.course(dept, code, title=f"{code} in full"), "A", faculty=[teacher], groups=[group]
        )
        factories.component(section, "L", meetings_per_week=2, different_days=False)
    lab = factories.section(term, factories.course(dept, "LAB"), "A", faculty=[sen], groups=[one])
    factories.component(lab, "P", kind="practical", meetings_per_week=1, slots_per_meeting=2)
    factories.availability(factories.slot(term, 2, 0), WishLevel.UNAVAILABLE, faculty_id=rao.faculty_id)
    db.session.flush()
    problem = build_problem(term)
    wanted = {
        "ALG A, L 1": (0, 0, "LH-1"),
        "ALG A, L 2": (0, 1, "LH-1"),
        "BOT A, L 1": (0, 0, "LH-2"),
        "BOT A, L 2": (0, 1, "LH-2"),
        "LAB A, P 1": (1, 0, "LH-1"),
    }
    placements = []
    for row in problem.rows:
        day, number, room = wanted[row.label]
        slot = factories.slot(term, day, number).time_slot_id
        moment = problem.calendar.time_from(slot, row.slots, problem.calendar.weeks_mask(row.weeks))
        code = [found.code for found in problem.instance.rooms].index(room)
        placements.append(Placement(moment, code))
    made = store_timetable(problem, Solution(tuple(placements)), TimetableFacts("Hand-made", **facts))
    db.session.commit()
    return Case(user, term, db.session.get_one(Timetable, made), rooms)
